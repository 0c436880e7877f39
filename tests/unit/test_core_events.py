"""Pairs of instructions that CPython 3.12 runs as one are so again after events came and went, and no event is lost."""

import dis
import random
import sys
import types

import pytest

from dapper._frame_eval import core_pure
from tests.unit.core_kits import NATIVE, function, needs_native

pytestmark = pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="no sys.monitoring")

TEXT = """
def f(a, b):
    x = a
    y = b
    for i in range(3):
        z = x
        if i > 1:
            x = i + 1; y = x
        else:
            try:
                y = z.missing
            except AttributeError:
                x = 2
    a = b
    b = [q for q in (x, y)]
    return a, b
"""
TOOLS = (2, 1)


def pairs(code):
    """Offsets at which two instructions are run as one; adaptive bytecode has its own number for that."""
    plain = {dis.opmap[name] for name in ("LOAD_FAST", "STORE_FAST", "LOAD_CONST")}
    raw, adaptive = code.co_code, code._co_code_adaptive
    return [one.offset for one in dis.get_instructions(code)
            if raw[one.offset] in plain and adaptive[one.offset] != raw[one.offset]
            and dis.opname[adaptive[one.offset]].startswith("<")]


def is_waiting(code, offset):
    """Whether a line event is still to come there."""
    return dis.opname[code._co_code_adaptive[offset]] == "INSTRUMENTED_LINE"


def many_names():
    """A function whose variables' numbers need more than a byte."""
    names = ["v%d" % number for number in range(300)]
    text = "def f(a, b):\n    %s = range(300)\n" % ", ".join(names)
    text += "".join("    %s = %s\n    b = %s\n" % (name, names[-1], name) for name in names[250:])
    return function(text + "    return b")


@pytest.fixture
def tools():
    monitoring = sys.monitoring
    for tool in TOOLS:
        monitoring.use_tool_id(tool, "test")
    yield monitoring
    for tool in TOOLS:
        monitoring.set_events(tool, 0)
        for event in (monitoring.events.LINE, monitoring.events.INSTRUCTION, monitoring.events.PY_START):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)


@needs_native
@pytest.mark.parametrize("make", [lambda: function(TEXT), many_names], ids=["small", "many names"])
def test_events_that_came_and_went_leave_no_trace(tools, make):
    code = make().__code__
    fresh = pairs(code.replace())
    assert fresh or sys.version_info >= (3, 13)
    events = tools.events
    for wanted in (events.LINE, events.PY_START | events.PY_RETURN, events.INSTRUCTION, events.LINE | events.BRANCH):
        NATIVE.set_local_events(2, code, wanted)
        NATIVE.set_local_events(2, code, 0)
        assert pairs(code) == fresh


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="pairs are instructions of their own from 3.13 on")
def test_the_interpreter_itself_takes_them_apart(tools):
    code = function(TEXT).__code__
    assert pairs(code)
    tools.set_local_events(2, code, tools.events.PY_RETURN)
    assert not pairs(code)


@needs_native
def test_lines_that_were_switched_off_are_joined_as_they_were(tools):
    f = function(TEXT)
    code, table = f.__code__, NATIVE.LineTable()
    fresh = pairs(code.replace())
    told = []
    table.arm(code, {4: lambda frame, line: told.append(line)})
    tools.register_callback(2, tools.events.LINE, table.on_line)
    NATIVE.set_local_events(2, code, tools.events.LINE)
    for _ in range(2):  # the second time through, lines are met in another order
        assert f(1, 2) == (2, [3, 3])
    assert told == [4] * 8
    waiting = {place for place in range(0, len(code.co_code), 2) if is_waiting(code, place)}
    never = {11, 14}  # where an error of another type goes on, and where the comprehension's variable is put back after one
    assert {one for start, _, one in code.co_lines() if start in waiting} <= {4} | never or sys.version_info >= (3, 13)
    assert set(fresh) - set(pairs(code)) <= waiting | {start - 2 for start in waiting}


