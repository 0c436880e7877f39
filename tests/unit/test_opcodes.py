"""Reading bytecode: instructions, lines, entries, suspensions. What runs is the judge: CPython's own line events."""
import ast
import opcode
import sys
import textwrap

import pytest

from dapper._frame_eval import flow, opcodes
from dapper._frame_eval.flow import Graph


def function(text, name="f", **names):
    """The function ``name`` that ``text`` defines, its line 1 being the first of the text."""
    scope = dict(names)
    exec(compile(textwrap.dedent(text).lstrip("\n"), "<program>", "exec"), scope)
    return scope[name]


def spans_of(text):
    """(first, last) of the statements and headers of several lines, as a resolver of breakpoints sees them."""
    found = set()
    for node in ast.walk(ast.parse(textwrap.dedent(text).lstrip("\n"))):
        if not isinstance(node, ast.stmt):
            continue
        first, last = node.lineno, node.end_lineno
        if isinstance(getattr(node, "body", None), list):
            last = max(first, node.body[0].lineno - 1)
            for decorator in getattr(node, "decorator_list", ()):
                first = min(first, decorator.lineno)
        if last > first:
            found.add((first, last))
    return found


def entered_at(found, offset, line):
    """The entry a line event is about: 3.12 tells a jump backwards within a line from the jump."""
    item = found[offset]
    if sys.version_info >= (3, 12) and opcode.opname[item.opcode] == "JUMP_BACKWARD" and found[item.target].line == line:
        return item.target
    return offset


