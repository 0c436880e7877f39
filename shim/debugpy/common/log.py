"""Logging as far as others use it: what dapper writes down is chosen with `debugpy.log_to`; these calls go there."""
import sys


def _note(level, text, args):
    server = sys.modules.get("dapper.adapter.server")
    if server is not None:
        server.server.log.note("%s: %s" % (level, text.format(*args) if args else text))


def debug(text, *args, **kwargs):
    """Write a line to the debugger's log, if there is one."""
    _note("debug", text, args)


def info(text, *args, **kwargs):
    """Write a line to the debugger's log, if there is one."""
    _note("info", text, args)


def warning(text, *args, **kwargs):
    """Write a line to the debugger's log, if there is one."""
    _note("warning", text, args)


def error(text, *args, **kwargs):
    """Write a line to the debugger's log, if there is one."""
    _note("error", text, args)
