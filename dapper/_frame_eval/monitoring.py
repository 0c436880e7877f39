"""MonitoringEngine: breakpoints and steps by sys.monitoring (PEP 669), Python 3.12 and newer.

Two tools share the work. The *watcher* discovers code (PY_START and PY_RESUME, switched off place by place) and
reports lines with breakpoints; its callbacks are those of a LineTable. The *follower* serves steps and pauses.
"""
import os
import sys
from _thread import RLock, get_ident

from dapper._frame_eval import core, opcodes
from dapper._frame_eval.config import FrameEvalConfig
from dapper._frame_eval.faults import Faults
from dapper._frame_eval.following import Follower
from dapper._frame_eval.frame_state import line_at
from dapper._frame_eval.selective_tracer import Selector

_current_frames = sys._current_frames
_getpid = os.getpid
_is_finalizing = sys.is_finalizing
_getframe = sys._getframe

# DEBUGGER_ID, which pdb takes, and the two that the documentation leaves free; of these Hypothesis takes 3. Nobody uses
# OPTIMIZER_ID. The watcher's has to be the higher one.
PAIRS = ((5, 4), (4, 3), (4, 0), (3, 0)) if opcodes.PDB_TAKES_ID_0 else ((4, 0), (4, 3), (3, 0))
_A_MOMENT = 1000  # microseconds


def free_ids():
    """(watcher id, follower id) that no other tool holds, or None."""
    tool = sys.monitoring.get_tool
    return next((pair for pair in PAIRS if tool(pair[0]) is None and tool(pair[1]) is None), None)


