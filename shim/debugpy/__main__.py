"""`python -m debugpy` or, without installation, `python PATH/debugpy`: dapper's command line for editors."""
import os
import sys

if __name__ == "__main__":
    if not __package__:  # started as a folder, which Python put first on the path
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    from debugpy.server.cli import main

    if not __package__ or not getattr(sys.flags, "safe_path", False):
        del sys.path[0]  # the program gets the path that Python would have given it
    sys.exit(main())
