"""InjectedTracingEngine: breakpoints in the code itself, and tracing only of what runs already, steps or pauses. 3.8 to 3.11.

A probe that is hit has the next line event of its frame told, which is that of its own line; there the thread stops.
"""
import os
import sys
from _thread import get_ident

from dapper._frame_eval import opcodes
from dapper._frame_eval.faults import Faults
from dapper._frame_eval.frame_state import is_entered, leaving
from dapper._frame_eval.implant import breakpoints_of
from dapper._frame_eval.implants import COPIES, Implants
from dapper._frame_eval.lookouts import Lookouts
from dapper._frame_eval.planting import Planting
from dapper._frame_eval.selective_tracer import Selector
from dapper._frame_eval.trace_needs import TraceNeeds

_current_frames = sys._current_frames
_getpid = os.getpid
_PACKAGE = __name__.partition(".")[0] + "."


class InjectedTracingEngine:
    """Watches all threads. See SettraceEngine for what ``port`` is; its ``hidden`` are the debugger's own threads.

    Args:
        port: the debugger's side.
        kit: the native core.
        config: the FrameEvalConfig.
        eval_hook: whether the eval-frame hook may be used.

    Raises:
        RuntimeError: on ``start``, when code that is loaded can't be heard of.
    """

    name = "injection"

    def __init__(self, port, kit, config, eval_hook=True):
        self._port = port
        self._kit = kit
        self._config = config
        self._fault = Faults(port)
        self._instead = kit.run_instead if eval_hook else None
        self._selector = self._implants = self._planting = self._lookouts = None
        self._running = False
        self._pid = _getpid()
        self._local = self._on_event  # one object: it is recognised by its identity in f_trace
        self._undecided = {}  # thread → what `_tell` takes: a line told while its probe was yet to run
        self._sent = {}  # thread → (frame, line), where the client has sent it to a line that begins with a probe
        self._raising = {}  # thread → the frame in which the last event was an exception
        self._lookout = kit.Lookout(self._local, self._fault)
        self._tracer = tracer = kit.Tracer(self._on_call, self._fault, self._lookout, self._local)
        tracer.copies = COPIES if opcodes.LINES_AS_MARKS else None
        self._needs = TraceNeeds(kit, tracer, self._local, self._lookout, eval_hook, lambda: port.hidden)

    def start(self, table):
        """Begin to watch.

        Raises:
            RuntimeError: an audit hook forbids ours.
        """
        self._selector = Selector.of(table)
        self._implants = Implants(self._kit, self._port, self._selector.caches, self._config, self._on_probe)
        self._planting = Planting(self._kit, self._implants, self._instead)
        self._running = True
        self.update(self._selector)
        if not self._kit.watch_exec(self._on_exec):
            raise RuntimeError("an audit hook of the program's does not allow others")

    def stop(self):
        """Give all code back as it was, and trace nobody."""
        self._running = False
        if self._planting is None:
            return
        if _getpid() != self._pid:
            self._planting.forget_inherited()
            self._needs.forget_inherited()
        self._kit.watch_exec(None)
        self._implants.close()
        self._planting.all_back()
        self._look_out()
        self._needs.stop()

    def watch_this_thread(self, on=True):
        """Threads are all watched; nothing to do."""

    def reach_main_thread(self):
        """Threads are all watched; nothing to do."""

    def update(self, table):
        """Use another breakpoint table, for running frames too."""
        self._selector = Selector.of(table)
        needs = self._needs
        frames = self._planting.renew(self._selector)
        self._look_out()
        owners = {}
        for ident, frame in _current_frames().items():
            while frame is not None:
                owners[id(frame)] = ident
                frame = frame.f_back
        for frame in frames:
            ident = owners.get(id(frame))
            self._lookouts.see(frame)
            needs.pin(frame, ident)
            if ident is not None:
                needs.trace(ident)  # now that it is needed: else it would switch that off at its next call
        needs.keep_pinned(frames)
        self._note_hard()
        self._tracer.forget_ignored()
        needs.settle()
        if self._running:
            self._kit.watch_exec(self._on_exec)  # and have code that runs again told again

    def codes(self):
        """The code objects seen so far."""
        return self._selector.codes()

    def watch_raises(self, on, screen=None):
        """Report raised exceptions in every frame, or don't; see MonitoringEngine."""
        (self._needs.everybody.add if on else self._needs.everybody.discard)("raises")
        self._tracer.raises = None
        if on:
            from dapper._frame_eval.raise_gates import raise_gate  # most programs start without

            more = self._on_raise, self._fault, self._implants.implant_of
            self._tracer.raises = raise_gate(self._kit, self._port, self._config, screen, *more)
        self._needs.settle()

    def follow(self, ident, frame, plan):
        """Send the events a step needs; ``frame`` is where the thread stands."""
        self._needs.plans[ident] = plan
        self._tracer.forget_ignored()
        self._needs.trace(ident)
        self._needs.trace_chain(ident, frame)
        self._needs.settle()

    def unfollow(self, ident):
        """The step of that thread is over."""
        self._needs.plans.pop(ident, None)  # it is let go at the end of the event that ended the step, or at the next
        self._needs.attend()

    def hurry(self, idents, asked=False):
        """Make these threads report their next line, wherever they are."""
        self._needs.hurried.update(idents)
        self._tracer.forget_ignored()
        self._needs.settle()
        for ident in idents:  # all frames in a name here would keep this one, which is among them, and all its callers
            self._needs.trace(ident)
            self._needs.trace_chain(ident, _current_frames().get(ident))

    def calm(self):
        """Nobody is asked to pause any more."""
        self._needs.hurried.clear()
        self._needs.settle()

    def _look_out(self):
        """Have the Lookout follow what is late."""
        if self._lookouts is None and self._planting.late:
            self._lookouts = Lookouts(self._kit, self._lookout, self._implants, self._port, self._config, self._on_passed)
        if self._lookouts is not None:
            self._lookouts.follow(self._planting.late)

    def _note_hard(self):
        (self._needs.everybody.add if self._planting.hard else self._needs.everybody.discard)("code")

    # Code that is loaded

    def _on_exec(self, code):
        """A code object is about to be run by exec or an import, on this thread."""
        if not self._running or get_ident() in self._port.hidden:
            return False
        try:
            again, awaited = self._planting.load(code, self._selector)
            if awaited or self._planting.hard:
                self._tracer.forget_ignored()
                self._look_out()
            if self._planting.hard and "code" not in self._needs.everybody:
                self._note_hard()
                self._needs.settle()
            if awaited:
                self._kit.keep_tracing(code)
                self._needs.awaiting.add(get_ident())
                self._needs.trace(get_ident())
                self._needs.settle()
            return again
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return False

    # Events

    def _on_probe(self, frame, plant):
        """A probe was hit."""
        ident = get_ident()
        if not self._running:
            return False
        if self._sent.get(ident) == (id(frame), plant.line):
            self._implants.arrive(frame, plant.line)  # the client has sent the thread to this line; it was told so
            return False
        self._needs.awaiting.add(ident)
        self._needs.trace(ident)
        self._needs.mark(ident, frame)

    def _on_call(self, frame, event, arg):
        ident = get_ident()
        try:
            if event != "call":  # in a thread that another tool traces in Python: f_trace is the other's
                if frame.f_trace is not self._local and frame.f_trace is not self._lookout and not _is_our_own(frame):
                    self._on_event(frame, event, arg)
                return None
            if not self._running:
                self._needs.settle()
                return None
            late = self._planting.late.get(id(frame.f_code))
            if late is not None:
                if self._lookouts is not None:
                    self._lookouts.see(frame)
                entered = late.entry and is_entered(frame)
                if entered:
                    self._port.on_enter(frame)
                if late.once:
                    self._needs.pin(frame, ident)
                    self._needs.awaiting.discard(ident)
                return self._local if entered or self._port.wants(ident) else self._lookout
            if self._port.enters(ident, frame.f_code):
                return None if self._implants.is_inside(frame) else self._local
            if not self._needs.plans and not self._needs.hurried:
                self._tracer.ignore(frame.f_code)  # until somebody steps or pauses, or breakpoints change
                if self._needs.plans or self._needs.hurried or id(frame.f_code) in self._planting.late:
                    self._tracer.forget_ignored()  # another thread has done so in between
            if not self._needs.is_needed(ident):
                self._needs.settle()
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return None

    def _on_event(self, frame, event, arg):
        needs, ident = self._needs, get_ident()
        if not self._running:
            if needs.has_ours(frame):
                frame.f_trace = None
            needs.settle()
            return None
        needs.busy.add(ident)
        ended = False
        try:
            if event == "line":
                self._on_line(frame, ident)
            elif event == "opcode":
                self._on_opcode(frame, ident)
            elif event == "return":
                ended = self._on_return(frame, ident, arg)
            elif event == "exception":
                self._raising[ident] = frame
                frame.f_trace = self._local  # what it tells next shows whether it has caught it
                if "raises" in needs.everybody:
                    self._on_raise(frame, arg)
            if event != "exception":
                self._raising.pop(ident, None)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        finally:
            needs.busy.discard(ident)
            if ident in self._undecided:
                self._still_undecided(frame, event, ident)
            else:
                needs.awaiting.discard(ident)
            if ended or not needs.is_needed(ident):
                needs.settle()
        return None

    def _on_raise(self, frame, exc_info, wanted=None):
        ident = get_ident()
        outer = ident in self._needs.busy
        self._needs.busy.add(ident)
        try:
            if not self._implants.is_inside(frame):
                self._port.on_raise(frame, exc_info, wanted)
        finally:
            if not outer:
                self._needs.busy.discard(ident)

    def _on_line(self, frame, ident):
        line = frame.f_lineno
        arrived = self._implants.arrive(frame, line)
        implant = self._implants.implant_of(frame.f_code)
        if arrived is not None:
            self._arrived(frame, line, ident, implant, *arrived)
            return
        offset = frame.f_lasti
        late = self._planting.late.get(id(frame.f_code))
        found = late and late.lines.get(line)
        if implant is not None:
            if opcodes.LINES_AS_MARKS and implant.is_probe(offset):
                if found or late and late.entry or self._port.wants(ident):
                    self._leave_open(frame, line, ident, found, implant.home(offset))
                return
            offset = implant.home(offset)
        if found and offset in found.branches:
            frame.f_trace = self._local
            frame.f_trace_opcodes = True  # only the instructions tell whether this line runs
            return
        if found or late and late.entry or self._port.wants(ident):
            if not self._implants.is_inside(frame):
                self._tell(frame, line, ident, found, offset)
        if not self._port.wants(ident):
            self._needs.relax(frame, ident, late is not None)

    def _on_passed(self, frame, line, breakpoint, behind):
        """A breakpoint was reached whose condition and hit count are met; see Lookouts."""
        needs, ident = self._needs, get_ident()
        late = self._planting.late.get(id(frame.f_code))
        stops = late and late.lines.get(line)
        if not self._running or breakpoint not in breakpoints_of(stops) or self._implants.is_inside(frame.f_back):
            return
        needs.busy.add(ident)
        try:
            if breakpoint.log is not None:
                self._port.log_here(breakpoint, frame, line)
            elif behind is None:
                self._tell(frame, line, ident, stops, None, (breakpoint.id,))
            else:
                self._leave_open(frame, line, ident, stops, behind, (breakpoint.id,))
        finally:
            needs.busy.discard(ident)
            if ident in self._undecided:
                needs.awaiting.add(ident)
            elif not needs.is_needed(ident):
                needs.settle()

    def _arrived(self, frame, line, ident, implant, stops, passed):
        """The line event that a probe has called for."""
        self._undecided.pop(ident, None)
        frame.f_trace_opcodes = False
        if opcodes.LINES_AS_MARKS and stops is None and implant is not None and line in implant.plants:
            self._leave_open(frame, line, ident, None, None)  # another probe follows, that of the first line
        elif breakpoints_of(stops):
            self._tell(frame, line, ident, stops, None, passed)
        else:
            self._tell(frame, line, ident, stops, None if implant is None else implant.home(frame.f_lasti))

    def _leave_open(self, frame, line, ident, found, offset, *passed):
        """Up to 3.9 a probe has its line: whether a breakpoint stops there is known when it has done its work."""
        self._undecided[ident] = (frame, line, ident, found, offset) + passed
        frame.f_trace = self._local
        frame.f_trace_opcodes = True

    def _on_opcode(self, frame, ident):
        implant = self._implants.implant_of(frame.f_code)
        offset = frame.f_lasti
        undecided = self._undecided.get(ident)
        if undecided is not None and undecided[0] is frame:
            if implant is None or not implant.is_probe(offset):
                frame.f_trace_opcodes = False
                del self._undecided[ident]
                self._tell(*undecided)
            return
        if implant is not None:
            offset = implant.home(offset)
        line = frame.f_lineno
        late = self._planting.late.get(id(frame.f_code))
        found = late and late.lines.get(line)
        if found and offset in found.branches:
            return  # the jump itself; the next instruction is where it goes
        frame.f_trace_opcodes = False
        if found and any(offset in ways for ways in found.branches.values()):
            self._tell(frame, line, ident, found, offset)

    def _tell(self, frame, line, ident, stops, offset=None, *passed):
        before = frame.f_lasti
        self._sent.pop(ident, None)
        self._port.on_line(frame, line, stops, offset, *passed)
        if opcodes.LINES_AS_MARKS and frame.f_lasti != before:
            self._sent[ident] = id(frame), frame.f_lineno

    def _still_undecided(self, frame, event, ident):
        if event != "line" and event != "opcode" or self._undecided[ident][0] is not frame:
            if not self._implants.is_inside(frame):  # else the probe calls something
                del self._undecided[ident]
                return
        self._needs.awaiting.add(ident)

    def _on_return(self, frame, ident, value):
        """A frame is left, or suspended. Returns whether it was pinned until now."""
        how = leaving(frame)
        if how and self._port.wants(ident) and not self._implants.is_inside(frame):
            self._port.on_leave(frame, value, how == "yield")
        if how == "yield" and self._raising.get(ident) is not frame or not self._needs.unpin(frame):
            return False
        late = self._planting.late.get(id(frame.f_code))
        if late is not None and late.once:
            self._kit.keep_tracing(late.code, False)
            del self._planting.late[id(frame.f_code)]
        return True


def _is_our_own(frame):
    """Whether a frame is the debugger's, at work in a thread of the program."""
    return str(frame.f_globals.get("__name__")).startswith(_PACKAGE)
