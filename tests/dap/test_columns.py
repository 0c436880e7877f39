"""Breakpoints within lines: where they may stand, and that they stop there."""

import sys

import pytest

needs_monitoring = pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="single instructions: Python 3.12 and newer")

TEXT = """
def f(n): return n  # @f

a = 1; b = f(a); c = f(b)  # @three
d = list(map(lambda x: f(x) + 1, [1, 2]))  # @lambda
e = [f(x) for x in (1, 2) if f(x)]; g = {k: f(k) for k in "k"}  # @comprehensions
h = f(f(1) + f(2))  # @calls
ä = "äöü"; i = f("ä")  # @umlauts
end = 1  # @end
"""


def line_text(prog, mark):
    with open(prog.path, encoding="utf-8") as file:
        return file.read().split("\n")[prog.line(mark) - 1]


def locations(s, prog, mark):
    """The columns offered on a line."""
    body = s.wire.request("breakpointLocations", {"source": {"path": prog.path}, "line": prog.line(mark)})
    return [one.get("column") for one in body["breakpoints"]]


def at(prog, mark, text, nth=0):
    """The column (from 1) at which ``text`` stands."""
    line, column = line_text(prog, mark), -1
    for _ in range(nth + 1):
        column = line.index(text, column + 1)
    return column + 1


@needs_monitoring
def test_locations(hub, program):
    prog = program(TEXT)
    with hub.launch(prog, ["end"]) as s:
        s.wait_stop("end")
        assert locations(s, prog, "three") == [at(prog, "three", text) for text in ("a =", "b =", "f(a)", "c =", "f(b)")]
        found = locations(s, prog, "lambda")
        assert at(prog, "lambda", "f(x)") in found and found[0] == 1
        assert at(prog, "umlauts", "i =") in locations(s, prog, "umlauts")
        body = s.wire.request(
            "breakpointLocations",
            {"source": {"path": prog.path}, "line": prog.line("three"), "column": 5, "endColumn": 12},
        )
        assert [one["column"] for one in body["breakpoints"]] == [8, 12]
        s.finish()


def stops_at(dap, prog, mark, columns):
    """[(column asked for, stops)]: how often the program stops at each."""
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        places = [{"line": mark, "column": column} for column in columns]
        told = s.set_breakpoints(None, places)
        assert all(one["verified"] and one["line"] == prog.line(mark) for one in told)
        s.configuration_done()
        hits = {one["id"]: 0 for one in told}

        def look():
            return s.wire.peek("stopped") or s.wire.peek("terminated")

        while s.wire.wait(look, "a stop or the end")["event"] == "stopped":
            stop = s.wait_stop(reason="breakpoint")
            assert stop.mark == mark
            for number in stop.body["hitBreakpointIds"]:
                hits[number] += 1
            s.continue_()
        return [hits[one["id"]] for one in told]


@needs_monitoring
@pytest.mark.parametrize(
    "mark, texts, hits",
    [
        ("three", ["a =", "b =", "c ="], [1, 1, 1]),
        ("three", ["c ="], [1]),
        ("three", ["f(b)"], [1]),
        ("lambda", ["f(x)"], [2]),
        ("lambda", ["d =", "f(x)"], [1, 2]),
        ("comprehensions", ["f(x)", "g =", "k:"], [2, 1, 1]),
        ("calls", ["h =", "f(1)", "f(2)", "f(f(1)"], [1, 1, 1, 1]),
        ("umlauts", ["i ="], [1]),
    ],
)
def test_stops_at_columns(dap, program, mark, texts, hits):
    prog = program(TEXT)
    assert stops_at(dap, prog, mark, [at(prog, mark, text) for text in texts]) == hits


@needs_monitoring
def test_a_condition_at_a_column(dap, program):
    prog = program(TEXT)
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        column = at(prog, "lambda", "f(x)")
        s.set_breakpoints(None, [{"line": "lambda", "column": column, "condition": "x == 2"}])
        s.configuration_done()
        stop = s.wait_stop("lambda", reason="breakpoint")
        assert stop.names[0].endswith("<lambda>") and s.evaluate("x") == "2"
        s.next()
        s.finish()


@needs_monitoring
def test_set_while_it_runs_and_taken_away(dap, program):
    prog = program("def f(n):\n    a = 1; b = n  # @in\n    return b\nfor i in range(4):\n    f(i)  # @call\n")
    with dap.launch(prog, ["call"]) as s:
        s.wait_stop("call")
        s.continue_("call")
        s.set_breakpoints(None, [{"line": "in", "column": 12}])
        s.continue_("in")
        assert s.evaluate("n") == "1"
        s.continue_("in")
        s.set_breakpoints(None, [])
        s.finish()


@needs_monitoring
def test_beside_a_condition_in_the_same_function(dap, program):
    """A condition may have been put into the function's own code, where columns have other offsets."""
    prog = program(
        """
        def f(n):
            a = n  # @conditional
            b = 1; c = n  # @columns
            return [x for x in (a, b)]; d = 1
        for i in range(4):
            f(i)
        """
    )
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        places = [{"line": "conditional", "condition": "n == 2"}, {"line": "columns", "column": 12, "condition": "n > 1"}]
        s.set_breakpoints(None, places)
        s.configuration_done()
        assert s.marks_until_end() == ["conditional", "columns", "columns"]


@pytest.mark.skipif(hasattr(sys, "monitoring"), reason="columns work here")
def test_before_3_12_it_says_so(dap, program):
    prog = program("a = 1; b = 2  # @line\n")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        (told,) = s.set_breakpoints(None, [{"line": "line", "column": 8}])
        assert told["verified"] and "3.12" in told["message"]
        s.configuration_done()
        s.wait_stop("line", reason="breakpoint")
        s.finish()
