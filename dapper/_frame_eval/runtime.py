"""FrameEvalRuntime: builds, starts, stops and swaps the one engine, and knows why it is this one."""
import sys
from _thread import RLock

from dapper._frame_eval.cache_manager import CacheManager
from dapper._frame_eval.compatibility_policy import CompatibilityPolicy, gather
from dapper._frame_eval.config import FrameEvalConfig
from dapper._frame_eval.core import kit
from dapper._frame_eval.selective_tracer import LineTable, Selector
from dapper._frame_eval.telemetry import Reason, telemetry

_MONITORING = hasattr(sys, "monitoring")
MAX_FAULTS = 3  #: so many errors of its own, and an engine is replaced


def _injection(port, choice, config):
    if not _MONITORING:
        from dapper._frame_eval.injected_tracing import InjectedTracingEngine

        return InjectedTracingEngine(port, kit(choice.core), config, choice.eval_hook)
    from dapper._frame_eval.injected_monitoring import InjectedMonitoringEngine

    return InjectedMonitoringEngine(port, kit(choice.core), config)


def _monitoring(port, choice, config):
    from dapper._frame_eval.monitoring import MonitoringEngine

    return MonitoringEngine(port, kit(choice.core), config)


def _settrace(port, choice, config):
    from dapper._frame_eval.frame_tracing import SettraceEngine

    return SettraceEngine(port, kit(choice.core))


#: engine → ``build(port, choice, config)``, which imports it only then
ENGINES = {"injection": _injection, "monitoring": _monitoring, "settrace": _settrace}
LAST = "settrace"  #: what every other engine falls back to


_NOTHING = False, FrameEvalConfig(), LineTable()


class EnginePort:
    """A debugger as one engine sees it: its own methods, but the engine's faults pass the runtime first.

    Args:
        port: the debugger; see SettraceEngine for what an engine asks of it.
        on_fault: called with this object and the exception.
    """

    def __init__(self, port, on_fault):
        self._port = port
        self._on_fault = on_fault

    def __getattr__(self, name):
        found = getattr(self._port, name)
        if callable(found):
            setattr(self, name, found)  # asked once: the engine then calls the debugger without a detour
        return found

    def on_fault(self, error):
        try:
            self._on_fault(self, error)
        except Exception as second:  # boundary: engine callback; handling an error must not raise one in the program
            telemetry.record(Reason.ENGINE_FAULT, "%r while handling %r" % (second, error))


