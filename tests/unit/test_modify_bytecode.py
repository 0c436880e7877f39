"""The rewriter: nothing in, nothing changed; tables byte for byte; snippets where they belong."""
import os
import subprocess
import sys
import textwrap
import types

import pytest

from dapper._frame_eval import modify_bytecode, opcodes, opsets, stack, tables
from dapper._frame_eval.modify_bytecode import RAW, Insertion, Snippet, Step

PROGRAM = '''
import os

def plain(a, b=2, *rest, c=3, **more):
    """Text."""
    total = 0
    for i in range(a):
        if i % 2: continue
        try:
            total += (i +
                      b)
        except (ValueError,
                TypeError) as error:
            raise RuntimeError(error) from None
        finally:
            total -= 1
    while total > 3: total -= 1
    with open(os.devnull) as one, open(os.devnull) as two:
        [x for x in rest if x] and {y: one for y in more}
    return lambda: (total, c, two)

async def asynchronous(it):
    async with it as x:
        async for y in x:
            await y
            yield [z async for z in y]

def generator():
    got = yield from (yield)
    return got

class Class:
    attribute = 1
    def method(self): return super().method()
'''


def all_code(text=PROGRAM):
    """Every code object of a program."""
    found = [compile(text, "<program>", "exec")]
    for code in found:
        found.extend(one for one in code.co_consts if isinstance(one, types.CodeType))
    return found


def facts(code):
    """Everything a code object says about itself."""
    return {
        name: getattr(code, name)
        for name in dir(code)
        if name.startswith("co_") and name != "co_lnotab" and not callable(getattr(code, name))
    }


def nops(count, line=None):
    """A snippet that does nothing."""
    return Snippet([Step(opsets.NOP) for _ in range(count)], [], 0)


@pytest.mark.parametrize("code", all_code(), ids=lambda code: code.co_name)
def test_inserting_nothing_changes_nothing(code):
    assert facts(modify_bytecode.insert(code, []).code) == facts(code)


@pytest.mark.parametrize("code", all_code(), ids=lambda code: code.co_name)
def test_the_stack_is_reckoned_as_the_compiler_does(code):
    depths = [depth for depth in stack.stack_depths(code) if depth is not None]
    assert 0 <= min(depths) and max(depths) <= code.co_stacksize


@pytest.mark.skipif(not opcodes.LINES_AS_MARKS, reason="lnotab is the table of 3.8 and 3.9")
@pytest.mark.parametrize("marks", [[], [(0, 1), (255, 2)], [(300, 1)], [(2, 400)], [(2, 300), (4, 1)], [(600, 900)]])
def test_lnotab_keeps_what_it_is_given(marks):
    lines = dict(tables.decode_lnotab(tables.encode_lnotab(marks, 10), 10))
    assert {offset: lines[offset] for offset, _ in marks} == dict(marks)


@pytest.mark.parametrize(
    "position",
    [
        None, (10, 10, None, None), (10, 10, 0, 15), (10, 10, 79, 80), (11, 11, 80, 90), (12, 12, 127, 127),
        (13, 13, 1, 2), (9, 9, 1, 2), (10, 12, 3, 4), (10, 10, 9, 30), (500, 700, 1000, 1200), (10, 10, 200, 210),
        (1, 10, 5, 3),
    ],
)
@pytest.mark.parametrize("units", [1, 8, 9, 30])
def test_locations_keep_what_they_are_given(position, units):
    entries = [tables.Location(1, (10, 10, 1, 2)), tables.Location(units, position)]
    read = tables.decode_locations(tables.encode_locations(entries, 10), 10)
    assert [entry.position for entry in read[1:]] == [position] * len(read[1:])
    assert sum(entry.units for entry in read[1:]) == units and max(entry.units for entry in read) <= 8


@pytest.mark.parametrize(
    "entries", [[], [(0, 2, 4, 0, False)], [(2, 200, 300, 70, True), (70000, 80000, 90000, 1, False)]]
)
def test_exceptions_keep_what_they_are_given(entries):
    assert tables.decode_exceptions(tables.encode_exceptions(entries)) == entries


@pytest.mark.parametrize("runs", [[(2, 5)], [(2, 5), (4, None), (600, 900), (2, 1)], [(300, None), (2, 5), (2, 5)]])
def test_line_table_of_3_10_has_an_entry_a_run(runs):
    table = tables.encode_linetable(runs, 5)
    assert len(table) % 2 == 0
    assert sum(table[0::2]) == sum(size for size, _ in runs)


