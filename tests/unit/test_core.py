"""The core's conditions, counters, line tables and probe objects: native and pure do the same."""
import gc
import pickle
import sys
import warnings

import pytest

from dapper._frame_eval import core, core_pure
from dapper._frame_eval.telemetry import Reason
from tests.unit.core_kits import KITS, NATIVE, Unraisable, failing, function, needs_native

pytestmark = pytest.mark.filterwarnings("error")
with_kit = pytest.mark.parametrize("kit", KITS)


@pytest.fixture(autouse=True, scope="module")
def nothing_left_over():
    """What tests of other files have left to the garbage collector must not warn in one of these."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


def frame_of(text, *args, **names):
    """The frame of ``f`` in ``text`` at the call of ``stop()``, which is kept from running on by a generator."""
    seen = []
    function(text, stop=lambda: seen.append(sys._getframe(1)), **names)(*args)
    return seen[0]


# ---- the face ------------------------------------------------------------------------------------------------------


BOTH = """Compare Condition Counter Gate Landing LineTable LogPoint LogRing RaiseGate Stopwatch Tracer Trap
    call_with_locals repoint""".split()
CORE_ONLY = """ThreadGate has_foreign_eval_hook is_shared keep_tracing replace_const restore_func_version
    suspend_callees thread_trace trace_thread trace_threads watch_exec""".split()


@needs_native
def test_both_have_the_same_names():
    for name in BOTH + CORE_ONLY:
        assert callable(getattr(NATIVE, name))
        assert (getattr(core_pure, name) is None) == (name in CORE_ONLY)


def test_the_face_gives_what_is_allowed():
    assert core.kit(False) is core_pure
    assert core.kit() is (NATIVE or core_pure)
    module, reason, detail = core.load()
    assert (module is None) == (reason in (Reason.CORE_MISSING, Reason.CORE_BROKEN, Reason.FREE_THREADED))


# ---- values of locals ----------------------------------------------------------------------------------------------


@with_kit
def test_calling_with_locals(kit):
    seen = []

    def stop():
        frame = sys._getframe(1)
        seen.append(kit.call_with_locals(frame, lambda *values: values, ["argument", "cell", "free", "kept", "rest"]))
        with pytest.raises(NameError, match="later"):
            kit.call_with_locals(frame, failing, ["argument", "later"])
        with pytest.raises(NameError, match="nowhere"):
            kit.call_with_locals(frame, failing, ["nowhere"])

    function(
        """
        def f(argument, cell, *rest):
            free = "outer"
            def inner(argument, cell, *rest):
                kept = [free]
                def closure(): return cell, kept
                stop()
                later = 1
            inner(argument, cell, *rest)
        """,
        stop=stop,
    )(1, 2, 3)
    assert seen == [(1, 2, "outer", ["outer"], (3,))]


@with_kit
def test_calling_with_names_of_a_class_body(kit):
    seen = []

    def stop():
        names = ["in_class", "in_module", "len"]
        seen.append(kit.call_with_locals(sys._getframe(1), lambda *values: values, names))
        with pytest.raises(NameError):
            kit.call_with_locals(sys._getframe(1), failing, ["nowhere"])

    exec("in_module = 1\nclass C:\n    in_class = 2\n    stop()\n", {"stop": stop})
    assert seen == [(2, 1, len)]


@with_kit
def test_calling_with_locals_of_frames_that_do_not_run(kit):
    def generate(value):
        yield value

    suspended = generate(5)
    next(suspended)
    assert kit.call_with_locals(suspended.gi_frame, str, ["value"]) == "5"
    over = frame_of("def f(x):\n    stop()\n", [7])
    assert kit.call_with_locals(over, str, ["x"]) == "[7]"
    over.clear()
    with pytest.raises(NameError):
        kit.call_with_locals(over, str, ["x"])


@with_kit
def test_calling_passes_the_functions_errors_on(kit):
    x = 1  # noqa: F841
    with pytest.raises(ZeroDivisionError):
        kit.call_with_locals(sys._getframe(), failing, ["x"])


# ---- conditions, comparisons, counters -----------------------------------------------------------------------------


@with_kit
def test_condition(kit):
    def check(text, names, condition, slow=None):
        answers = []

        def stop():
            frame = sys._getframe(1)
            answers.append(kit.Condition(condition, frame.f_code, names, slow)(frame))
            answers.append(kit.Gate(None, kit.Condition(condition, frame.f_code, names, slow)).passes(frame))

        function(text, stop=stop)(3)
        return answers

    assert check("def f(x):\n    stop()\n", ["x"], lambda x: x == 3) == [True, True]
    assert check("def f(x):\n    stop()\n", ["x"], lambda x: x - 3) == [0, False]
    assert check("def f(x):\n    stop()\n    return lambda: x\n", ["x"], lambda x: x == 3) == [True, True]
    assert check("def f(x):\n    stop()\n", [], lambda: [1]) == [[1], True]
    slow = lambda frame: frame.f_locals["x"] == 3  # noqa: E731
    assert check("def f(x):\n    stop()\n    y = 1\n", ["x", "y"], None, slow) == [True, True]


@with_kit
def test_condition_of_another_code_object(kit):
    frame = frame_of("def f(a, x):\n    stop()\n", 1, 2)
    other = function("def f(x):\n    pass\n").__code__
    assert kit.Condition(lambda x: x, other, ["x"])(frame) == 2
    assert kit.Gate(None, kit.Condition(lambda x: x == 2, other, ["x"])).passes(frame)


@with_kit
def test_condition_with_names_of_the_frames_globals(kit):
    """They are asked by the function, unless the frame finds such names elsewhere."""
    code = compile("def f():\n    ask()\nf()\nask()\n", "<globals>", "exec")
    mine = {"limit": 0}
    function = eval("lambda: limit", mine)

    def answers(globals, locals):
        found = []

        def ask():
            frame = sys._getframe(1)
            test = kit.Condition(function, frame.f_code, (), lambda frame: "slow", mine)
            found.append((bool(test(frame)), kit.Gate(None, test).passes(frame)))

        globals["ask"] = ask
        exec(code, globals, locals)
        return found

    other = {"limit": 0}
    assert answers(other, other) == [(True, True), (True, True)]
    assert [passes for _, passes in answers(mine, mine)] == [False, False]
    assert [passes for _, passes in answers(mine, {})] == [False, True]


@with_kit
def test_condition_with_too_many_names(kit):
    with pytest.raises(ValueError):
        kit.Condition(print, failing.__code__, ["x"] * 25)


@with_kit
def test_a_condition_that_fails_is_false_and_reported(kit):
    failures = []
    code = function("def f(x):\n    stop()\n    y = 1\n").__code__

    def stop():
        frame = sys._getframe(1)
        for names, condition in ((["x"], failing), (["y"], lambda y: True)):
            gate = kit.Gate(None, kit.Condition(condition, code, names), None, lambda *args: failures.append(args))
            assert gate.passes(frame) is False
            assert failures.pop()[0] is frame
            failures.append(gate)

    import types

    types.FunctionType(code, {"stop": stop})(1)
    assert len(failures) == 2


@with_kit
@pytest.mark.parametrize("error", [RecursionError, MemoryError])
def test_no_room_for_a_condition_counts_as_false(kit, error):
    def condition():
        raise error

    gate = kit.Gate(None, kit.Condition(condition, failing.__code__, []), None, failing)
    assert gate.passes(sys._getframe()) is False


@with_kit
def test_a_report_that_fails(kit):
    gate = kit.Gate(None, kit.Condition(failing, failing.__code__, []), None, failing)
    with Unraisable() as unraisable:
        assert gate.passes(sys._getframe()) is False
    assert [type(error) for error in unraisable.errors] == [ZeroDivisionError]


@with_kit
def test_ctrl_c_passes_through_a_condition(kit):
    def condition():
        raise KeyboardInterrupt

    gate = kit.Gate(None, kit.Condition(condition, failing.__code__, []), None, failing)
    with pytest.raises(KeyboardInterrupt):
        gate.passes(sys._getframe())


@with_kit
def test_compare(kit):
    nan = float("nan")

    def answers(value, constant, signs="==,!=,<,<=,>,>=,is,is not"):
        frame = frame_of("def f(x):\n    stop()\n", value)
        compares = [kit.Compare(frame.f_code, "x", sign, constant) for sign in signs.split(",")]
        assert [bool(one(frame)) for one in compares] == [kit.Gate(None, one).passes(frame) for one in compares]
        return [sign for sign, one in zip(signs.split(","), compares) if one(frame)]

    assert answers(3, 3) == ["==", "<=", ">=", "is"]
    assert answers(3, 4) == ["!=", "<", "<=", "is not"]
    assert answers("b", "a") == ["!=", ">", ">=", "is not"]
    assert answers(nan, nan) == ["!=", "is"]
    assert answers(None, None, "is,is not") == ["is"]
    with pytest.raises(TypeError):
        answers(None, 3, "<")
    for name, sign in (("nowhere", "=="), ("x", "in")):
        with pytest.raises(ValueError):
            kit.Compare(function("def f(x):\n    pass\n").__code__, name, sign, 1)


@with_kit
@pytest.mark.parametrize("test, wanted", [
    (("==", 3), [3]), (("!=", 3), [1, 2, 4, 5, 6]), (("<", 3), [1, 2]), (("<=", 3), [1, 2, 3]), ((">", 3), [4, 5, 6]),
    ((">=", 3), [3, 4, 5, 6]), (("%", 2), [2, 4, 6]), (lambda count: count in (1, 6), [1, 6]),
])
def test_counter(kit, test, wanted):
    counter = kit.Counter(test)
    answers = [counter() for _ in range(6)]
    assert [number for number, answer in enumerate(answers, 1) if answer] == wanted
    assert set(map(type, answers)) == {bool} and counter.count == 6
    counter.count = 2
    assert counter() is (3 in wanted)


@with_kit
def test_counter_refuses_what_is_no_test(kit):
    for test, error in ((("%", 0), ValueError), (("~", 1), ValueError), (5, TypeError)):
        with pytest.raises(error):
            kit.Counter(test)


@with_kit
def test_a_counter_counts_only_what_the_test_lets_pass(kit):
    verdict = [True]
    failures = []
    condition = kit.Condition(lambda: verdict[0], failing.__code__, [])
    counter = kit.Counter(("==", 2))
    gate = kit.Gate(None, condition, counter)
    assert not gate.passes(sys._getframe())
    verdict[0] = False
    assert not gate.passes(sys._getframe())
    verdict[0] = True
    assert gate.passes(sys._getframe()) and counter.count == 2
    gate = kit.Gate(None, None, kit.Counter(failing), lambda *args: failures.append(args))
    assert not gate.passes(sys._getframe()) and len(failures) == 1


# ---- line tables ---------------------------------------------------------------------------------------------------


@with_kit
def test_line_table_finds_lines(kit):
    faults, seen = [], []
    table = kit.LineTable(fault=faults.append)
    code = test_line_table_finds_lines.__code__
    note = lambda frame, line: seen.append((frame.f_code.co_name, line))  # noqa: E731
    table.arm(code, {line: note for line in range(2, 40, 2)})
    for line in range(1, 42):
        table.on_line(code, line)
    assert [line for _, line in seen] == list(range(2, 40, 2))
    assert {name for name, _ in seen} == {"test_line_table_finds_lines"}
    seen.clear()
    table.arm(code, {None: note, 7: kit.Gate(note, kit.Condition(lambda: False, code, [])), 9: failing})
    assert [table.on_line(code, line) for line in (6, 7, 8, 9)] == [None] * 4
    assert [line for _, line in seen] == [6, 8]
    assert [type(error) for error in faults] == [ZeroDivisionError]
    table.disarm(code)
    table.disarm(code)
    table.on_line(code, 6)
    assert len(seen) == 2 and not table.is_armed(code)


@with_kit
def test_line_table_with_many_code_objects(kit):
    table, seen = kit.LineTable(), []
    codes = [compile("x", str(number), "exec") for number in range(1000)]
    for number, code in enumerate(codes):
        table.arm(code, {1: lambda frame, line, number=number: seen.append(number)})
    for code in codes[::3]:
        table.disarm(code)
    for code in codes:
        table.on_line(code, 1)
    assert seen == [number for number in range(1000) if number % 3]
    assert set(map(id, table.armed())) == {id(codes[number]) for number in seen}
    table.clear()
    assert table.armed() == [] and table.on_line(codes[1], 1) is core_pure.DISABLE


@with_kit
def test_line_table_discovers_once(kit):
    met, faults = [], []
    table = kit.LineTable(met.append, faults.append)
    first, second = compile("1", "", "exec"), compile("2", "", "exec")
    for _ in range(2):
        assert table.on_start(first, 0) is table.on_resume(second, 0) is core_pure.DISABLE
    assert met == [first, second]
    table.forget_seen()
    table.on_start(first, 0)
    assert met == [first, second, first]
    table.discover = failing
    table.on_start(compile("3", "", "exec"), 0)
    assert [type(error) for error in faults] == [ZeroDivisionError]


@with_kit
def test_line_table_skips_files(kit):
    met = []
    table = kit.LineTable(met.append)
    table.skip_file("boring")
    kept = [compile("1", "boring", "exec") for _ in range(200)]
    for code in kept:
        table.on_start(code, 0)
        table.on_resume(compile("2", "boring", "exec"), 0)  # dies at once
    table.on_start(compile("1", "interesting", "exec"), 0)
    assert [code.co_filename for code in met] == ["interesting"] and table.skipped_files() == ["boring"]
    assert {id(code) for code in table.unskip_file("boring")} == set(map(id, kept))
    assert table.unskip_file("boring") == [] and table.skipped_files() == []
    table.on_start(kept[0], 0)
    assert met[-1] is kept[0]


@with_kit
def test_line_table_acts_at_the_start(kit):
    seen = []
    code = compile("1", "", "exec")
    enter = lambda frame, line: seen.append(line)  # noqa: E731
    table = kit.LineTable(lambda code: table.arm(code, {0: enter}))
    assert table.on_start(code, 0) is None  # armed while it is discovered: this start counts
    assert table.on_start(code, 0) is None
    assert seen == [0, 0]
    table.on_resume(code, 0)
    assert seen == [0, 0]
    table.arm(code, {1: enter})
    assert table.on_start(code, 0) is core_pure.DISABLE


@with_kit
def test_line_table_takes_code_only(kit):
    with pytest.raises(TypeError):
        kit.LineTable().arm("code", {})


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="sys.monitoring came with 3.12")
@with_kit
def test_line_table_as_callbacks(kit):
    monitoring, events = sys.monitoring, sys.monitoring.events
    seen = []
    f = function("def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n        t -= 1\n    return t\n")
    table = kit.LineTable()
    act = lambda frame, line: seen.append((line, frame.f_locals["i"], frame.f_code is f.__code__))  # noqa: E731
    table.discover = lambda code: code is f.__code__ and arm()

    def arm():
        table.arm(f.__code__, {4: kit.Gate(act, kit.Condition(lambda i: i > 2, f.__code__, ["i"])), 5: failing})
        monitoring.set_local_events(3, f.__code__, events.LINE)

    faults = []
    table.fault = faults.append
    monitoring.use_tool_id(3, "test")
    try:
        for name in ("line", "start", "resume"):
            event = {"line": "LINE", "start": "PY_START", "resume": "PY_RESUME"}[name]
            monitoring.register_callback(3, getattr(events, event), getattr(table, "on_" + name))
        monitoring.set_events(3, events.PY_START | events.PY_RESUME)
        assert f(5) == 5
    finally:
        monitoring.set_events(3, 0)
        monitoring.set_local_events(3, f.__code__, 0)
        monitoring.free_tool_id(3)
    assert seen == [(4, 3, True), (4, 4, True)] and len(faults) == 5


# ---- what code with probes holds -----------------------------------------------------------------------------------


@with_kit
def test_trap_gets_the_programs_frame(kit):
    seen = []
    trap = kit.Trap(lambda frame, k: seen.append((frame.f_code.co_name, k)), failing)
    trap.trap(1)
    kit.Landing(trap.trap, 2)()
    assert seen == [("test_trap_gets_the_programs_frame", 1), ("test_trap_gets_the_programs_frame", 2)]


@with_kit
def test_trap_tells_errors(kit):
    seen, faults = [], []
    trap = kit.Trap(failing, lambda frame, k, error: seen.append((frame.f_code.co_name, k, error)), faults.append)
    for error in (ValueError("x"), RecursionError(), MemoryError()):
        try:
            raise error
        except Exception:
            trap.error(5)
            kit.Landing(trap.error, 5)()
    assert [(name, k, type(error)) for name, k, error in seen] == [("test_trap_tells_errors", 5, ValueError)] * 2
    trap.trap(1)
    kit.Trap(failing, failing, faults.append).error(1)
    assert [type(error) for error in faults] == [ZeroDivisionError] * 2


@with_kit
def test_system_exit_passes_through_a_trap(kit):
    with pytest.raises(SystemExit):
        kit.Trap(lambda frame, k: sys.exit(k), failing).trap(3)


@with_kit
def test_landing_hands_a_value_on(kit):
    seen = []
    kit.Landing(lambda *args: seen.append(args), 3)((1, 2))
    assert seen == [(3, (1, 2))]


@with_kit
def test_a_stopwatch_tells_what_took_too_long(kit):
    late, faults = [], []
    watch = kit.Stopwatch(3600, failing)
    assert watch(watch(), "value") == "value"
    watch = kit.Stopwatch(-1, late.append)
    assert watch(watch(), None) is None and len(late) == 1 and 0 <= late[0] < 60
    watch = kit.Stopwatch(-1, failing, faults.append)
    assert watch(watch(), 7) == 7 and type(faults[0]) is ZeroDivisionError
    with pytest.raises(TypeError):
        watch(1)


@with_kit
def test_what_is_pickled_is_harmless(kit):
    trap = kit.Trap(failing, failing)
    ring = kit.LogRing()
    for one, args in (
        (kit.Counter(("==", 1)), ()), (kit.Landing(trap.trap, 1), ()), (kit.Landing(trap.trap, 1), ((1,),)),
        (kit.LogPoint(ring, 1), (("x",),)), (kit.Stopwatch(1, failing), ()), (trap, None),
    ):
        data = pickle.dumps(one)
        assert b"dapper" not in data
        other = pickle.loads(data)
        if args is None:
            other.trap(1), other.error(1)
        else:
            other(*args)
    assert pickle.loads(pickle.dumps(kit.Counter(("==", 1))))() is False


# ---- log messages --------------------------------------------------------------------------------------------------


class Odd:
    def __str__(self):
        raise ValueError("no text")


@with_kit
def test_log_points(kit):
    woken = []
    ring = kit.LogRing(lambda: woken.append(ring.pending))
    first, second = kit.LogPoint(ring, "a"), kit.LogPoint(ring, "b")
    first(("x = ", 1, "\n"))
    first(("x = ", Odd(), "\n"))
    second(("ü", None, "\n"))
    ring.put("a", "end\n")
    assert ring.count == 4 and woken == [6]
    assert ring.drain() == [("a", "x = 1\nx = <ValueError: no text>\n"), ("b", "üNone\n"), ("a", "end\n")]
    assert ring.drain() == [] and ring.pending == 0
    first(("again\n",))
    assert woken == [6, 6]


@with_kit
def test_a_full_ring_asks_to_be_drained(kit):
    sent, faults = [], []
    ring = kit.LogRing(None, 10, lambda: sent.extend(ring.drain()), faults.append)
    for number in range(5):
        ring.put("k", "line %d\n" % number)
    sent.extend(ring.drain())
    assert "".join(text for _, text in sent) == "".join("line %d\n" % number for number in range(5))
    ring = kit.LogRing(failing, 3, failing, faults.append)
    ring.put("k", "long enough")
    assert [type(error) for error in faults] == [ZeroDivisionError] * 2 and ring.drain() == [("k", "long enough")]


@with_kit
def test_log_points_from_threads_lose_nothing(kit):
    import threading

    ring, got, more = kit.LogRing(), [], threading.Event()

    def log(name):
        point = kit.LogPoint(ring, name)
        for number in range(2000):
            point((number, "\n"))

    threads = [threading.Thread(target=log, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        got.extend(ring.drain())
        more.wait(0.001)
    got.extend(ring.drain())
    for name in ("a", "b", "c"):
        assert "".join(text for key, text in got if key == name).split() == [str(number) for number in range(2000)]


@with_kit
def test_misuse_of_callables(kit):
    with pytest.raises(TypeError):
        kit.LogPoint(kit.LogRing(), 1)()


@needs_native
def test_what_is_no_frame_or_code_is_refused():
    for call in (
        lambda: NATIVE.Gate(None).passes(5), lambda: NATIVE.call_with_locals(5, print, []),
        lambda: NATIVE.Tracer(print).ignore(5), lambda: NATIVE.keep_tracing(5), lambda: NATIVE.repoint(5, 5),
        lambda: NATIVE.replace_const((1,), 1, 2), lambda: NATIVE.Gate(None, test=5), lambda: NATIVE.LogRing().put(1, 2),
    ):
        with pytest.raises(TypeError):
            call()
