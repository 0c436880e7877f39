"""What differs between Pythons in bytecode, as named facts, and reading code by them.

With `compatibility_policy` the only reader of ``sys.version_info``: everybody else asks for a name. Offsets are
in bytes and point at the first EXTENDED_ARG of an instruction, as ``frame.f_lasti`` does in a line event.
"""
import opcode as _opcode
import sys

from dapper._frame_eval import flow, tables

_version = sys.version_info[:2]
_op = _opcode.opmap


def _ops(*names):
    """The opcodes of ``names`` that exist here, without the pseudo ones."""
    return frozenset(_op[name] for name in names if _op.get(name, 256) < 256)


def _only(name):
    """The opcode ``name``, or -1, which is no opcode."""
    return _op.get(name, -1)


# ---- facts: formats ------------------------------------------------------------------------------------------------

#: lnotab with marks (3.8, 3.9); ranges (3.10); locations with columns (3.11).
LINES_AS_MARKS = _version < (3, 10)
LINES_AS_LOCATIONS = _version >= (3, 11)
#: One entry for neighbours with equal locations (3.12), else one an instruction.
LOCATIONS_ARE_JOINED = _version >= (3, 12)
#: Handlers stand in a table, try costs nothing (3.11), else SETUP_FINALLY pushes a block.
EXCEPTION_TABLE = _version >= (3, 11)
#: One numbering for locals, cells and free variables (3.11), else cells and free variables count from 0.
ONE_LOCALS_ARRAY = _version >= (3, 11)
#: Bytes a jump argument counts in.
JUMP_UNIT = 2 if _version >= (3, 10) else 1
#: An instruction may have no line at all (3.10), else it belongs to the line before.
LINE_CAN_BE_NONE = _version >= (3, 10)
#: Comprehensions run in the function's own frame.
INLINES_COMPREHENSIONS = _version >= (3, 12)

#: Who swallows a RecursionError is aborted by the next one ("Cannot recover from stack overflow").
RECURSION_ERROR_STICKS = _version < (3, 9)

#: A RecursionError that is swallowed leaves the thread marked, and 50 frames on the interpreter aborts (up to 3.9).
OVERFLOW_STICKS = _version < (3, 10)

# ---- facts: instructions -------------------------------------------------------------------------------------------

