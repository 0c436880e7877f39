"""Starts the hub: `python -m dapper.adapter` or, without installation, `python PATH/dapper/adapter`."""
import os
import sys


def main():
    """The console script `dapper-adapter`; also the way in of the waiter, which the hub starts in terminals."""
    words = sys.argv[1:]
    if words[:1] == ["--waiter"]:
        from dapper.hub.waiter import main as work
    else:
        from dapper.hub.main import main as work
    return work(words[1:] if words[:1] == ["--waiter"] else words)


if __name__ == "__main__":
    if sys.version_info < (3, 8):
        sys.exit("dapper needs Python 3.8 or newer; this is %s" % sys.version.split()[0])
    if not __package__:  # started as a folder, which Python put first on the path
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    elif not getattr(sys.flags, "safe_path", False):
        del sys.path[0]  # where we were started: its files must not hide modules of the standard library from us
    sys.exit(main())