class FrameEvalRuntime:
    """The composition root: "off" → `initialize` → "running", or "ready" while no debugger is connected.

    Args:
        port: the debugger's side of an engine (see SettraceEngine), and ``on_engine(line)``: another engine has taken
            over in mid-course, for the reason in ``line`` if it is to be told; say to it what the threads are up to.
            None until `connect`.
        engines: engine → ``build(port, choice, config)``.
        facts: gives the policy's Facts for (engine names, whether to use the core).

    Attributes:
        engine: the engine at work, or None.
        engine_port: what it has of the debugger.
        table: the breakpoints at work.
        config, choice: as of the last `initialize`.
        notices: what the user should be told of that choice, one line each.
    """

    def __init__(self, port=None, engines=ENGINES, facts=gather, policy=CompatibilityPolicy()):
        self.engine = self.engine_port = None
        _, self.config, self.table = _NOTHING
        self.choice = None
        self.notices = []
        self.faults = 0
        self.swaps = 0
        self.policy = policy
        self._port = port
        self._before = _NOTHING  # what `disconnect` restores
        self._engines = engines
        self._facts = facts
        self._caches = CacheManager()
        self._initialized = False
        self._lock = RLock()
        self._busy = False
        self._due = None  # why the engine has to be replaced as soon as nobody is at work here

    # Life

    def initialize(self, config=None, table=None):
        """Start the best engine there is. Again with the same configuration: does nothing; with another: swaps engines.

        Args:
            config: the launch key ``frameEval``, or a FrameEvalConfig; None keeps what is configured already.
            table: the breakpoint table to use, or None for the one there is.

        Returns:
            Whether an engine is at work, or will be once a debugger is connected.
        """
        config = self.config if config is None and self._initialized else FrameEvalConfig.parse(config)
        with self._operation():
            if table is not None:
                self._take(table)
            if not self._initialized or config != self.config or (self.engine is None and self._port is not None):
                before = self.config
                self._choose(config)
                if self._fits(before):
                    self._hand_over()
                else:
                    self._restart()
            elif table is not None:
                self._hand_over()
            return self.engine is not None or self._port is None

    def shutdown(self):
        """Stop the engine, if one runs. The table stays, for another `initialize`."""
        with self._operation():
            self._initialized = False
            self._stop()

    def connect(self, port, config=None, table=None):
        """Let this debugger have the stops, and start.

        Args:
            port: see the class.
            config, table: as in `initialize`.

        Returns:
            Whether it is connected and an engine is at work; if not, all is as it was before.
        """
        with self._operation():
            if self._port is not None:
                return False
            self._before = self._initialized, self.config, self.table
            self._port = port
            connected = self.initialize(config, table)
            if not connected:
                self.disconnect()
            return connected

    def disconnect(self):
        """Stop the engine, forget the debugger, and be as before it came."""
        with self._operation():
            self._stop()
            self._port = None
            self._initialized, self.config, table = self._before
            self._take(table)

    def is_connected(self, port=None):
        """Whether a debugger is connected; ``port`` asks for this very one."""
        return self._port is not None and port in (None, self._port)

    def forget_inherited(self):
        """In a forked child: the parent's engine is stopped here, its debugger and its locks are forgotten."""
        self._lock = RLock()
        self._busy = False
        self._before = _NOTHING
        self.disconnect()

    # Breakpoints

    def update(self, table, later=False):
        """Use another breakpoint table.

        Args:
            later: whether `catch_up` will be called.
        """
        with self._operation():
            self._take(table)
            self._hand_over()
            if not later:
                self.catch_up()

    def catch_up(self):
        """Have the engine do what it has put off at the last update, for speed only."""
        with self._operation():
            catch_up = getattr(self.engine, "catch_up", None)
            if catch_up is not None:
                self._have(catch_up)

    def update_breakpoints(self, file, lines):
        """Replace the breakpoints of one file.

        Args:
            file: its path.
            lines: numbers from 1; none removes them all.
        """
        table = self.table.with_lines(file, lines)
        use = getattr(self._port, "use", self.update)  # a debugger with breakpoints of its own hands them down again
        use(table)

    def drop_caches(self):
        """Forget all that can be derived again; it changes speed only."""
        self._caches.drop()

    # What is going on

    def status(self):
        """A dict: ``state`` ("off", "ready" or "running"), ``engine``, ``against`` (engine or part → reasons),
        ``limits``, ``notices``, ``faults``, ``swaps`` and ``generation`` (of the breakpoints).
        """
        running = self.engine is not None
        choice = self.choice
        return {
            "state": "running" if running else "ready" if self._initialized and self._port is None else "off",
            "engine": self.engine.name if running else None,
            "against": {what: list(reasons) for what, reasons in choice.against.items()} if choice else {},
            "limits": list(choice.limits) if choice else [],
            "notices": list(self.notices),
            "faults": self.faults,
            "swaps": self.swaps,
            "generation": self.table.generation,
        }

    def get_stats(self):
        """`status`, the configuration, the caches' figures (see CacheManager.stats) and the telemetry, in one dict."""
        stats = self.status()
        stats["config"] = self.config.as_dict()
        stats.update(self._caches.stats())
        stats.update(telemetry.snapshot())
        return stats

    def report(self):
        """What this environment allows, whether anything runs or not; see CompatibilityPolicy.report."""
        config = self.config if self._initialized else FrameEvalConfig.parse()
        facts = self._facts(self._engines, config.core)
        return self.policy.report(facts, self.policy.choose(facts, config))

    # Inside

    def _operation(self):
        return _Operation(self)

    def _choose(self, config):
        news = config.warnings if config is not self.config else ()
        self.config = config
        self._initialized = True
        telemetry.enabled = config.telemetry
        self.choice = choice = self.policy.choose(self._facts(self._engines, config.core), config)
        self.notices = config.warnings + choice.lines
        for warning in news:
            telemetry.record(Reason.CONFIG_INVALID, warning)
        if Reason.SELECTIVE_TRACING_DISABLED_BY_POLICY in choice.limits:
            why = sorted({reason for reasons in choice.against.values() for reason in reasons})
            telemetry.record(Reason.SELECTIVE_TRACING_DISABLED_BY_POLICY, ", ".join(why))

    def _fits(self, before):
        """Whether the engine at work can go on. Below 3.12 no thread but its own can be traced again in pure Python."""
        if self.engine is None or self.engine.name != self.choice.engine:
            return False
        return self.engine.name == LAST or self.config.same_engine(before)

    def _take(self, table):
        if type(table) is not type(self.table):
            self._caches.drop()  # its generations are counted by somebody else
        self.table = table

    def _hand_over(self):
        if self.engine is not None:
            self._have(self.engine.update, Selector(self.table, self._caches))

    def _have(self, function, *args):
        """Call a method of the engine's; if it fails, the engine is replaced."""
        try:
            function(*args)
        except Exception as error:  # boundary: engine; what it watches now nobody knows, so it is replaced
            telemetry.record(Reason.ENGINE_FAULT, repr(error))
            self._count(error)
            self._due = repr(error)

    def _restart(self):
        had = self._stop()
        if self._port is None:
            return
        if not self._start(self.choice.engine) and self.choice.engine != LAST:
            self._fall_back("it did not start")
        if had and self.engine is not None:
            self.swaps += 1
            self._port.on_engine(None)

    def _start(self, name):
        port = EnginePort(self._port, self._on_fault)
        engine = None
        self.faults = 0
        try:
            engine = self._engines[name](port, self.choice, self.config)
            engine.start(Selector(self.table, self._caches))
        except Exception as error:  # boundary: engine; the program runs on, with another engine or none
            telemetry.record(Reason.ENGINE_START_FAILED, "%s: %r" % (name, error))
            self.notices.append("The engine %s could not be started: %s" % (name, error))
            if engine is not None:
                self._end(engine)
            return False
        self.engine, self.engine_port = engine, port
        return True

    def _stop(self):
        engine, self.engine, self.engine_port = self.engine, None, None
        self._due = None
        if engine is not None:
            self._end(engine)
        return engine is not None

    def _end(self, engine):
        try:
            engine.stop()
        except Exception as error:  # boundary: engine; it is on its way out
            telemetry.record(Reason.ENGINE_FAULT, "stop: %r" % error)

    def _fall_back(self, why):
        telemetry.record(Reason.FALLBACK_TO_TRACE_DISPATCH, why)
        self._stop()
        return self._start(LAST)

    def _replace(self, why):
        """A running engine has failed: the last one takes over, on whatever thread this is."""
        if self.engine is None:
            return
        name = self.engine.name
        if name == LAST:
            return  # there is nothing to fall back to; it goes on as well as it can
        self.swaps += 1
        if self._fall_back("%s: %s" % (name, why)):
            line = "The engine %s failed (%s); sys.settrace goes on with its work, more slowly." % (name, why)
        else:
            line = "The engine %s failed (%s), and no other could be started: breakpoints don't work." % (name, why)
        self.notices.append(line)
        self._port.on_engine(line)

    def _on_fault(self, engine_port, error):
        """From an engine's callback, on any thread of the program."""
        if engine_port is not self.engine_port:
            return  # an engine that is gone already
        self._count(error)
        if self.faults >= MAX_FAULTS:
            self._due = repr(error)
            self._settle()

    def _count(self, error):
        self.faults += 1
        if self.faults <= MAX_FAULTS:
            self._port.on_fault(error)

    def _settle(self):
        """Do what has become due, unless somebody is at work: then it is done at the end of that."""
        while self._due is not None and not self._busy and self._lock.acquire(False):
            try:
                why, self._due = self._due, None
                if why is not None and not self._busy:
                    self._busy = True
                    try:
                        self._replace(why)
                    finally:
                        self._busy = False
            finally:
                self._lock.release()


class _Operation:
    """One thing at a time changes the runtime; what became due meanwhile is done at the end."""

    __slots__ = ("_runtime", "_outer")

    def __init__(self, runtime):
        self._runtime = runtime

    def __enter__(self):
        self._runtime._lock.acquire()
        self._outer = self._runtime._busy
        self._runtime._busy = True

    def __exit__(self, *exc_info):
        self._runtime._busy = self._outer
        self._runtime._lock.release()
        self._runtime._settle()