EXTENDED_ARG = _opcode.EXTENDED_ARG
HAS_ARG = frozenset(_opcode.hasarg) if hasattr(_opcode, "hasarg") else frozenset(range(_opcode.HAVE_ARGUMENT, 256))
JUMPS_ABSOLUTE = frozenset(_opcode.hasjabs)
JUMPS_RELATIVE = frozenset(op for op in _opcode.hasjrel if op < 256)
#: Relative jumps that count downwards. END_ASYNC_FOR (3.14) names its SEND for monitoring, and does not jump.
JUMPS_BACKWARD = frozenset(op for op in JUMPS_RELATIVE if "BACKWARD" in _opcode.opname[op]) | (
    _ops("END_ASYNC_FOR") & JUMPS_RELATIVE
)
NOT_A_JUMP = _ops("END_ASYNC_FOR")
#: Pushes a block whose handler is the target (up to 3.10).
SETUPS = frozenset(op for name, op in _op.items() if name.startswith("SETUP_") and op in JUMPS_RELATIVE)
#: After these the next instruction is not reached.
ENDS_FLOW = _ops(
    "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_ABSOLUTE", "JUMP_BACKWARD",
    "JUMP_BACKWARD_NO_INTERRUPT", "INTERPRETER_EXIT",
)
RESUME = _only("RESUME")
RETURN_VALUE = _only("RETURN_VALUE")
RETURNS = _ops("RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR")
JUMP_FORWARD = _only("JUMP_FORWARD")
JUMP_ABSOLUTE = _only("JUMP_ABSOLUTE")
NOP = _only("NOP")
GEN_START = _only("GEN_START")
RETURN_VALUE = _only("RETURN_VALUE")
RETURNS = _ops("RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR")
RETURN_CONST = _only("RETURN_CONST")
LOAD_GLOBAL = _only("LOAD_GLOBAL")
LOAD_NAME = _only("LOAD_NAME")
HAS_CONST = frozenset(_opcode.hasconst)
HAS_NAME = frozenset(_opcode.hasname)
HAS_CELL = frozenset(_opcode.hasfree) | _ops("LOAD_DEREF")  # 3.14 lists LOAD_DEREF with the locals
HAS_LOCAL = frozenset(_opcode.haslocal) - HAS_CELL
#: What a function does before its first line.
PROLOGUE = _ops("RESUME", "COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "GEN_START")
#: Two loads in one (3.13) → the single load.
LOAD_FAST_TWICE = {
    _op[name]: _op[single] for name, single in (
        ("LOAD_FAST_LOAD_FAST", "LOAD_FAST"), ("LOAD_FAST_BORROW_LOAD_FAST_BORROW", "LOAD_FAST_BORROW"),
    ) if name in _op
}
FOR_ITER = _only("FOR_ITER")
CALL_FINALLY = _only("CALL_FINALLY")  #: 3.8: jumps to the finally block, which comes back behind it
#: Instructions behind its target that an exhausted FOR_ITER skips: END_FOR (3.12), and POP_TOP (3.13).
FOR_ITER_SKIPS = {(3, 12): 1, (3, 13): 2}.get(_version, 1 if _version >= (3, 14) else 0)
#: Never carry a line event and are no place for a probe: others jump over them by a fixed distance.
NO_LINE_EVENT = _ops("RESUME", "END_FOR", "END_SEND") | (_ops("END_ASYNC_FOR") if _version >= (3, 12) else frozenset())
#: A jump backwards within a line is a line event of sys.settrace.
BACKWARD_EVENT = _ops("JUMP_BACKWARD") if _version >= (3, 12) else frozenset(range(256))
NO_BACKWARD_EVENT_AT = _ops("SEND")
#: An exception handler makes a line event even in the middle of a line.
HANDLERS_ALWAYS_TELL = _version == (3, 9)
_WITH_EXCEPT_START = _only("WITH_EXCEPT_START")

#: Bits of a name's argument that are flags of the instruction.
NAME_FLAG_BITS = {}
if _version >= (3, 11):
    NAME_FLAG_BITS[_op["LOAD_GLOBAL"]] = 1
if _version >= (3, 12):
    NAME_FLAG_BITS.update({_op["LOAD_ATTR"]: 1, _op["LOAD_SUPER_ATTR"]: 2})
if _version >= (3, 15):
    NAME_FLAG_BITS[_op["IMPORT_NAME"]] = 2
#: Loads of a local that crash when it is unbound (3.12), and the one that checks.
LOAD_FAST_TRUSTED = _ops("LOAD_FAST", "LOAD_FAST_BORROW") if _version >= (3, 12) else frozenset()
LOAD_FAST_CHECK = _only("LOAD_FAST_CHECK")
LOAD_FAST_AND_CLEAR = _only("LOAD_FAST_AND_CLEAR")
UNBINDS_LOCAL = _ops("DELETE_FAST", "LOAD_FAST_AND_CLEAR")
_LOADS_LOCAL = _ops("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW")
_STORES_LOCAL = _ops("STORE_FAST")
_STORES_THEN_LOADS = _ops("STORE_FAST_LOAD_FAST")
_STORES_TWICE = _ops("STORE_FAST_STORE_FAST")
#: A place where nothing can be inserted: the instruction before counts on this one being next, or jumps over it.
NO_PROBE_BEFORE = NO_LINE_EVENT | _ops(
    "END_ASYNC_FOR", "POP_ITER", "YIELD_FROM", "YIELD_VALUE", "JUMP_BACKWARD_NO_INTERRUPT", "CLEANUP_THROW", "GEN_START",
    "MAKE_CELL", "COPY_FREE_VARS", "RETURN_GENERATOR",
)
#: What an expression, its guard and the calls of traps are made of: it changes nothing but the stack.
MAY_BE_IN_PROBE = frozenset(
    number for name, number in _op.items() if number < 256 and not name.startswith((
        "STORE_", "DELETE_", "IMPORT_", "YIELD_", "RETURN_", "GET_A", "SEND", "END_", "MAKE_FUNCTION", "FOR_ITER",
        "SETUP_WITH", "SETUP_ASYNC", "SETUP_ANNOTATIONS", "BEFORE_", "INSTRUMENTED_", "PRINT_EXPR", "RESUME", "UNPACK_",
        "LOAD_FAST_AND_CLEAR", "RAISE_VARARGS", "EXTENDED_ARG", "CACHE", "RESERVED", "INTERPRETER_EXIT",
    ))
) | _ops("END_FINALLY") | (_ops("RAISE_VARARGS") if RECURSION_ERROR_STICKS else frozenset())
_RETURN_GENERATOR = _only("RETURN_GENERATOR")
#: stack_effect forgets that RETURN_GENERATOR leaves None for the POP_TOP behind it (3.11, 3.12).
RETURN_GENERATOR_TELLS = _version >= (3, 13)
_JUMP_TELLS = _only("JUMP_BACKWARD") if _version >= (3, 12) else 0

_caches = getattr(_opcode, "_inline_cache_entries", {})
#: Bytes of inline cache behind each opcode.
CACHE_BYTES = [0] * 256
for _name, _number in _op.items():
    if _number < 256:
        CACHE_BYTES[_number] = 2 * (_caches.get(_name, 0) if hasattr(_caches, "get") else _caches[_number])


def stack_effect(op, arg, jump):
    """What an instruction does to the depth of the stack.

    Args:
        op: its opcode.
        arg: its argument.
        jump: whether it jumps.
    """
    if op == _RETURN_GENERATOR and not RETURN_GENERATOR_TELLS:
        return 1
    return _opcode.stack_effect(op, arg if op in HAS_ARG else None, jump=jump)


def local_effects(item):
    """What an Instruction does to locals: (numbers it loads, numbers it stores, numbers it unbinds)."""
    op, arg = item.opcode, item.arg
    if op in _LOADS_LOCAL:
        return (arg,), (), ()
    if op in LOAD_FAST_TWICE:
        return (arg >> 4, arg & 15), (), ()
    if op in _STORES_LOCAL:
        return (), (arg,), ()
    if op in _STORES_THEN_LOADS:
        return (), (arg >> 4, arg & 15), ()  # what it loads it may just have stored
    if op in _STORES_TWICE:
        return (), (arg >> 4, arg & 15), ()
    if op in UNBINDS_LOCAL:
        return (), (), (arg,)
    return (), (), ()


class Instruction:
    """One instruction.

    Args:
        offset: where it starts, its EXTENDED_ARGs included, in bytes.
        opcode: its number.
        arg: its argument, 0 if it has none.
        target: the offset its argument points at, or None.
        line: its source line, or None.
        size: bytes up to the next instruction, EXTENDED_ARGs and caches included.
    """

    __slots__ = ("offset", "opcode", "arg", "target", "line", "size")

    def __init__(self, offset, opcode, arg, target, line, size):
        self.offset = offset
        self.opcode = opcode
        self.arg = arg
        self.target = target
        self.line = line
        self.size = size

    def __repr__(self):
        place = "" if self.target is None else " to %d" % self.target
        return "<%d %s %d%s, line %s>" % (self.offset, _opcode.opname[self.opcode], self.arg, place, self.line)


def instructions(code):
    """Take the bytecode apart.

    Args:
        code: a code object.

    Returns:
        A list of Instruction, in order.
    """
    raw = code.co_code
    out = []
    ranges = iter(line_ranges(code))
    end, line = 0, None
    offset = 0
    total = len(raw)
    relative, absolute, backward, caches, unit = JUMPS_RELATIVE, JUMPS_ABSOLUTE, JUMPS_BACKWARD, CACHE_BYTES, JUMP_UNIT
    while offset < total:
        start = offset
        op = raw[offset]
        arg = raw[offset + 1]
        while op == EXTENDED_ARG:
            offset += 2
            op = raw[offset]
            arg = arg << 8 | raw[offset + 1]
        offset += 2 + caches[op]
        if op in relative:
            target = offset - arg * unit if op in backward else offset + arg * unit
        elif op in absolute:
            target = arg * unit
        else:
            target = None
        while end <= start:
            _, end, line = next(ranges)
        out.append(Instruction(start, op, arg, target, line, offset - start))
    return out


def line_ranges(code):
    """The ``(start, end, line or None)`` of a code object, in order, from 0 to its end."""
    if LINE_CAN_BE_NONE:
        return code.co_lines()
    out = []
    start, line = 0, code.co_firstlineno
    for offset, new in tables.decode_lnotab(code.co_lnotab, line):
        if new != line:
            if offset > start:
                out.append((start, offset, line))
            start, line = offset, new
    out.append((start, len(code.co_code) + 2, line))
    return out


# ---- where lines begin ---------------------------------------------------------------------------------------------


def line_entries(code):
    """Where execution enters a line.

    Args:
        code: a code object.

    Returns:
        line → offsets at which an edge arrives from another line, from outside, or backwards, at an instruction
        that can carry a line event. A line event at another offset is an echo of the line that runs already (3.12
        after some calls, 3.13 when an exception is thrown into an await, 3.9 when a with block leaves by exception).
    """
    found = flow_of(code)
    return {line: _offsets(found, numbers) for line, numbers in found.entries().items()}


def statement_entries(code, spans):
    """Where a line is executed anew, as opposed to returned to within one execution of its statement.

    Returned to are: the first line of a call whose arguments stand on later lines, a ``with`` line when its block
    ends, a ``return`` line after its ``finally``. Each iteration of a loop is a new execution of its lines.

    Args:
        code: a code object.
        spans: ``(first line, last line)`` of the simple statements and headers that have several lines.

    Returns:
        line → offsets: those of `line_entries` that count; each line keeps at least one.
    """
    found = flow_of(code)
    anew = {line: _offsets(found, numbers) for line, numbers in found.new_executions(spans).items()}
    ends = None
    for line, offsets in anew.items():
        if len(offsets) > 1:
            ends = _bare_ends(code) if ends is None else ends
            anew[line] = tuple([offset for offset in offsets if offset not in ends]) or offsets
    return anew


def self_loops(code):
    """Line → offsets to which a jump goes back from the same line: loops that stand on one line."""
    lines = {item.offset: item.line for item in instructions(code)}
    found = {}
    for item in instructions(code):
        target = item.target
        if target is not None and target < item.offset and item.line is not None and lines.get(target) == item.line:
            found.setdefault(item.line, set()).add(target)
    return found


def _bare_ends(code):
    """Offsets that end something begun elsewhere, though their line is another's.

    A jump back to a loop: an element that a comprehension's ``if`` left out has its line there too. A return of what
    is on the stack already.
    """
    return {
        item.offset
        for item in instructions(code)
        if item.opcode == RETURN_VALUE
        or item.opcode in ENDS_FLOW and item.target is not None and item.target < item.offset
    }


def _offsets(found, numbers):
    return tuple([found.offsets[number] for number in numbers])


def flow_of(code, found=None):
    """The edges between the instructions of a code object.

    Args:
        code: a code object.
        found: its `instructions`, if they are there already.
    """
    found = found or instructions(code)
    index = {item.offset: number for number, item in enumerate(found)}
    sources = [[] for _ in found]
    lines = [item.line for item in found]
    splits = set()
    silent = set()
    first = 0
    if RESUME >= 0:
        first = next((number + 1 for number, item in enumerate(found) if item.opcode == RESUME), 0)
    if first < len(found):
        sources[first].append((-1, flow.UNKNOWN))
    for number, item in enumerate(found):
        op = item.opcode
        if op in NO_LINE_EVENT:
            silent.add(number)
        if op not in ENDS_FLOW and number + 1 < len(found) and number + 1 != first:
            # Behind CALL_FINALLY one arrives from the end of the finally block, which stands further down.
            sources[number + 1].append((number, flow.ALWAYS if op == CALL_FINALLY else flow.STEP))
        if item.target is None or op in NOT_A_JUMP:
            continue
        splits.add(number + 1)
        target = index[item.target]
        if op == FOR_ITER:
            # It passes what follows without running it; there they are only the way of the loop to its end.
            for passed in range(target, target + FOR_ITER_SKIPS):
                lines[passed] = item.line
                silent.add(passed)
        kind = flow.STEP
        if op in SETUPS:
            # A with block has no line of its own for its end before 3.10; it would be the last one of its body.
            told = HANDLERS_ALWAYS_TELL and found[target].opcode != _WITH_EXCEPT_START
            kind = flow.ALWAYS if told else flow.UNKNOWN
        elif target < number and op in BACKWARD_EVENT and found[target].opcode not in NO_BACKWARD_EVENT_AT:
            kind = flow.ALWAYS
        sources[target].append((number, kind))
    if EXCEPTION_TABLE:
        for start, end, handler, _, _ in tables.decode_exceptions(code.co_exceptiontable):
            place = sources[index[handler]]
            number = max(index[start], first)
            splits.add(number)
            while number < len(found) and found[number].offset < end:
                place.append((number, flow.STEP))
                number += 1
            splits.add(number)
    starts = None
    if LINES_AS_MARKS:
        starts = {index[offset] for offset in _line_starts(code) if offset in index}
    offsets = [item.offset for item in found]
    return flow.Flow(offsets, lines, sources, first, silent, starts, splits)


def _line_starts(code):
    """3.8 and 3.9: a step forward makes a line event only here."""
    starts = {0}
    line = code.co_firstlineno
    for offset, new in tables.decode_lnotab(code.co_lnotab, line):
        if new != line:
            starts.add(offset)
        line = new
    return starts


def entered_at(code, offset):
    """The entry a line event is about.

    Args:
        code: the frame's code.
        offset: its ``f_lasti`` in the event. ``sys.settrace`` of 3.12+ tells a jump backwards within a line from the
            jump, everybody else from where it lands.
    """
    if _JUMP_TELLS and code.co_code[offset] == _JUMP_TELLS:
        arg = code.co_code[offset + 1]
        scale = 8
        before = offset - 2
        while before >= 0 and code.co_code[before] == EXTENDED_ARG:
            arg |= code.co_code[before + 1] << scale
            scale += 8
            before -= 2
        return offset + 2 + CACHE_BYTES[_JUMP_TELLS] - arg * JUMP_UNIT
    return offset


def executable_lines(code):
    """The set of lines of this code object (not of those inside it) that can produce a line event."""
    return set(line_entries(code))


# ---- suspension ----------------------------------------------------------------------------------------------------

_YIELD_VALUE = _only("YIELD_VALUE")
_YIELD_FROM = _only("YIELD_FROM")
#: 3.13 has moved on to RESUME when it tells that a frame yields; all others point at the yield itself.
YIELD_EVENT_AT_RESUME = _version == (3, 13)


def is_suspension(code, offset):
    """Say whether a frame that tells "return" is suspended (yield, await) rather than left.

    A generator that an exception leaves right where it was suspended looks suspended before 3.14; the exception
    event that comes first tells the difference.

    Args:
        code: the frame's code.
        offset: the frame's ``f_lasti`` in the ``return`` event of ``sys.settrace`` or the PY_YIELD / PY_RETURN event
            of ``sys.monitoring``.
    """
    raw = code.co_code
    if not 0 <= offset < len(raw):
        return False
    op = raw[offset]
    if YIELD_EVENT_AT_RESUME:
        return op == RESUME and raw[offset + 1] & 3 != 0
    if op == _YIELD_VALUE:
        return True
    # YIELD_FROM (up to 3.10) steps back while it is suspended, to run again.
    return raw[offset + 2:offset + 3] == bytes((_YIELD_FROM,)) if _YIELD_FROM >= 0 else False


def is_return(code, offset):
    """Whether a frame that tells "return" at ``offset`` returns a value; else an exception unwinds it."""
    raw = code.co_code
    return 0 <= offset < len(raw) and raw[offset] in RETURNS


def resume_offset(code):
    """Where a function has begun: the offset of its first RESUME, or -1 before 3.11."""
    return next((item.offset for item in instructions(code) if item.opcode == RESUME), -1)