@needs_native
def test_a_line_that_another_tool_has_too_is_still_told_to_it(tools):
    f = function(TEXT)
    code, table = f.__code__, NATIVE.LineTable()
    alone, beside = [], []
    tools.register_callback(1, tools.events.LINE, lambda code, line: alone.append(line))
    tools.set_local_events(1, code, tools.events.LINE)
    f(1, 2)
    tools.register_callback(1, tools.events.LINE, lambda code, line: beside.append(line))
    tools.register_callback(2, tools.events.LINE, table.on_line)
    NATIVE.set_local_events(2, code, tools.events.LINE)
    f(1, 2)
    assert beside == alone and alone


@needs_native
def test_a_change_of_global_events_is_carried_out_at_once(tools):
    f = function(TEXT)
    fresh = pairs(f.__code__.replace())
    tools.set_events(2, tools.events.PY_START)
    f(1, 2)
    NATIVE.carry_out(2, [f.__code__])
    assert pairs(f.__code__) == fresh
    told = []
    tools.register_callback(1, tools.events.LINE, lambda code, line: told.append(line))
    tools.set_events(1, tools.events.LINE)
    NATIVE.carry_out(2, [f.__code__])
    f(1, 2)
    assert {line for line in told if 1 <= line <= 16} == set(range(2, 16)) - {8}  # else
    tools.set_events(1, 0)
    NATIVE.carry_out(2, [f.__code__])
    f(1, 2)
    assert pairs(f.__code__) == fresh
    assert tools.get_local_events(2, f.__code__) == 0


class Log:
    """What tools and trace functions are told while things happen to a code object."""

    def __init__(self, monitoring, kit, join):
        self.monitoring, self.events = monitoring, monitoring.events
        self.join = join
        f = function(TEXT)
        self.f = types.FunctionType(f.__code__.replace(), f.__globals__, "f", (), f.__closure__)
        self.code = self.f.__code__
        self.told = []
        self.table = kit.LineTable()
        self.table.arm(self.code, {4: lambda frame, line: self.told.append(("armed", line, frame.f_lineno))})
        self.wanted = dict.fromkeys(TOOLS, 0)
        monitoring.register_callback(2, self.events.LINE, self.table.on_line)
        monitoring.register_callback(1, self.events.LINE, self._on("line"))
        for tool in TOOLS:
            monitoring.register_callback(tool, self.events.INSTRUCTION, self._on("instruction %d" % tool))

    def _on(self, what):
        def callback(code, place):
            if code is self.code:
                self.told.append((what, place))
        return callback

    def toggle(self, tool, event):
        self.wanted[tool] ^= event
        (NATIVE if self.join else core_pure).set_local_events(tool, self.code, self.wanted[tool])

    def toggle_globally(self, tool, event):
        self.monitoring.set_events(tool, self.monitoring.get_events(tool) ^ event)
        if self.join:
            NATIVE.carry_out(2, [self.code])

    def restart(self):
        self.monitoring.restart_events()

    def call(self):
        self.told.append(self.f(1, 2))

    def call_traced(self):
        def trace(frame, event, arg):
            if frame.f_code is self.code:
                self.told.append((event, frame.f_lineno))
                return trace
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            self.f(1, 2)
        finally:
            sys.settrace(before)

    def everything(self):
        events = self.events
        return [
            (self.call,), (self.call,), (self.call_traced,), (self.restart,),
            (self.toggle, 2, events.LINE), (self.toggle, 2, events.INSTRUCTION), (self.toggle, 1, events.LINE),
            (self.toggle, 1, events.INSTRUCTION), (self.toggle_globally, 1, events.LINE),
        ]


@needs_native
@pytest.mark.parametrize("seed", range(60))
def test_whatever_happens_the_same_is_told(tools, seed):
    logs = []
    for kit, join in ((core_pure, False), (NATIVE, True)):
        log = Log(tools, kit, join)
        chance = random.Random(seed)
        for _ in range(25):
            act, *args = chance.choice(log.everything())
            act(*args)
            if join:
                NATIVE.join_pairs(log.code)
        for tool in TOOLS:
            tools.set_local_events(tool, log.code, 0)
            tools.set_events(tool, 0)
        logs.append(log.told)
    assert logs[1] == logs[0]
