"""Which engine serves an interpreter, and what speaks against the others.

`CompatibilityPolicy.choose` is pure: facts in, choice out; `gather` collects the facts and decides nothing.
"""
import os
import sys
from sys import gettrace as _gettrace

from dapper._frame_eval import core as native
from dapper._frame_eval.telemetry import TEXTS, Reason

_uname = getattr(os, "uname", None)
_environ = os.environ
_current_frames = sys._current_frames

OUR_TOOLS = "dapper"  #: what the names of our sys.monitoring tools begin with
_TOOL_IDS = (0, 3, 4)  # DEBUGGER_ID, and the two that belong to nobody


class Facts:
    """What the policy has to know of an interpreter.

    Args:
        python: (major, minor).
        implementation: ``sys.implementation.name``.
        platform: ``sys.platform``.
        machine: the processor's name, as the system spells it.
        has_monitoring: whether sys.monitoring exists.
        tool_ids_free: whether two of the tool ids a debugger may use are free.
        tool_holders: names of other tools in sys.monitoring.
        core: None if the native core loads, else the Reason why not.
        core_detail: what the import said.
        free_threaded: whether this is a build without a global lock.
        branch_events: whether another tool counts branches or instructions.
        foreign_eval_hook: whether another tool has a PEP 523 hook.
        jit: whether the JIT is on.
        trace_function: name of another tool's trace function, or None.
        engines: names of the engines this copy of dapper contains.
    """

    __slots__ = ("python", "implementation", "platform", "machine", "has_monitoring", "tool_ids_free", "tool_holders",
                 "core", "core_detail", "free_threaded", "branch_events", "foreign_eval_hook", "jit", "trace_function",
                 "engines")

    def __init__(self, python, implementation="cpython", platform="linux", machine="x86_64", has_monitoring=False,
                 tool_ids_free=True, tool_holders=(), core=None, core_detail="", free_threaded=False,
                 branch_events=False, foreign_eval_hook=False, jit=False, trace_function=None,
                 engines=("injection", "monitoring", "settrace")):
        self.python = python
        self.implementation = implementation
        self.platform = platform
        self.machine = machine
        self.has_monitoring = has_monitoring
        self.tool_ids_free = tool_ids_free
        self.tool_holders = tool_holders
        self.core = core
        self.core_detail = core_detail
        self.free_threaded = free_threaded
        self.branch_events = branch_events
        self.foreign_eval_hook = foreign_eval_hook
        self.jit = jit
        self.trace_function = trace_function
        self.engines = engines

    def as_dict(self):
        """All facts by name."""
        return {name: getattr(self, name) for name in self.__slots__}


class Choice:
    """What to use, and why not something else.

    Attributes:
        engine: the engine's name.
        core, eval_hook: whether the native core and its eval-frame hook may be used.
        against: engine or part → the reasons against it; only where there are any.
        limits: reasons why the chosen engine is not at its best.
        lines: what a user should be told, one sentence each.
    """

    __slots__ = ("engine", "core", "eval_hook", "against", "limits", "lines")

    def __init__(self, engine, against, limits, lines):
        self.engine = engine
        self.against = against
        self.core = "core" not in against
        self.eval_hook = "eval_hook" not in against
        self.limits = limits
        self.lines = lines


