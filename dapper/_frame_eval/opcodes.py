"""What differs between Pythons in bytecode, as named facts, and reading code by them.

With `compatibility_policy` the only reader of ``sys.version_info``: everybody else asks for a name. Offsets are
in bytes and point at the first EXTENDED_ARG of an instruction, as ``frame.f_lasti`` does in a line event.
"""
import sys
from _weakref import ref

from dapper._frame_eval import flow, opsets, tables
from dapper._frame_eval.opsets import CACHE_BYTES, CALL_FINALLY, ENDS_FLOW, EXTENDED_ARG, RESUME, named, only

_version = sys.version_info[:2]

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
#: A trace function's end copies the frame's locals back from the dict they were read into only if nobody has done so since.
READ_LOCALS_ARE_COPIED_BACK_ONCE = (3, 11) <= _version < (3, 13)

#: Who swallows a RecursionError is aborted by the next one ("Cannot recover from stack overflow").
RECURSION_ERROR_STICKS = _version < (3, 9)

#: To go on with a loop that stands on one line is no line event of sys.settrace (3.13).
ONE_LINE_LOOPS_ARE_SILENT = _version >= (3, 13)
#: A RecursionError that is swallowed leaves the thread marked, and 50 frames on the interpreter aborts (up to 3.9).
OVERFLOW_STICKS = _version < (3, 10)
#: ``sys.exit`` makes an instance of SystemExit at once (3.12), else its exception is one of class and value.
EXIT_MAKES_ITS_EXCEPTION = _version >= (3, 12)
#: Opcode events asked for before ``sys.settrace`` is called are lost beside a tool of sys.monitoring (3.13).
EARLY_OPCODE_EVENTS_GET_LOST = _version >= (3, 13)
PDB_TAKES_ID_0 = _version >= (3, 14)  #: of sys.monitoring, and has no other
#: Single instructions can be told of (3.12).
TELLS_INSTRUCTIONS = hasattr(sys, "monitoring")

# ---- facts: instructions -------------------------------------------------------------------------------------------

#: Instructions behind its target that an exhausted FOR_ITER skips: END_FOR (3.12), and POP_TOP (3.13).
FOR_ITER_SKIPS = {(3, 12): 1, (3, 13): 2}.get(_version, 1 if _version >= (3, 14) else 0)
#: Never carry a line event.
NO_LINE_EVENT = named("RESUME", "END_FOR", "END_SEND") | (named("END_ASYNC_FOR") if _version >= (3, 12) else set())
#: A jump backwards within a line is a line event of sys.settrace (which 3.12 tells from the jump, not its target).
BACKWARD_EVENT = named("JUMP_BACKWARD") if _version >= (3, 12) else frozenset(range(256))
NO_BACKWARD_EVENT_AT = named("SEND")
#: An exception handler makes a line event even in the middle of a line.
HANDLERS_ALWAYS_TELL = _version == (3, 9)
#: Bits of a name's argument that are flags of the instruction.
NAME_FLAG_BITS = {}
if _version >= (3, 11):
    NAME_FLAG_BITS[only("LOAD_GLOBAL")] = 1
if _version >= (3, 12):
    NAME_FLAG_BITS.update({only("LOAD_ATTR"): 1, only("LOAD_SUPER_ATTR"): 2})
if _version >= (3, 15):
    NAME_FLAG_BITS[only("IMPORT_NAME")] = 2
#: Loads of a local that crash when it is unbound (3.12).
LOAD_FAST_TRUSTED = named("LOAD_FAST", "LOAD_FAST_BORROW") if _version >= (3, 12) else frozenset()
#: What a probe may be made of.
MAY_BE_IN_PROBE = opsets.CHANGES_THE_STACK_ONLY | (named("RAISE_VARARGS") if RECURSION_ERROR_STICKS else set())
#: stack_effect forgets that RETURN_GENERATOR leaves None for the POP_TOP behind it (3.11, 3.12).
RETURN_GENERATOR_TELLS = _version >= (3, 13)


def stack_effect(op, arg, jump):
    """What an instruction does to the depth of the stack.

    Args:
        op: its opcode.
        arg: its argument.
        jump: whether it jumps.
    """
    if op == opsets.RETURN_GENERATOR and not RETURN_GENERATOR_TELLS:
        return 1
    return opsets.compiler_stack_effect(op, arg if op in opsets.HAS_ARG else None, jump=jump)


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
        return "<%d %s %d%s, line %s>" % (self.offset, opsets.opname[self.opcode], self.arg, place, self.line)


def _of_the_last(make):
    """Keep what was made of the code object asked about last: mostly several questions about one follow each other."""
    last = [(lambda: None, None)]

    def made(code):
        reference, found = last[0]
        if reference() is not code:
            found = make(code)
            last[0] = ref(code), found
        return found

    return made


@_of_the_last
def instructions(code):
    """Take the bytecode apart.

    Args:
        code: a code object.

    Returns:
        A list of Instruction, in order; others have it, too.
    """
    raw = code.co_code
    out = []
    ranges = iter(line_ranges(code))
    end, line = 0, None
    offset = 0
    total = len(raw)
    relative, absolute, backward = opsets.JUMPS_RELATIVE, opsets.JUMPS_ABSOLUTE, opsets.JUMPS_BACKWARD
    caches, unit = CACHE_BYTES, JUMP_UNIT
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
            _, end, line = next(ranges, (end, total, None))  # line_profiler puts instructions behind the last line
        out.append(Instruction(start, op, arg, target, line, offset - start))
    return out


def line_ranges(code):
    """The ``(start, end, line or None)`` of a code object, in order, from 0 to the end of what has a line table."""
    if LINE_CAN_BE_NONE:
        return code.co_lines()
    return tables.lnotab_ranges(code.co_lnotab, code.co_firstlineno, len(code.co_code))


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


