"""What can't have a probe is refused by name, and so is what can't be proved."""
import opcode
import types

import pytest

from dapper._frame_eval import bytecode_safety, modify_bytecode, opcodes, opsets, probes, tables
from dapper._frame_eval.bytecode_safety import Probe, Refused, build
from tests.unit.probing import FIRST, Trap, probed, sample, seen

REFUSALS = {
    "syntax": "item ==", "walrus": "(a := item)", "own_scope": "[q for q in items]", "suspends": "(yield)",
    "private_name": "item.__hidden", "not_captured": "around == 1",
}


@pytest.mark.parametrize("reason", sorted(REFUSALS))
def test_what_cannot_be_inserted_is_refused_by_name(reason):
    _, built = probed(sample, {3: Probe(1, REFUSALS[reason]), 4: Probe(2)}, Trap(), enclosing=["around"])
    assert built.refused[FIRST + 3].reason == reason in bytecode_safety.REASONS
    assert built.done == {FIRST + 4}


@pytest.mark.parametrize("depth", range(80, 105, 3))
def test_what_is_too_deep_for_the_compiler_is_refused(depth):
    _, built = probed(sample, {3: Probe(1, "(" * depth + "item" + ")" * depth)}, Trap())
    assert all(one.reason == "syntax" for one in built.refused.values())


def test_a_line_without_code_is_refused():
    copy, built = probed(sample, {100: Probe(1)}, Trap())
    assert built.refused[FIRST + 100].reason == "no_entry" in bytecode_safety.PLACES
    assert built.code is sample.__code__ and not built.done


def nested(depth):
    """A function with so many ``try`` in each other, and the line of its innermost statement."""
    text = ["def nested(a):"]
    for level in range(1, depth + 1):
        text.append(" " * level + "try:")
    text.append(" " * (depth + 1) + "a += 1")
    for level in range(depth, 0, -1):
        text.append(" " * level + "except a: pass")
    text.append(" return a")
    scope = {}
    exec(compile("\n".join(text), "<nested>", "exec"), scope)
    return scope["nested"], depth + 1


@pytest.mark.parametrize("depth", [5, 17, 19])
def test_blocks_in_blocks(depth):
    func, line = nested(depth)
    for condition in ("a == 1", "a.no_such", None):
        trap = Trap()
        copy, built = probed(func, {line: Probe(1, condition)}, trap)
        assert copy(1) == 2
        if built.refused:
            assert depth == 19 and not opcodes.EXCEPTION_TABLE
            assert [one.reason for one in built.refused.values()] == ["too_deep"]
        else:
            assert len(trap.seen) == 1


def test_a_variable_around_a_class_body_is_refused():
    def make():
        hidden = 1

        class A:
            x = hidden
            y = 2

        return A

    body = next(one for one in make.__code__.co_consts if isinstance(one, types.CodeType))
    line = body.co_firstlineno + 2
    assert build(body, {line: Probe(1, "hidden == 1")}, Trap()).refused[line].reason == "class_variable"


@pytest.mark.skipif(not opcodes.INLINES_COMPREHENSIONS, reason="comprehensions have a frame of their own before 3.12")
def test_a_name_that_is_a_comprehension_variable_here_only_is_refused():
    def inlined(items, q2):
        x = [q for q in items]
        return [q2 for q2 in x]

    _, built = probed(inlined, {2: Probe(1, "q == 1")}, Trap())
    assert [one.reason for one in built.refused.values()] == ["comprehension_variable"]
    assert seen({2: Probe(1, "q2 == 9")}, inlined, ([1], 9))[0] == 1


# ---- the proof -----------------------------------------------------------------------------------------------------


