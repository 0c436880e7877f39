"""Which offsets are new executions of a line: CPython's own line events, counted."""
import ast
import sys
import textwrap

import pytest

from dapper._frame_eval import opcodes
from tests.unit.tracing import function, line_events


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
