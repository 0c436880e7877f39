"""Code and what to insert where → code. Pure: nothing is run, nothing is looked up, no probe is known here.

One flat pass: lay everything out, widen jumps until they reach, write bytes and tables. Whatever was not asked for
stays as it was: instructions, positions, handlers.
"""
from dapper._frame_eval import opcodes, opsets
from dapper._frame_eval.layout import Layout
from dapper._frame_eval.stack import stack_depths

# What the argument of a step stands for until it is bound to a code object.
RAW = 0  #: a number that means the same everywhere
CONST = 1  #: an object
NAME = 2  #: a global, builtin or attribute; the low bits of the argument are flags
LOCAL = 3  #: a local variable
CELL = 4  #: a cell or free variable


class Step:
    """One instruction of a snippet.

    Args:
        opcode: its number.
        kind: what ``value`` is: RAW, CONST, NAME, LOCAL or CELL.
        value: the argument, or the object or name it stands for.
        flags: low bits of a NAME's argument.
        target: number of the step it jumps to; the number of steps means the end of the snippet. None: no jump.
    """

    __slots__ = ("opcode", "kind", "value", "flags", "target")

    def __init__(self, opcode, kind=RAW, value=0, flags=0, target=None):
        self.opcode = opcode
        self.kind = kind
        self.value = value
        self.flags = flags
        self.target = target


class Snippet:
    """Instructions to insert, not bound to any code object yet.

    Args:
        steps: list of Step. The end is left by falling off it or by jumping to it.
        handlers: exception table entries ``(start, end, handler, depth, lasti)`` in numbers of steps.
        stack: the deepest it gets, in values.
    """

    __slots__ = ("steps", "handlers", "stack")

    def __init__(self, steps, handlers, stack):
        self.steps = steps
        self.handlers = handlers
        self.stack = stack


class Insertion:
    """A snippet and its place.

    Args:
        number: the instruction it goes before.
        snippet: what to insert.
        jumps: numbers of the instructions whose jump to ``number`` goes through it; all other jumps pass it by.
        falls: whether what falls through from above goes through it.
        handles: whether an exception handled at ``number`` goes through it.
        line: the line of its instructions where each has to have one; unused elsewhere.
        bound: locals known to be bound there; the others are loaded with a check.
    """

    __slots__ = ("number", "snippet", "jumps", "falls", "handles", "line", "bound", "items")

    def __init__(self, number, snippet, jumps=(), falls=True, handles=True, line=None, bound=()):
        self.number = number
        self.snippet = snippet
        self.jumps = jumps
        self.falls = falls
        self.handles = handles
        self.line = line
        self.bound = bound
        self.items = None


class Result:
    """New code and where things are in it.

    Attributes:
        code: the code object.
        inserted: ``(start, end)`` byte ranges that were not there before, in order.
        at: number of an old instruction → its offset.
        begin: the same, or the offset of what was inserted before it.
    """

    __slots__ = ("code", "inserted", "at", "begin")

    def __init__(self, code, inserted, at, begin):
        self.code = code
        self.inserted = inserted
        self.at = at
        self.begin = begin


def insert(code, insertions, found=None, depths=None):
    """Insert snippets into a code object.

    Args:
        code: the code object; it is not changed.
        insertions: list of Insertion. Of several before the same instruction the first comes first.
        found: ``opcodes.instructions(code)``, if it is there already.
        depths: stack depth before each instruction, if it is there already.

    Returns:
        A Result.
    """
    found = found or opcodes.instructions(code)
    depths = depths or stack_depths(code, found)
    pool = _Pool(code)
    layout = Layout(code, found, insertions, pool.bind)
    layout.settle()
    stack = max([code.co_stacksize] + [(depths[one.number] or 0) + one.snippet.stack for one in insertions])
    parts = {
        "co_code": layout.bytecode(code.co_code),
        "co_consts": tuple(pool.consts),
        "co_names": tuple(pool.names),
        "co_stacksize": stack,
    }
    if opcodes.LINES_AS_MARKS:
        parts["co_lnotab"] = layout.marks(code)
    elif opcodes.LINES_AS_LOCATIONS:
        parts["co_linetable"] = layout.locations(code)
    else:
        parts["co_linetable"] = layout.ranges(code)
    if opcodes.EXCEPTION_TABLE:
        parts["co_exceptiontable"] = layout.exceptions(code, depths)
    begin = [layout.begin(number) for number in range(len(found))]
    return Result(code.replace(**parts), layout.inserted(), layout.at, begin)


class _Pool:
    """The constants, names and variables of a code object, growing at the end."""

    def __init__(self, code):
        self.consts = list(code.co_consts)
        self.names = list(code.co_names)
        self._name = {name: number for number, name in enumerate(self.names)}
        self._new = {}
        self._local = {name: number for number, name in enumerate(code.co_varnames)}
        cells = code.co_cellvars + code.co_freevars
        if opcodes.ONE_LOCALS_ARRAY:
            for name in cells:
                self._local.setdefault(name, len(self._local))
            self._cell = self._local
        else:
            self._cell = {name: number for number, name in enumerate(cells)}

    def bind(self, step, insertion):
        """The opcode and argument of a step in this code object."""
        op = step.opcode
        if step.kind == RAW:
            return op, step.value
        if step.kind == LOCAL and op in opcodes.LOAD_FAST_TRUSTED and step.value not in insertion.bound:
            op = opsets.LOAD_FAST_CHECK  # the trusting load of an unbound local crashes the process
        return op, self._argument(step)

    def _argument(self, step):
        kind, value = step.kind, step.value
        if kind == LOCAL:
            return self._local[value]
        if kind == CELL:
            return self._cell[value]
        if kind == NAME:
            if value not in self._name:
                self._name[value] = len(self.names)
                self.names.append(value)
            return self._name[value] << opcodes.NAME_FLAG_BITS.get(step.opcode, 0) | step.flags
        if id(value) not in self._new:
            if not self.consts:
                self.consts.append(None)  # a first constant that is text would become the docstring
            self._new[id(value)] = len(self.consts)
            self.consts.append(value)
        return self._new[id(value)]
