"""Puts a trace function into threads as they start, whatever way they start."""
import _thread
import sys

_NAMES = ("start_new_thread", "start_new", "start_joinable_thread")


class NewThreads:
    """While installed, every new Python thread begins with ``sys.settrace(trace)``.

    `threading` is asked where it is loaded. Where it is not, it will pick up the functions of `_thread` when it is;
    importing it here would make our own thread its main thread (before 3.13), and cost the program 4 ms.
    """

    def __init__(self, trace):
        self._trace = trace
        self._originals = {}

    def install(self):
        threading = sys.modules.get("threading")
        if threading is not None:
            threading.settrace(self._trace)
        for name in _NAMES:
            original = getattr(_thread, name, None)
            if original is not None:
                self._originals[name] = original
                setattr(_thread, name, self._wrap(original))

    def remove(self):
        """Threads start as without us; those that run keep their trace function until they ask it."""
        threading = sys.modules.get("threading")
        if threading is not None:
            threading.settrace(None)
        for name, original in self._originals.items():
            setattr(_thread, name, original)
        self._originals = {}

    def _wrap(self, original):
        def start(function, *args, **kwargs):
            def run(*inner, **named):
                sys.settrace(self._trace)
                return function(*inner, **named)

            return original(run if callable(function) else function, *args, **kwargs)

        start.__name__ = start.__qualname__ = original.__name__
        return start
