"""Says that there is no launcher, and what to use instead."""
import sys

if __name__ == "__main__":
    sys.exit("debugpy.launcher: dapper, which stands in for debugpy here, has no launcher. It starts a program itself: use "
             "`python -m debugpy.adapter`, or `python -m debugpy --listen PORT PROGRAM`.")
