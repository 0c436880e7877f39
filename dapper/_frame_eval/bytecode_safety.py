"""The one way to get code with probes in it: builds for this version, proves what was written, or says why not.

The proof trusts nothing the builder knew but the byte ranges it claims to have inserted; it reads the new code anew
and compares it with the old.
"""
from dapper._frame_eval import modify_bytecode, opcodes, opsets, tables
from dapper._frame_eval.bound import Bound
from dapper._frame_eval.modify_bytecode import Insertion
from dapper._frame_eval.probes import ENTRY, REASONS, Probe, Refused, compile_probe
from dapper._frame_eval.stack import block_depths, stack_depths

__all__ = ["ENTRY", "REASONS", "CHECKS", "PLACES", "Built", "Probe", "Refused", "build", "prove"]

#: Why there is no place for a probe.
PLACES = {
    "no_entry": "the code never enters that line",
    "no_place": "the line begins where nothing can be inserted",
    "too_deep": "too many with and try blocks are open there",
    "not_understood": "the code can't be followed instruction by instruction",
}

#: What `prove` checks, in this order; the name of the first that fails is the reason of the refusal.
CHECKS = {
    "shape": "arguments, variables, flags, names and constants are the old ones, with new ones only behind them",
    "decodes": "the bytes are whole instructions",
    "instructions": "without what was inserted the instructions are the old ones",
    "jumps": "old jumps go where they went, or through what was inserted there",
    "probes": "what was inserted stores nothing, returns nothing and is left at its end only",
    "positions": "every old instruction has its old position, and no new line came up",
    "exceptions": "the exception table is sorted and disjoint, and old instructions have their old handlers",
    "stack": "the depth at old instructions is the old one, and nowhere more than co_stacksize",
}

#: Blocks a probe may open, its error handling included, and blocks a frame has room for (up to 3.10).
_BLOCKS_OF_A_PROBE = 3
_ROOM_FOR_BLOCKS = 20

_SAME = (
    "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals", "co_flags", "co_varnames", "co_cellvars",
    "co_freevars", "co_name", "co_filename", "co_firstlineno", "co_qualname",
)


class Built:
    """Code with probes.

    Attributes:
        code: the new code object; the old one itself if nothing could be inserted.
        done: the keys whose probes are in it.
        refused: key → Refused for the others.
        entries: line → offsets in ``code`` at which a line is executed anew (as `opcodes.statement_entries`); of the wanted
            lines only, where the caller knew of all of them.
        inserted: ``(start, end)`` ranges of bytes of ``code`` that are probes, in order; an exception raised there
            is none of the program's.
    """

    __slots__ = ("code", "done", "refused", "entries", "inserted")

    def __init__(self, code, done, refused, entries, inserted):
        self.inserted = inserted
        self.code = code
        self.done = done
        self.refused = refused
        self.entries = entries


def build(code, wanted, trap, spans=(), enclosing=(), every_entry=False, offsets=None, landing=None):
    """Give a code object probes.

    Args:
        code: the code object; it is not changed.
        wanted: line, or ENTRY → Probe.
        trap: see `probes.compile_probe`. On return from ``trap.trap`` the genuine line event of the same line
            follows, if line events are on by then. From 3.10 on no other comes before, as a probe has no line; in
            3.8 and 3.9 one does, if line events were on already.
        spans: ``(first, last)`` of the statements and headers that have several lines.
        enclosing: names of the variables of the functions around ``code``.
        every_entry: probe a line wherever it is entered, not only where it is executed anew.
        offsets: line → offsets in ``code`` at which it is executed anew, from a caller who knows better.
        landing: see `probes.compile_probe`.

    Returns:
        Built.

    Raises:
        Refused: the whole code can't be done; ``reason`` is one of PLACES or CHECKS.
    """
    found = opcodes.instructions(code)
    flow = opcodes.flow_of(code)
    try:
        depths = stack_depths(code, found)
    except (ValueError, IndexError, KeyError) as error:
        raise Refused("not_understood", str(error)) from None
    if every_entry:
        places = flow.entries()
    else:
        places = {}
        if offsets is None or not offsets.keys() >= wanted.keys() - {ENTRY}:
            places = _on_their_line(code, found, opcodes.new_executions(code, spans))
        if offsets:
            index = {item.offset: number for number, item in enumerate(found)}
            better = {line: [index[one] for one in here if one in index] for line, here in offsets.items()}
            places.update(_on_their_line(code, found, better))
    cleared = {code.co_varnames[item.arg] for item in found if item.opcode == opsets.LOAD_FAST_AND_CLEAR}
    blocks = None
    if not opcodes.EXCEPTION_TABLE and sum(item.opcode in opsets.SETUPS for item in found) > 16:
        blocks = block_depths(found)
    refused = {}
    insertions = []
    bound = Bound(code, found, flow)
    # An entry probe comes before the probe of its line.
    for key in sorted(wanted, key=lambda key: (key != ENTRY, key)):
        try:
            snippet = compile_probe(code, wanted[key], trap, enclosing, cleared, landing)
            here = _insertions(key, snippet, found, flow, places, depths, bound)
            if blocks and max(blocks[one.number] or 0 for one in here) > _ROOM_FOR_BLOCKS - _BLOCKS_OF_A_PROBE:
                raise Refused("too_deep")
            insertions.extend(here)
        except Refused as refusal:
            refused[key] = refusal
    done = frozenset(key for key in wanted if key not in refused)
    if not insertions:
        return Built(code, done, refused, {line: _offsets(found, here) for line, here in places.items()}, [])
    result = modify_bytecode.insert(code, insertions, found, depths)
    prove(code, result.code, result.inserted, found, depths)
    entries = {line: tuple([result.at[number] for number in here]) for line, here in places.items()}
    if opcodes.LINES_AS_MARKS:
        # There a probe carries its line, which therefore begins with it.
        entries.update({
            one.line: tuple([result.begin[number] for number in places[one.line]])
            for one in insertions if one.line in places
        })
    return Built(result.code, done, refused, entries, result.inserted)


