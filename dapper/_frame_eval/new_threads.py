"""Puts a trace function into threads as they start, whatever way they start."""
import _thread
import sys

_NAMES = ("start_new_thread", "start_new", "start_joinable_thread")


class NewThreads:
    """While installed, every new Python thread begins with ``sys.settrace(trace)``.

    `threading` is asked where it is loaded. Where it is not, it will pick up the functions of `_thread` when it is;
    importing it here would make our own thread its main thread (before 3.13), and cost the program 4 ms.

    Args:
        trace: the trace function.
        join: called in a new thread to have ``trace`` beside the function that another tool has told `threading` to
            put there; None: the other one is replaced.
    """

    def __init__(self, trace, join=None):
        self._trace = trace
        self._join = join
        self._originals = {}
        self._hook = self._hook_before = None

    def install(self):
        threading = sys.modules.get("threading")
        if threading is not None:
            self._hook, self._hook_before = self._trace, None
            before = getattr(threading, "_trace_hook", None)
            if before is not None and self._join is not None:
                self._hook, self._hook_before = self._joint(before), before
            threading.settrace(self._hook)
        for name in _NAMES:
            original = getattr(_thread, name, None)
            if original is not None:
                self._originals[name] = original
                setattr(_thread, name, self._wrap(original))

    def remove(self):
        """Threads start as without us; those that run keep their trace function until they ask it."""
        threading = sys.modules.get("threading")
        if threading is not None and getattr(threading, "_trace_hook", None) in (self._hook, self._trace):
            threading.settrace(self._hook_before)
        for name, original in self._originals.items():
            setattr(_thread, name, original)
        self._originals = {}

    def _joint(self, before):
        def trace(frame, event, arg):
            local = before(frame, event, arg)
            self._join()
            return local

        return trace

    def _wrap(self, original):
        def start(function, *args, **kwargs):
            def run(*inner, **named):
                sys.settrace(self._trace)
                return function(*inner, **named)

            return original(run if callable(function) else function, *args, **kwargs)

        start.__name__ = start.__qualname__ = original.__name__
        return start
