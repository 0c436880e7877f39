"""Which threads are traced, when several of them ask at the same moment."""
import sys
import threading
from _thread import get_ident

import pytest

from dapper._frame_eval.trace_needs import TraceNeeds


class Kit:
    """Threads that remember who traces them; ``meanwhile()`` is what another thread does before one is let go."""

    def __init__(self):
        self.traced = {}
        self.meanwhile = lambda: None

    def is_shared(self, ident):
        return False

    def trace_thread(self, ident, tracer):
        self.traced[ident] = tracer

    def thread_trace(self, ident):
        self.meanwhile()
        return self.traced.get(ident)

    def suspend_callees(self, on):
        """There are no callees."""


class Mark:
    """What stands in ``f_trace``."""

    suspensions = False

    def __call__(self, frame, event, arg):
        """Nobody traces here."""


@pytest.fixture
def kit():
    return Kit()


@pytest.fixture
def needs(kit):
    return TraceNeeds(kit, "tracer", Mark(), Mark(), True, tuple)


def test_a_thread_that_is_let_go_while_its_frame_is_pinned(kit, needs):
    """A thread at a call may have found that nobody needs it, when setBreakpoints finds that its frame matters."""
    frame, ident = sys._getframe(), get_ident()
    pinning = threading.Thread(target=needs.pin, args=(frame, ident))

    def meanwhile():
        kit.meanwhile = lambda: None
        pinning.start()
        pinning.join(0.3)  # it may have to wait until we are done

    kit.meanwhile = meanwhile
    needs.trace(ident)
    try:
        needs.settle()
        pinning.join()
        needs.trace(ident)
        assert frame.f_trace is not None
        needs.settle()
        assert kit.traced[ident] == "tracer"
        needs.keep_pinned(())
        needs.settle()
        assert kit.traced[ident] is None
        assert frame.f_trace is None
    finally:
        frame.f_trace = None


class Frame:
    """A frame; ``meanwhile()`` is what another thread does before ``f_trace`` is set for the next time."""

    f_code = (lambda: None).__code__

    def __init__(self):
        self.meanwhile = None
        self._trace = None

    @property
    def f_trace(self):
        return self._trace

    @f_trace.setter
    def f_trace(self, trace):
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        self._trace = trace


def test_a_frame_that_relaxes_while_it_is_pinned(needs):
    frame = Frame()
    needs.mark(get_ident(), frame)
    frame.meanwhile = lambda: needs.pin(frame, get_ident())
    needs.relax(frame, get_ident(), False)
    assert frame.f_trace is not None
