"""Which engine an interpreter gets: every combination of facts, and how the facts are found."""

import itertools
import subprocess
import sys
import types

import pytest

from dapper._frame_eval.compatibility_policy import CompatibilityPolicy, Facts, gather
from dapper._frame_eval.config import FrameEvalConfig
from dapper._frame_eval.telemetry import TEXTS, Reason

ALL = ("injection", "monitoring", "settrace")
VERSIONS = [(3, minor) for minor in range(8, 16)]
PLATFORMS = ("linux", "darwin", "win32", "freebsd14")

#: fact → (its usual value, its unusual value, what that rules out)
FACTS = {
    "core": (None, Reason.CORE_MISSING, {"core", "eval_hook"}),
    "tool_ids_free": (True, False, {"injection", "monitoring"}),  # where there is sys.monitoring
    "foreign_eval_hook": (False, True, {"eval_hook"}),
    "branch_events": (False, True, {"injection"}),
    "free_threaded": (False, True, {"injection", "core", "eval_hook"}),
    "implementation": ("cpython", "pypy", {"injection", "monitoring", "core", "eval_hook"}),
    "jit": (False, True, set()),
}
REASONS = {
    "core": Reason.CORE_MISSING,
    "tool_ids_free": Reason.TOOL_ID_TAKEN,
    "foreign_eval_hook": Reason.FOREIGN_EVAL_HOOK,
    "branch_events": Reason.BRANCH_EVENTS_ON,
    "free_threaded": Reason.FREE_THREADED,
    "implementation": Reason.NOT_CPYTHON,
}


def choose(python=(3, 12), config=None, **more):
    more.setdefault("has_monitoring", python >= (3, 12))
    return CompatibilityPolicy().choose(Facts(python, **more), FrameEvalConfig.parse(config, {}))


@pytest.mark.parametrize("python", VERSIONS, ids="%d.%d".__mod__)
def test_every_combination(python):
    monitoring = python >= (3, 12)
    count = 0
    for platform in PLATFORMS:
        for unusual in itertools.product((False, True), repeat=len(FACTS)):
            facts = {name: row[flag] for (name, row), flag in zip(FACTS.items(), unusual)}
            present = [name for name, flag in zip(FACTS, unusual) if flag and (monitoring or name != "tool_ids_free")]
            choice = choose(python, platform=platform, **facts)
            out = set().union(*[FACTS[name][2] for name in present])
            out |= {"eval_hook"} if monitoring else {"monitoring"}
            out |= {"injection"} if "core" in present and not monitoring else set()
            out |= {"injection", "core", "eval_hook"} if platform == "freebsd14" else set()
            assert choice.engine == next(engine for engine in ALL if engine not in out)
            assert set(choice.against) == out
            assert (choice.core, choice.eval_hook) == ("core" not in out, "eval_hook" not in out)
            for name in present:
                for what in FACTS[name][2] | ({"injection"} if name == "core" and not monitoring else set()):
                    assert REASONS[name] in choice.against[what]
            assert (Reason.JIT_ON in choice.limits) == ("jit" in present and choice.engine == "injection")
            slow = Reason.SELECTIVE_TRACING_DISABLED_BY_POLICY in choice.limits
            assert slow == (choice.engine == "settrace")
            count += 1
    assert count == 4 * 2 ** 7


@pytest.mark.parametrize("python", VERSIONS, ids="%d.%d".__mod__)
def test_what_a_usual_interpreter_gets(python):
    newer = python >= (3, 12)
    assert choose(python).engine == "injection"
    assert choose(python, {"injection": False}).engine == ("monitoring" if newer else "settrace")
    assert choose(python, engines=("monitoring", "settrace")).engine == ("monitoring" if newer else "settrace")
    assert choose(python, False).engine == "settrace"
    assert choose(python).eval_hook is not newer
    assert choose(python).lines == []


@pytest.mark.parametrize("python", [(3, 7), (3, 16), (4, 0)], ids="%d.%d".__mod__)
def test_an_unknown_python_gets_the_safest_engine_and_one_line(python):
    choice = choose(python, has_monitoring=True)
    assert (choice.engine, choice.core) == ("settrace", False)
    [line] = choice.lines
    assert line.startswith("Python %d.%d: dapper knows 3.8 to 3.15." % python)
    reason = Reason.PYTHON_TOO_OLD if python < (3, 8) else Reason.PYTHON_NOT_KNOWN
    assert reason in choice.against["monitoring"]


def test_an_unknown_python_says_no_more_than_that():
    choice = choose((3, 16), {"engine": "injection"}, core=Reason.CORE_BROKEN, trace_function="coverage.CTracer")
    assert len(choice.lines) == 1


@pytest.mark.parametrize("engine", ALL)
def test_a_wish_is_granted_where_it_can_be(engine):
    choice = choose((3, 13), {"engine": engine})
    assert choice.engine == engine
    assert choice.against == dict(
        {other: [Reason.ENGINE_REQUESTED] for other in ALL if other != engine}, eval_hook=[Reason.MONITORING_SUFFICES]
    )
    assert choice.lines == []
    assert Reason.SELECTIVE_TRACING_DISABLED_BY_POLICY not in choice.limits


def test_a_wish_that_cannot_be_granted_is_answered():
    choice = choose((3, 9), {"engine": "monitoring"})
    assert choice.engine == "injection"
    assert choice.lines == ["injection is used, as the engine monitoring can't be: " + TEXTS[Reason.NO_MONITORING]]


