"""Calls an evaluation off (see evaluations) on whatever thread: CalledOff is raised in it, and never behind it.

The main thread gets a signal, whose handler looks where it is; that ends sleeping and waiting for locks, too. On others
CPython raises at some later bytecode. Where we come by when the evaluation is over, what has not come till then comes
there (see calling_off). Where a probe asks, nobody comes by: there a thread is told only while it stands where it raises
at once, or, from 3.13 on, raises by itself in a callback of sys.monitoring.
"""
import sys
from _thread import get_ident

from dapper._frame_eval import core
from dapper._frame_eval.calling_off import CalledOff, aim
from dapper.adapter.debugger import visits
from dapper.adapter.debugger.evaluations import evaluation

_current_frames = sys._current_frames
_getframe = sys._getframe
_signal = visits.signals
_FREE_THREADED = "free-threading build" in sys.version
_RAISES_AT_ONCE = sys.version_info < (3, 13)  # having had to wait for the interpreter's lock
_TOOLS = (5, 2, 1)  # ids of sys.monitoring that no engine of ours uses

_number = None  # the signal that is ours
_wanted = None  # the key of what is called off on the main thread


def expect():
    """Have the main thread, on which this is called, be ready for our signal."""
    global _number
    if _number is None:
        number = visits.free_signal()
        try:
            if number is not None:
                _signal.signal(number, _on_signal)
                _number = number
                visits.resident = _on_signal
        except ValueError:  # not the main thread as signals see it
            _number = None


def leave():
    """Have the main thread, on which this is called, be as before."""
    global _number
    number, _number = _number, None
    if number is not None and _signal.getsignal(number) is _on_signal:
        _signal.signal(number, _signal.SIG_DFL)


def is_expecting():
    """Whether a signal would reach the main thread."""
    return _number is not None


def _on_signal(number, frame):
    if _wanted is not None and _is(evaluation(frame), _wanted):
        raise CalledOff


def _is(found, key):
    return found is not None and found.key == key and found.can_be_raised_in


class Halt:
    """Has one evaluation end.

    Args:
        found: the Evaluation, whose frame the caller keeps.
        ident: its thread.
        is_main: whether that is the main thread.
    """

    def __init__(self, found, ident, is_main):
        self._key = found.key
        self._ident = ident
        self._signal = _number if is_main and _number is not None and _signal.getsignal(_number) is _on_signal else None
        self._tool = None
        self._codes = []

    def again(self, found):
        """Try once; it may swallow that, or not listen yet.

        Args:
            found: the Evaluation, as it is now.
        """
        global _wanted
        if self._signal is not None:
            _wanted = self._key
            _signal.pthread_kill(self._ident, self._signal)
        elif _FREE_THREADED:
            return  # its frames can't be looked at while it runs
        elif found.probe is None:
            kit = core.at_hand()
            aim(self._ident, self._is_there, kit if kit.on_end is not None else None)
        elif not found.can_be_raised_in:
            return
        elif _RAISES_AT_ONCE and core.at_hand().raise_at is not None:
            if found.is_at_a_call:
                core.at_hand().raise_at(self._ident, found.innermost, found.innermost.f_lasti, CalledOff)
        elif hasattr(sys, "monitoring"):
            self._lie_in_wait(found)

    def over(self):
        """It has ended."""
        global _wanted
        if self._signal is not None:
            _wanted = None
        if self._tool is not None:
            monitoring = sys.monitoring
            for code in self._codes:
                core.at_hand().set_local_events(self._tool, code, 0)
            for event in _events():
                monitoring.register_callback(self._tool, event, None)
            monitoring.free_tool_id(self._tool)
            self._tool, self._codes = None, []

    def _is_there(self):
        return _is(evaluation(_current_frames().get(self._ident)), self._key)

    def _lie_in_wait(self, found):
        """Have the thread come by in the code that it runs now."""
        monitoring = sys.monitoring
        if self._tool is None:
            free = [number for number in _TOOLS if monitoring.get_tool(number) is None]
            if not free:
                return
            self._tool = free[0]
            monitoring.use_tool_id(self._tool, "dapper calls off")
            for event in _events():
                monitoring.register_callback(self._tool, event, self._on_event)
        frame = found.innermost
        while frame is not None and frame is not found.probe:
            if frame.f_code not in self._codes:
                self._codes.append(frame.f_code)
                monitoring.set_local_events(self._tool, frame.f_code, sum(_events()))
            frame = frame.f_back

    def _on_event(self, *_):
        if get_ident() == self._ident and _is(evaluation(_getframe(1)), self._key):
            raise CalledOff


def _events():
    events = sys.monitoring.events
    return events.LINE, events.JUMP, events.PY_START, events.PY_RETURN