def line_marks(code):
    """Line → offsets at which sys.monitoring may tell it; more than `line_entries`, echoes included."""
    found = instructions(code)
    index = {item.offset: item for item in found}
    marks = set()
    before = None
    for item in found:
        if item.line != before:
            marks.add(item.offset)
        before = item.line
        if item.target is not None:
            marks.add(item.target)
    marks.update(handler for _, _, handler, _, _ in tables.decode_exceptions(code.co_exceptiontable))
    lines = {}
    for offset in marks:
        item = index.get(offset)
        if item is not None and item.line is not None and item.opcode not in NO_LINE_EVENT:
            lines.setdefault(item.line, set()).add(offset)
    return lines


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
    return {line: _offsets(flow_of(code), numbers) for line, numbers in new_executions(code, spans).items()}


def new_executions(code, spans):
    """Like `statement_entries`, in numbers of instructions."""
    found = flow_of(code)
    anew = found.new_executions(spans)
    ends = None
    for line, numbers in anew.items():
        if len(numbers) > 1:
            ends = _bare_ends(instructions(code)) if ends is None else ends
            anew[line] = [number for number in numbers if found.offsets[number] not in ends] or numbers
    return anew


def self_loops(code):
    """Line → offsets to which a jump goes back from the same line: loops that stand on one line."""
    items = instructions(code)
    lines = {item.offset: item.line for item in items}
    found = {}
    for item in items:
        target = item.target
        if target is not None and target < item.offset and item.line is not None and lines.get(target) == item.line:
            found.setdefault(item.line, set()).add(target)
    return found


_END_OF_STARS = 3  # COPY, POP_JUMP_FORWARD_IF_NOT_NONE, POP_TOP


def _bare_ends(items):
    """Offsets that end something begun elsewhere, though their line is another's.

    A jump back to a loop: an element that a comprehension's ``if`` left out has its line there too. A return of what
    is on the stack already. What follows the last ``except*`` of 3.11: early releases give it the line of that block.
    """
    return {
        item.offset
        for number, item in enumerate(items)
        if item.opcode in opsets.ENDS_ELSEWHERE
        or opsets.PREP_RERAISE_STAR in [one.opcode for one in items[max(number - _END_OF_STARS, 0) : number]]
        or item.opcode in ENDS_FLOW and item.target is not None and item.target < item.offset
    }


def _offsets(found, numbers):
    return tuple([found.offsets[number] for number in numbers])


@_of_the_last
def flow_of(code):
    """The Flow: the edges between the instructions of a code object."""
    found = instructions(code)
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
        if item.target is None or op in opsets.NOT_A_JUMP:
            continue
        splits.add(number + 1)
        target = index[item.target]
        if op == opsets.FOR_ITER:
            # It passes what follows without running it; there they are only the way of the loop to its end.
            for passed in range(target, target + FOR_ITER_SKIPS):
                lines[passed] = item.line
                silent.add(passed)
        kind = flow.STEP
        if op in opsets.SETUPS:
            # A with block has no line of its own for its end before 3.10; it would be the last one of its body.
            told = HANDLERS_ALWAYS_TELL and found[target].opcode != opsets.WITH_EXCEPT_START
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
                if found[number].opcode not in opsets.NEVER_RAISES:
                    place.append((number, flow.STEP))
                number += 1
            splits.add(number)
    starts = None
    if LINES_AS_MARKS:
        starts = {
            index[offset] for offset in tables.lnotab_starts(code.co_lnotab, code.co_firstlineno) if offset in index
        }
    offsets = [item.offset for item in found]
    return flow.Flow(offsets, lines, sources, first, silent, starts, splits)


def executable_lines(code):
    """The set of lines of this code object (not of those inside it) that can produce a line event."""
    return set(flow_of(code).entries())


# ---- suspension ----------------------------------------------------------------------------------------------------

#: So many lines into a code object line events begin to take microseconds: python/cpython#127953.
LINE_EVENTS_ARE_FAST_UP_TO = 120 if (3, 12) <= _version < (3, 14) else None

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
    if op == opsets.YIELD_VALUE:
        return True
    # YIELD_FROM (up to 3.10) steps back while it is suspended, to run again.
    return opsets.YIELD_FROM >= 0 and raw[offset + 2:offset + 3] == bytes((opsets.YIELD_FROM,))


def is_return(code, offset):
    """Whether a frame that tells "return" at ``offset`` returns a value; else an exception unwinds it."""
    raw = code.co_code
    return 0 <= offset < len(raw) and raw[offset] in opsets.RETURNS


def resume_offset(code):
    """Where a function has begun: the offset of its first RESUME, or -1 before 3.11."""
    return next((item.offset for item in instructions(code) if item.opcode == RESUME), -1)


def branches(code):
    """Offset → the offsets at which a conditional jump goes on with something, if the jump stands apart from its test.

    CPython gives some of them the line of what they lead to: up to 3.11 the jump of ``a if b else c`` has the line of
    a, in 3.13 that of a comprehension's ``if`` has the line of its element.
    """
    items = instructions(code)
    opcode_at = {item.offset: item.opcode for item in items}
    found, before = {}, None
    for item in items:
        if item.opcode in opsets.BRANCHES and before is not None and before.line != item.line:
            ways = []
            for way in (item.offset + item.size, item.target):
                behind = way + 2 if opcode_at.get(way) == opsets.NOT_TAKEN else way
                if opcode_at.get(behind) not in ENDS_FLOW:
                    ways += [way, behind]
            found[item.offset] = ways
        before = item
    return found
