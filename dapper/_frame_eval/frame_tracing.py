"""SettraceEngine: breakpoints and steps by sys.settrace. It works everywhere and is the specification for the others."""
import atexit
import sys
from _thread import get_ident

from dapper._frame_eval import main_thread, opcodes
from dapper._frame_eval.compatibility_policy import foreign_name
from dapper._frame_eval.copies import implant_of
from dapper._frame_eval.faults import Faults
from dapper._frame_eval.frame_state import is_entered, leaving
from dapper._frame_eval.new_threads import NewThreads
from dapper._frame_eval.selective_tracer import Selector
from dapper._frame_eval.telemetry import Reason, telemetry

_settrace = sys.settrace
_gettrace = sys.gettrace
_current_frames = sys._current_frames


class SettraceEngine:
    """Watches every thread that was started after it, and the one it was started on.

    Args:
        port: the debugger's side. ``wants(ident)`` tells whether that thread steps or is asked to pause,
            ``enters(ident, code)`` whether code that starts there matters to it; ``main_ident`` is the main thread; the rest are
            the events ``on_line(frame, line, breakpoints)``, ``on_enter(frame)``, ``on_leave(frame, value, suspended)``
            and ``on_raise(frame, exc_info)``.
        kit: the native core, or None; before 3.12 only that can have other threads traced.
    """

    name = "settrace"

    def __init__(self, port, kit=None):
        self._port = port
        self._kit = kit if kit is not None and kit.trace_thread is not None else None
        self._tracer = None
        self._selector = None
        self._raises = False
        self._running = False
        self._new_threads = NewThreads(self._on_call)
        self._offsets = {}  # thread → the last instruction told, while instructions are
        self._faults = Faults(port)
        self._replaced = False  # whether another tool's trace function was told of
        self._unwatched = set()  # threads that the program has taken out

    def start(self, table):
        """Begin to watch: the threads started from now on, and from 3.12 on, or with the native core, all others.

        Else a running thread joins by `watch_this_thread`, the main thread also by `reach_main_thread`.
        """
        self._selector = Selector.of(table)
        self._running = True
        self._new_threads.install()
        atexit.register(self._look_who_traced)
        if hasattr(sys, "_settraceallthreads"):
            sys._settraceallthreads(self._on_call)
            _settrace(None)  # the caller is the debugger's own thread
        elif self._kit is not None:
            self._tracer = self._kit.Tracer(self._on_call, self._fault)
            hidden = self._port.hidden
            for ident in list(_current_frames()):
                if ident not in hidden and self._kit.thread_trace(ident) is None:
                    self._kit.trace_thread(ident, self._tracer)
        for frame in self._frames():
            self._trace(frame)

    def stop(self):
        """Let every thread run untraced."""
        self._running = False
        atexit.unregister(self._look_who_traced)
        self._new_threads.remove()
        if _gettrace() == self._on_call:
            _settrace(None)
        if self._kit is not None:
            for ident in list(_current_frames()):
                if self._tracer is None or self._kit.thread_trace(ident) is not self._tracer:
                    self._kit.stop_tracing(ident, self._on_call)  # else a loop that calls nothing keeps it for ever
                else:
                    self._kit.trace_thread(ident, None)
        for frame in self._frames():
            if frame.f_trace == self._on_event:
                frame.f_trace = None

    def watch_this_thread(self, on=True):
        """Trace the calling thread, or stop doing so."""
        (self._unwatched.discard if on else self._unwatched.add)(get_ident())
        _settrace(self._on_call if on else None)
        if on:
            self._trace_chain(sys._getframe(1))

    def reach_main_thread(self):
        """Have the main thread trace itself, where it runs and no other thread can do that for it (before 3.12)."""
        if hasattr(sys, "_settraceallthreads"):
            return
        def set_trace():
            if self._running:
                _settrace(self._on_call)

        main_thread.run(set_trace)

    def _look_who_traces(self):
        """On the main thread: the program, or a tool in it, has set a trace function, and there is room for one only."""
        if not self._running or get_ident() in self._unwatched:
            return
        name = foreign_name(_gettrace())
        if _gettrace() is None:
            self.watch_this_thread()  # it has done its work
        elif name is not None:
            self._say_replaced(name, "is used by %s now; breakpoints and steps wait until it is gone." % name)

    def _look_who_traced(self):
        """The program ends, and on the main thread ours is no longer there; at no other time we were called."""
        trace = _gettrace()
        name = foreign_name(trace)
        if name is None and "line_profiler" in sys.modules and not hasattr(sys, "monitoring"):
            name = "line_profiler"  # which has put ours back behind each function that it measures
        if self._running and get_ident() not in self._unwatched and (trace is None or name is not None):
            who = name or "the program, or was lost at the recursion limit"
            self._say_replaced(name or "", "was used by %s; breakpoints and steps after that did nothing." % who)

    def _say_replaced(self, name, line):
        if not self._replaced:
            self._replaced = True
            telemetry.record(Reason.TRACE_FUNCTION_REPLACED, name)
            self._port.on_engine("sys.settrace " + line, False)

    def update(self, table):
        """Use another breakpoint table, for running frames too."""
        self._selector = Selector.of(table)
        for frame in self._frames():
            if self._selector.interest(frame.f_code):
                self._trace(frame)

    def codes(self):
        """The code objects seen so far."""
        return self._selector.codes()

    def watch_raises(self, on, screen=None):
        """Report raised exceptions in every frame, or don't."""
        self._raises = on
        if on:
            for frame in self._frames():
                self._trace(frame)

    def follow(self, ident, frame, plan):
        """Send the events a step needs; ``frame`` is where the thread stands."""
        self._trace_chain(frame)

    def unfollow(self, ident):
        """The step of that thread is over. Traced frames that nobody needs drop out at their next line."""

    def hurry(self, idents, asked=False):
        """Make these threads report their next line, wherever they are.

        Args:
            asked: whether the user has asked for it: then is the time to say who else traces.
        """
        if asked:
            main_thread.run(self._look_who_traces)
        for ident in idents:  # all frames in a name here would keep this one, which is among them, and all its callers
            self._trace_chain(_current_frames().get(ident))

    def calm(self):
        """Nobody is asked to pause any more."""

    def _frames(self):
        for frame in list(_current_frames().values()):
            while frame is not None:
                yield frame
                frame = frame.f_back

    def _trace_chain(self, frame):
        while frame is not None:
            self._trace(frame)
            frame = frame.f_back

    def _trace(self, frame):
        trace = frame.f_trace
        if trace is None or getattr(trace, "__func__", None) is SettraceEngine._on_event:  # an earlier engine's
            frame.f_trace = self._on_event

    def _on_call(self, frame, event, arg):
        if not self._running:
            if _gettrace() == self._on_call:  # a later engine's may be there already
                _settrace(None)
            return None
        try:
            interest = self._selector.interest(frame.f_code)
            if interest.entry and is_entered(frame):
                self._port.on_enter(frame)
            if interest or self._raises or self._port.enters(get_ident(), frame.f_code):
                return self._on_event
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return None

    def _on_event(self, frame, event, arg):
        if not self._running:
            return None
        try:
            if event == "line":
                if opcodes.LINES_AS_MARKS and self._is_told_again(frame):
                    return self._on_event
                line = frame.f_lineno
                interest = self._selector.interest(frame.f_code)
                found = interest.lines.get(line)
                if found and (frame.f_lasti in found.branches or found.loops and opcodes.ONE_LINE_LOOPS_ARE_SILENT):
                    frame.f_trace_opcodes = True  # only the instructions tell whether, or how often, this line runs
                    self._offsets[get_ident()] = frame.f_lasti
                if found or interest.entry or self._port.wants(get_ident()):
                    self._port.on_line(frame, line, found)
                elif not self._needed(frame):
                    frame.f_trace = None
                    if not self._needed(frame):
                        return None  # else another thread has asked for this frame in between
            elif event == "opcode":
                self._on_opcode(frame)
            elif event == "return":
                how = self._port.wants(get_ident()) and leaving(frame)
                if how:
                    self._port.on_leave(frame, arg, how == "yield")
            elif event == "exception" and self._raises:
                self._port.on_raise(frame, arg)
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
        return self._on_event if self._running else None  # None leaves what a later engine has put in

    def _is_told_again(self, frame):
        """Whether this line event is one that a probe of an earlier engine makes, beside that at the line's begin."""
        implant, offset = implant_of(frame.f_code), frame.f_lasti
        return implant is not None and (implant.is_landing(offset) or any(end == offset for _, end in implant.inserted))

    def _on_opcode(self, frame):
        line, offset, ident = frame.f_lineno, frame.f_lasti, get_ident()
        found = self._selector.interest(frame.f_code).lines.get(line)
        before, self._offsets[ident] = self._offsets.get(ident, -1), offset
        if found and found.loops and opcodes.ONE_LINE_LOOPS_ARE_SILENT:
            if offset in found.loops and before > offset:
                self._port.on_line(frame, line, found, offset)
            return  # the loop may go on
        if found and offset in found.branches:
            return  # the jump itself; the next instruction is where it goes
        frame.f_trace_opcodes = False
        if found and any(offset in ways for ways in found.branches.values()):
            self._port.on_line(frame, line, found)

    def _needed(self, frame):
        return self._raises or self._selector.interest(frame.f_code) or self._port.wants(get_ident())

    def _fault(self, error):
        if isinstance(error, (RecursionError, MemoryError)) and opcodes.OVERFLOW_STICKS:
            if get_ident() == self._port.main_ident:
                self.reach_main_thread()
            raise error  # let the program have it; the interpreter stops tracing when we raise
        self._faults(error)
