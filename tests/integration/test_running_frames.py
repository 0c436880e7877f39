"""Breakpoints set in frames that run already, below 3.12: what they have to decide is asked in C, once a hit."""

import sys
import threading

import pytest

from dapper._frame_eval.telemetry import Reason, get_frame_eval_telemetry
from tests.integration.runs import NAMES, load
from tests.integration.test_frame_eval_integration import client, unplugged_afterwards  # noqa: F401  fixtures
from tests.integration.test_injected_tracing import decided, is_free, one  # noqa: F401  a fixture
from tests.wire import DEADLINE

pytestmark = pytest.mark.skipif(
    hasattr(sys, "monitoring") or "injection" not in NAMES, reason="the engine is for 3.8 to 3.11 with the native core"
)

FUNCTION = """
LIMIT = 4
def f():
    for n in range(6):
        ready(n)
        x = n           # @in
        y = x           # @next
    return x
f()
"""
MODULE = """
LIMIT = 4
for n in range(6):
    ready(n)
    x = n               # @in
    y = x               # @next
"""
CLASS = """
LIMIT = 4
class Some:
    for n in range(6):
        ready(n)
        x = n           # @in
        y = x           # @next
"""
GENERATOR = """
LIMIT = 4
def numbers():
    for n in range(6):
        try:
            ready(n)
            x = n       # @in
            yield x     # @next
        except KeyError:
            pass
def f():
    made = numbers()
    for n in made:
        if n == 2:
            made.throw(KeyError)
f()
"""
CLOSURE = """
LIMIT = 4
def f(n):
    def g():
        nonlocal n
        for _ in range(6):
            ready(n)
            x = n       # @in
            n += 1      # @next
    g()
f(0)
"""


class Asked:
    """Notes who asks: modules between a condition and the program's frame."""

    def __init__(self, program):
        self.values, self.between, self._path = [], set(), program.path

    def __call__(self, value, answer=False):
        self.values.append(value)
        frame = sys._getframe(1)
        while frame.f_code.co_filename != self._path:
            if frame.f_code.co_filename != "<condition>":
                self.between.add(frame.f_globals["__name__"])
            frame = frame.f_back
        return answer


def changed_at(one, change, at=1, **names):  # noqa: F811
    """Run the program; ``change`` is called on another thread when its loop is at that number; gives the names."""
    begun, go_on = threading.Event(), threading.Event()

    def ready(n):
        if n == at:
            begun.set()
            assert go_on.wait(DEADLINE)

    space = dict(names, __name__="prog", ready=ready)
    one.run(exec, load(one.program), space)
    assert begun.wait(DEADLINE)
    change()
    go_on.set()
    return space


def counts():
    return get_frame_eval_telemetry()["counts"]


@pytest.mark.parametrize("text", [FUNCTION, MODULE, CLASS, GENERATOR, CLOSURE], ids=["f", "module", "class", "gen", "cell"])
def test_a_condition_is_asked_in_c(one, text):  # noqa: F811
    one = one(text)
    asked = Asked(one.program)
    changed_at(one, lambda: decided(one, ("in", {"condition": "ask(n, n == LIMIT)"})), ask=asked)
    assert [mark for _, mark in one.places()] == ["in"]
    after_a_throw = [1, 2, 3, 4, 5]
    assert asked.values == after_a_throw
    assert asked.between == (set() if text is not CLASS else {"dapper._frame_eval.line_gates"})
    assert Reason.CONDITION_NOT_IN_C not in counts()


def test_a_hit_is_followed_by_steps_and_more_hits(one):  # noqa: F811
    one = one(FUNCTION)
    asked, free = Asked(one.program), []
    space = changed_at(one, lambda: decided(one, ("in", {"condition": "ask(n, n in (2, 5))"})), ask=asked)
    assert one.stop() == ("f", "in")
    for place in ("next", "prog.py:3", "prog.py:4", "in", "next"):
        one.go("over")
        assert one.stop() == ("f", place)
    one.go()
    assert one.stop() == ("f", "in")
    one.go()
    assert one.stop() is None
    assert asked.values == [1, 2, 3, 4, 5]  # once a hit, though a step came by; see there who asked
    one.run(lambda: (space["f"](), free.append(is_free())))
    assert one.places() == [("f", "in")] * 2 and free == [True]