class CompatibilityPolicy:
    """The one place that decides."""

    supported_python_min = (3, 8)
    supported_python_max = (3, 15)
    supported_platforms = ("linux", "darwin", "win32")
    supported_architectures = (
        "x86_64", "amd64", "aarch64", "arm64", "i386", "i686", "x86", "armv7l", "ppc64le", "s390x", "riscv64"
    )
    preference = ("injection", "monitoring", "settrace")

    def detectors(self, facts, config):
        """Yield ``(reason, holds, what it speaks against)``; a reason against nothing is a limit.

        Args:
            facts: the Facts.
            config: a FrameEvalConfig.
        """
        fast = ("injection", "monitoring")
        parts = ("core", "eval_hook")
        yield Reason.PYTHON_TOO_OLD, facts.python < self.supported_python_min, fast + parts
        yield Reason.PYTHON_NOT_KNOWN, facts.python > self.supported_python_max, fast + parts
        yield Reason.NOT_CPYTHON, facts.implementation != "cpython", fast + parts
        yield Reason.PLATFORM_NOT_KNOWN, facts.platform not in self.supported_platforms, ("injection",) + parts
        known = facts.machine.lower() in self.supported_architectures
        yield Reason.ARCHITECTURE_NOT_KNOWN, not known, ("injection",) + parts
        yield Reason.FREE_THREADED, facts.free_threaded, ("injection",) + parts
        yield Reason.NO_MONITORING, not facts.has_monitoring, ("monitoring",)
        # Where there is sys.monitoring, injection uses it for frames that run already.
        yield Reason.TOOL_ID_TAKEN, facts.has_monitoring and not facts.tool_ids_free, fast
        yield Reason.BRANCH_EVENTS_ON, facts.branch_events, ("injection",)
        yield Reason.MONITORING_SUFFICES, facts.has_monitoring, ("eval_hook",)
        yield Reason.FOREIGN_EVAL_HOOK, facts.foreign_eval_hook, ("eval_hook",)
        # Without sys.monitoring, injection needs what only the core can do.
        without_core = parts if facts.has_monitoring else parts + ("injection",)
        yield Reason.CORE_OFF, not config.core, without_core
        if facts.core not in (None, Reason.FREE_THREADED):
            yield facts.core, config.core, without_core
        yield Reason.JIT_ON, facts.jit, ()
        yield Reason.TRACE_FUNCTION_TAKEN, facts.trace_function is not None, ()
        yield Reason.FRAME_EVAL_OFF, not config.enabled, fast + parts
        yield Reason.INJECTION_OFF, not config.injection, ("injection",)
        for engine in self.preference:
            yield Reason.ENGINE_NOT_BUILT, engine not in facts.engines, (engine,)

    def choose(self, facts, config):
        """The Choice.

        Args:
            facts: the Facts.
            config: a FrameEvalConfig.
        """
        against, holding = {}, []
        for reason, holds, concerned in self.detectors(facts, config):
            if holds:
                holding.append(reason)
                for what in concerned:
                    against.setdefault(what, []).append(reason)
        possible = [engine for engine in self.preference if engine not in against]
        engine = config.engine if config.engine in possible else possible[0]
        if engine == config.engine:
            for other in possible:
                if other != engine:
                    against[other] = [Reason.ENGINE_REQUESTED]
        limits = [reason for reason in holding if self._limits(reason, engine, facts)]
        if engine == "settrace" != config.engine:
            limits.append(Reason.SELECTIVE_TRACING_DISABLED_BY_POLICY)
        return Choice(engine, against, limits, self._lines(facts, config, engine, against, holding))

    def _limits(self, reason, engine, facts):
        if reason == Reason.JIT_ON:
            return engine == "injection"
        if reason == Reason.TRACE_FUNCTION_TAKEN:
            return engine == "settrace"
        if reason == Reason.FREE_THREADED:
            return True
        return reason in (Reason.CORE_MISSING, Reason.CORE_BROKEN)

    def _lines(self, facts, config, engine, against, holding):
        lines = []
        for reason in (Reason.PYTHON_NOT_KNOWN, Reason.PYTHON_TOO_OLD):
            if reason in holding:
                span = self.supported_python_min + self.supported_python_max
                text = "Python %d.%d: dapper knows %d.%d to %d.%d." % (facts.python + span)
                return [text + " Breakpoints work through sys.settrace, which is slower."]
        if config.engine is not None and config.engine != engine:
            why = TEXTS[against[config.engine][0]]
            lines.append("%s is used, as the engine %s can't be: %s" % (engine, config.engine, why))
        elif Reason.TOOL_ID_TAKEN in holding and config.enabled and config.engine is None:
            text = "sys.monitoring is taken by %s. Breakpoints work through sys.settrace, which is slower."
            lines.append(text % (", ".join(facts.tool_holders) or "other tools"))
        if Reason.TRACE_FUNCTION_TAKEN in holding and self._limits(Reason.TRACE_FUNCTION_TAKEN, engine, facts):
            text = "sys.settrace is used by %s already; while dapper uses it, that tool sees nothing."
            lines.append(text % facts.trace_function)
        if Reason.CORE_BROKEN in holding:
            text = "The native core can't be loaded (%s); dapper works without it, more slowly."
            lines.append(text % facts.core_detail)
        return lines

    def report(self, facts, choice):
        """A dict for people and tools: what is supported, what was chosen, and what speaks against the rest."""
        against = {what: list(reasons) for what, reasons in choice.against.items()}
        codes = {reason for reasons in against.values() for reason in reasons}.union(choice.limits)
        return {
            "compatible": choice.engine != "settrace",
            "engine": choice.engine,
            "against": against,
            "limits": list(choice.limits),
            "texts": {code: TEXTS[code] for code in sorted(codes)},
            "python": "%d.%d" % facts.python,
            "implementation": facts.implementation,
            "platform": facts.platform,
            "architecture": facts.machine,
            "supported_python_min": "%d.%d" % self.supported_python_min,
            "supported_python_max": "%d.%d" % self.supported_python_max,
            "supported_platforms": list(self.supported_platforms),
            "supported_architectures": list(self.supported_architectures),
        }


