"""Breakpoints in the code itself, below 3.12: what runs already, what is loaded later, and that nothing stays switched on."""

import gc
import runpy
import sys
import threading
import zipfile
from _thread import get_ident

import pytest

from dapper._frame_eval import core
from dapper._frame_eval.config import FrameEvalConfig
from dapper._frame_eval.runtime import ENGINES, FrameEvalRuntime
from dapper._frame_eval.selective_tracer import LineTable
from dapper._frame_eval.telemetry import Reason, get_frame_eval_telemetry
from dapper.adapter.debugger import binding
from tests.integration.runs import NAMES, Witness, load, meet, on_a_thread
from tests.integration.test_frame_eval_integration import client, unplugged_afterwards  # noqa: F401  fixtures
from tests.wire import DEADLINE

pytestmark = pytest.mark.skipif(
    hasattr(sys, "monitoring") or "injection" not in NAMES, reason="the engine is for 3.8 to 3.11 with the native core"
)
KIT = core.kit()
INJECTION = {"frameEval": {"engine": "injection"}}


@pytest.fixture
def one(client):  # noqa: F811
    return lambda text: client(text, **INJECTION)


def decided(one, *pairs):
    """Set breakpoints with conditions and the like."""
    wanted = [dict({"line": one.program.line(mark)}, **more) for mark, more in pairs]
    return binding.set_breakpoints(one.debugger, one.program.path, wanted, one._next_id)


def is_free():
    """Whether nothing traces the calling thread or new threads."""
    return KIT.thread_trace(get_ident()) is None and sys.gettrace() is None and threading._trace_hook is None


# -- nothing stays on -------------------------------------------------------------------------------------------------


def test_a_program_is_traced_only_while_it_has_to(one):
    one = one(
        """
        def f(n):
            a = n           # @f
            return a
        def g():
            f(1)            # @step
            free.append(is_free())
            f(2)
            free.append(is_free())
            f(3)            # @last
            free.append(is_free())
        g()
        """
    )
    one.breakpoints("step")
    free = []
    one.run(exec, load(one.program), {"__name__": "prog", "free": free, "is_free": is_free})
    assert one.stop() == ("g", "step")
    one.breakpoints("f", "last")
    one.go()
    assert one.places() == [("f", "f"), ("f", "f"), ("g", "last"), ("f", "f")]
    # The frame of g runs since before the breakpoint in it was set, so its thread is traced until g ends.
    assert free == [False, False, False]
    free.clear()
    one.run(lambda: (exec(load(one.program), {"__name__": "prog", "free": free, "is_free": is_free})))
    assert one.places(["over"]) == [("f", "f"), ("f", "prog.py:3"), ("f", "f"), ("g", "last"), ("f", "f")]
    assert free == [True, True, True]


def test_a_pause_and_a_step_out_leave_nothing_on(one):
    one = one(
        """
        def f():
            x = 1           # @f
            return x
        def g():
            y = f()
            free.append(is_free())
            return y
        g()
        """
    )
    one.breakpoints("f")
    free = []
    one.run(exec, load(one.program), {"__name__": "prog", "free": free, "is_free": is_free})
    assert one.places(["out"]) == [("f", "f"), ("g", "prog.py:5")]
    assert free == [True]


# -- what runs already ------------------------------------------------------------------------------------------------


def test_a_loop_that_runs(one):
    one = one(
        """
        def f():
            for n in range(3):
                ready(n)
                x = n           # @in
            return x
        f()
        g = f
        ready("done")
        g()                     # @again
        """
    )
    told, go_on = threading.Event(), threading.Event()

    def ready(n):
        if n == 1:
            told.set()
            assert go_on.wait(DEADLINE)
        elif n == "done":
            free.append(is_free())

    free = []
    one.run(exec, load(one.program), {"__name__": "prog", "ready": ready})
    assert told.wait(DEADLINE)
    decided(one, ("in", {"condition": "n > 0"}))
    go_on.set()
    assert one.places() == [("f", "in"), ("f", "in")] + [("f", "in"), ("f", "in")]
    assert free == [True]


def test_every_running_call_of_a_recursion(one):
    one = one(
        """
        def f(n):
            if n:
                f(n - 1)
            else:
                ready()
            return n            # @return
        f(3)
        """
    )

    def ready():
        on_a_thread(one.breakpoints, "return")

    one.run(exec, load(one.program), {"__name__": "prog", "ready": ready})
    assert one.places() == [("f", "return")] * 4