def test_a_pause_in_a_frame_whose_condition_is_false(one):  # noqa: F811
    one = one(FUNCTION)

    def change():
        decided(one, ("in", {"condition": "n > 100"}))
        one.debugger.going.pause(one._thread.ident)

    changed_at(one, change)
    assert len(one.places()) == 1


def test_one_counter_for_the_frame_that_runs_and_for_new_calls(one):  # noqa: F811
    one = one(FUNCTION)
    space = changed_at(one, lambda: decided(one, ("in", {"hitCondition": "8"})), at=2)
    assert one.places() == []
    values = []
    one.run(space["f"])
    assert one.stop() == ("f", "in")
    values.append(one.record.stop.frames[0][0].f_locals["n"])
    one.go()
    assert one.places() == [] and values == [3]  # four hits in the frame that ran, then 0, 1, 2, 3


def test_log_messages_of_a_frame_that_runs(one):  # noqa: F811
    one = one(FUNCTION)
    wanted = {"logMessage": "n is {n} of {LIMIT}", "condition": "n % 2"}
    changed_at(one, lambda: decided(one, ("in", wanted)))
    assert one.places() == []
    assert [line for line in one.output().split("\n") if line] == ["n is %d of 4" % n for n in (1, 3, 5)]


def test_a_condition_that_fails_is_told_once(one):  # noqa: F811
    one = one(FUNCTION)
    changed_at(one, lambda: decided(one, ("in", {"condition": "n / 0"})))
    assert one.places() == []
    assert one.output().count("ZeroDivisionError") == 1
    assert counts()[Reason.CONDITION_FAILED] >= 1


@pytest.mark.parametrize("condition", ["[n for n in (1,)] == [n]", "(lambda: False)()", "(m := n) == 5"])
def test_what_c_can_not_ask_is_asked_by_the_debugger(one, condition):  # noqa: F811
    one = one(FUNCTION)
    changed_at(one, lambda: decided(one, ("in", {"condition": condition})))
    assert one.places() == ([("f", "in")] if condition[1] != "l" else [])
    assert counts()[Reason.CONDITION_NOT_IN_C] == 1


def test_two_breakpoints_on_a_line(one):  # noqa: F811
    one = one(FUNCTION)
    wanted = ("in", {"condition": "n == 2"}), ("in", {"condition": "n == 4"})
    changed_at(one, lambda: decided(one, *wanted))
    assert one.places() == [("f", "in")] * 2
    assert counts()[Reason.CONDITION_NOT_IN_C] == 1


def test_another_condition_in_a_frame_with_a_probe(one):  # noqa: F811
    one = one(FUNCTION)
    before, after = Asked(one.program), Asked(one.program)
    decided(one, ("in", {"condition": "before(n)"}))
    changed_at(one, lambda: decided(one, ("in", {"condition": "after(n, n == 3)"})), at=2, before=before, after=after)
    assert one.stop() == ("f", "in")
    one.go("over")
    assert one.stop() == ("f", "next")
    one.go()
    assert one.stop() is None
    assert after.values == [2, 3, 4, 5] and not after.between
    assert before.values[:2] == [0, 1]


def test_a_condition_that_calls_what_has_a_breakpoint(one):  # noqa: F811
    one = one(
        """
        def g(n):
            return n == 4   # @g
        def f():
            for n in range(6):
                ready(n)
                x = n       # @in
            return g(x)
        f()
        """
    )
    changed_at(one, lambda: decided(one, ("in", {"condition": "g(n)"}), ("g", {})))
    assert one.places() == [("f", "in"), ("g", "g")]


def test_a_condition_is_taken_away_and_the_program_runs_free(one):  # noqa: F811
    one = one(FUNCTION)
    asked, free = Asked(one.program), []

    def ready(n):
        if n in (1, 3):
            thread = threading.Thread(target=decided, args=(one,) + ((("in", {"condition": "ask(n)"}),) if n == 1 else ()))
            thread.start()
            thread.join(DEADLINE)
        free.append(is_free() and sys._getframe(1).f_trace is None)

    one.run(exec, load(one.program), {"__name__": "prog", "ready": ready, "ask": asked})
    assert one.places() == []
    assert asked.values == [1, 2] and free == [True, False, False, True, True, True]
