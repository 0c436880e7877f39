"""Constants of pydevd and the way to its debugger."""
import os
import sys

IS_PY3K = True
IS_CPYTHON = sys.implementation.name == "cpython"
IS_WINDOWS = sys.platform == "win32"
IS_LINUX = sys.platform.startswith("linux")
IS_MAC = sys.platform == "darwin"
SUPPORT_GEVENT = os.environ.get("GEVENT_SUPPORT", "").lower() in ("true", "1", "yes")


def _number(name, default):
    value = os.environ.get("DAPPER_" + name) or os.environ.get("PYDEVD_" + name) or ""
    return int(value) if value.isdigit() else default


PANDAS_MAX_ROWS = _number("PANDAS_MAX_ROWS", 60)
PANDAS_MAX_COLS = _number("PANDAS_MAX_COLS", 10)
PANDAS_MAX_COLWIDTH = _number("PANDAS_MAX_COLWIDTH", 50)


def get_global_debugger():
    """The debugger as pydevd shows it, or None while no client can be there."""
    from _pydevd_bundle._debugger import current

    return current()


def get_current_thread_id(thread):
    """A number for a thread of the program."""
    return thread.ident
