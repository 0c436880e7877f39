"""Restarting a frame, stepping into one call of a line, and which lines may be gone to."""

import pytest

from dapper.protocol.capabilities import capabilities

RESTART = """
log = []

def f(a, b=2):
    x = a + b  # @first
    log.append(x)
    for i in range(2):
        log.append(i)  # @loop
    return x  # @last

def rebinds(a):
    a = a + 1
    return a  # @rebinds

def manages():
    with open(__file__):
        x = 1  # @with
    return x

def gives():
    yield 1
    yield 2  # @generator

f(1)  # @call
rebinds(1)
manages()
list(gives())
print("log", log)
"""


def restart(s, index=0):
    return s.wire.request("restartFrame", {"frameId": s.stopped.frames[index]["id"]})


def test_it_is_claimed():
    assert capabilities()["supportsRestartFrame"] and capabilities()["supportsStepInTargetsRequest"]


@pytest.mark.parametrize("mark", ["loop", "last"])
def test_restart(dap, program, mark):
    with dap.launch(program(RESTART), [mark]) as s:
        s.wait_stop(mark)
        assert s.stopped.frames[0]["canRestart"]
        restart(s)
        stop = s.wait_stop("first", reason="restart")
        assert stop.names[0] == "f" and s.evaluate("a") == "1" and s.evaluate("b") == "2"
        s.continue_(mark)
        s.set_breakpoints(None, [])
        s.finish()
        before = [3] if mark == "loop" else [3, 0, 1]
        assert "log %s" % (before + [3, 0, 1]) in s.output("stdout")


@pytest.mark.parametrize("mark, why", [("rebinds", "argument a"), ("with", "with block"), ("generator", "generator")])
def test_what_cannot_be_restarted_says_why(dap, program, mark, why):
    with dap.launch(program(RESTART), [mark]) as s:
        s.wait_stop(mark)
        refused = s.wire.refused("restartFrame", {"frameId": s.stopped.frames[0]["id"]})
        assert why in refused.message
        s.finish()


def test_only_the_innermost_frame(dap, program):
    with dap.launch(program(RESTART), ["last"]) as s:
        s.wait_stop("last")
        assert not s.stopped.frames[1].get("canRestart")
        assert "innermost" in s.wire.refused("restartFrame", {"frameId": s.stopped.frames[1]["id"]}).message
        s.wire.refused("restartFrame", {"frameId": 9999})
        s.finish()


# ---- into one call ---------------------------------------------------------------------------------------------------

CALLS = """
class Box:
    def __init__(self, n):
        self.n = n  # @init
    def add(self, m):
        return Box(self.n + m)  # @add

def one():
    return 1  # @one

def two(n=0):
    return 2  # @two

box = Box(0)
r = box.add(one()).add(two(one()))  # @line
q = max(two(),  # @multi
        one(),
        key=lambda n: two(n))
z = [one() for _ in "a"]; y = len("x")  # @rest
end = 1  # @end
"""


def targets(s):
    return s.wire.request("stepInTargets", {"frameId": s.stopped.frame})["targets"]


def test_targets(dap, program):
    with dap.launch(program(CALLS), ["line"]) as s:
        s.wait_stop("line")
        labels = [one["label"] for one in targets(s)]
        assert labels == ["one()", "box.add(…)", "one() (call 2)", "two(…)", "box.add(one()).add(…)"]
        found = targets(s)[1]
        assert found["line"] == s.program.line("line") and found["column"] == 5
        s.finish()


@pytest.mark.parametrize("number, mark", [(0, "one"), (1, "add"), (2, "one"), (3, "two"), (4, "add")])
def test_step_into_a_target(dap, program, number, mark):
    with dap.launch(program(CALLS), ["line"]) as s:
        s.wait_stop("line")
        s.step_in(mark, targetId=targets(s)[number]["id"])
        if number == 4:
            assert s.evaluate("m") == "2" and s.evaluate("self.n") == "1"
        s.step_out("line")
        rest = [one["label"] for one in targets(s)]
        assert len(rest) == 4 - number
        s.finish()


def test_a_target_in_a_library_is_stepped_over(dap, program):
    with dap.launch(program(CALLS), ["rest"]) as s:
        s.wait_stop("rest")
        found = {one["label"]: one["id"] for one in targets(s)}
        if "len(…)" not in found:
            s.next()
            found = {one["label"]: one["id"] for one in targets(s)}
        s.step_in("end", targetId=found["len(…)"])
        s.finish()


def test_targets_over_several_lines(dap, program):
    with dap.launch(program(CALLS), ["multi"]) as s:
        s.wait_stop("multi")
        found = targets(s)
        assert [one["label"] for one in found] == ["two()", "one()", "max(…)"]
        s.step_in("one", targetId=found[1]["id"])
        s.finish()


def test_a_target_that_is_gone(dap, program):
    with dap.launch(program(CALLS), ["line"]) as s:
        s.wait_stop("line")
        number = targets(s)[0]["id"]
        s.next()
        s.wire.refused("stepIn", {"threadId": s.stopped.thread, "targetId": number})
        s.finish()


# ---- lines to go to --------------------------------------------------------------------------------------------------

GOTO = """
def f():
    a = 1  # @here
    for i in range(2):
        b = 2  # @in_loop
    with open(__file__):
        c = 3  # @in_with
    if a:
        d = 4  # @in_if
    while a:
        a = 0  # @in_while
    try:
        e = 5
    except ValueError:
        g = 6  # @in_except
    return 7  # @return

f()
"""


def test_only_legal_lines_are_offered(dap, program):
    prog = program(GOTO)
    with dap.launch(prog, ["here"]) as s:
        s.wait_stop("here")

        def offered(mark):
            arguments = {"source": {"path": prog.path}, "line": prog.line(mark)}
            return bool(s.wire.request("gotoTargets", arguments)["targets"])

        found = {mark: offered(mark) for mark in prog.marks}
        illegal = {"in_loop", "in_with", "in_except"}
        assert {mark for mark, legal in found.items() if not legal} == illegal
        for mark in ("in_if", "in_while", "return"):
            line = prog.line(mark)
            s.wire.request("goto", {"threadId": s.stopped.thread, "targetId": line})
            s.wait_stop(mark, reason="goto")
        s.finish()
        assert "Warning" not in s.output("stderr")
