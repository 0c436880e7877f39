"""pydevd's log: what is written here goes to dapper's."""
from debugpy.common.log import debug, error, info, warning  # noqa: F401


def critical(text, *args):
    """Write a line to the debugger's log, if there is one."""
    error("{}", text % args if args else text)


def exception(text="", *args):
    """Write the exception being handled to the debugger's log, if there is one."""
    import traceback

    error("{}\n{}", text % args if args else text, traceback.format_exc())
