"""Has the main thread call something soon, wherever it is in its own code."""
from dapper._frame_eval import core

_waiting = []
_callback = None  # lives as long as the process: the interpreter may call it at any later time


def run(action):
    """Have the main thread call ``action()`` between two of its bytecode instructions.

    Source: Py_AddPendingCall in the C API reference. The interpreter calls back at least once for each time it is asked.
    """
    global _callback
    native = core.loaded()
    if native is not None and native.call_soon(action):
        return
    import ctypes

    if _callback is None:
        _callback = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(_run_waiting)
    _waiting.append(action)
    ctypes.pythonapi.Py_AddPendingCall(_callback, None)


def _run_waiting(_):
    for _ in range(len(_waiting)):  # and not what is added meanwhile: it has a call of its own
        _waiting.pop(0)()
    return 0
