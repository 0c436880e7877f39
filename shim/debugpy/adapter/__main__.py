"""`python -m debugpy.adapter` or, without installation, `python PATH/debugpy/adapter`."""
import os
import sys

#: address of all of a machine's networks → the one that only the machine itself reaches
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def main():
    """Run dapper's adapter; the exit code."""
    from debugpy import _dapper  # noqa: F401  finds dapper
    from dapper.hub.main import main as work

    return work(_for_this_machine(sys.argv[1:]))


def _for_this_machine(words):
    """The options; where they ask for every address without a token, which dapper refuses, for the loopback's instead.

    Editors that start debugpy's adapter ask for 0.0.0.0 and connect to this machine: so they find it, and others don't.
    """
    from dapper.hub.main import Options
    from dapper.protocol import access
    from dapper.protocol.errors import DapError

    try:
        options = Options(words)
        if options.host not in LOOPBACK or options.port is None:
            return words
        access.check_address(options.host, access.wanted_token())
    except ValueError:
        return words  # the adapter says what is wrong with them
    except DapError as refusal:
        print("dapper: listening on %s, for this machine only, and not on %s. %s"
              % (LOOPBACK[options.host], options.host, refusal), file=sys.stderr)
        return words + ["--host", LOOPBACK[options.host]]
    return words


if __name__ == "__main__":
    if not __package__:  # started as a folder, which Python put first on the path
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    elif not getattr(sys.flags, "safe_path", False):
        del sys.path[0]  # where we were started: its files must not hide modules of the standard library from us
    sys.exit(main())
