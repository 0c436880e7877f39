"""Comments in the program that speak to the debugger: ``# @DontTrace`` beside a ``def`` has steps pass over it."""
from dapper._frame_eval.opcodes import executable_lines

_open = open
_lines = {}  # filename → numbers of marked lines


def passes_over(code):
    """Whether the definition of ``code`` is marked."""
    marked = _lines.get(code.co_filename)
    if marked is None:
        marked = _lines[code.co_filename] = _read(code.co_filename)
    if not marked:
        return False
    first = code.co_firstlineno
    body = min([line for line in executable_lines(code) if line > first] or [first + 1])
    return any(first <= line < body for line in marked)


def _read(filename):
    try:
        with _open(filename, "rb") as file:
            lines = file.read().split(b"\n")
    except (OSError, ValueError):
        return ()
    return tuple(number for number, line in enumerate(lines, 1) if b"@DontTrace" in line)
