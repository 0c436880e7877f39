"""Conditions in the program's own code: under load, while caches go, and what is left of them."""

import sys
import threading
import time

import pytest

from dapper.adapter.debugger import binding
from tests.integration.runs import NAMES, load
from tests.integration.test_frame_eval_integration import client, unplugged_afterwards  # noqa: F401  fixtures
from tests.unit.core_kits import run_python
from tests.wire import DEADLINE

PROGRAM = """
def inner(n):
    def least(value):
        return value - n    # @least
    return least(n + 1)     # @inner

def work(n):
    total = 0
    for i in range(n):
        total += inner(i)   # @work
    return total

def numbers(n):
    for i in range(n):
        yield i             # @yield
"""

MARKS = ("least", "inner", "work", "yield")


def decided(one, *pairs):
    """Set breakpoints with conditions, or without."""
    wanted = [dict({"line": one.program.line(mark)}, **more) for mark, more in pairs]
    return binding.set_breakpoints(one.debugger, one.program.path, wanted, one._next_id)


def never(*marks):
    return [(mark, {"condition": "n == -1" if mark != "least" else "value == -5"}) for mark in marks]


@pytest.mark.parametrize("engine", NAMES)
def test_code_changes_under_two_threads_that_run_it(client, engine):  # noqa: F811
    one = client(PROGRAM, frameEval={"engine": engine})
    space = {"__name__": "prog"}
    exec(load(one.program), space)
    over, wrong, rounds = threading.Event(), [], [0, 0]

    def run(number):
        one.debugger.watch_this_thread()
        while not over.is_set():
            found = space["work"](20), sum(space["numbers"](10))
            if found != (20, 45):
                wrong.append(found)
            rounds[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    try:
        end = time.monotonic() + 2 * DEADLINE
        for turn in range(20):
            marks = MARKS[turn % 4 :] if turn % 5 else ()
            decided(one, *never(*marks))
            before = list(rounds)
            while rounds[0] == before[0] or rounds[1] == before[1]:
                assert time.monotonic() < end
                time.sleep(0)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not wrong and "internal error" not in one.output()
    assert one.stops.empty()
    assert one.debugger.engine_name == engine


@pytest.mark.parametrize("engine", NAMES)
def test_caches_dropped_between_any_two_actions(client, engine):  # noqa: F811
    text = PROGRAM + "\nfor turn in range(4):\n    work(turn)    # @turn\nlist(numbers(3))\nend = 1    # @end\n"

    def play(drop_at):
        one = client(text, frameEval={"engine": engine})
        actions = iter(range(100))

        def act():
            if next(actions) == drop_at:
                one.debugger._runtime.drop_caches()

        try:
            act()
            decided(one, ("work", {"condition": "i == 1"}), ("least", {"hitCondition": "2"}), ("end", {}))
            act()
            one.run()
            seen = []
            while True:
                place = one.stop()
                if place is None:
                    return seen, drop_at is not None and next(actions) > drop_at
                seen.append(place)
                act()
                if len(seen) == 2:
                    decided(one, ("work", {"condition": "i == 1"}), ("yield", {"condition": "i == 2"}), ("end", {}))
                act()
                one.go()
        finally:
            one.detach()

    expected, _ = play(None)
    assert expected == [
        ("work", "work"), ("least", "least"), ("work", "work"), ("numbers", "yield"), ("<module>", "end")
    ] or expected == [("least", "least")] + expected[1:]
    number, more = 0, True
    while more:
        seen, more = play(number)
        assert seen == expected, "dropped before action %d" % number
        number += 1
    assert number > 8


@pytest.mark.skipif("injection" not in NAMES, reason="no such engine here")
def test_code_is_changed_and_put_back(client):  # noqa: F811
    one = client(PROGRAM, frameEval={"engine": "injection"})
    space = {"__name__": "prog"}
    exec(load(one.program), space)
    plain = load(one.program)
    originals = {name: space[name].__code__ for name in ("inner", "work", "numbers")}
    decided(one, *never(*MARKS))
    for name, code in originals.items():
        copy = space[name].__code__
        assert copy is not code and len(copy.co_code) > len(code.co_code)
        assert copy.co_firstlineno == code.co_firstlineno and copy.co_name == code.co_name
    assert (space["work"](5), list(space["numbers"](2))) == (5, [0, 1])
    decided(one, ("work", {"condition": "i == -1"}))
    assert space["work"].__code__ is not originals["work"]
    assert space["inner"].__code__ is originals["inner"]
    one.detach()
    for name, code in originals.items():
        assert space[name].__code__ is code
    assert [code for code in plain.co_consts if hasattr(code, "co_code")] == list(originals.values())


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="others can count branches from 3.12 on only")
def test_code_whose_branches_others_count_is_left_alone(client):  # noqa: F811
    monitoring = sys.monitoring
    one = client(PROGRAM, frameEval={"engine": "injection"})
    space = {"__name__": "prog"}
    exec(load(one.program), space)
    code = space["work"].__code__
    monitoring.use_tool_id(monitoring.COVERAGE_ID, "a test")
    try:
        monitoring.set_local_events(monitoring.COVERAGE_ID, code, monitoring.events.BRANCH)
        decided(one, *never("work", "inner"))
        assert space["work"].__code__ is code
        assert one.debugger.telemetry()["counts"]["BRANCH_EVENTS_ON"] >= 1
        assert space["work"](3) == 3
    finally:
        monitoring.set_local_events(monitoring.COVERAGE_ID, code, 0)
        monitoring.free_tool_id(monitoring.COVERAGE_ID)


@pytest.mark.skipif("injection" not in NAMES, reason="no such engine here")
def test_functions_with_probes_are_pickled_by_value(client):  # noqa: F811
    cloudpickle = pytest.importorskip("cloudpickle")
    one = client(PROGRAM, frameEval={"engine": "injection"})
    space = {"__name__": "__main__"}
    exec(load(one.program), space)
    decided(
        one, ("work", {"condition": "n == -1 and str(n)", "hitCondition": "3"}), ("inner", {"logMessage": "n is {n}"})
    )
    data = cloudpickle.dumps(space["work"])
    assert b"dapper._frame_eval" not in data
    run_python("import sys; sys.path += %r; import cloudpickle; assert cloudpickle.loads(%r)(5) == 5" % (sys.path, data))


@pytest.mark.skipif("injection" not in NAMES, reason="no such engine here")
@pytest.mark.parametrize("branch", [False, True])
def test_coverage_sees_the_same(client, branch):  # noqa: F811
    coverage = pytest.importorskip("coverage")
    if coverage.Coverage.current() is not None:
        pytest.skip("these tests are measured themselves")

    def measured(*conditions):
        one = client(PROGRAM + "\nfor turn in range(4):\n    work(turn)\nlist(numbers(2))\n",
                     frameEval={"engine": "injection"})
        measure = coverage.Coverage(data_file=None, branch=branch, config_file=False, include=[one.program.path])
        measure.start()
        try:
            decided(one, *conditions)
            one.run()
            assert one.places() == []
        finally:
            measure.stop()
            one.detach()
        data = measure.get_data()
        return sorted(data.arcs(one.program.path) or ()), sorted(data.lines(one.program.path))

    plain, probed = measured(), measured(*never(*MARKS))
    assert plain[1] and plain == probed
