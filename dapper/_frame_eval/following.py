"""Follower: steps and pauses by sys.monitoring. It never returns DISABLE, so nothing has to be switched on again."""
import sys
from _thread import allocate_lock, get_ident

_getframe = sys._getframe


class Follower:
    """A tool of sys.monitoring that is cleared when the last step ends.

    Its id has to be lower than that of the tool that reports breakpoints: sys.monitoring calls the higher one first,
    so a breakpoint that is set while its thread stands at the end of a step does not stop it there again.

    Args:
        port: see SettraceEngine.
        fault: takes errors of ours.
        kit: the native core or its twin.

    Attributes:
        is_settled: whether no global events have changed since it was last set.
        inside: ``inside(frame)`` tells whether a frame runs on behalf of the debugger and is to be left alone; or None.
    """

    def __init__(self, port, fault, kit):
        self._port = port
        self._kit = kit
        self._fault = fault
        self.inside = None
        self._followed = {}  # id(code) → code, for code with local events
        self._following = set()  # threads that step
        self._going_in = set()  # those of them that step into calls
        self._hurried = False  # whether a thread is asked to pause
        self._global = 0  # its global events
        self.is_settled = True
        self._lock = allocate_lock()
        self._tool = None

    def start(self, tool):
        """Take the tool id, which is free."""
        self._tool = tool
        monitoring = sys.monitoring
        self._set_events = monitoring.set_events
        self._events = events = monitoring.events
        monitoring.use_tool_id(tool, "dapper steps")
        self._callbacks = {
            events.PY_START: self._on_start,
            events.PY_RESUME: self._on_start,
            events.LINE: self._on_line,
            events.PY_RETURN: self._on_return,
            events.PY_YIELD: self._on_yield,
        }
        for event, callback in self._callbacks.items():
            monitoring.register_callback(tool, event, callback)

    def stop(self):
        """Give the id back."""
        self._hurried = False
        self._going_in.clear()
        self._listen()
        self._clear()
        for event in self._callbacks:
            sys.monitoring.register_callback(self._tool, event, None)
        sys.monitoring.free_tool_id(self._tool)

    def follow(self, ident, frame, plan):
        """Send the events a step needs: lines of the frame and its callers, and calls if it goes into them."""
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
                self._clear()

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

    def _clear(self):
        for code in self._followed.values():
            self._kit.set_local_events(self._tool, code, 0)
        self._followed = {}

    def _listen(self):
        """Be told, of all code, what a pause or a step into calls needs; mostly that is nothing."""
        events, wanted = self._events, 0
        if self._hurried:
            wanted |= events.LINE | events.PY_START
        if self._going_in:
            wanted |= events.PY_START | events.PY_RESUME
        if wanted != self._global:
            self._global = wanted
            self.is_settled = False
            self._set_events(self._tool, wanted)

    def _follow_code(self, code):
        if id(code) not in self._followed:
            events = self._events
            self._followed[id(code)] = code
            self._kit.set_local_events(
                self._tool, code, events.LINE | events.PY_START | events.PY_RETURN | events.PY_YIELD
            )

    def _is_inside(self, frame):
        return self.inside is not None and self.inside(frame)

    def _on_start(self, code, offset):
        try:
            if self._port.enters(get_ident(), code) and not self._is_inside(_getframe(1)):
                with self._lock:
                    self._follow_code(code)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)

    def _on_line(self, code, line):
        try:
            if self._port.wants(get_ident()):
                frame = _getframe(1)
                if not self._is_inside(frame):
                    self._port.on_line(frame, line, None)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)

    def _on_return(self, code, offset, value):
        self._leave(_getframe(1), value, False)

    def _on_yield(self, code, offset, value):
        self._leave(_getframe(1), value, True)

    def _leave(self, frame, value, suspended):
        try:
            if self._port.wants(get_ident()):
                self._port.on_leave(frame, value, suspended)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