def _on_their_line(code, found, places):
    """Line → instructions, without the jumps that have the line of what they lead to: there the line begins later."""
    ways = opcodes.branches(code)
    out = {}
    for line, numbers in places.items():
        here = []
        for number in numbers:
            offset = found[number].offset
            if offset in ways:
                here += [
                    place for place, item in enumerate(found)
                    if item.offset in ways[offset]
                    and not (item.opcode == opsets.NOT_TAKEN and found[place + 1].opcode in opsets.ENDS_FLOW)
                ]
            else:
                here.append(number)
        out[line] = sorted({number for number in here if found[number].line == line}) or numbers
    return out


def _offsets(found, numbers):
    return tuple([found[number].offset for number in numbers])


def _insertions(key, snippet, found, flow, places, depths, bound):
    """The places for one probe."""
    if key == ENTRY:
        number = flow.first
        while number < len(found) and found[number].opcode in opsets.PROLOGUE:
            number += 1
        return [Insertion(number, snippet, (), True, False, found[number].line, bound.at(number))]
    if key not in places:
        raise Refused("no_entry", "line %d" % key)
    out = []
    for number in places[key]:
        if found[number].opcode in opsets.NO_PROBE_BEFORE or depths[number] is None:
            continue
        edges = list(flow.event_sources(number)) or flow.sources[number]
        jumps, falls, handles = _ways(found, number, edges)
        out.append(Insertion(number, snippet, jumps, falls, handles, key, bound.at(number)))
    if not out:
        raise Refused("no_place", "line %d" % key)
    return out


def _ways(found, number, edges):
    """Edges to an instruction as (jumps, whether one falls, whether one is of an exception)."""
    jumps = set()
    falls = handles = False
    here = found[number]
    for source, _ in edges:
        if source < 0:
            falls = True
            continue
        come = found[source]
        direct = source == number - 1 and come.opcode not in opsets.ENDS_FLOW
        if direct:
            falls = True
        if come.target == here.offset and come.opcode not in opsets.NOT_A_JUMP:
            if come.opcode in opsets.SETUPS:
                handles = True
            else:
                jumps.add(source)
        elif not direct:
            handles = True
    return jumps, falls, handles


# ---- the proof -----------------------------------------------------------------------------------------------------


def prove(old, new, inserted, olds=None, depths=None):
    """Prove that ``new`` does what ``old`` does, but for what stands in ``inserted``.

    Args:
        old: the code object before.
        new: the code object after.
        inserted: the ``(start, end)`` byte ranges of ``new`` that are not in ``old``.
        olds: the instructions of ``old``, if they are there already.
        depths: the stack depths of ``old``, if they are there already.

    Raises:
        Refused: with the name of the check that failed, see CHECKS.
    """
    for name in _SAME:
        if getattr(old, name, None) != getattr(new, name, None):
            raise Refused("shape", name)
    for before, after in ((old.co_consts, new.co_consts), (old.co_names, new.co_names)):
        if len(after) < len(before) or any(one is not other for one, other in zip(before, after)):
            raise Refused("shape", "constants or names")
    olds = olds or opcodes.instructions(old)
    try:
        news = opcodes.instructions(new)
    except (IndexError, StopIteration):
        raise Refused("decodes") from None
    if not news or news[-1].offset + news[-1].size != len(new.co_code):
        raise Refused("decodes", "the last instruction")
    kept, strange = _split(news, inserted)
    if len(kept) != len(olds) or any(
        one.opcode != other.opcode or one.target is None and one.arg != other.arg for one, other in zip(olds, kept)
    ):
        raise Refused("instructions")
    _prove_jumps(olds, kept, news, strange)
    _prove_positions(old, new, olds, kept, strange)
    if opcodes.EXCEPTION_TABLE:
        _prove_exceptions(old, new, olds, kept, news, strange)
    _prove_stack(new, depths or stack_depths(old, olds), kept, news)


