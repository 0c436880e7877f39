"""Probes in code: they do what they say, and the program does not notice."""
import itertools
import pickle
import sys
import traceback
import types

import pytest

from dapper._frame_eval import opcodes
from dapper._frame_eval.bytecode_safety import ENTRY, Probe, build
from tests.unit.probing import EXPECTED, FIRST, Raising, Trap, probed, sample, seen

MONITORING = getattr(sys, "monitoring", None)


# ---- what probes do ------------------------------------------------------------------------------------------------


def test_a_condition_traps_when_it_is_true():
    assert seen({3: Probe(7, "item == 2 and total == 1")}) == [7]
    assert seen({3: Probe(7, "item > 1")}) == [7, 7]
    assert seen({3: Probe(7, "False")}) == []


def test_without_condition_each_time():
    assert seen({2: Probe(2), 3: Probe(3)}) == [2, 3, 2, 3, 2, 3, 2]


def test_an_error_is_told_and_stays_inside():
    assert seen({3: Probe(7, "item.no_such")}) == [(7, "AttributeError")] * 3
    assert seen({3: Probe(7, "no_such_name")}) == [(7, "NameError")] * 3
    assert seen({1: Probe(7, "total")}) == [(7, "UnboundLocalError")]
    assert seen({10: Probe(7, "1 / n")}) == [(7, "ZeroDivisionError")]


def test_a_counter_decides():
    assert seen({3: Probe(1, None, itertools.cycle([0, 1, 0]).__next__)}) == [1]
    counted = itertools.cycle([0, 1])
    assert seen({3: Probe(1, "item > 1", counted.__next__)}) == [1], "it counts what the condition lets through"


def test_a_log_point_gives_its_values():
    message = [("text", "item {"), ("expression", "item"), ("expression", "'TEST', VALUES")]
    assert seen({3: Probe(4, "item == 3", None, [("text", "plain")])}) == [(4, ("plain",))]
    assert seen({3: Probe(4, None, None, message)})[0] == (4, "NameError")
    message[2] = ("expression", "total * 2,")
    assert seen({3: Probe(4, "item < 3", None, message)}) == [(4, ("item {", 1, (0,))), (4, ("item {", 2, (2,)))]


def test_entry_comes_once_and_before_the_line():
    def loop(n):
        while n:
            n -= 1

    assert seen({ENTRY: Probe(0), 1: Probe(1, "True")}, loop, (2,)) == [0, 1, 1, 1]


def test_a_statement_of_several_lines_counts_once():
    def several(a):
        x = [
            q + a
            for q in range(4)
            if q > 1
        ]
        return (x if a
                else len(
                    x))

    first = several.__code__.co_firstlineno
    spans = [(first + 1, first + 5), (first + 6, first + 8)]
    for line in (1, 6):
        assert set(seen({line: Probe(line)}, several, (1,), spans=spans)) == {line}
    assert seen({6: Probe(6)}, several, (1,), spans=spans) == [6]
    assert seen({7: Probe(7)}, several, (1,), spans=spans) == []
    assert seen({7: Probe(7)}, several, (0,), spans=spans) == [7]
    if opcodes.INLINES_COMPREHENSIONS:
        assert seen({2: Probe(2)}, several, (1,), spans=spans) == [2, 2], "two elements are made of four"


def test_a_caller_may_know_better_where_a_line_begins():
    def loop(n):
        for i in range(n): n -= 1

    first = loop.__code__.co_firstlineno
    assert len(seen({1: Probe(1)}, loop, (3,))) == 4
    offsets = opcodes.line_entries(loop.__code__)[first + 1]
    assert len(seen({1: Probe(1)}, loop, (3,), offsets={first + 1: offsets[:1]})) == 1


def test_all_lines_at_once():
    lines = {line - FIRST: Probe(line - FIRST) for line in opcodes.executable_lines(sample.__code__)}
    found = seen(lines)
    assert found[:4] == [1, 2, 3, 4] and set(found) <= set(lines) and found[-1] == 14


def test_a_broken_trap_does_not_reach_the_program():
    for probe in (Probe(1), Probe(1, "True"), Probe(1, "no_such"), Probe(1, None, None, [("text", "x")])):
        copy, _ = probed(sample, {2: probe, ENTRY: probe}, Raising())
        assert copy(3, [1, 2, 3]) == EXPECTED


