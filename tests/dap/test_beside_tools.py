"""Profilers and trace functions in the program give what they give without a debugger; more of them in tests/coexistence."""

PROFILED = """
import cProfile

def part(i):
    return i  # @here

def main():
    for i in range(5):
        part(i)

profile = cProfile.Profile()
profile.enable()
main()
profile.disable()
profile.create_stats()
print("calls", [found[0] for (_, _, name), found in profile.stats.items() if name == "part"])
"""
TRACED = """
import sys

seen = []

def trace(frame, event, arg):
    if frame.f_code.co_name == "part" and event == "line":
        seen.append(frame.f_lineno)
    return trace

def part(i):
    i += 1  # @here
    return i

sys.settrace(trace)
part(1)
part(2)
sys.settrace(None)
print("lines", seen)
"""


def test_a_profiler_knows_a_function_whose_breakpoint_has_gone(program, dap):
    prog = program(PROFILED)
    with dap.launch(prog, ["here"]) as s:
        s.wait_stop("here")
        s.set_breakpoints(prog.path, [])
        s.continue_()
        s.wait_output("calls [5]")


def test_a_profiler_knows_a_function_that_gets_a_condition(program, dap):
    prog = program(PROFILED)
    with dap.launch(prog, ["here"]) as s:
        s.wait_stop("here")
        s.set_breakpoints(prog.path, [{"line": "here", "condition": "i == 3"}])
        s.continue_()
        s.wait_stop("here")
        assert s.evaluate("i") == "3"
        s.continue_()
        s.wait_output("calls [5]")


def test_a_trace_function_sees_a_line_once_that_is_hit(program, dap):
    prog = program(TRACED)
    at = prog.line("here")
    with dap.launch(prog, ["here"]) as s:
        if dap.engine == "settrace":  # there is room for one; the other takes its place
            s.wait_output("sys.settrace was used by the program")
            return
        for _ in range(2):
            s.wait_stop("here")
            s.continue_()
        s.wait_output("lines %s" % [at, at + 1, at, at + 1])


LOOKED_AT = """
import sys

def trace(frame, event, arg):
    return trace

def part(i):
    mine = locals() if i == 1 else None
    total = i
    for n in range(3):
        total += n  # @here
    return total, mine and sorted(mine.items())[0]

sys.settrace(trace)
print("got", part(1), part(2))
sys.settrace(None)
"""


def test_locals_that_were_looked_at_under_another_trace_function_stay(program, dap):
    prog = program(LOOKED_AT)
    with dap.launch(prog, ["here"]) as s:
        if s.engine == "settrace":
            return s.wait_output("got")  # there is room for one trace function only
        for n in (0, 1, 2) * 2:
            s.wait_stop("here")
            assert s.locals()["n"]["value"] == str(n)
            s.continue_()
        s.wait_output("got (4, ('i', 1)) (5, None)")


NAMES = """
n = 5
class Kind:
    n = 6
    squares = [n * n for n in range(3)]
    x = n  # @in_class
squares = [n * n for n in range(3)]
x = n  # @in_module
print("names", n, Kind.n, squares)
"""


def test_names_that_a_comprehension_uses_too_stay_when_they_were_looked_at(program, dap):
    prog = program(NAMES)
    with dap.launch(prog, ["in_class", "in_module"]) as s:
        for mark, value in (("in_class", "6"), ("in_module", "5")):
            s.wait_stop(mark)
            assert s.locals()["n"]["value"] == value
            s.continue_()
        s.wait_output("names 5 6 [0, 1, 4]")
