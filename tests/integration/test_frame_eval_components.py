"""Runtime, selector, caches and real engines together: the same stops on every engine, whatever happens meanwhile."""

import gc
import sys
import threading
import weakref

import pytest

from dapper._frame_eval.compatibility_policy import gather
from dapper._frame_eval.runtime import ENGINES, MAX_FAULTS
from dapper._frame_eval.telemetry import Reason, telemetry
from tests.integration.runs import NAMES, meet, on_a_thread

PROGRAM = """
def plain(n):
    total = 0
    for i in range(n):
        total += i          # @loop
    return total            # @return

def recursive(n):
    if n:                   # @recursive
        recursive(n - 1)
    return n

def generator():
    yield 1                 # @yield
    yield 2

def failing():
    try:
        raise ValueError
    except ValueError:
        pass                # @handler
    finally:
        done = True         # @finally

class Thing:
    size = 3                # @class

    def method(self):
        return self.size    # @method

def untouched():
    return 1

async def coroutine():
    return untouched()      # @coroutine

def drive(awaitable):
    try:
        awaitable.send(None)
    except StopIteration:
        pass

plain(3)
recursive(2)
list(generator())
failing()
Thing().method()
one = lambda: 1             # @lambda
one()
untouched()
drive(coroutine())
plain(1)
"""
MARKS = ["loop", "return", "recursive", "yield", "handler", "finally", "class", "method", "coroutine"]


@pytest.fixture(autouse=True)
def fresh_telemetry():
    telemetry.reset()
    yield
    telemetry.reset()


@pytest.fixture
def prog(program):
    return program(PROGRAM)


@pytest.fixture
def expected(prog):
    """What the reference engine meets."""
    return meet(prog, "settrace", MARKS).met


def test_the_reference(prog, expected):
    assert expected == [("Thing", "class")] + [("plain", "loop")] * 3 + [("plain", "return")] + [
        ("recursive", "recursive")
    ] * 3 + [
        ("generator", "yield"), ("failing", "handler"), ("failing", "finally"), ("method", "method"),
        ("coroutine", "coroutine"), ("plain", "loop"), ("plain", "return"),
    ]


@pytest.mark.parametrize("engine", NAMES)
def test_engines_agree(prog, expected, engine):
    witness = meet(prog, engine, MARKS)
    assert witness.met == expected
    assert witness.faults == []


@pytest.mark.parametrize("engine", NAMES)
def test_breakpoints_changed_at_every_stop(prog, engine):
    """From one stop to the next the breakpoints move on by one mark, in running frames as well as in others."""
    order = ["class", "loop", "return", "recursive", "yield", "handler", "method", "coroutine", "loop", "return"]

    def next_mark(witness, count):
        marks = [order[count]] if count < len(order) else []
        witness.runtime.update_breakpoints(prog.path, [prog.line(mark) for mark in marks])

    witness = meet(prog, engine, order[:1], next_mark)
    assert [place for _, place in witness.met] == order


@pytest.mark.parametrize("engine", NAMES)
def test_every_cache_dropped_between_any_two_stops(prog, expected, engine):
    for drop_at in list(range(1, len(expected) + 1)) + ["always"]:

        def drop(witness, count, drop_at=drop_at):
            if drop_at in (count, "always"):
                witness.runtime.drop_caches()

        assert meet(prog, engine, MARKS, drop).met == expected, drop_at


@pytest.mark.timeout(60)
@pytest.mark.parametrize("engine", NAMES)
def test_every_cache_dropped_between_any_two_actions(prog, engine):
    """Runs, changes of breakpoints, restarts of the engine: what was seen before is found again after a drop."""

    def scenario(drop_at):
        counts = []

        def actions(witness, run):
            runtime = witness.runtime

            def breakpoints(*marks):
                return lambda: runtime.update_breakpoints(prog.path, [prog.line(mark) for mark in marks])

            def restart():
                runtime.shutdown()
                runtime.initialize({"engine": engine})

            space = {"__name__": "prog"}
            again = lambda: on_a_thread(lambda: space["plain"](2))
            steps = [
                lambda: run(space), breakpoints("loop"), again, breakpoints("return", "yield"), again, breakpoints(),
                again, breakpoints("loop", "handler"), restart, again, lambda: run(space), breakpoints("return"),
                restart, again,
            ]
            for number, step in enumerate(steps):
                if drop_at in (number, "always"):
                    runtime.drop_caches()
                step()
                counts.append(len(witness.met))
            scenario.steps = len(steps)

        return meet(prog, engine, ["class"], call=actions).met, counts

    plain = scenario(None)
    assert len(plain[0]) > 10
    for drop_at in list(range(scenario.steps)) + ["always"]:
        assert scenario(drop_at) == plain, drop_at