def test_what_is_no_exception_passes_through():
    class Leaving(Trap):
        def trap(self, number):
            raise SystemExit(number)

    copy, _ = probed(sample, {3: Probe(5)}, Leaving())
    with pytest.raises(SystemExit) as caught:
        copy(1, [1])
    assert caught.value.code == 5


def test_the_recursion_limit_is_no_error():
    def down(n):
        return down(n + 1)

    def deep(n):
        return [n] == [[n]]

    down.__globals__["deep_condition"] = deep
    trap = Trap()
    copy, _ = probed(down, {1: Probe(1, "deep_condition(n)")}, trap)
    down_cell = types.FunctionType(copy.__code__, copy.__globals__, "down", None, copy.__closure__)
    copy.__closure__[0].cell_contents = down_cell
    with pytest.raises(RecursionError):
        copy(0)
    assert trap.seen == []


# ---- scopes --------------------------------------------------------------------------------------------------------


def test_closures_cells_and_arguments():
    def outer(x):
        def inner(y):
            z = x + y
            return lambda: z

        return inner

    trap = Trap()
    inner, built = probed(outer(5), {2: Probe(1, "x == 5 and y == 1 and z == 6")}, trap)
    inner(1)
    assert trap.seen == [1] and not built.refused


def test_globals_and_builtins():
    assert seen({3: Probe(1, "len(items) == 3 and FIRST and sample and item == 1")}) == [1]


def test_module_and_class_code_look_names_up():
    trap = Trap()
    module = compile("t = 0\nfor i in range(4):\n    t += i\n\nclass A:\n    x = t\n    y = x + 1\n", "<m>", "exec")
    built = build(module, {3: Probe(3, "i == 2 and t == 1")}, trap)
    constants = [
        build(one, {7: Probe(7, "x == 6 and t == 6")}, trap).code if isinstance(one, types.CodeType) else one
        for one in built.code.co_consts
    ]
    scope = {}
    exec(built.code.replace(co_consts=tuple(constants)), scope)
    assert trap.seen == [3, 7] and scope["A"].y == 7


def test_unbound_locals_do_not_crash():
    def branches(a):
        if a:
            value = 1
        b = a
        del b
        return a

    assert seen({3: Probe(1, "value == 1")}, branches, (0,)) == [(1, "UnboundLocalError")]
    assert seen({3: Probe(1, "value == 1")}, branches, (1,)) == [1]
    assert seen({5: Probe(1, "b")}, branches, (1,)) == [(1, "UnboundLocalError")]


def test_a_check_on_the_way_on_does_not_mean_bound():
    def late(a):
        if a:
            value = [1]
        b = a
        c = value
        return c + value

    assert seen({3: Probe(1, "value")}, late, ([1],)) == [1]
    trap = Trap()
    copy, _ = probed(late, {3: Probe(1, "value"), 4: Probe(2, "value"), 5: Probe(3, "value")}, trap)
    with pytest.raises(UnboundLocalError):
        copy([])
    assert trap.seen == [(1, "UnboundLocalError"), (2, "UnboundLocalError")]


def test_a_deleted_argument_behind_a_comprehension():
    def deleted(q):
        del q
        x = [q for q in (1, 2)]
        y = x
        return y

    trap = Trap()
    copy, built = probed(deleted, {3: Probe(1, "q"), 4: Probe(1, "q")}, trap)
    assert copy(5) == [1, 2]
    assert trap.seen == [(1, "UnboundLocalError")] * 2 and not built.refused


def test_generators_are_probed():
    def numbers(n):
        for i in range(n):
            got = yield i
            yield got

    trap = Trap()
    copy, _ = probed(numbers, {2: Probe(2, "i == 1"), 3: Probe(3, "got is None"), ENTRY: Probe(0)}, trap)
    assert list(copy(2)) == list(numbers(2))
    assert trap.seen == [0, 3, 2, 3]


# ---- the event that follows ----------------------------------------------------------------------------------------


