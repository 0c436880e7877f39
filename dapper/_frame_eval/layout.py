"""Old and inserted instructions in their order: where each ends up, and the bytes and tables that follow from it."""
from dapper._frame_eval import opcodes, opsets, tables


class Item:
    """An inserted instruction: ``at`` is where it ends up, ``target`` an Item or the number of an old instruction."""

    __slots__ = ("opcode", "arg", "extra", "target", "at", "line")

    def __init__(self, opcode, arg, target, line):
        self.opcode = opcode
        self.arg = arg
        self.extra = 0 if arg < 0x100 else _extra(arg)
        self.target = target
        self.at = 0
        self.line = line

    def size(self):
        return 2 + 2 * self.extra + opsets.CACHE_BYTES[self.opcode]


class Layout:
    """Everything in its place.

    Args:
        code: the old code object.
        found: its instructions.
        insertions: what goes where: `modify_bytecode.Insertion`.
        bind: called with a step and its insertion; returns the step's opcode and argument in this code object.
    """

    def __init__(self, code, found, insertions, bind):
        self._bind = bind
        self.found = found
        self.index = {item.offset: number for number, item in enumerate(found)}
        self.before = {}  # instruction → items in front of it
        self.by_place = {}  # instruction → its insertions
        self.ways_round = {}  # instruction → the jump that passes its insertions by
        for one in insertions:
            self.by_place.setdefault(one.number, []).append(one)
        for number, here in self.by_place.items():
            self.before[number] = self._items(number, here)
        self.jumps = []  # (instruction, Item or instruction it goes to)
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
                op, arg = self._bind(step, one)
                mine.append(Item(op, arg, None, one.line))
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
        falling = number > 0 and self.found[number - 1].opcode not in opsets.ENDS_FLOW
        entered = next((one.items[0] for one in insertions if one.falls and one.items), None)
        if flat and falling and entered is not flat[0]:
            # It has the line of what it passes on to, else that would seem to begin anew.
            flat.insert(0, Item(opsets.JUMP_FORWARD, 0, entered or number, self.found[number].line))
            self.ways_round[number] = flat[0]
        return flat

    def _landing(self, number, item):
        target = self.index[item.target]
        if item.opcode not in opsets.NOT_A_JUMP:
            for one in self.by_place.get(target, ()):
                through = one.handles if item.opcode in opsets.SETUPS else number in one.jumps
                if through and one.items:
                    return one.items[0]
        return target

    def _address(self, place):
        """Where an Item or an old instruction is now."""
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
                need = 2 + 2 * _extra(arg) + opsets.CACHE_BYTES[item.opcode]
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
                caches = opsets.CACHE_BYTES[item.opcode]
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
                items, below = one.items, depths[number] or 0
                for start, end, handler, depth, lasti in one.snippet.handlers:
                    last = items[end - 1]
                    new.append((items[start].at, last.at + last.size(), items[handler].at, depth + below, lasti))
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
    if op in opsets.JUMPS_ABSOLUTE:
        return target // opcodes.JUMP_UNIT
    if op in opsets.JUMPS_BACKWARD:
        return (end - target) // opcodes.JUMP_UNIT
    return (target - end) // opcodes.JUMP_UNIT


def _write(out, op, arg, extra):
    for shift in range(8 * extra, 0, -8):
        out += bytes((opsets.EXTENDED_ARG, arg >> shift & 255))
    out.append(op)
    out.append(arg & 255)
    if opsets.CACHE_BYTES[op]:
        out += bytes(opsets.CACHE_BYTES[op])
