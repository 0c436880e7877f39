"""PyDebugger: the process's one debugger. Events of the engine come in; it decides which of them are stops."""
import sys
from _thread import get_ident

from dapper._frame_eval import core, debugger_integration
from dapper._frame_eval.frame_eval_main import manager
from dapper.adapter.debugger.breakpoints import Table
from dapper.adapter.debugger.crew import Crew, become_main, main_ident
from dapper.adapter.debugger.exception_stops import ExceptionStops
from dapper.adapter.debugger.frames import Addresses, chain
from dapper.adapter.debugger.gate import Gate
from dapper.adapter.debugger.going import Going
from dapper.adapter.debugger.hits import Hits
from dapper.adapter.debugger.linemap import LineMaps
from dapper.adapter.debugger.logs import Logs
from dapper.adapter.debugger.sources import Sources
from dapper.adapter.debugger.stepping import IN_CALLER, KEEP
from dapper.adapter.debugger.threads import Stop

_current_frames = sys._current_frames
_is_finalizing = sys.is_finalizing


class PyDebugger:
    """Breakpoints, threads and stops of this process.

    It outlives sessions: `attach` hands it the callable through which stops go up, `detach` takes that away and lets
    the program run on without breakpoints.
    """

    def __init__(self):
        self.main_ident = main_ident()
        self.sources = Sources()
        self.maps = LineMaps()
        self.config = {}
        self.console = {"__name__": "__console__"}  # names of expressions evaluated without a frame
        self.crew = Crew(self._say, lambda: self.is_heard, self._on_stand, self._on_announced)
        self.hidden = self.crew.hidden  # the engine asks for it: identities of our own threads
        self.gate = Gate()
        self._tell = None
        self._runtime = manager.runtime
        self.catch_up = self._runtime.catch_up
        self.logs = Logs(self._kit, self.sources.describe, self.tell)
        self._hits = hits = Hits(self.logs, self._say, self._listens)
        self.judge, self.log_here, self.on_condition_error = hits.judge, hits.log_here, hits.on_condition_error
        self._functions = ()
        self.exceptions = ExceptionStops(self, self._say)
        self.on_raise = self.exceptions.on_raise
        self.on_uncaught = self.exceptions.on_uncaught
        self.post_mortem = self.exceptions.post_mortem
        self._instructions = None
        self.addresses = Addresses()
        self.templates = None
        self.going = Going(self, self._runtime)
        self.table = self._empty_table()

    # A session comes and goes

    def attach(self, tell):
        """Report to a session from now on, first of all the threads there are.

        Args:
            tell: ``tell(event, body)`` sends a DAP event.
        """
        self._tell = tell
        self.crew.begin()

    def configure(self, config):
        """Take over launch or attach arguments.

        Raises:
            DapError: one of them is of the wrong form.
        """
        self.sources.configure(config)
        self.config = config
        self.crew.configure(config)
        self.templates = self.maps.templates = None
        if any(config.get(key) for key in ("jinja", "flask", "django")):
            from dapper.adapter.debugger.templates.room import Templates

            self.templates = self.maps.templates = Templates(self, config)

    def start(self):
        """Start the engine, if it does not run yet."""
        if debugger_integration.integrate_py_debugger(self, self.config.get("frameEval")):
            lines = self._runtime.notices
        else:
            why = debugger_integration.get_integration_statistics()["last_failure"]
            lines = ["breakpoints don't work: %s" % why]
        for line in lines:
            self._say("output", {"category": "important", "output": "dapper: %s\n" % line})
        self.exceptions.start()
        self._apply_filters()

    def let_go(self):
        """The client has finished its configuration: who waits for that goes on."""
        engine = self._runtime.engine
        if engine is not None and not self.gate.holds(self.main_ident):
            engine.reach_main_thread()
        self.gate.open()

    def wait_until_configured(self, timeout=-1):
        """Block until a client has finished its configuration, or the wait is cancelled or its session ends.

        Args:
            timeout: seconds; -1 waits without a limit.

        Returns:
            Whether a client is there and configured.
        """
        there = self.gate.wait(timeout)
        if there:
            self.watch_this_thread()
            self._hits.expect(self.table)
        return there

    def cancel_wait(self):
        """Wake everybody who waits for a client."""
        self.gate.wake()

    @property
    def is_heard(self):
        """Whether there is a client to tell; at the interpreter's end nobody could let a thread go on."""
        return self._tell is not None and not _is_finalizing()

    def is_connected(self):
        """Whether a client is there and has finished its configuration."""
        return self.gate.is_open

    def detach(self):
        """Forget the session: no breakpoints, no engine, every thread runs."""
        self.logs.flush()
        self._tell = None
        self.table = self.table.cleared()
        self._functions = ()
        debugger_integration.remove_integration(self)
        self._forget_places()
        self.crew.dismiss()
        self.gate.close()

    def forget(self):
        """In a forked child: be silent, and leave the hooks as they were."""
        self._tell = None
        self._forget_places()

    def _forget_places(self):
        self.exceptions.stop()
        if self._instructions is not None:
            self._instructions.stop()
        self.addresses = Addresses()

    @property
    def engine_name(self):
        """The name of the engine at work, or None."""
        return self._runtime.engine.name if self._runtime.engine is not None else None

    def telemetry(self):
        """What the runtime has to say of itself."""
        return self._runtime.get_stats()

    # Breakpoints

    def set_breakpoints(self, key, breakpoints):
        """Replace the breakpoints of the file with this key; `catch_up` has to be called then."""
        table = self.table.with_file(key, breakpoints)
        self.use(table if self.templates is None else self._with_functions(table), True)

    def set_function_breakpoints(self, breakpoints):
        """Replace all function breakpoints."""
        self._functions = tuple(breakpoints)
        self.use(self._with_functions(self.table))

    def _with_functions(self, table):
        ours = self.exceptions.breakpoints() + (self.templates.landmarks(table) if self.templates is not None else [])
        return table.with_functions(self._functions + tuple(ours))

    def set_filters(self, filters):
        """Replace the exception filters."""
        before, self.exceptions.filters = self.exceptions.filters, filters
        self._apply_filters()
        if before.on("uncaught") != filters.on("uncaught"):
            self.set_function_breakpoints(self._functions)

    def use(self, table, later=False):
        """Replace the whole table of breakpoints; ``later`` says whether `catch_up` will be called."""
        self.table = table
        if table.logs:
            self.logs.expect()
        self._runtime.update(table, later)
        if self._instructions is not None or table.has_places:
            self.instructions.refresh()

    @property
    def instructions(self):
        """The InstructionStops; few programs need any."""
        if self._instructions is None:
            from dapper.adapter.debugger.instruction_stops import InstructionStops

            self._instructions = InstructionStops(self, self._hits)
        return self._instructions

    def _empty_table(self):
        return Table(self.sources, self.maps, on_bound=self._bound)

    def _bound(self, breakpoint):
        if breakpoint.told:
            self._say("breakpoint", {"reason": "changed", "breakpoint": breakpoint.describe()})

    def _apply_filters(self):
        if self._runtime.engine is not None:
            self._runtime.engine.watch_raises(self.exceptions.at_raise, self.exceptions.screen())

    # Threads

    def watch_this_thread(self, on=True):
        """Have breakpoints work on the calling thread, or not."""
        self.crew.leave_out(not on)
        if self._runtime.engine is not None:
            self._runtime.engine.watch_this_thread(on)

    # Events of the engine

    def wants(self, ident):
        """Whether the thread steps or is asked to stop."""
        record = self.crew.get(ident)
        return record is not None and record.stop is None and (record.plan is not None or record.pausing is not None)

    def enters(self, ident, code):
        """Whether lines of ``code``, which is starting on that thread, matter."""
        record = self.crew.get(ident)
        if record is None or record.stop is not None:
            return False
        plan = record.plan
        return record.pausing is not None or plan is not None and plan.enters(code)

    def on_enter(self, frame):
        """Code that a function breakpoint names has started."""
        record = self.crew.here()
        if record.stop is None:
            record.entering = frame
            self.exceptions.on_enter(frame)
            if self.templates is not None:
                self.templates.on_enter(frame)

    def on_slow_condition(self, breakpoint, seconds):
        """A condition takes so long that it should not run within the program's own code."""
        breakpoint.slow = True
        found = self.table.by_key.get(breakpoint.key, ())
        if breakpoint in found:
            self.use(self.table.with_file(breakpoint.key, found))

    def log_point(self, breakpoint, code):
        """A callable for the parts of a breakpoint's log message, evaluated in ``code``."""
        return self.logs.point(breakpoint, code)

    def _listens(self):
        """Whether what happens on the calling thread matters; not while it evaluates something for the client."""
        return self.is_heard and self.crew.here().stop is None and not self.crew.is_left_out()

    def on_line(self, frame, line, stops, offset=None, passed=None):
        """A thread is at the start of ``line``; ``stops`` are the LineStops there, or None.

        Args:
            offset: where the line begins, in bytes, if the frame does not point there yet.
            passed: the ids of those breakpoints that stop, if that was found out already.
        """
        if not self.is_heard:
            return
        record = self.crew.here()
        if record.stop is not None:
            return
        hit = list(passed or ())
        if passed is None and stops is not None and stops.begins_at(frame.f_lasti if offset is None else offset):
            hit = stops.hit(self._hits, frame, line)
        reason = "breakpoint"
        if record.entering is frame:
            record.entering = None
            entered = self._hits.of(self.table.entry_breakpoints(frame.f_code), frame, line)
            if entered and not hit:
                reason = "function breakpoint"
            hit += entered
            if self.templates is not None:
                hit += self.templates.hits_of(self._hits, frame, line)
        plan, pausing = record.plan, record.pausing  # another thread may take them back at any moment
        if not hit:
            if plan is not None and plan.stops_at_line(frame, line):
                reason = plan.reason
            elif pausing is not None and self._may_pause(pausing, frame):
                reason = pausing
            else:
                return
        if not self.crew.may_stop(record):
            return
        parked = reason == "park" or reason == "pause" and self.crew.someone_stands()
        self.crew.stand(record, Stop(chain(frame), reason, hit=hit, at_line=True, parked=parked))

    def on_leave(self, frame, value, suspended):
        """A frame of a stepping thread returns or yields ``value``."""
        record = self.crew.here()
        plan = record.plan
        if plan is None or record.stop is not None:
            return
        what = plan.leaves(frame, suspended)
        if what == KEEP:
            if plan.goes_in and self._runtime.engine is not None:
                self._runtime.engine.follow(record.ident, frame.f_back, plan)
            return
        if what != IN_CALLER:
            record.plan = None
            self._on_stand(record)  # nothing is left to stop in
            return
        returned = {}
        if self.config.get("showReturnValue") and not suspended:
            returned["(return) " + frame.f_code.co_name] = value
        self.crew.stand(record, Stop(chain(frame.f_back), plan.reason, returned=returned))

    def on_engine(self, line, has_taken_over=True):
        """Say this line. And another engine has taken over while the program runs: tell it what the threads are up to."""
        engine = self._runtime.engine
        if line:
            self._say("output", {"category": "important", "output": "dapper: %s\n" % line})
        if engine is None or not has_taken_over:
            return
        self._apply_filters()
        frames = _current_frames()
        for record in self.crew:
            plan = record.plan
            if record.stop is None and plan is not None:
                engine.follow(record.ident, frames.get(record.ident), plan)
        pausing = [record.ident for record in self.crew if record.pausing]
        if pausing:
            engine.hurry(pausing)
        if get_ident() not in self.crew.hidden:
            engine.watch_this_thread()  # an engine failed on it, and a thread can best be traced by itself

    def on_fault(self, error):
        """An error of ours inside an engine callback: say it, and let the program run on."""
        self._say("output", {"category": "important", "output": "dapper: internal error: %r\n" % (error,)})

    # A stop

    def _may_pause(self, reason, frame):
        if reason == "entry":
            return self.sources.is_user(frame.f_code)
        return not self.sources.is_ours(frame.f_code)

    def _on_stand(self, record):
        """The step of a thread is over."""
        engine = self._runtime.engine
        if engine is not None:
            engine.unfollow(record.ident)
        if self._instructions is not None:
            self._instructions.unfollow(record.ident)

    def _on_announced(self, record):
        if self.crew.all_stop:
            self.going.pause("park")

    def tell(self, event, body):
        """Send the client an event; is there a client?"""
        tell = self._tell
        if tell is None or _is_finalizing():  # the thread that has the lock of the connection may be frozen
            return False
        tell(event, body)
        return True

    def _say(self, event, body):
        self.logs.flush()  # what the program said before comes first
        return self.tell(event, body)

    def _kit(self):
        choice = self._runtime.choice
        return core.kit(choice is None or choice.core)


_debugger = None


def get_debugger():
    """The process's one PyDebugger."""
    global _debugger
    if _debugger is None:
        _debugger = PyDebugger()
    return _debugger


def forget_inherited():
    """In a forked child: the parent's debugger and its threads are not here, and its locks may be held for ever."""
    global _debugger
    inherited, _debugger = _debugger, None
    become_main()
    debugger_integration.forget_inherited()
    if inherited is not None:
        inherited.forget()