class MonitoringEngine:
    """Watches all threads.

    Args:
        port: see SettraceEngine; and Implants, for what is asked of breakpoints that are more than lines.
        kit: from `core.kit`; the native one where it loads by default.
        config: the FrameEvalConfig.

    Raises:
        RuntimeError: on ``start``, when no tool id is free.
    """

    name = "monitoring"

    def __init__(self, port, kit=None, config=None):
        self._port = port
        self._kit = kit = kit or core.kit()
        self._config = config or FrameEvalConfig()
        self._fault = Faults(port)
        self._selector = None
        self._armed = {}  # id(code) → Interest, for code with local events of the watcher
        self._entered = {}  # thread → the frame of a function with a breakpoint that has just begun
        self._lines = kit.LineTable(self._meet, self._fault)
        self._decides = False  # whether a breakpoint has a condition or the like
        self._gates = None  # until one has
        self._bdb = None  # until the program uses that
        self._follower = Follower(port, self._fault, kit)
        self._lock = RLock()  # it may be a finalizer that runs new code
        self._pid = _getpid()
        self._running = False
        self._is_settled = True  # whether no global events have changed since it was last set

    # Life

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
        self._watcher, follower = ids
        events = self._events
        self._follower.start(follower)
        monitoring.use_tool_id(self._watcher, "dapper")
        self._selector = Selector.of(table)
        self._running = True
        self._callbacks = {
            events.PY_START: self._lines.on_start,
            events.PY_RESUME: self._lines.on_resume,
            events.LINE: self._lines.on_line,
            events.JUMP: self._on_jump,
            events.BRANCH: self._on_branch,
            events.RAISE: self._on_raise,
        }
        for event, callback in self._callbacks.items():
            monitoring.register_callback(self._watcher, event, callback)
        self._lines.forget_seen()
        self._set_events(events.PY_START | events.PY_RESUME)
        self.update(self._selector)  # code seen by an engine before this one may not announce itself again
        self.catch_up()

    def stop(self):
        """Give the tool ids back; the program runs as without us."""
        if not self._running:
            return
        self._running = False
        monitoring = self._monitoring
        self._set_events(0)
        for code in self._lines.armed():
            self._kit.set_local_events(self._watcher, code, 0)
        for event in self._callbacks:
            monitoring.register_callback(self._watcher, event, None)
        if self._bdb is not None:
            self._bdb.stop()
            self._bdb = None
        self._follower.stop()
        if not _is_finalizing():
            self.catch_up()
        monitoring.free_tool_id(self._watcher)
        self._lines.clear()
        self._armed, self._entered = {}, {}

    def _set_events(self, events):
        self._is_settled = False
        self._monitoring.set_events(self._watcher, events)

    def catch_up(self):
        """Do what has been put off, for speed only: what a change of global events means for code seen so far."""
        if not (self._is_settled and self._follower.is_settled):
            self._is_settled = self._follower.is_settled = True
            self._kit.carry_out(self._watcher, self._seen())

    def _seen(self):
        yield from self._selector.codes()
        for frame in self._frames():
            yield frame.f_code

    def watch_this_thread(self, on=True):
        """Threads are all watched; nothing to do."""

    def reach_main_thread(self):
        """Threads are all watched; nothing to do."""

    # What to watch

    def update(self, table):
        """Use another breakpoint table: arm and disarm the code seen so far, running frames included."""
        with self._lock:
            self._selector = selector = Selector.of(table)
            self._decides = getattr(selector.table, "decides", False)
            self._watch_all([frame.f_code for frame in self._frames()] + self._selector.codes())

    def _expect_decisions(self):
        """Load what decides on conditions and the like, which most programs start without."""
        if self._gates is None:
            from dapper._frame_eval.line_gates import Gates

            self._gates = Gates(self._kit, self._port, self._config)

    def _watch_all(self, codes):
        for code in codes:
            self._watch(code)
        if self._decides:
            if self._gates is None and self._kit.give_way is not None:
                self._kit.give_way(_A_MOMENT)  # a hit need not wait for what makes the next ones cheap
            self._expect_decisions()

    def codes(self):
        """The code objects seen so far."""
        return self._selector.codes()

    def _frames(self):
        for frame in list(_current_frames().values()):
            while frame is not None:
                yield frame
                frame = frame.f_back

    def _meet(self, code):
        """Code that is new, or seems so, starts or goes on."""
        if self._may_wait():
            with self._lock:
                self._watch(code)

    def _may_wait(self):
        """Whether whoever holds the lock will release it: the interpreter's end, or a fork, may have taken that thread."""
        return self._running and not _is_finalizing() and _getpid() == self._pid

    def _watch(self, code):
        """Arm or disarm a code object; gives its Interest."""
        if opcodes.EARLY_OPCODE_EVENTS_GET_LOST and code.co_name == "set_trace":
            self._watch_debugger(code)
        interest = self._selector.interest(code)
        if interest:
            if self._armed.get(id(code)) is not interest:
                self._arm(code, interest)
        elif id(code) in self._armed:
            self._disarm(code)
        return interest

    def _watch_debugger(self, code):
        """The program comes with a debugger of its own: what it asks for at its start has to reach it."""
        if self._bdb is None and code.co_filename.endswith("bdb.py"):
            from dapper._frame_eval.bdb_start import BdbStart

            self._bdb = BdbStart(self._watcher, code, self._fault)

    def _arm(self, code, interest):
        self._armed[id(code)] = interest
        self._lines.arm(code, self._actions(code, interest))
        self._switch_on(code, interest.lines.values())

    def _disarm(self, code):
        self._kit.set_local_events(self._watcher, code, 0)
        self._lines.disarm(code)
        self._armed.pop(id(code), None)

    def _switch_on(self, code, stops=()):
        """Have a code object send its events, those of lines included that were switched off."""
        # LINE alone never fires in one-line functions from 3.13 on: python/cpython#155992.
        wanted = self._events.LINE | self._events.PY_START
        for one in stops:
            if getattr(one, "loops", None):
                wanted |= self._events.JUMP
            if getattr(one, "branches", None):
                wanted |= self._events.BRANCH
        self._monitoring.set_local_events(self._watcher, code, 0)
        self._kit.set_local_events(self._watcher, code, wanted)

    def _actions(self, code, interest):
        """Line → what to do there; see LineTable.arm."""
        action = self._on_first_stops if self._decides and not interest.entry else self._on_stops
        actions = {line or None: action for line in interest.lines}  # an empty module has a line 0
        if interest.entry:
            actions[0] = self._on_entry
            actions[None] = self._on_other_line
        elif code.co_firstlineno in interest.lines:
            # From 3.13 on LINE is silent in a one-line function whose PY_START is switched off.
            actions[0] = self._on_first_line
        return actions

    def watch_raises(self, on, screen=None):
        """Report raised exceptions, or don't.

        Args:
            screen: None to report them all, or what tells which: ``wants_type(type)``, ``wants_code(code)``, and, if it
                depends on nothing else, ``condition_text``, ``condition`` (compiled) and ``failed(error)``, for an
                expression over the names of the frame and ``exc``, the exception.
        """
        events = self._events
        callback = self._on_raise
        if on and screen is not None:
            from dapper._frame_eval.raise_gates import raise_gate  # most programs start without

            gate = raise_gate(self._kit, self._port, self._config, screen, self._raised, self._fault, self._implant_of)
            callback = gate.on_raise
        self._monitoring.register_callback(self._watcher, events.RAISE, callback)
        self._set_events(events.PY_START | events.PY_RESUME | (events.RAISE if on else 0))

    # Steps and pauses

    def follow(self, ident, frame, plan):
        """Send the events a step needs; see Follower."""
        self._follower.follow(ident, frame, plan)

    def unfollow(self, ident):
        """The step of that thread is over."""
        self._follower.unfollow(ident)

    def hurry(self, idents, asked=False):
        """Make these threads report their next line, wherever they are."""
        self._follower.hurry(idents)

    def calm(self):
        """Nobody is asked to pause any more."""
        self._follower.calm()

    # The watcher's callbacks: what the LineTable calls

    def _on_stops(self, frame, line):
        interest = self._armed.get(id(frame.f_code))
        found = interest and interest.lines.get(line)
        if not found:
            return self._disable
        if self._entered:
            self._entered.pop(get_ident(), None)
        self._port.on_line(frame, line, found)
        return None

    def _on_first_stops(self, frame, line):
        """Gates are made when a line of their code is reached, as most never is. Who sets breakpoints is not waited for."""
        if self._gates is not None and self._lock.acquire(False):
            try:
                code = frame.f_code
                interest = self._armed.get(id(code))
                if interest is not None:
                    actions = self._actions(code, interest)
                    actions.update(dict.fromkeys(interest.lines, self._on_stops))
                    actions.update(self._gates.of(frame, interest.lines, self._past_gate))
                    self._lines.arm(code, actions)
            finally:
                self._lock.release()
        return self._on_stops(frame, line)

    def _past_gate(self, frame, line, breakpoint):
        interest = self._armed.get(id(frame.f_code))
        found = interest and interest.lines.get(line)
        if not found:
            return
        if breakpoint.log is not None:
            self._port.log_here(breakpoint, frame, line)
        else:
            self._port.on_line(frame, line, found, None, (breakpoint.id,))

    def _on_first_line(self, frame, line):
        """The start of a one-line function."""

    def _on_entry(self, frame, line):
        code = frame.f_code
        interest = self._armed.get(id(code))
        if interest is None or not interest.entry:
            return
        self._entered[get_ident()] = frame
        self._port.on_enter(frame)
        self._switch_on(code, interest.lines.values())

    def _on_other_line(self, frame, line):
        if self._entered.get(get_ident()) is frame:
            del self._entered[get_ident()]
            self._port.on_line(frame, line, None)
        return None if self._entered else self._disable

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
        self._raised(_getframe(1), exception)

    def _implant_of(self, code):
        """The Implant of a copy with probes, else None."""

    def _raised(self, frame, exception, wanted=None):
        try:
            self._port.on_raise(frame, (type(exception), exception, exception.__traceback__), wanted)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