def test_generators_that_are_suspended(one):
    one = one(
        """
        def numbers(n):
            for i in range(n):
                yield i         # @yield
        async def wait():
            await Pause()
            return 1            # @awaited
        class Pause:
            def __await__(self):
                yield "paused"
        """
    )
    space = {"__name__": "prog"}
    exec(load(one.program), space)
    first, dropped, coroutine = space["numbers"](3), space["numbers"](3), space["wait"]()
    assert (next(first), next(dropped), coroutine.send(None)) == (0, 0, "paused")
    one.breakpoints("yield", "awaited")
    free = []

    def use():
        list(first)
        with pytest.raises(StopIteration):
            coroutine.send(None)
        free.append(is_free())
        dropped.close()
        free.append(is_free())
        list(space["numbers"](1))

    one.run(use)
    assert one.places() == [("numbers", "yield")] * 2 + [("wait", "awaited"), ("numbers", "yield")]
    assert free == [False, True]  # until none of those that were suspended is left


def test_a_breakpoint_is_taken_from_a_running_frame(one):
    one = one(
        """
        def f():
            for n in range(4):
                x = n           # @in
                ready(n)
        f()
        """
    )
    free = []

    def ready(n):
        if n == 1:
            on_a_thread(one.breakpoints)
        elif n == 2:
            free.append(is_free())
            on_a_thread(one.breakpoints, "in")

    one.breakpoints("in")
    one.run(exec, load(one.program), {"__name__": "prog", "ready": ready})
    assert one.places() == [("f", "in")] * 3
    assert free == [True]


def test_threads_that_run_and_threads_that_start_meanwhile(one):
    one = one(
        """
        def numbers():
            yield 1
            yield 2             # @second
        def use(generator):
            return next(generator)
        """
    )
    space = {"__name__": "prog"}
    exec(load(one.program), space)
    made = [space["numbers"]() for _ in range(2)]
    for generator in made:
        next(generator)
    wait = threading.Event()
    old = threading.Thread(target=lambda: wait.wait(DEADLINE) and space["use"](made[0]))
    old.start()
    one.breakpoints("second")
    wait.set()
    one._thread = old
    assert one.stop() == ("numbers", "second")
    one.go()
    old.join(DEADLINE)
    one.run(space["use"], made[1])
    assert one.places() == [("numbers", "second")]


# -- conditions are asked once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", NAMES)
def test_stepping_onto_a_condition_asks_it_once(client, engine):  # noqa: F811
    one = client(
        """
        def f(n):
            a = n               # @a
            b = a               # @b
            c = b               # @c
            return c            # @return
        f(1)
        """,
        frameEval={"engine": engine},
    )
    asked = []
    space = {"__name__": "prog", "ask": lambda what, answer: asked.append(what) or answer}
    decided(
        one, ("a", {}), ("b", {"condition": "ask('b', False)"}), ("c", {"condition": "ask('c', True)"}),
        ("return", {"hitCondition": "2"}),
    )
    one.run(exec, load(one.program), space)
    places = one.places(["over"] * 3)
    assert places == [("f", "a"), ("f", "b"), ("f", "c"), ("f", "return")]
    assert asked == ["b", "c"]
    one.run(space["f"], 1)
    assert one.places() == [("f", "a"), ("f", "c"), ("f", "return")]
    assert asked == ["b", "c", "b", "c"]


@pytest.mark.parametrize("engine", NAMES)
def test_a_function_and_its_first_line_are_one_stop(client, engine):  # noqa: F811
    one = client(
        """
        def f(n):
            a = n               # @a
            return a
        f(1)
        """,
        frameEval={"engine": engine},
    )
    from dapper.adapter.debugger.breakpoints import Breakpoint

    one.debugger.set_function_breakpoints([Breakpoint(50, None, {}, "f")])
    one.breakpoints("a")
    one.run()
    assert one.stop() == ("f", "a")
    assert sorted(one.record.stop.hit) == [1, 50]
    one.go()
    assert one.stop() is None


# -- what is loaded ---------------------------------------------------------------------------------------------------


LOADED = """
first = 1                       # @module
class Some:
    value = [n for n in (1, 2)] # @class
    def method(self):
        return lambda: 1        # @lambda
result = Some().method()()
"""


