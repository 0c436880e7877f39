"""Where a stopped frame may be sent: lines that are legal to jump to, and the beginning of the function."""
from dapper._frame_eval import opcodes, opsets
from dapper.adapter.debugger.guards import children, kind
from dapper.adapter.debugger.originals import is_file
from dapper.protocol.errors import DapError

_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, without importing ast
_FUNCTION = 0x1 | 0x2  # inspect.CO_OPTIMIZED | CO_NEWLOCALS
_SUSPENDS = 0x20 | 0x80 | 0x200  # inspect.CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
_REBINDS = opsets.STORES_LOCAL | opsets.UNBINDS_LOCAL | opsets.named("STORE_DEREF", "DELETE_DEREF")


def why_not(path, start, end):
    """Why a frame can't be sent from line ``start`` to line ``end`` of a file; None when nothing speaks against it.

    A block with something on the interpreter's stack (a loop's iterator, an open context manager, an exception) can
    only be entered through its head.
    """
    for first, last, what in _blocks(path):
        if first <= end <= last and not first <= start <= last:
            return "it is inside of a %s that has not begun" % what
        if what == "except or finally block" and first <= start <= last and not first <= end <= last:
            return "the %s has not ended" % what
    return None


def _blocks(path):
    """(first line, last line, what) of the blocks that matter."""
    if not is_file(path):
        return
    with open(path, "rb") as file:
        text = file.read()
    try:
        todo = [compile(text, path, "exec", _ONLY_AST, True)]
    except (SyntaxError, ValueError):
        return
    while todo:
        node = todo.pop()
        todo.extend(children(node))
        what = kind(node)
        if what in ("For", "AsyncFor"):
            yield _span(node.body) + ("loop",)
        elif what in ("With", "AsyncWith"):
            yield _span(node.body) + ("with block",)
        elif what == "ExceptHandler":
            yield _span(node.body) + ("except or finally block",)
        elif what in ("Try", "TryStar"):
            if not opcodes.EXCEPTION_TABLE:
                yield _span(node.body) + ("try block",)
            if node.finalbody:
                yield _span(node.finalbody) + ("except or finally block",)


def _span(body):
    return body[0].lineno, body[-1].end_lineno


def send(frame, line):
    """Send a frame to a line.

    Raises:
        ValueError: the interpreter refuses, with its reason.
    """
    import warnings

    with warnings.catch_warnings():  # "assigning None to unbound locals", since 3.12
        warnings.simplefilter("ignore")
        frame.f_lineno = line


def restart(frame, path):
    """Send a frame to its first line, as if it had just been called.

    Args:
        path: the file of its code.

    Raises:
        DapError: it would not be the same call again.
    """
    code = frame.f_code
    why = _why_not_restart(code, frame.f_lineno, path)
    if why is None:
        entries = opcodes.line_entries(code)
        try:
            send(frame, min(entries, key=lambda line: min(entries[line])))
        except ValueError as error:
            why = error
    if why is not None:
        raise DapError("cannot_restart", why=why)


def _why_not_restart(code, line, path):
    if code.co_flags & _FUNCTION != _FUNCTION:
        return "it runs no function"
    if code.co_flags & _SUSPENDS:
        return "what a generator or coroutine has given away can't be taken back"
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    for item in opcodes.instructions(code):
        name = _rebound(code, item)
        if name in code.co_varnames[:count]:
            return "its argument %s is assigned to in it, and what it was first is not known any more" % name
    for first, last, what in _blocks(path):
        if first <= line <= last and what in ("with block", "except or finally block"):
            if code.co_firstlineno <= first:
                return "the %s would not be left properly" % what
    return None


def _rebound(code, item):
    """The local name an instruction binds or unbinds, or None."""
    if item.opcode in opsets.STORES_TWO:
        return code.co_varnames[item.arg >> 4] if item.arg >> 4 < len(code.co_varnames) else None
    if item.opcode not in _REBINDS:
        return None
    if item.opcode in opsets.HAS_CELL:
        names = code.co_cellvars + code.co_freevars
        if opcodes.ONE_LOCALS_ARRAY:
            return code._varname_from_oparg(item.arg)
        return names[item.arg]
    return code.co_varnames[item.arg]
