"""`python -m dapper` or, without installation, `python PATH/dapper`: see cli.py."""
import os
import sys

if __name__ == "__main__":
    if sys.version_info < (3, 8):
        sys.exit("dapper needs Python 3.8 or newer; this is %s" % sys.version.split()[0])
    if not __package__:  # started as a folder, which Python put first on the path
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    from dapper.cli import main

    if not __package__ or not getattr(sys.flags, "safe_path", False):
        del sys.path[0]  # the program gets the path that Python would have given it
    sys.exit(main(sys.argv[1:]))