@pytest.mark.parametrize("how", ["exec", "twice", "import", "zip", "runpy", "loop"])
def test_code_from_everywhere(one, how, tmp_path, monkeypatch):
    one = one(LOADED)
    path = one.program.path
    one.breakpoints("module", "class", "lambda")
    expected = [("<module>", "module"), ("Some", "class"), ("method", "lambda"), ("<lambda>", "lambda")]

    def run():
        if how == "exec":
            exec(load(one.program), {"__name__": "prog"})
        elif how == "twice":
            code = load(one.program)
            for _ in range(2):
                exec(code, {"__name__": "prog"})
        elif how == "runpy":
            runpy.run_path(path)
        elif how == "loop":
            for _ in range(3):
                exec(load(one.program), {"__name__": "prog"})
        else:
            __import__("prog")

    monkeypatch.delitem(sys.modules, "prog", False)
    if how == "import":
        monkeypatch.syspath_prepend(one.program.folder)
    elif how == "zip":
        archive = tmp_path / "archive.zip"
        with zipfile.ZipFile(str(archive), "w") as file:
            file.write(path, "prog.py")
        monkeypatch.syspath_prepend(str(archive))
        binding.set_breakpoints(one.debugger, str(archive / "prog.py"), [
            {"line": one.program.line(mark)} for mark in ("module", "class", "lambda")
        ], one._next_id)
        expected = [(name, "prog.py:%d" % one.program.line(mark)) for name, mark in expected]
    one.run(run)
    assert one.places() == expected * {"twice": 2, "loop": 3}.get(how, 1)
    monkeypatch.delitem(sys.modules, "prog", False)


def test_code_without_the_eval_hook(program):
    """Where another tool has it, the module's own frame is traced."""
    prog = program(LOADED)
    witness = Witness(prog)

    def build(port, choice, config):
        from dapper._frame_eval.injected_tracing import InjectedTracingEngine

        return InjectedTracingEngine(port, KIT, config, False)

    witness.runtime = runtime = FrameEvalRuntime(witness, dict(ENGINES, injection=build))
    table = LineTable().with_lines(prog.path, [prog.line(mark) for mark in ("module", "lambda")])
    assert runtime.initialize({"engine": "injection"}, table)
    free = []
    try:
        on_a_thread(lambda: (exec(load(prog), {"__name__": "prog"}), free.append(is_free())))
    finally:
        runtime.shutdown()
    assert witness.met == [("<module>", "module"), ("method", "lambda"), ("<lambda>", "lambda")]
    assert free == [True] and not witness.faults


def test_breakpoints_that_change_while_exec_is_about_to_run_their_code(program):
    """The frame that is traced for them does not run yet, so that nobody finds it."""
    prog = program(LOADED)
    witness = Witness(prog)
    marks = ["module", "lambda"]

    class Kit:
        """The core, with a client that sets the same breakpoints again in that moment."""

        def __getattr__(self, name):
            return getattr(KIT, name)

        def keep_tracing(self, code, on=True):
            KIT.keep_tracing(code, on)
            if on and marks:
                lines = [prog.line(marks.pop()) for _ in marks[:]]
                on_a_thread(lambda: runtime.update_breakpoints(prog.path, lines))

    def build(port, choice, config):
        from dapper._frame_eval.injected_tracing import InjectedTracingEngine

        return InjectedTracingEngine(port, Kit(), config, False)

    witness.runtime = runtime = FrameEvalRuntime(witness, dict(ENGINES, injection=build))
    table = LineTable().with_lines(prog.path, [prog.line(mark) for mark in marks])
    assert runtime.initialize({"engine": "injection"}, table)
    try:
        on_a_thread(lambda: exec(load(prog), {"__name__": "prog"}))
    finally:
        runtime.shutdown()
    assert witness.met == [("<module>", "module"), ("method", "lambda"), ("<lambda>", "lambda")]
    assert not marks and not witness.faults


def test_code_that_can_not_be_rewritten(program):
    """It is traced, all the time, in every thread; other code is not."""
    prog = program(
        """
        def f(n):
            return n            # @f
        def g():
            yield f(1)          # @g
        f(list(g()))
        from threading import Thread
        thread = Thread(target=f, args=(2,))
        thread.start()
        thread.join()
        """
    )
    witness = Witness(prog)

    def build(port, choice, config):
        from dapper._frame_eval.injected_tracing import InjectedTracingEngine

        return InjectedTracingEngine(port, KIT, FrameEvalConfig(injection=False))

    witness.runtime = runtime = FrameEvalRuntime(witness, dict(ENGINES, injection=build))
    table = LineTable().with_lines(prog.path, [prog.line(mark) for mark in ("f", "g")])
    assert runtime.initialize({"engine": "injection"}, table)
    free = []
    try:
        on_a_thread(lambda: (exec(load(prog), {"__name__": "prog"}), free.append(is_free())))
        runtime.update_breakpoints(prog.path, [])
        on_a_thread(lambda: free.append(is_free()))
    finally:
        runtime.shutdown()
    assert witness.met == [("g", "g"), ("f", "f"), ("f", "f"), ("f", "f")]
    assert free == [False, True] and not witness.faults