def places(code):
    """Instructions before which something can be inserted."""
    flow = opcodes.flow_of(code)
    found = opcodes.instructions(code)
    return [
        number for number in range(flow.first, len(found))
        if found[number].opcode not in opsets.NO_PROBE_BEFORE and flow.sources[number]
    ]


@pytest.mark.parametrize("count", [1, 130])
@pytest.mark.parametrize("code", all_code(), ids=lambda code: code.co_name)
def test_old_instructions_keep_their_lines_wherever_something_goes(code, count):
    found = opcodes.instructions(code)
    at = places(code)
    insertions = [Insertion(number, nops(count), range(len(found)), True, True, found[number].line) for number in at]
    result = modify_bytecode.insert(code, insertions)
    new = {item.offset: item for item in opcodes.instructions(result.code)}
    for number, item in enumerate(found):
        moved = new[result.at[number]]
        assert (moved.opcode, moved.line) == (item.opcode, item.line)
        if item.target is None:
            assert moved.arg == item.arg
        elif item.opcode not in opsets.NOT_A_JUMP:
            target = next(place for place, other in enumerate(found) if other.offset == item.target)
            assert moved.target == result.begin[target]
    assert len(result.inserted) == len(at)


def run(code, *args):
    return types.FunctionType(code, {"__builtins__": __builtins__})(*args)


def test_code_with_wide_jumps_still_runs():
    def sample(n):
        total = 0
        for i in range(n):
            if i % 3 == 0:
                continue
            try:
                total += 10 // (i - 1)
            except ZeroDivisionError:
                total += 100
            while total > 90:
                total -= 50
        return total

    code = sample.__code__
    found = opcodes.instructions(code)
    wide = [
        Insertion(number, nops(300), range(len(found)), True, True, found[number].line) for number in places(code)
    ]
    changed = modify_bytecode.insert(code, wide).code
    assert len(changed.co_code) > 5000
    assert run(changed, 20) == sample(20)


def test_what_passes_by_goes_round():
    def sample(n):
        for i in range(n):
            pass
        return i

    code = sample.__code__
    flow = opcodes.flow_of(code)
    header = next(
        number for number, sources in enumerate(flow.sources) if any(source > number for source, _ in sources)
    )
    back = {source for source, _ in flow.sources[header] if source > header}
    result = modify_bytecode.insert(code, [Insertion(header, nops(3), back, falls=False, line=2)])
    assert run(result.code, 3) == 2
    inserted = opcodes.instructions(result.code)[header]
    assert inserted.opcode == opsets.JUMP_FORWARD and inserted.target == result.at[header]
    assert inserted.line == flow.lines[header]


def test_a_jump_in_a_snippet_to_its_end_goes_on():
    def sample(a):
        return a

    steps = [Step(opsets.JUMP_FORWARD, RAW, 0, 0, 3), Step(opsets.NOP), Step(opsets.NOP)]
    first = opcodes.flow_of(sample.__code__).first
    both = [Insertion(first, Snippet(steps, [], 0)), Insertion(first, nops(1))]
    result = modify_bytecode.insert(sample.__code__, both)
    items = {item.offset: item for item in opcodes.instructions(result.code)}
    start, end = result.inserted[0]
    assert items[items[start].target].opcode == opsets.NOP and items[start].target == end - 2
    assert run(result.code, 7) == 7


def test_a_first_constant_is_no_docstring():
    code = compile("lambda x: x", "<program>", "eval").co_consts[0]
    bare = code.replace(co_consts=())
    snippet = Snippet([Step(opsets.NOP, modify_bytecode.CONST, "text")], [], 0)
    first = opcodes.flow_of(bare).first
    assert modify_bytecode.insert(bare, [Insertion(first, snippet)]).code.co_consts == (None, "text")


def test_generators_and_coroutines_run_with_insertions():
    def sample(n):
        for i in range(n):
            got = yield i
            if got:
                yield from (got, got)

    code = sample.__code__
    found = opcodes.instructions(code)
    insertions = [
        Insertion(number, nops(2), range(len(found)), True, True, found[number].line) for number in places(code)
        if opcodes.flow_of(code).sources[number] and found[number].line != found[number - 1].line
    ]
    made = run(modify_bytecode.insert(code, insertions).code, 3)
    assert [next(made), made.send("x"), next(made), next(made), next(made)] == [0, "x", "x", 1, 2]


def test_the_round_trip_tool_works():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    tool = os.path.join(root, "tools", "stdlib_roundtrip.py")
    done = subprocess.run(
        [sys.executable, tool, "--probes", textwrap.__file__], stdout=subprocess.PIPE, timeout=50, check=True
    )
    assert b" 0 differ" in done.stdout and b"refused: none" in done.stdout