def events_after(wanted, how, func=sample, args=(1, [1, 2])):
    """The line events of ``func`` from its first trap on, which switches them on; "trap" where a trap was."""
    told = []
    code = []

    def line_event(frame, event, arg):
        if frame.f_code in code and event == "line":
            told.append(frame.f_lineno - func.__code__.co_firstlineno)
        return line_event

    class Arming(Trap):
        def trap(self, number):
            told.append("trap")
            frame = sys._getframe(2)
            if how == "monitoring":
                MONITORING.set_local_events(3, frame.f_code, MONITORING.events.LINE)
            else:
                frame.f_trace = line_event
                sys.settrace(line_event)
            return True

    copy, _ = probed(func, wanted, Arming())
    code.append(copy.__code__)
    before = sys.gettrace()
    sys.settrace(None)
    if how == "monitoring":
        MONITORING.use_tool_id(3, "test")
        MONITORING.register_callback(
            3, MONITORING.events.LINE, lambda _, line: told.append(line - func.__code__.co_firstlineno)
        )
    try:
        copy(*args)
    finally:
        sys.settrace(before)
        if how == "monitoring":
            MONITORING.set_local_events(3, copy.__code__, 0)
            MONITORING.register_callback(3, MONITORING.events.LINE, None)
            MONITORING.free_tool_id(3)
    return told


@pytest.mark.parametrize("how", ["settrace"] + ["monitoring"] * (MONITORING is not None))
@pytest.mark.parametrize(
    "wanted, expected",
    [
        ({3: Probe(3, "item == 2")}, ["trap", 3, 4, 2, 6, 7, 6, 8, 9, 10, 11, 13, 14]),
        ({1: Probe(1)}, ["trap", 1, 2, 3, 4, 2, 3, 4]),
        ({ENTRY: Probe(1)}, ["trap", 1, 2, 3, 4, 2, 3, 4]),
        ({2: Probe(1, "total == 1")}, ["trap", 2, 3, 4, 2]),
        ({10: Probe(1, "total == 3")}, ["trap", 10, 11, 13, 14]),
    ],
)
def test_the_line_event_of_the_same_line_follows_a_trap(wanted, expected, how):
    told = events_after(wanted, how)
    if opcodes.LINES_AS_MARKS:
        expected = [line for line in expected if line != 8]  # `try` has no instruction there
    if sys.version_info < (3, 10) and told[1] == told[2]:
        del told[2]  # these tell the line twice when any thread of the process has ever ended while it was traced
    assert told[:5] == expected[:5]


def all_line_events(func, args):
    told = []
    code = func.__code__

    def trace(frame, event, arg):
        if frame.f_code is code:
            if event == "line":
                told.append(frame.f_lineno)
            return trace
        return None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        result = func(*args)
    finally:
        sys.settrace(before)
    return told, result


def test_probes_that_do_not_trap_change_no_line_event():
    lines = opcodes.executable_lines(sample.__code__)
    trap = Trap()
    built = build(sample.__code__, {line: Probe(1, "total == 'x'") for line in lines}, trap, every_entry=True)
    copy = types.FunctionType(built.code, globals())
    assert all_line_events(copy, (2, [1, 3])) == all_line_events(sample, (2, [1, 3]))


def test_entries_are_those_of_the_old_code():
    lines = opcodes.executable_lines(sample.__code__)
    built = build(sample.__code__, {FIRST + 3: Probe(1, "item"), FIRST + 2: Probe(1, "n")}, Trap())
    assert set(built.entries) == lines
    new = {item.offset: item.line for item in opcodes.instructions(built.code)}
    assert all(new[offset] == line for line, offsets in built.entries.items() for offset in offsets)


def test_tracebacks_are_the_same():
    def fails(a):
        b = a
        return (a +
                b / 0)

    def lines(func):
        try:
            func(1)
        except ZeroDivisionError as error:
            text = traceback.format_exception(ZeroDivisionError, error, error.__traceback__)
            return [line for line in text if "in fails" in line]

    copy, _ = probed(fails, {1: Probe(1, "a == 5"), 2: Probe(1, "b == 9"), 3: Probe(1, "b.x")}, Trap())
    assert lines(copy) == lines(fails) and lines(fails)


# ---- pickling ------------------------------------------------------------------------------------------------------


def test_constants_of_a_probe_pickle_to_something_harmless():
    copy, _ = probed(sample, {3: Probe(1, "item == 2"), ENTRY: Probe(2)}, Trap())
    new = [one for one in copy.__code__.co_consts if not any(one is old for old in sample.__code__.co_consts)]
    calls = [one for one in pickle.loads(pickle.dumps(new)) if callable(one) and not isinstance(one, type)]
    assert len(calls) == 3 and not any(call() for call in calls)


def test_cloudpickle_by_value():
    cloudpickle = pytest.importorskip("cloudpickle")
    copy, _ = probed(sample, {3: Probe(1, "item.no_such"), ENTRY: Probe(2)}, Trap())
    copy.__module__ = "__main__"
    assert pickle.loads(cloudpickle.dumps(copy))(3, [1, 2, 3]) == EXPECTED
