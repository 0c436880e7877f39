"""InstructionWatch: tells of single instructions, by a sys.monitoring tool of its own (3.12+), beside any engine.

Only code objects somebody selects have events, and in them each place nobody wants is switched off when it is first
reached. A thread that steps by instructions has all places of the code it is in switched on again.
"""
import sys
from _thread import allocate_lock, get_ident

from dapper._frame_eval import core
from dapper._frame_eval.telemetry import Reason, telemetry

_current_frames = sys._current_frames
_getframe = sys._getframe
_IDS = (5, 2, 1, 3, 4, 0)  # not those the engines use, if it can be; and pdb's (3.14) last


class InstructionWatch:
    """Watches all threads, from `refresh` on, while something is selected or followed.

    Args:
        select: ``select(code) -> {offset: what}``, the instructions of interest in a code object.
        enters: ``enters(ident, code)``: does a thread that steps into calls want to stop in this code?
        on_instruction: called with (frame, offset, what) before an instruction of interest or of a step; ``what`` is
            None for a mere step.
    """

    def __init__(self, select, enters, on_instruction):
        self._select = select
        self._enters = enters
        self._on_instruction = on_instruction
        self._tool = None
        self._armed = {}  # id(code) → (code, {offset: what})
        self._followed = {}  # id(code) → code
        self._following = {}  # thread → whether it steps into calls
        self._lock = allocate_lock()

    def refresh(self, wanted):
        """Ask ``select`` anew about all code; ``wanted``: whether anything is selected anywhere.

        Raises:
            RuntimeError: other tools hold all ids of sys.monitoring.
        """
        if self._tool is None and not wanted:
            return
        self._start()
        with self._lock:
            for code, _ in list(self._armed.values()):
                core.at_hand().set_local_events(self._tool, code, 0)
            self._armed = {}
        events = self._events
        self._monitoring.set_events(self._tool, events.PY_START | events.PY_RESUME if wanted else 0)
        if wanted:
            self._monitoring.restart_events()  # code that said it is of no interest may be now
            for frame in _frames():
                self._arm(frame.f_code)

    def follow(self, ident, frame, deep):
        """Tell of every instruction of a thread in ``frame`` and its callers; if ``deep``, also in what it calls.

        Raises:
            RuntimeError: other tools hold all ids of sys.monitoring.
        """
        self._start()
        self._following[ident] = deep
        while frame is not None:
            self._follow_code(frame.f_code)
            frame = frame.f_back
        if deep:
            events = self._events
            self._monitoring.set_events(self._tool, events.PY_START | events.PY_RESUME)
            self._monitoring.restart_events()

    def keep_following(self, ident, deep):
        """The thread goes on with its step."""
        self._following[ident] = deep

    def watch_dicts(self, native, changes, missing):
        """A DictWatch of the native core that has the next instruction told when it has noted a change.

        Args:
            native: the core.
            changes, missing: see DictWatch.

        Raises:
            RuntimeError: other tools hold all ids of sys.monitoring.
        """
        self._start()
        switch = self._monitoring.set_local_events
        return native.DictWatch(changes, self._following, switch, self._tool, self._events.INSTRUCTION, missing)

    def unfollow(self, ident):
        """The step of that thread is over."""
        if self._following.pop(ident, None) is None or self._following:
            return
        with self._lock:
            followed, self._followed = self._followed, {}
            for code in followed.values():
                if id(code) not in self._armed:
                    core.at_hand().set_local_events(self._tool, code, 0)

    def stop(self):
        """Give the tool id back."""
        if self._tool is None:
            return
        tool, self._tool = self._tool, None
        monitoring = self._monitoring
        monitoring.set_events(tool, 0)
        for code in [code for code, _ in self._armed.values()] + list(self._followed.values()):
            core.at_hand().set_local_events(tool, code, 0)
        monitoring.free_tool_id(tool)
        self._armed, self._followed, self._following = {}, {}, {}

    def _start(self):
        if self._tool is not None:
            return
        monitoring = sys.monitoring
        free = [number for number in _IDS if monitoring.get_tool(number) is None]
        if not free:
            raise RuntimeError("other tools hold all ids of sys.monitoring")
        monitoring.use_tool_id(free[0], "dapper instructions")
        self._monitoring, self._events, self._disable = monitoring, monitoring.events, monitoring.DISABLE
        self._tool = free[0]
        monitoring.register_callback(self._tool, self._events.PY_START, self._on_start)
        monitoring.register_callback(self._tool, self._events.PY_RESUME, self._on_start)
        monitoring.register_callback(self._tool, self._events.INSTRUCTION, self._on_event)

    def _arm(self, code):
        found = self._select(code)
        if found and self._tool is not None:
            with self._lock:
                self._armed[id(code)] = code, found
                self._switch_on(code)

    def _follow_code(self, code):
        with self._lock:
            self._followed[id(code)] = code
            self._switch_on(code)

    def _switch_on(self, code):
        self._monitoring.set_local_events(self._tool, code, 0)  # places switched off before are on again
        core.at_hand().set_local_events(self._tool, code, self._events.INSTRUCTION)

    def _on_start(self, code, offset):
        try:
            if id(code) not in self._armed:
                self._arm(code)
            ident = get_ident()
            if self._following.get(ident) and id(code) not in self._followed and self._enters(ident, code):
                self._follow_code(code)
            if any(self._following.values()):
                return None  # a thread that steps may come here
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return self._disable

    def _on_event(self, code, offset):
        try:
            found = self._armed.get(id(code))
            found = found and found[1].get(offset)
            if found is not None or get_ident() in self._following:
                self._on_instruction(_getframe(1), offset, found)
            elif id(code) not in self._followed:
                return self._disable
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return None

    def _fault(self, error):
        if not isinstance(error, (RecursionError, MemoryError)):
            telemetry.record(Reason.ENGINE_FAULT, repr(error))


def _frames():
    for frame in list(_current_frames().values()):
        while frame is not None:
            yield frame
            frame = frame.f_back