def line_events(func, *args):
    """The (offset, line) of every line event in one call of ``func`` itself."""
    seen = []
    found = {item.offset: item for item in opcodes.instructions(func.__code__)}

    def trace(frame, event, arg):
        if frame.f_code is not func.__code__:
            return None
        if event == "line":
            seen.append((entered_at(found, frame.f_lasti, frame.f_lineno), frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        result = func(*args)
        if hasattr(result, "__next__"):
            list(result)
    finally:
        sys.settrace(before)
    return seen


def executions(text, *args, **names):
    """Line → how often it was executed anew in one call of ``f``."""
    func = function(text, **names)
    entries = opcodes.statement_entries(func.__code__, spans_of(text))
    counted = {}
    for offset, line in line_events(func, *args):
        if offset in entries.get(line, ()):
            counted[line] = counted.get(line, 0) + 1
    return counted


class Swallow:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return True


class Plain(Swallow):
    def __exit__(self, *exc):
        return None


def wanted(text):
    """The counts written as ``#=2`` at the ends of lines."""
    lines = textwrap.dedent(text).lstrip("\n").split("\n")
    return {number: int(line.split("#=")[1]) for number, line in enumerate(lines, 1) if "#=" in line}


STATEMENTS = {
    "a call returns to its first line": """
        def f():
            g(            #=1
                1,        #=1
                h(        #=1
                    2),   #=1
                3)        #=1
    """,
    "a with line when its block ends": """
        def f():
            with plain():     #=1
                x = 1         #=1
            return x          #=1
    """,
    "a with line when an exception leaves": """
        def f():
            with swallow():   #=1
                g(1)          #=1
                raise OSError #=1
            return 1          #=1
    """,
    "two managers": """
        def f():
            with plain() as a, \\
                    swallow() as b:      #=1
                raise OSError(           #=1
                    a, b)                #=1
            return 1                     #=1
    """,
    "nested withs, left by return": """
        def f():
            with plain():           #=1
                with swallow():     #=1
                    return g(       #=1
                        1)          #=1
    """,
    "nested withs, an exception swallowed in the inner one": """
        def f():
            with plain():           #=1
                with swallow():     #=1
                    raise OSError   #=1
            return 1                #=1
    """,
    "with in a loop": """
        def f():
            for i in range(3):      #=4
                with plain():       #=3
                    g(i)            #=3
    """,
    "return after its finally": """
        def f():
            try:
                return g(           #=1
                    1)              #=1
            finally:
                g(2)                #=1
    """,
    "return of a constant after its finally": """
        def f():
            for i in range(2):      #=1
                try:
                    return 5        #=1
                finally:
                    g(2)            #=1
    """,
    "finally, both ways": """
        def f():
            for i in (1, 0):        #=3
                try:
                    try:
                        g(1 / i)    #=2
                    finally:
                        g(2)        #=2
                except ZeroDivisionError:   #=1
                    g(3)            #=1
    """,
    "break and continue through finally": """
        def f():
            for i in range(3):      #=3
                try:
                    if i == 1:      #=3
                        continue    #=1
                    if i == 2:      #=2
                        break       #=1
                finally:
                    g(i)            #=3
            return 0                #=1
    """,
    "while": """
        def f():
            n = 3                   #=1
            while n > 0:            #=4
                n -= 1              #=3
            return n                #=1
    """,
    "while with a condition of two lines": """
        def f():
            n = 2                   #=1
            while (n > 0 and        #=3
                   n < 9):          #=2
                n -= 1              #=2
    """,
    "for over a call of two lines": """
        def f():
            for i in g(             #=3
                    [1, 2]):        #=1
                g(i)                #=2
    """,
    "for: an iteration with a call of two lines": """
        def f():
            for i in range(2):      #=3
                g(i,                #=2
                  i)                #=2
    """,
    "if and elif of two lines": """
        def f():
            a = 0                   #=1
            if (a and               #=1
                    g(1)):
                g(2)
            elif (g(                #=1
                    3)):            #=1
                g(4)                #=1
    """,
    "a conditional expression": """
        def f():
            for a in (0, 1):        #=3
                x = (g(1) if a      #=2
                     else g(        #=1
                         2))        #=1
    """,
    "or of two lines": """
        def f():
            for a in (0, 1):        #=3
                x = (a or           #=2
                     g(1))          #=1
    """,
    "a dict of several lines": """
        def f():
            x = {                   #=1
                1: g(1),            #=1
                2: g(               #=1
                    2),             #=1
                }
            return x                #=1
    """,
    "an assert that fails": """
        def f():
            try:
                assert g(0) is None, (  #=1
                    "text %s"           #=1
                    % g(1))             #=1
            except AssertionError:      #=1
                g(2)                    #=1
    """,
    "a decorated function": """
        def f():
            @g                      #=1
            def inner(a=g(          #=1
                    1)):            #=1
                pass
            return inner            #=1
    """,
    "a class": """
        def f():
            class A(                #=1
                    object):        #=1
                x = 1
            return A                #=1
    """,
    "two statements on a line with an end and a beginning": """
        def f():
            g(1,                    #=1
              2); g(3,              #=1
                    4)              #=1
    """,
    "a generator": """
        def f():
            for i in range(2):      #=3
                x = yield g(        #=2
                    i)              #=2
            return x                #=1
    """,
    "except with a name": """
        def f():
            for i in range(2):      #=3
                try:
                    raise OSError   #=2
                except (ValueError, #=2
                        OSError) as error:   #=2
                    g(error)        #=2
    """,
    "an exception in the middle of a call": """
        def f():
            try:
                g(1,                #=1
                  1 / 0,            #=1
                  3)
            except ZeroDivisionError:   #=1
                pass                #=1
    """,
    "chained comparison": """
        def f():
            if (1 <                 #=1
                    g(2) or         #=1
                    3):
                g(1)                #=1
    """,
}


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_a_line_counts_once_an_execution(name):
    text = STATEMENTS[name]

    def g(*values):
        return values[0] if values else None

    counted = executions(text, g=g, h=g, plain=Plain, swallow=Swallow)
    expected = wanted(text)
    if sys.version_info < (3, 10):
        # Constants, `pass`, `continue` and `break` make no instruction of a line of their own there.
        expected = {line: times for line, times in expected.items() if line in counted}
    assert {line: counted.get(line, 0) for line in expected} == expected


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