def proved(**changes):
    """The name of the check that refuses code with a probe after it was tampered with."""
    code = sample.__code__
    found = opcodes.instructions(code)
    snippet = probes.compile_probe(code, Probe(1, "item == 2"), Trap())
    number = next(place for place, item in enumerate(found) if item.line == FIRST + 3)
    result = modify_bytecode.insert(code, [modify_bytecode.Insertion(number, snippet, line=FIRST + 3)])
    inserted = result.inserted
    new = result.code
    if "inserted" in changes:
        inserted = changes.pop("inserted")(inserted)
    if "lines" in changes:
        table = "co_lnotab" if opcodes.LINES_AS_MARKS else "co_linetable"
        changes[table] = shifted(new, changes.pop("lines"))
    if "patch" in changes:
        raw = bytearray(new.co_code)
        changes.pop("patch")(raw, inserted, opcodes.instructions(new))
        changes["co_code"] = bytes(raw)
    try:
        bytecode_safety.prove(code, new.replace(**changes), inserted)
    except Refused as refused:
        assert refused.reason in bytecode_safety.CHECKS
        return refused.reason
    return "proved"


def store(raw, inserted, items):
    place = next(item for item in items if item.offset >= inserted[0][0] and item.opcode in opsets.HAS_LOCAL)
    raw[place.offset] = opcode.opmap["STORE_FAST"]


def other_argument(raw, inserted, items):
    raw[items[-2].offset + 1] ^= 1


def astray(raw, inserted, items):
    old = [item for item in items if item.target is not None and item.offset > inserted[0][1]]
    raw[old[-1].offset + 1] += 2


def out_of_the_probe(raw, inserted, items):
    inside = [item for item in items if item.target is not None and inserted[0][0] <= item.offset < inserted[0][1]]
    place = inside[-1].offset + 1
    raw[place] = 0 if inside[-1].opcode in opsets.JUMPS_ABSOLUTE else raw[place] ^ 0x40


def test_the_proof_accepts_what_was_built():
    assert proved() == "proved"


@pytest.mark.parametrize(
    "check, changes",
    [
        ("shape", {"co_name": "other"}),
        ("shape", {"co_consts": ()}),
        ("shape", {"co_flags": sample.__code__.co_flags ^ 0x100}),
        ("instructions", {"inserted": lambda inserted: []}),
        ("instructions", {"inserted": lambda inserted: [(inserted[0][0], inserted[0][1] + 2)]}),
        ("instructions", {"patch": other_argument}),
        ("jumps", {"patch": astray}),
        ("probes", {"patch": store}),
        ("probes", {"patch": out_of_the_probe}),
        ("stack", {"co_stacksize": 0}),
    ],
)
def test_the_proof_names_what_is_wrong(check, changes):
    assert proved(**changes) == check


def shifted(code, line):
    """The line table of ``code`` as it would be if ``line`` were another one."""
    first = code.co_firstlineno
    if opcodes.LINES_AS_MARKS:
        marks = tables.decode_lnotab(code.co_lnotab, first)
        return tables.encode_lnotab([(at, one + 500 * (one == line)) for at, one in marks], first)
    if not opcodes.LINES_AS_LOCATIONS:
        runs = [(end - start, one + 500 if one == line else one) for start, end, one in code.co_lines()]
        return tables.encode_linetable(runs, first)
    entries = tables.decode_locations(code.co_linetable, first)
    for entry in entries:
        if entry.position and entry.position[0] == line:
            entry.position = (line + 500, line + 500, None, None)
            entry.raw = None
    return tables.encode_locations(entries, first)


def test_a_wrong_line_is_found():
    table = "co_lnotab" if opcodes.LINES_AS_MARKS else "co_linetable"
    assert proved(lines=FIRST + 8) == "positions"
    assert proved(**{table: getattr(sample.__code__, table)}) in ("positions", "decodes")


@pytest.mark.skipif(not opcodes.EXCEPTION_TABLE, reason="there is no table before 3.11")
def test_a_wrong_handler_is_found():
    assert proved(co_exceptiontable=b"") in ("exceptions", "stack")
    assert proved(co_exceptiontable=sample.__code__.co_exceptiontable) in ("exceptions", "stack")
