"""A moment in which the calling thread gets its turn sooner, while others compute.

Each look at a file lets another thread run, for 5 milliseconds if it has much to do. Ten of them would keep a
breakpoint waiting for as many times that.
"""
import sys

_INTERVAL = 0.0002  # seconds


class Sooner:
    """Use it in a ``with``; what the program sets meanwhile stays."""

    def __enter__(self):
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(min(self._before, _INTERVAL))
        self._ours = sys.getswitchinterval()

    def __exit__(self, *exc_info):
        if sys.getswitchinterval() == self._ours:
            sys.setswitchinterval(self._before)
