"""Where an uncaught exception passes on its way out: sys.excepthook and its twin for threads. Costs nothing before."""
import _thread
import sys


class ExceptionHooks:
    """Puts itself in front of the hooks that print an uncaught exception; they run afterwards as ever.

    Args:
        on_uncaught: called with (type, exception, traceback) on the dying thread.
    """

    def __init__(self, on_uncaught):
        self._on_uncaught = on_uncaught
        self._before = None
        self._is_original = False
        self._thread_before = None
        self._thread_home = None

    def install(self):
        if self._before is not None:
            return
        self._before = sys.excepthook
        self._is_original = sys.excepthook is sys.__excepthook__
        sys.excepthook = hook = self._main
        if self._is_original:  # programs compare the two to find out whether anybody has a hook of his own
            sys.__excepthook__ = hook
        # threading takes its hook from _thread when it is imported; importing it here would cost the program 4 ms.
        threading = sys.modules.get("threading")
        self._thread_home = (threading, "excepthook") if threading is not None else (_thread, "_excepthook")
        self._thread_before = getattr(*self._thread_home, None)
        if self._thread_before is not None:
            setattr(self._thread_home[0], self._thread_home[1], self._thread)

    def remove(self):
        """Restore what was there, unless the program has put its own hook in meanwhile."""
        if self._before is None:
            return
        if sys.excepthook == self._main:
            sys.excepthook = self._before
        if self._is_original and sys.__excepthook__ == self._main:
            sys.__excepthook__ = self._before
        for owner, name in (self._thread_home, (sys.modules.get("threading"), "excepthook")):
            if getattr(owner, name, None) == self._thread:
                setattr(owner, name, self._thread_before)
        self._before = None

    def _main(self, exc_type, exception, tb):
        before = self._before or sys.__excepthook__
        caller = sys._getframe().f_back
        if caller is None or "__excepthook__" not in caller.f_code.co_names:  # else the program only wants it printed
            self._on_uncaught((exc_type, exception, tb))
        del caller
        before(exc_type, exception, tb)

    def _thread(self, args):
        before = self._thread_before
        if args.exc_type is not SystemExit:
            self._on_uncaught((args.exc_type, args.exc_value, args.exc_traceback))
        before(args)