_USES_CORE = "injection"  # the engine that needs the core


def gather(engines, use_core=True):
    """The Facts of this interpreter, now.

    Args:
        engines: names of the engines there are.
        use_core: whether the native core may be loaded to find out; it is not while no engine has a use for it, since
            loading it costs a program 4 ms at start.
    """
    monitoring = getattr(sys, "monitoring", None)
    holders = other_tools() if monitoring is not None else {}
    core, problem, detail = native.load() if use_core and _USES_CORE in engines else (None, None, "")
    jit = getattr(sys, "_jit", None)
    return Facts(
        python=tuple(sys.version_info[:2]),
        implementation=sys.implementation.name,
        platform=sys.platform,
        machine=_uname().machine if _uname is not None else _environ.get("PROCESSOR_ARCHITECTURE", ""),
        has_monitoring=monitoring is not None,
        tool_ids_free=sum(number not in holders for number in _TOOL_IDS) >= 2,
        tool_holders=tuple(holders.values()),
        core=problem,
        core_detail=detail,
        free_threaded="free-threading build" in sys.version,
        branch_events=bool(holders) and (_coverage_counts_branches(holders) or counts_branches(None)),
        foreign_eval_hook=bool(getattr(core, "has_foreign_eval_hook", bool)()),
        jit=jit is not None and jit.is_enabled(),
        trace_function=_foreign_trace_function(),
        engines=tuple(engines),
    )


def other_tools():
    """sys.monitoring's tool id → name, without our own."""
    found = {}
    for number in range(6):
        name = sys.monitoring.get_tool(number)
        if name is not None and not name.startswith(OUR_TOOLS):
            found[number] = name
    return found


def counts_branches(code):
    """Whether another tool counts branches or instructions, and so would count those of rewritten code.

    Args:
        code: a code object, or None for all of the code that runs now.
    """
    monitoring = sys.monitoring
    events = monitoring.events
    wanted = events.BRANCH | events.INSTRUCTION | getattr(events, "BRANCH_LEFT", 0) | getattr(events, "BRANCH_RIGHT", 0)
    for tool in other_tools():
        if monitoring.get_events(tool) & wanted:
            return True
        for one in _running_code() if code is None else (code,):
            if monitoring.get_local_events(tool, one) & wanted:
                return True
    return False


def _running_code():
    return [frame.f_code for frame in _running_frames()]


def _running_frames():
    for frame in list(_current_frames().values()):
        while frame is not None:
            yield frame
            frame = frame.f_back


def _coverage_counts_branches(holders):
    """coverage.py asks for branches code object by code object, so its own word is needed before code runs."""
    module = sys.modules.get("coverage")
    if module is None or "coverage.py" not in holders.values():
        return False
    current = module.Coverage.current()  # it holds a tool id, so it is the real one and complete
    return current is not None and bool(current.get_option("run:branch"))


def _foreign_trace_function():
    threading = sys.modules.get("threading")
    for function in [_gettrace(), getattr(threading, "_trace_hook", None)] + [frame.f_trace for frame in _running_frames()]:
        if foreign_name(function) is not None:
            return foreign_name(function)
    return None


def foreign_name(function):
    """The name of another tool's trace function; None for ours, or where there is none."""
    if function is None:
        return None
    module = getattr(function, "__module__", None) or type(function).__module__
    name = "%s.%s" % (module, getattr(function, "__qualname__", type(function).__name__))
    return None if name.startswith(OUR_TOOLS + ".") else name