def _split(news, inserted):
    """The instructions of ``news`` that are old, and those inserted."""
    kept, strange = [], []
    ranges = iter(inserted)
    start, end = next(ranges, (None, None))
    for item in news:
        while end is not None and item.offset >= end:
            start, end = next(ranges, (None, None))
        (strange if start is not None and item.offset >= start else kept).append(item)
    return kept, strange


def _run_of(strange):
    """Offset of an inserted instruction → (start, end) of the unbroken run it is in."""
    out = {}
    end = None
    run = []
    for item in strange + [None]:
        if item is None or item.offset != end:
            for one in run:
                out[one.offset] = (run[0].offset, end)
            run = []
        if item is not None:
            run.append(item)
            end = item.offset + item.size
    return out


def _prove_jumps(olds, kept, news, strange):
    moved = {one.offset: other.offset for one, other in zip(olds, kept)}
    run_of = _run_of(strange)
    starts = {item.offset for item in news}
    for one, other in zip(olds, kept):
        if one.target is None:
            continue
        if other.target not in starts:
            raise Refused("jumps", "into an instruction at %d" % other.offset)
        wanted = moved[one.target]
        if other.target != wanted and run_of.get(other.target, (0, None))[1] != wanted:
            raise Refused("jumps", "at %d" % other.offset)
    for item in strange:
        start, end = run_of[item.offset]
        if item.opcode not in opcodes.MAY_BE_IN_PROBE:
            raise Refused("probes", repr(item))
        if item.target is not None and (item.target not in starts or not start <= item.target <= end):
            raise Refused("probes", "leaves at %d" % item.offset)


def _prove_positions(old, new, olds, kept, strange):
    if [item.line for item in olds] != [item.line for item in kept]:
        raise Refused("positions", "lines")
    lines = {item.line for item in olds} | {None}
    if any(item.line not in lines for item in strange):
        raise Refused("positions", "a new line")
    if opcodes.LINES_AS_LOCATIONS:
        before, after = _positions(old), _positions(new)
        for one, other in zip(olds, kept):
            end = (one.offset + one.size) // 2 - 1
            if before[end] != after[(other.offset + other.size) // 2 - 1] or before[one.offset // 2] != after[
                other.offset // 2
            ]:
                raise Refused("positions", "columns at %d" % other.offset)


def _positions(code):
    found = list(code.co_positions())  # they end with the line table, which code that somebody has lengthened outlasts
    return found + [(None,) * 4] * (len(code.co_code) // 2 - len(found))


def _prove_exceptions(old, new, olds, kept, news, strange):
    starts = {item.offset for item in news} | {len(new.co_code)}
    moved = {one.offset: other.offset for one, other in zip(olds, kept)}
    run_of = _run_of(strange)
    table = tables.decode_exceptions(new.co_exceptiontable)
    last = 0
    for start, end, handler, _, _ in table:
        if start < last or end <= start or not {start, end, handler} <= starts:
            raise Refused("exceptions", "the range at %d" % start)
        last = end
    for one, other in zip(
        _handlers(olds, tables.decode_exceptions(old.co_exceptiontable)), _handlers(kept, table)
    ):
        if (one is None) != (other is None):
            raise Refused("exceptions", "a handler came or went")
        if one is None:
            continue
        landing = other[0]
        wanted = moved[one[0]]
        if one[1:] != other[1:] or landing != wanted and run_of.get(landing, (0, None))[1] != wanted:
            raise Refused("exceptions", "handler at %d" % landing)


def _handlers(items, table):
    """The (handler, depth, lasti) of each of ``items``, or None."""
    out = []
    place = 0
    for item in items:
        while place < len(table) and table[place][1] <= item.offset:
            place += 1
        here = place < len(table) and table[place][0] <= item.offset
        out.append(table[place][2:] if here else None)
    return out


def _prove_stack(new, before, kept, news):
    try:
        after = stack_depths(new, news)
    except (ValueError, IndexError, KeyError) as error:
        raise Refused("stack", str(error)) from None
    place = {item.offset: number for number, item in enumerate(news)}
    for depth, item in zip(before, kept):
        if depth != after[place[item.offset]]:
            raise Refused("stack", "at %d" % item.offset)
    deepest = max(depth for depth in after if depth is not None)
    if deepest > new.co_stacksize or min(depth for depth in after if depth is not None) < 0:
        raise Refused("stack", "%d values, room for %d" % (deepest, new.co_stacksize))