def test_obstacles_are_told():
    [line] = choose(tool_ids_free=False, tool_holders=("pydevd", "coverage.py")).lines
    assert "pydevd, coverage.py" in line
    [line] = choose((3, 9), {"engine": "settrace"}, trace_function="coverage.tracer.CTracer").lines
    assert "coverage.tracer.CTracer" in line
    assert choose((3, 9), trace_function="coverage.tracer.CTracer").lines == []  # it goes on beside ours
    assert choose((3, 12), trace_function="coverage.tracer.CTracer").lines == []  # it is left alone
    [line] = choose(core=Reason.CORE_BROKEN, core_detail="undefined symbol").lines
    assert "undefined symbol" in line
    assert choose(core=Reason.CORE_MISSING).lines == []


def test_switches():
    choice = choose((3, 10), {"core": False}, core=Reason.CORE_MISSING)
    assert choice.against["core"] == [Reason.CORE_OFF]
    assert not choice.core and choice.limits == [Reason.SELECTIVE_TRACING_DISABLED_BY_POLICY]
    assert choice.against["injection"] == [Reason.CORE_OFF]
    choice = choose((3, 12), {"core": False})
    assert choice.engine == "injection" and not choice.core and not choice.limits
    assert choose(config={"injection": False}).against["injection"] == [Reason.INJECTION_OFF]
    assert choose(config=False).against["monitoring"] == [Reason.FRAME_EVAL_OFF]
    assert choose(machine="mips").against["injection"] == [Reason.ARCHITECTURE_NOT_KNOWN]
    assert choose(machine="AMD64").engine == "injection"


def test_the_report_explains_every_reason():
    policy, facts = CompatibilityPolicy(), Facts((3, 9), free_threaded=True)
    report = policy.report(facts, policy.choose(facts, FrameEvalConfig()))
    assert report["compatible"] is False
    assert (report["supported_python_min"], report["supported_python_max"]) == ("3.8", "3.15")
    used = set(report["limits"]).union(*report["against"].values())
    assert used == set(report["texts"])


# -- how the facts are found ------------------------------------------------------------------------------------------


def test_facts_of_this_interpreter():
    facts = gather(ALL)
    assert facts.python == sys.version_info[:2]
    assert facts.implementation == sys.implementation.name
    assert facts.has_monitoring == hasattr(sys, "monitoring")
    assert facts.engines == ALL
    assert facts.machine
    assert not facts.foreign_eval_hook and not facts.branch_events
    if sys.gettrace() is None:  # else these tests are being measured
        assert CompatibilityPolicy().choose(facts, FrameEvalConfig()).lines == []


class Tools:
    """Other tools in sys.monitoring."""

    def __init__(self):
        self.taken = []

    def take(self, number, name):
        sys.monitoring.use_tool_id(number, name)
        self.taken.append(number)

    def free(self):
        for number in self.taken:
            sys.monitoring.set_events(number, 0)
            sys.monitoring.free_tool_id(number)


@pytest.fixture
def tools():
    if not hasattr(sys, "monitoring"):
        pytest.skip("no sys.monitoring here")
    made = Tools()
    yield made
    made.free()


def test_two_free_tool_ids_are_enough(tools):
    tools.take(0, "debugger of somebody else")
    assert gather(ALL).tool_ids_free
    tools.take(3, "profiler")
    facts = gather(ALL)
    assert not facts.tool_ids_free
    assert facts.tool_holders == ("debugger of somebody else", "profiler")


def test_our_own_tools_are_no_obstacle(tools):
    tools.take(0, "dapper")
    tools.take(4, "dapper steps")
    assert gather(ALL).tool_ids_free


@pytest.mark.parametrize("how", ["everywhere", "in running code", "as coverage.py says"])
def test_tools_that_count_branches(tools, how, monkeypatch):
    tools.take(1, "coverage.py")
    events = sys.monitoring.events
    wanted = getattr(events, "BRANCH_LEFT", events.BRANCH)
    assert not gather(ALL).branch_events
    code = test_tools_that_count_branches.__code__
    if how == "everywhere":
        sys.monitoring.set_events(1, wanted)
    elif how == "in running code":
        sys.monitoring.set_local_events(1, code, wanted)
    else:
        current = types.SimpleNamespace(get_option=lambda name: name == "run:branch")
        coverage = types.SimpleNamespace(Coverage=types.SimpleNamespace(current=lambda: current))
        monkeypatch.setitem(sys.modules, "coverage", coverage)
    try:
        assert gather(ALL).branch_events
    finally:
        sys.monitoring.set_local_events(1, code, 0)


def test_a_foreign_trace_function():
    import threading

    found = []

    def tracer(frame, event, arg):
        return None

    def run():
        sys.settrace(tracer)
        found.append(gather(ALL).trace_function)
        sys.settrace(None)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == ["%s.%s" % (__name__, tracer.__qualname__)]


@pytest.mark.parametrize(
    "error, problem, detail",
    [
        ("ModuleNotFoundError(name, name=name)", Reason.CORE_MISSING, ""),
        ("ModuleNotFoundError('no y', name='y')", Reason.CORE_BROKEN, "no y"),
        ("ImportError('undefined symbol: x')", Reason.CORE_BROKEN, "undefined symbol: x"),
    ],
)
def test_a_core_that_can_not_be_loaded(error, problem, detail):
    code = """
import sys
class Finder:
    def find_spec(name, path=None, target=None):
        if name == "dapper._frame_eval._frame_evaluator":
            raise %s
sys.meta_path.insert(0, Finder)
from dapper._frame_eval.compatibility_policy import gather
facts = gather(("injection",))
assert (facts.core, facts.core_detail) == %r, (facts.core, facts.core_detail)
assert gather(("injection",), use_core=False).core is None
assert gather(("settrace",)).core is None  # nobody needs it: it is not loaded
"""
    subprocess.run([sys.executable, "-c", code % (error, (problem, detail))], check=True)
