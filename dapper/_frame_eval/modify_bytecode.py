"""Code and what to insert where → code. Pure: nothing is run, nothing is looked up, no probe is known here.

One flat pass: lay everything out, widen jumps until they reach, write bytes and tables. Whatever was not asked for
stays as it was: instructions, positions, handlers.
"""
from dapper._frame_eval import opcodes, tables

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


class _Item:
    """An inserted instruction: ``at`` is where it ends up, ``target`` an _Item or the number of an old instruction."""

    __slots__ = ("opcode", "arg", "extra", "target", "at", "line")

    def __init__(self, opcode, arg, target, line):
        self.opcode = opcode
        self.arg = arg
        self.extra = _extra(arg)
        self.target = target
        self.at = 0
        self.line = line

    def size(self):
        return 2 + 2 * self.extra + opcodes.CACHE_BYTES[self.opcode]


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
    layout = _Layout(code, found, insertions)
    layout.settle()
    stack = max([code.co_stacksize] + [(depths[one.number] or 0) + one.snippet.stack for one in insertions])
    parts = {
        "co_code": layout.bytecode(code.co_code),
        "co_consts": tuple(layout.pool.consts),
        "co_names": tuple(layout.pool.names),
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

    def argument(self, step):
        """The argument of ``step`` in this code object."""
        kind, value = step.kind, step.value
        if kind == RAW:
            return value
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


class _Layout:
    """Old and new instructions in their order, and how far each was moved."""

    def __init__(self, code, found, insertions):
        self.found = found
        self.index = {item.offset: number for number, item in enumerate(found)}
        self.pool = _Pool(code)
        self.before = {}  # instruction → items in front of it
        self.by_place = {}  # instruction → its insertions
        self.ways_round = {}  # instruction → the jump that passes its insertions by
        for one in insertions:
            self.by_place.setdefault(one.number, []).append(one)
        for number, here in self.by_place.items():
            self.before[number] = self._items(number, here)
        self.jumps = []  # (instruction, _Item or instruction it goes to)
        for number, item in enumerate(found):
            if item.target is not None:
                self.jumps.append((number, self._landing(number, item)))
        self.at = [item.offset for item in found]
        self.grown = {}  # instruction → bytes of additional EXTENDED_ARGs
        self.end = len(code.co_code)

    def _items(self, number, insertions):
        """The instructions in front of instruction ``number``: its snippets, and a way round for what passes by."""
        items = []
        for one in insertions:
            steps = one.snippet.steps
            mine = []
            for step in steps:
                op = step.opcode
                if step.kind == LOCAL and op in opcodes.LOAD_FAST_TRUSTED:
                    # A local that may be unbound has to be loaded with a check, else the process crashes.
                    op = op if step.value in one.bound else opcodes.LOAD_FAST_CHECK
                mine.append(_Item(op, self.pool.argument(step), None, one.line))
            for item, step in zip(mine, steps):
                if step.target is not None:
                    item.target = mine[step.target] if step.target < len(mine) else one
            one.items = mine
            items.append(mine)
        for place, mine in enumerate(items):
            # The end of a snippet is the beginning of the next one.
            after = next((later[0] for later in items[place + 1:] if later), number)
            for item in mine:
                if item.target is insertions[place]:
                    item.target = after
        flat = [item for mine in items for item in mine]
        falling = number > 0 and self.found[number - 1].opcode not in opcodes.ENDS_FLOW
        entered = next((one.items[0] for one in insertions if one.falls and one.items), None)
        if flat and falling and entered is not flat[0]:
            # It has the line of what it passes on to, else that would seem to begin anew.
            flat.insert(0, _Item(opcodes.JUMP_FORWARD, 0, entered or number, self.found[number].line))
            self.ways_round[number] = flat[0]
        return flat

    def _landing(self, number, item):
        target = self.index[item.target]
        if item.opcode not in opcodes.NOT_A_JUMP:
            for one in self.by_place.get(target, ()):
                through = one.handles if item.opcode in opcodes.SETUPS else number in one.jumps
                if through and one.items:
                    return one.items[0]
        return target

    def _address(self, place):
        """Where an _Item or an old instruction is now."""
        return self.at[place] if type(place) is int else place.at

    def begin(self, number):
        """Where old instruction ``number`` or what stands in front of it begins; behind the last: the end."""
        if number >= len(self.at):
            return self.end
        items = self.before.get(number)
        return items[0].at if items else self.at[number]

    def settle(self):
        """Place everything; widen arguments until all jumps reach."""
        found, before, at = self.found, self.before, self.at
        wider = True
        while wider:
            position = 0
            grown = self.grown
            for number, item in enumerate(found):
                if number in before:
                    for new in before[number]:
                        new.at = position
                        position += new.size()
                at[number] = position
                position += item.size
                if number in grown:
                    position += grown[number]
            self.end = position
            wider = False
            for number, place in self.jumps:
                item = found[number]
                size = item.size + grown.get(number, 0)
                arg = _distance(item.opcode, at[number] + size, self._address(place))
                need = 2 + 2 * _extra(arg) + opcodes.CACHE_BYTES[item.opcode]
                if need > size:
                    grown[number] = need - item.size
                    wider = True
            for items in before.values():
                for new in items:
                    if new.target is not None:
                        new.arg = _distance(new.opcode, new.at + new.size(), self._address(new.target))
                        if _extra(new.arg) > new.extra:
                            new.extra = _extra(new.arg)
                            wider = True

    def bytecode(self, raw):
        """The bytes, from the old ones."""
        found = self.found
        out = bytearray()
        landing = dict(self.jumps)
        copied = 0
        for number in sorted(set(landing) | set(self.before)):
            item = found[number]
            out += raw[copied:item.offset]
            copied = item.offset
            for new in self.before.get(number, ()):
                _write(out, new.opcode, new.arg, new.extra)
            if number in landing:
                caches = opcodes.CACHE_BYTES[item.opcode]
                size = item.size + self.grown.get(number, 0)
                arg = _distance(item.opcode, self.at[number] + size, self._address(landing[number]))
                _write(out, item.opcode, arg, (size - caches) // 2 - 1)
                copied += item.size
        out += raw[copied:]
        return bytes(out)

    def inserted(self):
        """The byte ranges that are new, in order; EXTENDED_ARGs of old instructions do not count."""
        return [
            (items[0].at, items[-1].at + items[-1].size())
            for _, items in sorted(self.before.items()) if items
        ]

    # ---- tables --------------------------------------------------------------------------------------------------

    def marks(self, code):
        """``co_lnotab``: whatever begins a line still does, with its probe in front."""
        moved = []
        starts = [item.offset for item in self.found]
        number = 0
        for offset, line in tables.decode_lnotab(code.co_lnotab, code.co_firstlineno):
            while number + 1 < len(starts) and starts[number + 1] <= offset:
                number += 1
            inside = offset - starts[number]
            moved.append((self.begin(number) if not inside else self.at[number] + inside, line))
        return tables.encode_lnotab(moved, code.co_firstlineno)

    def _edits(self):
        """``(old offset, ((new bytes in front, their line), ...), EXTENDED_ARG bytes)`` in order."""
        for number in sorted(set(self.before) | set(self.grown)):
            front = [(sum(new.size() for new in self.before.get(number, ())), None)]
            if number in self.ways_round:
                way = self.ways_round[number]
                front = [(way.size(), way.line), (front[0][0] - way.size(), None)]
            yield self.found[number].offset, front, self.grown.get(number, 0)

    def ranges(self, code):
        """``co_linetable`` of 3.10."""
        old = [(end - start, line) for start, end, line in code.co_lines()]
        return tables.encode_linetable(_spread(old, self._edits()), code.co_firstlineno)

    def locations(self, code):
        """``co_linetable`` of 3.11 and later."""
        old = tables.decode_locations(code.co_linetable, code.co_firstlineno)
        sizes = _spread([(2 * entry.units, entry) for entry in old], self._edits())
        out = []
        for size, entry in sizes:
            if isinstance(entry, tables.Location):
                same = size == 2 * entry.units
                out.append(entry if same else tables.Location(size // 2, entry.position))
            else:
                out.append(tables.Location(size // 2, entry and (entry, entry, None, None)))
        return tables.encode_locations(out, code.co_firstlineno)

    def exceptions(self, code, depths):
        """``co_exceptiontable``: old ranges where they were, cut where a snippet has its own handlers."""
        new = []
        for number, here in self.by_place.items():
            for one in here:
                for start, end, handler, depth, lasti in one.snippet.handlers:
                    items = one.items
                    last = items[end - 1]
                    new.append(
                        (items[start].at, last.at + last.size(), items[handler].at, depth + (depths[number] or 0), lasti)
                    )
        new.sort()
        out = []
        for start, end, handler, depth, lasti in tables.decode_exceptions(code.co_exceptiontable):
            place = self.index[handler]
            landing = self.at[place]
            for one in self.by_place.get(place, ()):
                if one.handles and one.items:
                    landing = one.items[0].at
                    break
            start = self.begin(self.index[start])
            end = self.begin(self.index.get(end, len(self.at)))
            for other in new:
                if other[1] <= start or other[0] >= end:
                    continue
                if other[0] > start:
                    out.append((start, other[0], landing, depth, lasti))
                start = max(start, other[1])
            if start < end:
                out.append((start, end, landing, depth, lasti))
        return tables.encode_exceptions(sorted(out + new))


def _spread(old, edits):
    """Runs ``(size, what)`` with room made in them.

    Args:
        old: the runs, in order.
        edits: ``(offset, runs to put in front, bytes the instruction there grows by)``, in order.

    Returns:
        The runs with the edits in them.
    """
    out = []
    edits = list(edits)
    place = 0
    offset = 0
    for size, what in old:
        end = offset + size
        grown = 0
        while place < len(edits) and edits[place][0] < end:
            at, front, more = edits[place]
            place += 1
            if front[-1][0]:
                if at > offset:
                    out.append((at - offset + grown, what))
                    grown = 0
                    offset = at
                out.extend(front)
            grown += more
        out.append((end - offset + grown, what))
        offset = end
    return out


def _extra(arg):
    """How many EXTENDED_ARGs ``arg`` needs."""
    return 0 if arg < 0x100 else 1 if arg < 0x10000 else 2 if arg < 0x1000000 else 3


def _distance(op, end, target):
    """The argument that takes a jump from its end ``end`` to ``target``, both in bytes."""
    if op in opcodes.JUMPS_ABSOLUTE:
        return target // opcodes.JUMP_UNIT
    if op in opcodes.JUMPS_BACKWARD:
        return (end - target) // opcodes.JUMP_UNIT
    return (target - end) // opcodes.JUMP_UNIT


def _write(out, op, arg, extra):
    for shift in range(8 * extra, 0, -8):
        out += bytes((opcodes.EXTENDED_ARG, arg >> shift & 255))
    out += bytes((op, arg & 255))
    out += bytes(opcodes.CACHE_BYTES[op])


# ---- stack depth ---------------------------------------------------------------------------------------------------


def stack_depths(code, found=None):
    """How many values are on the stack before each instruction.

    Exact from 3.11 on, where the exception table needs it; an upper bound before, as the compiler reckons it.

    Returns:
        A list; None for what is out of reach.

    Raises:
        ValueError: two ways lead to an instruction with different depths (3.11 and later).
    """
    found = found or opcodes.instructions(code)
    index = {item.offset: number for number, item in enumerate(found)}
    depths = [None] * len(found)
    exact = opcodes.EXCEPTION_TABLE
    handlers = []
    if exact:
        handlers = [
            (index[start], index.get(end, len(found)), index[handler], depth + lasti + 1)
            for start, end, handler, depth, lasti in tables.decode_exceptions(code.co_exceptiontable)
        ]
    # A generator of 3.10 begins with the value it was sent on the stack.
    todo = [(0, int(found[0].opcode == opcodes.GEN_START))] if found else []
    while todo:
        while todo:
            number, depth = todo.pop()
            while number < len(found):
                known = depths[number]
                if known is not None and (exact or known >= depth):
                    if exact and known != depth:
                        raise ValueError("depth %d and %d at %r" % (known, depth, found[number]))
                    break
                depths[number] = depth
                item = found[number]
                op = item.opcode
                if item.target is not None and op not in opcodes.NOT_A_JUMP:
                    todo.append((index[item.target], depth + opcodes.stack_effect(op, item.arg, True)))
                if op in opcodes.ENDS_FLOW:
                    break
                depth += opcodes.stack_effect(op, item.arg, False)
                number += 1
        rest = []
        for entry in handlers:
            start, end, handler, depth = entry
            if any(depths[number] is not None for number in range(start, end)):
                todo.append((handler, depth))
            else:
                rest.append(entry)
        if len(rest) == len(handlers):
            break
        handlers = rest
    return depths
