"""Breakpoints on functions by name."""

import pytest

FUNCTIONS = """
class Outer:
    class Inner:
        def method(self):
            return 1  # @method

    def method(self):
        return 2  # @other

def plain():
    def nested():
        return 3  # @nested
    return nested()  # @plain

def generator():
    yield 4  # @generator

async def coroutine():
    return 5  # @coroutine

plain(), Outer().method(), Outer.Inner().method(), list(generator())
try:
    coroutine().send(None)
except StopIteration:
    pass
"""


@pytest.mark.parametrize(
    "name, marks",
    [
        ("plain", ["plain"]),
        ("method", ["other", "method"]),
        ("Outer.method", ["other"]),
        ("Outer.Inner.method", ["method"]),
        ("Inner.method", ["method"]),
        ("nested", ["nested"]),
        ("plain.nested", ["nested"]),
        ("prog.plain", ["plain"]),
        ("prog:Outer.method", ["other"]),
        ("other:plain", []),
        ("generator", ["generator"]),
        ("coroutine", ["coroutine"]),
        ("missing", []),
    ],
)
def test_function_breakpoints(dap, program, name, marks):
    prog = program(FUNCTIONS)
    with dap.launch(prog, functions=[name]) as s:
        seen = []
        while len(seen) < len(marks):
            stop = s.wait_stop(reason="function breakpoint")
            assert stop.body["hitBreakpointIds"]
            inside = prog.line(marks[len(seen)])
            assert stop.line in (inside, inside - 1, inside - 2)
            seen.append(stop.mark)
            s.continue_()
        s.finish()


def test_function_breakpoints_with_conditions(dap, program):
    prog = program("def f(n):\n    return n  # @f\n\nfor n in range(5):\n    f(n)\n")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        wanted = [{"name": "f", "condition": "n % 2 == 0", "hitCondition": "2"}]
        body = s.wire.request("setFunctionBreakpoints", {"breakpoints": wanted})
        assert body["breakpoints"][0]["id"] >= 1
        s.configuration_done()
        s.wait_stop(reason="function breakpoint")
        assert s.evaluate("n") == "2"
        s.finish()


def test_a_function_that_is_nowhere_stays_unverified(dap, program):
    prog = program("def there():\n    pass\n\nthere()\n")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        body = s.wire.request("setFunctionBreakpoints", {"breakpoints": [{"name": "there"}, {"name": "nowhere"}]})
        there, nowhere = body["breakpoints"]
        assert nowhere["verified"] is False and nowhere["message"]
        s.configuration_done()
        s.wait_stop(reason="function breakpoint")
        if not there["verified"]:
            changed = s.wire.wait_for_event("breakpoint")
            assert changed["breakpoint"]["id"] == there["id"] and changed["breakpoint"]["verified"]
        s.finish()
        assert not any(body["breakpoint"].get("id") == nowhere["id"] for body in s.wire.bodies("breakpoint"))