@pytest.mark.parametrize("engine", NAMES)
def test_the_caches_hold_nothing_back(prog, engine):
    def run_and_forget(witness, run):
        space = {}
        on_a_thread(exec, "def f():\n    pass\nf()", space)
        code = weakref.ref(space.pop("f").__code__)
        gc.collect()
        assert code() is None

    meet(prog, engine, [], call=run_and_forget)


@pytest.mark.parametrize("engine", NAMES)
def test_a_run_records_nothing(prog, engine):
    """Telemetry is for decisions and failures; calls, lines and stops are neither."""
    told = []

    def look(witness, run):
        telemetry.reset()  # what the choice of the engine had to say
        run()
        told.append(telemetry.snapshot())

    assert len(meet(prog, engine, MARKS, call=look).met) > 10
    assert told == [{"telemetry": True, "counts": {}, "recent": []}]


@pytest.mark.parametrize("engine", NAMES)
def test_figures_of_a_run(prog, engine):
    stats = {}

    def look(witness, run):
        space = {"__name__": "prog"}  # else its code is gone afterwards
        run(space)
        stats.update(witness.runtime.get_stats())

    meet(prog, engine, MARKS, call=look)
    assert stats["engine"] == engine
    assert 0 < stats["trace_rate"] < 1
    assert stats["fast_path_hits"] > 0 and stats["cache_misses"] > 0
    assert stats["faults"] == 0


# -- swaps and faults -------------------------------------------------------------------------------------------------

OTHERS = [(one, other) for one in NAMES for other in NAMES if one != other]


@pytest.mark.parametrize("one, other", OTHERS)
def test_a_swap_at_any_stop_loses_no_stop(prog, expected, one, other):
    for swap_at in range(1, len(expected)):

        def swap(witness, count, swap_at=swap_at):
            if count == swap_at:  # as the reader's thread does it, while the program's thread stands
                on_a_thread(witness.runtime.initialize, {"engine": other})
                assert witness.runtime.engine.name == other

        witness = meet(prog, one, MARKS, swap)
        assert witness.met == expected, swap_at
        assert witness.lines == [None]


@pytest.mark.skipif("monitoring" not in NAMES, reason="settrace is the only engine here")
def test_an_engine_that_fails_hands_over_while_the_program_runs(prog, expected):
    """The first three events fail inside the engine; the rest is met by sys.settrace, on the same thread."""

    def fail(witness, count):
        if count <= MAX_FAULTS:
            raise ValueError("a bug of ours")

    witness = meet(prog, "monitoring", MARKS, fail)
    assert witness.met == expected
    assert len(witness.faults) == MAX_FAULTS
    [line] = witness.lines
    assert line.startswith("The engine monitoring failed (ValueError('a bug of ours')); sys.settrace goes on")
    assert witness.runtime.status()["swaps"] == 1
    counts = telemetry.snapshot()["counts"]
    assert (counts[Reason.ENGINE_FAULT], counts[Reason.FALLBACK_TO_TRACE_DISPATCH]) == (MAX_FAULTS, 1)


def test_the_reference_engine_survives_its_faults(prog, expected):
    def fail(witness, count):
        raise ValueError("a bug of ours")

    witness = meet(prog, "settrace", MARKS, fail)
    assert witness.met == expected
    assert len(witness.faults) == MAX_FAULTS
    assert telemetry.snapshot()["counts"] == {Reason.ENGINE_FAULT: len(expected)}


@pytest.mark.skipif("monitoring" not in NAMES, reason="there is no sys.monitoring here")
def test_taken_tool_ids_lead_to_the_reference_engine(prog, expected):
    taken = (0, 3, 4)
    for number in taken:
        sys.monitoring.use_tool_id(number, "tool %d" % number)
    try:
        assert not gather(ENGINES).tool_ids_free
        witness = meet(prog, "settrace", MARKS)
        witness.runtime.initialize()
        assert witness.runtime.engine.name == "settrace"
        assert witness.runtime.notices == [
            "sys.monitoring is taken by tool 0, tool 3, tool 4. Breakpoints work through sys.settrace, which is slower."
        ]
        witness.runtime.shutdown()
    finally:
        for number in taken:
            sys.monitoring.free_tool_id(number)
    assert witness.met == expected


@pytest.mark.parametrize("engine", NAMES)
def test_after_a_shutdown_the_interpreter_is_as_before(prog, engine):
    def state():
        tools = [sys.monitoring.get_tool(number) for number in range(6)] if hasattr(sys, "monitoring") else []
        return tools, sys.gettrace(), getattr(threading, "_trace_hook", None)

    before = state()
    meet(prog, engine, MARKS)
    assert state() == before