def test_code_that_is_gone_is_forgotten(one):
    one = one(LOADED)
    decided(one, ("module", {"condition": "False"}), ("lambda", {"condition": "False"}))
    kept = load(one.program)

    def count():
        gc.collect()
        return sum(1 for thing in gc.get_objects() if type(thing).__name__ == "Implant")

    before = count()
    for _ in range(100):
        exec(load(one.program), {"__name__": "prog"})
    assert count() < before + 150
    decided(one, ("module", {"condition": "first"}), ("lambda", {}))
    one.run(exec, kept, {"__name__": "prog", "first": 1})
    assert one.places() == [("<module>", "module"), ("method", "lambda"), ("<lambda>", "lambda")]


# -- others -----------------------------------------------------------------------------------------------------------


TRACED = """
def f(n):
    a = n                       # @a
    b = helper(a)               # @b
    return b                    # @c
def helper(n):
    return n                    # @helper
f(1)
"""


@pytest.mark.parametrize("local", [True, False])
def test_another_tool_s_trace_function(one, local):
    """It sees what it sees without us, while our steps go on beside it."""
    one = one(TRACED)

    def run(space):
        seen = []

        def trace(frame, event, arg):
            if frame.f_code.co_filename == one.program.path:
                seen.append((event, frame.f_code.co_name, frame.f_lineno))
            return trace if local else None

        code = load(one.program)
        sys.settrace(trace)
        try:
            exec(code, space)
        finally:
            assert sys.gettrace() is trace
            sys.settrace(None)
        return seen

    expected = run({"__name__": "prog"})
    found = []
    one.breakpoints("a")
    one.run(lambda: found.extend(run({"__name__": "prog"})))
    places = one.places(["over", "in", "out", "over"])
    assert places == [("f", "a"), ("f", "b"), ("helper", "helper"), ("f", "b"), ("f", "c")]
    assert [one for one in found if one[0] != "line"] == [one for one in expected if one[0] != "line"]
    lines = lambda events: {one for one in events if one[0] == "line"}
    assert lines(found) == lines(expected)
    assert is_free()


def test_a_program_that_traces_itself(one):
    one = one(
        """
        import sys
        def trace(frame, event, arg):
            seen.append(event)
        def f():
            sys.settrace(trace)
            a = 1               # @a
            sys.settrace(None)
            return 2            # @return
        f()
        f()
        """
    )
    seen = []
    one.breakpoints("a", "return")
    one.run(exec, load(one.program), {"__name__": "prog", "seen": seen})
    assert one.places() == [("f", "a"), ("f", "return")] * 2
    assert is_free()


def test_an_audit_hook_that_allows_no_other():
    from tests.unit.core_kits import run_python

    out = run_python(
        """
        import sys
        def hook(event, args):
            if event == "sys.addaudithook":
                raise RuntimeError("no more hooks")
        sys.addaudithook(hook)
        from dapper._frame_eval.runtime import FrameEvalRuntime
        from tests.unit.frame_eval_fakes import FakePort
        runtime = FrameEvalRuntime(FakePort())
        assert runtime.initialize({"engine": "injection"})
        print(runtime.engine.name, *runtime.notices)
        """
    )
    assert out.stdout.startswith("settrace") and "audit hook" in out.stdout


def test_an_engine_that_fails_is_replaced_and_its_frames_go_on(program):
    prog = program(
        """
        def f():
            for n in range(6):
                x = n           # @in
        f()
        """
    )

    def at_stop(witness, count):
        if count == 2:
            for number in range(3):
                witness.runtime.engine._fault(ValueError("fault %d" % number))
            assert witness.runtime.engine.name == "settrace"

    witness = meet(prog, "injection", ["in"], at_stop)
    assert witness.met == [("f", "in")] * 6
    assert Reason.FALLBACK_TO_TRACE_DISPATCH in get_frame_eval_telemetry()["counts"]
