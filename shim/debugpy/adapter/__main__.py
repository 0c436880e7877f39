"""`python -m debugpy.adapter` or, without installation, `python PATH/debugpy/adapter`."""
import os
import sys


def main():
    """Run dapper's adapter; the exit code."""
    from debugpy import _dapper  # noqa: F401  finds dapper
    from dapper.hub.main import main as work

    return work(sys.argv[1:])


if __name__ == "__main__":
    if not __package__:  # started as a folder, which Python put first on the path
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    elif not getattr(sys.flags, "safe_path", False):
        del sys.path[0]  # where we were started: its files must not hide modules of the standard library from us
    sys.exit(main())
