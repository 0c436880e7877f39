"""For tests of lines and statements: functions from text, and the line events CPython tells of them."""
import opcode
import sys
import textwrap

from dapper._frame_eval import opcodes


def function(text, name="f", **names):
    """The function ``name`` that ``text`` defines, its line 1 being the first of the text."""
    scope = dict(names)
    exec(compile(textwrap.dedent(text).lstrip("\n"), "<program>", "exec"), scope)
    return scope[name]


def entered_at(found, offset, line):
    """The entry a line event is about: 3.12 tells a jump backwards within a line from the jump."""
    item = found[offset]
    back = sys.version_info >= (3, 12) and opcode.opname[item.opcode] == "JUMP_BACKWARD"
    return item.target if back and found[item.target].line == line else offset


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
