"""pydevd's way to set a trace function; dapper traces only where it has to and needs no help."""
import sys


def SetTrace(function, *args):
    """Set the thread's trace function as ``sys.settrace`` does; None leaves dapper's in place."""
    if function is not None:
        sys.settrace(function)
