"""MonitoringEngine: breakpoints and steps by sys.monitoring (PEP 669), Python 3.12 and newer.

Two tools share the work. The *watcher* discovers code (PY_START and PY_RESUME, switched off place by place) and
reports lines with breakpoints. The *follower* is used while a thread steps or is asked to pause; it never returns
DISABLE, so nothing has to be switched on again for it, and it is cleared when the last step ends.
"""
import sys
from _thread import allocate_lock, get_ident

from dapper._frame_eval.frame_state import line_at
from dapper._frame_eval.selective_tracer import Selector
from dapper._frame_eval.telemetry import Reason, telemetry

_current_frames = sys._current_frames
_getframe = sys._getframe

WATCHER_IDS = (0, 3, 4)  # DEBUGGER_ID, then the two ids the documentation leaves free
FOLLOWER_IDS = (4, 3)


def free_ids():
    """(watcher id, follower id) that no other tool holds, or None."""
    tool = sys.monitoring.get_tool
    follower = [number for number in FOLLOWER_IDS if tool(number) is None]
    watcher = [number for number in WATCHER_IDS if tool(number) is None and number not in follower[:1]]
    return (watcher[0], follower[0]) if watcher and follower else None


class MonitoringEngine:
    """Watches all threads. See SettraceEngine for what ``port`` is.

    Raises:
        RuntimeError: on ``start``, when no tool id is free.
    """

    name = "monitoring"

    def __init__(self, port):
        self._port = port
        self._selector = None
        self._armed = {}  # id(code) → Interest, for code with local events of the watcher
        self._off = {}  # id(code) → offsets at which the watcher's line events are switched off
        self._seen = {}  # thread → the frame in which the follower has just reported what the watcher will be told too
        self._followed = {}  # id(code) → code, for code with local events of the follower
        self._following = set()  # threads that step
        self._going_in = set()  # those of them that step into calls
        self._hurried = False  # whether a thread is asked to pause
        self._lock = allocate_lock()
        self._running = False

    def start(self, table):
        """Begin to watch.

        Raises:
            RuntimeError: other tools hold the ids.
        """
        monitoring = sys.monitoring
        ids = free_ids()
        if ids is None:
            raise RuntimeError("other tools hold the sys.monitoring ids 0, 3 and 4")
        self._monitoring, self._events, self._disable = monitoring, monitoring.events, monitoring.DISABLE
        self._watcher, self._follower = ids
        events = self._events
        monitoring.use_tool_id(self._watcher, "dapper")
        monitoring.use_tool_id(self._follower, "dapper steps")
        self._selector = Selector.of(table)
        self._running = True
        register = monitoring.register_callback
        register(self._watcher, events.PY_START, self._on_start)
        register(self._watcher, events.PY_RESUME, self._on_resume)
        register(self._watcher, events.LINE, self._on_line)
        register(self._watcher, events.JUMP, self._on_jump)
        register(self._watcher, events.BRANCH, self._on_branch)
        register(self._watcher, events.RAISE, self._on_raise)
        register(self._follower, events.PY_START, self._on_follow_start)
        register(self._follower, events.PY_RESUME, self._on_follow_start)
        register(self._follower, events.LINE, self._on_follow_line)
        register(self._follower, events.PY_RETURN, self._on_follow_return)
        register(self._follower, events.PY_YIELD, self._on_follow_yield)
        monitoring.set_events(self._watcher, events.PY_START | events.PY_RESUME)
        # Code seen by an engine before this one may not announce itself again.
        for code in self._selector.codes() + [frame.f_code for frame in self._frames()]:
            self._arm(self._selector.interest(code))

    def stop(self):
        """Give the tool ids back; the program runs as without us."""
        if not self._running:
            return
        self._running = False
        for tool in (self._watcher, self._follower):
            self._monitoring.set_events(tool, 0)
            for code in [kept.code for kept in self._armed.values()] + list(self._followed.values()):
                self._monitoring.set_local_events(tool, code, 0)
            for name in ("PY_START", "PY_RESUME", "LINE", "JUMP", "BRANCH", "RAISE", "PY_RETURN", "PY_YIELD"):
                self._monitoring.register_callback(tool, getattr(self._events, name), None)
            self._monitoring.free_tool_id(tool)
        self._armed, self._followed, self._off, self._seen = {}, {}, {}, {}

    def watch_this_thread(self, on=True):
        """Threads are all watched; nothing to do."""

    def reach_main_thread(self):
        """Threads are all watched; nothing to do."""

    def update(self, table):
        """Use another breakpoint table: arm and disarm the code seen so far, running frames included."""
        self._selector = selector = Selector.of(table)
        for code in selector.codes() + [frame.f_code for frame in self._frames()]:
            interest = selector.interest(code)
            if not interest and id(code) in self._armed:
                self._monitoring.set_local_events(self._watcher, code, 0)
                del self._armed[id(code)]
                self._off.pop(id(code), None)
            self._arm(interest)

    def codes(self):
        """The code objects seen so far."""
        return self._selector.codes()

    def watch_raises(self, on):
        """Report raised exceptions, or don't."""
        events = self._events
        self._monitoring.set_events(
            self._watcher, events.PY_START | events.PY_RESUME | (events.RAISE if on else 0)
        )

    def follow(self, ident, frame, plan):
        """Send the events a step needs: lines of the frame and its callers, and calls if it goes into them."""
        events = self._events
        with self._lock:
            self._following.add(ident)
            while frame is not None:
                self._follow_code(frame.f_code)
                frame = frame.f_back
            if plan.goes_in:
                self._going_in.add(ident)
            self._listen()

    def unfollow(self, ident):
        """The step of that thread is over."""
        with self._lock:
            self._following.discard(ident)
            self._going_in.discard(ident)
            self._listen()
            if not self._following:
                for code in self._followed.values():
                    self._monitoring.set_local_events(self._follower, code, 0)
                self._followed = {}

    def hurry(self, idents):
        """Make these threads report their next line, wherever they are."""
        with self._lock:
            self._hurried = True
            self._listen()

    def calm(self):
        """Nobody is asked to pause any more."""
        with self._lock:
            self._hurried = False
            self._listen()

    def _listen(self):
        """Have the follower told, of all code, what a pause or a step into calls needs; mostly that is nothing."""
        events, wanted = self._events, 0
        if self._hurried:
            wanted |= events.LINE | events.PY_START
        if self._going_in:
            wanted |= events.PY_START | events.PY_RESUME
        self._monitoring.set_events(self._follower, wanted)

    def _frames(self):
        for frame in list(_current_frames().values()):
            while frame is not None:
                yield frame
                frame = frame.f_back

    def _arm(self, interest):
        if not interest:
            return
        code = interest.code
        # LINE alone never fires in one-line functions from 3.13 on: python/cpython#155992.
        wanted = self._events.LINE | self._events.PY_START
        if any(getattr(stops, "loops", False) for stops in interest.lines.values()):
            wanted |= self._events.JUMP
        if any(getattr(stops, "branches", None) for stops in interest.lines.values()):
            wanted |= self._events.BRANCH
        if id(code) in self._armed:  # lines switched off before may matter now
            self._monitoring.set_local_events(self._watcher, code, 0)
        self._armed[id(code)] = interest
        self._off[id(code)] = set()
        self._monitoring.set_local_events(self._watcher, code, wanted)

    def _follow_code(self, code):
        if id(code) not in self._followed:
            events = self._events
            self._followed[id(code)] = code
            self._monitoring.set_local_events(
                self._follower, code, events.LINE | events.PY_START | events.PY_RETURN | events.PY_YIELD
            )

    # The watcher's callbacks

    def _on_start(self, code, offset):
        try:
            interest = self._selector.interest(code)
            if not interest:
                return self._disable
            if id(code) not in self._armed:
                self._arm(interest)
            if interest.entry:
                self._port.on_enter(_getframe(1))
                return None
            if code.co_firstlineno in interest.lines:
                return None  # from 3.13 on LINE is silent in a one-line function whose PY_START is switched off
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return self._disable

    def _on_resume(self, code, offset):
        try:
            interest = self._selector.interest(code)
            if interest and id(code) not in self._armed:
                self._arm(interest)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return self._disable

    def _on_line(self, code, line):
        try:
            frame = _getframe(1)
            if self._seen and self._seen.pop(get_ident(), None) is frame:
                return None
            interest = self._armed.get(id(code))
            found = interest and interest.lines.get(line)
            if not found and not (interest and interest.entry):
                self._off.setdefault(id(code), set()).add(frame.f_lasti)
                return self._disable
            self._port.on_line(frame, line, found)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return None

    def _on_jump(self, code, offset, destination):
        """A loop on one line goes on: no line event tells that."""
        try:
            interest = self._armed.get(id(code))
            if destination < offset and interest is not None:
                line = line_at(code, offset)
                found = interest.lines.get(line)
                if found and found.loops and line_at(code, destination) == line:
                    self._port.on_line(_getframe(1), line, found, destination)
                    return None
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return self._disable

    def _on_branch(self, code, offset, destination):
        """A jump whose line is that of what it leads to: only where it goes tells whether that line runs."""
        try:
            interest = self._armed.get(id(code))
            line = line_at(code, offset)
            found = interest.lines.get(line) if interest is not None else None
            if found and offset in found.branches:
                if destination in found.branches[offset] and line_at(code, destination) == line:
                    self._port.on_line(_getframe(1), line, found, destination)
                return None
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return self._disable

    def _on_raise(self, code, offset, exception):
        try:
            self._port.on_raise(_getframe(1), (type(exception), exception, exception.__traceback__))
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)

    # The follower's callbacks

    def _on_follow_start(self, code, offset):
        try:
            if self._port.enters(get_ident(), code):
                with self._lock:
                    self._follow_code(code)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)

    def _on_follow_line(self, code, line):
        try:
            interest = self._armed.get(id(code))
            if interest and (interest.entry or interest.lines.get(line)):
                return  # the watcher reports this line
            if self._port.wants(get_ident()):
                frame = _getframe(1)
                off = self._off.get(id(code))
                if off is not None and frame.f_lasti not in off:
                    self._seen[get_ident()] = frame  # both tools are told of this line, the follower first
                self._port.on_line(frame, line, None)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)

    def _on_follow_return(self, code, offset, value):
        self._leave(_getframe(1), value, False)

    def _on_follow_yield(self, code, offset, value):
        self._leave(_getframe(1), value, True)

    def _leave(self, frame, value, suspended):
        try:
            if self._port.wants(get_ident()):
                self._port.on_leave(frame, value, suspended)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)

    def _fault(self, error):
        if isinstance(error, (RecursionError, MemoryError)):
            return  # the program is at its limit; what we do now must not push it over
        telemetry.record(Reason.ENGINE_FAULT, repr(error))
        self._port.on_fault(error)
