"""Reading bytecode: instructions, lines, entries, suspensions. What runs is the judge: CPython's own line events."""
import opcode
import sys

from dapper._frame_eval import flow, opcodes
from dapper._frame_eval.flow import Graph
from tests.unit.tracing import function, line_events


def test_instructions_cover_the_code():
    code = test_instructions_cover_the_code.__code__
    found = opcodes.instructions(code)
    assert found[0].offset == 0
    assert [item.offset + item.size for item in found] == [item.offset for item in found[1:]] + [len(code.co_code)]
    assert opcode.opname[found[-1].opcode] in ("RETURN_VALUE", "RERAISE")


def test_extended_arguments():
    text = "def f(x):\n" + "".join("    if x == %d: x = %d\n" % (n, n + 1000) for n in range(600))
    code = function(text).__code__
    starts = {item.offset for item in opcodes.instructions(code)}
    large = [item for item in opcodes.instructions(code) if item.arg > 255]
    assert large
    assert all(item.target in starts for item in large if item.target is not None)


def test_entries_are_where_line_events_come():
    def sample(n):
        total = 0
        for i in range(n):
            try:
                total += 10 // i
            except ZeroDivisionError:
                total = [q
                         for q in (1,
                                   2)][0]
        while total > 5: total -= 1
        return total

    entries = opcodes.line_entries(sample.__code__)
    events = line_events(sample, 4)
    assert len(events) > 12
    assert [place for place in events if place[0] not in entries[place[1]]] == []
    assert {line for _, line in events} == opcodes.executable_lines(sample.__code__)


def returns(func):
    """The is_suspension of every return event while ``func`` (a generator function) is exhausted."""
    told = []

    def trace(frame, event, arg):
        if event == "return" and frame.f_code is func.__code__:
            told.append(opcodes.is_suspension(frame.f_code, frame.f_lasti))
        return trace if frame.f_code is func.__code__ else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        made = func()
        if hasattr(made, "__next__"):
            list(made)
        else:
            try:
                while True:
                    made.send(None)
            except StopIteration:
                pass
    finally:
        sys.settrace(before)
    return told


def test_a_yield_is_a_suspension_and_a_return_is_not():
    def simple():
        yield 1
        x = yield
        return x

    def delegating():
        yield from [1, 2]
        return (yield)

    class Awaitable:
        def __await__(self):
            yield 1

    async def coroutine():
        await Awaitable()
        return 5

    def plain():
        return iter(())

    assert returns(simple) == [True, True, False]
    assert returns(delegating) == [True, True, True, False]
    assert returns(coroutine) == [True, False]
    assert returns(plain) == [False]
    assert not opcodes.is_suspension(plain.__code__, -1)


def test_dominators_and_loops():
    #    0 → 1 ⇄ 2, 1 → 3, 0 → 3; 4 is out of reach
    graph = Graph([[1, 3], [2, 3], [1], [], [3]])
    assert graph.dominates(0, 3) and graph.dominates(1, 2) and not graph.dominates(1, 3)
    assert not graph.dominates(4, 3) and not graph.dominates(3, 4)
    assert graph.headers == {1}
    assert [bool(bits) for bits in graph.loops] == [False, True, True, False, False]


def test_an_empty_graph():
    assert Graph([]).headers == set()


def test_a_flow_needs_no_bytecode():
    # line 1, line 2, back to line 1 (of the same statement), line 3
    steps = [[(-1, flow.UNKNOWN)], [(0, flow.STEP)], [(1, flow.STEP)], [(2, flow.STEP)]]
    found = flow.Flow([0, 2, 4, 6], [1, 2, 1, 3], steps, 0, set(), None, set())
    assert found.entries() == {1: [0, 2], 2: [1], 3: [3]}
    assert found.new_executions([(1, 2)]) == {1: [0], 2: [1], 3: [3]}
