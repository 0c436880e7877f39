"""Environment variables: one table of ours, their twins of debugpy and pydevd, and what each does. Ours win.

`doc/configuration.md` is written from the table; so is the test that each is honoured.
"""
from os import environ

TRUE = ("true", "1", "yes", "on")
FALSE = ("false", "0", "no", "off", "")


class Variable:
    """One setting.

    Args:
        twins: names debugpy or pydevd know it by; the first that is set counts.
        kind: "text", "number", "truth".
        does: what it does, or, where ``unused``, why it does nothing.
        default: what holds when it is not set, as text.
        unused: whether it is only accepted.
    """

    __slots__ = ("twins", "kind", "does", "default", "unused")

    def __init__(self, twins, kind, does, default="", unused=False):
        self.twins = twins.split()
        self.kind = kind
        self.does = does
        self.default = default
        self.unused = unused


_V = Variable

#: our name → Variable
TABLE = {
    # Processes
    "DAPPER_ADAPTER_ENDPOINTS": _V("DEBUGPY_ADAPTER_ENDPOINTS", "text", "a file that is told where clients can connect"),
    "DAPPER_LOG_DIR": _V("DEBUGPY_LOG_DIR", "text", "a folder where each process of dapper writes its log"),
    "DAPPER_LOG_STDERR": _V("DEBUGPY_LOG_STDERR PYDEVD_DEBUG PYCHARM_DEBUG PYDEV_DEBUG", "text",
                            "write the log on stderr instead"),
    "DAPPER_LOG_FILE": _V("PYDEVD_DEBUG_FILE", "text", "the folder of this file is where the debugged process writes its log"),
    "DAPPER_EXTRA_ARGV": _V("DEBUGPY_EXTRA_ARGV", "text", "more switches of `dapper --listen|--connect`; none of the line's own"),
    "DAPPER_RUNNING": _V("DEBUGPY_RUNNING", "text", "set by the command line: one below it only runs its program"),
    "DAPPER_PROCESS_SPAWN_TIMEOUT": _V("DEBUGPY_PROCESS_SPAWN_TIMEOUT", "number",
                                       "seconds until a started program that is silent is told of; 0 is never", "10"),
    "DAPPER_PROCESS_EXIT_TIMEOUT": _V("DEBUGPY_PROCESS_EXIT_TIMEOUT", "number",
                                      "seconds a program has to end by itself before it is killed", "5"),
    "DAPPER_CONNECT_TIMEOUT": _V("PYDEVD_CONNECT_TIMEOUT", "number", "seconds to reach a program that listens", "10"),
    "DAPPER_ACCESS_TOKEN": _V("", "text", "what a program has to give that connects to an adapter that waits for it"),
    "DAPPER_CLIENT_TOKEN": _V("", "text", "what a client has to give as `accessToken` to connect; see doc/security.md"),
    "DAPPER_ALLOW_ANYBODY": _V("", "truth", "listen for other machines without a token"),
    # Engines
    "DAPPER_USE_SYS_MONITORING": _V("PYDEVD_USE_SYS_MONITORING", "truth", "false: the settrace engine on 3.12 and newer"),
    "DAPPER_USE_CORE": _V("PYDEVD_USE_CYTHON PYDEVD_USE_FRAME_EVAL PYDEVD_LOAD_NATIVE_LIB", "truth",
                          "false: without the native core"),
    # Whose code
    "DAPPER_FILTERS": _V("PYDEVD_FILTERS", "text", "rules by path: a JSON object glob → excluded, or globs with ; between"),
    "DAPPER_FILTER_LIBRARIES": _V("PYDEVD_FILTER_LIBRARIES", "truth", "justMyCode where the client does not say"),
    "DAPPER_PROJECT_ROOTS": _V("IDE_PROJECT_ROOTS", "text", "folders whose code is the user's, as in PATH"),
    "DAPPER_LIBRARY_ROOTS": _V("LIBRARY_ROOTS", "text", "folders whose code is a library's, as in PATH"),
    # Paths
    "DAPPER_RESOLVE_SYMLINKS": _V("PYDEVD_RESOLVE_SYMLINKS", "truth", "tell the client of a file by its real path"),
    "DAPPER_PATH_MAPPINGS": _V("PATHS_FROM_ECLIPSE_TO_PYTHON", "text", "pathMappings: a JSON list of pairs [local, remote]"),
    # Values
    "DAPPER_CONTAINER_INITIAL_EXPANDED_ITEMS": _V("PYDEVD_CONTAINER_INITIAL_EXPANDED_ITEMS", "number",
                                                  "items of a long container shown at once", "100"),
    "DAPPER_CONTAINER_BUCKET_SIZE": _V("PYDEVD_CONTAINER_BUCKET_SIZE", "number", "items in a range behind them", "1000"),
    "DAPPER_INTERRUPT_THREAD_TIMEOUT": _V("PYDEVD_INTERRUPT_THREAD_TIMEOUT", "number",
                                          "seconds an evaluation may take before it is interrupted"),
    # Accepted without effect
    "DAPPER_CONTAINER_RANDOM_ACCESS_MAX_ITEMS": _V(
        "PYDEVD_CONTAINER_RANDOM_ACCESS_MAX_ITEMS", "number", "containers are paged, and none is too long", unused=True),
    "DAPPER_CONTAINER_NUMPY_MAX_ITEMS": _V(
        "PYDEVD_CONTAINER_NUMPY_MAX_ITEMS", "number", "arrays are paged, and none is too long", unused=True),
    "DAPPER_PANDAS_MAX_ROWS": _V("PYDEVD_PANDAS_MAX_ROWS", "number", "pandas' own display options count", unused=True),
    "DAPPER_PANDAS_MAX_COLS": _V("PYDEVD_PANDAS_MAX_COLS", "number", "pandas' own display options count", unused=True),
    "DAPPER_PANDAS_MAX_COLWIDTH": _V("PYDEVD_PANDAS_MAX_COLWIDTH", "number", "pandas' own display options count", unused=True),
    "DAPPER_WARN_EVALUATION_TIMEOUT": _V("PYDEVD_WARN_EVALUATION_TIMEOUT", "number",
                                         "nothing waits for an evaluation, and `cancel` ends it", unused=True),
    "DAPPER_WARN_SLOW_RESOLVE_TIMEOUT": _V("PYDEVD_WARN_SLOW_RESOLVE_TIMEOUT", "number",
                                           "slow attributes are shown when they are asked for", unused=True),
    "DAPPER_UNBLOCK_THREADS_TIMEOUT": _V("PYDEVD_UNBLOCK_THREADS_TIMEOUT", "number",
                                         "an evaluation never lets other threads run on", unused=True),
    "DAPPER_UNBLOCK_THREADS_ON_VARIABLES_TIMEOUT": _V(
        "PYDEVD_UNBLOCK_THREADS_ON_VARIABLES_TIMEOUT", "number", "looking at values never lets threads run on", unused=True),
    "DAPPER_THREAD_DUMP_ON_WARN_EVALUATION_TIMEOUT": _V(
        "PYDEVD_THREAD_DUMP_ON_WARN_EVALUATION_TIMEOUT", "truth", "there is no such warning", unused=True),
    "DAPPER_FILENAME_NORMALIZATION": _V("PYDEVD_FILENAME_NORMALIZATION", "text",
                                        "names are compared without regard to their spelling anyway", unused=True),
    "DAPPER_DISABLE_FILE_VALIDATION": _V("PYDEVD_DISABLE_FILE_VALIDATION", "truth",
                                         "frozen modules need no warning", unused=True),
    "DAPPER_IPYTHON_COMPATIBLE_DEBUGGING": _V("PYDEVD_IPYTHON_COMPATIBLE_DEBUGGING", "truth",
                                              "a step goes from cell line to cell line anyway", unused=True),
    "DAPPER_IPYTHON_CONTEXT": _V("PYDEVD_IPYTHON_CONTEXT", "text",
                                 "a step goes from cell line to cell line anyway", unused=True),
    "DAPPER_APPLY_PATCHING_TO_HIDE_THREADS": _V("PYDEVD_APPLY_PATCHING_TO_HIDE_PYDEVD_THREADS", "truth",
                                                "dapper's one thread is hidden without a patch", unused=True),
    "DAPPER_TRACE_ITSELF": _V("DEBUGPY_TRACE_DEBUGPY", "text", "dapper's own code is never debugged by itself", unused=True),
    "DAPPER_LOG_PATHS": _V("DEBUG_PYDEVD_PATHS_TRANSLATION", "truth", "the log tells each path with its request",
                           unused=True),
    "DAPPER_LOG_TIME": _V("PYDEVD_LOG_TIME", "truth", "each line of a log has its time", unused=True),
    "DAPPER_PYQT_MODE": _V("PYDEVD_PYQT_MODE", "text", "threads of Qt are debugged without being told of", unused=True),
    "DAPPER_ATTACH_PREFER_LLDB": _V("PYDEVD_ATTACH_PREFER_LLDB", "truth", "the launch key linuxAttachPreferLldb does it",
                                    unused=True),
    "DAPPER_ATTACH_BY_PID_DEBUG_INFO": _V("DEBUGPY_ATTACH_BY_PID_DEBUG_INFO", "text",
                                          "the log tells what attaching by process id does", unused=True),
    "DAPPER_GDB_SCAN_SHARED_LIBRARIES": _V("PYDEVD_GDB_SCAN_SHARED_LIBRARIES", "text",
                                           "gdb needs none for what dapper asks of it", unused=True),
    "DAPPER_GEVENT_SUPPORT": _V("GEVENT_SUPPORT", "truth", "no variable is needed for gevent", unused=True),
    "DAPPER_GEVENT_SHOW_PAUSED_GREENLETS": _V("GEVENT_SHOW_PAUSED_GREENLETS", "truth",
                                              "greenlets that wait are not shown yet", unused=True),
    "DAPPER_GEVENT_SUPPORT_NOT_SET_MSG": _V("GEVENT_SUPPORT_NOT_SET_MSG", "text", "there is no such message", unused=True),
}

#: Ours alone, set by dapper for the processes it starts; nobody else should.
INTERNAL = ("DAPPER_BOOT", "DAPPER_ROOT")


def get(name):
    """The text of a setting, ours before its twins; None where none is set."""
    value = environ.get(name)
    if value is not None:
        return value
    for twin in TABLE[name].twins:
        value = environ.get(twin)
        if value is not None:
            return value
    return None


def truth(name):
    """A setting of kind truth: True, False, or None where it is not set or says neither."""
    value = (get(name) or "").lower()
    return True if value in TRUE else False if value in FALSE and get(name) is not None else None


def number(name, default=None):
    """A setting of kind number; the default where it is not set or is none."""
    try:
        return float(get(name) or "")
    except ValueError:
        return default
