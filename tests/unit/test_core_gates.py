"""The core's gates for threads and exceptions."""
import sys
import threading
from contextlib import contextmanager

import pytest

from tests.unit.core_kits import KITS, NATIVE, failing, function, needs_native

with_kit = pytest.mark.parametrize("kit", KITS)
monitored = pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="sys.monitoring came with 3.12")

PROGRAM = """
    def f():
        try:
            library()
        except (KeyError, ValueError):
            pass
        try:
            raise LookupError(1)
        except LookupError:
            pass
        return [x for x in range(2)]
    def library():
        try:
            raise KeyError(2)
        except KeyError as error:
            raise ValueError(3) from error
"""


def gate_of(kit, seen, asked, **more):
    """A RaiseGate that notes what it is asked and what it passes on: LookupErrors and ValueErrors in ``f``."""

    def wants_type(exception_type):
        asked.append(exception_type)
        return issubclass(exception_type, (LookupError, ValueError))

    def wants_code(code):
        asked.append(code.co_name)
        return code.co_name == "f"

    def note(frame, exception):
        if type(exception) is tuple:  # from a Tracer
            exc_type, exception, tb = exception
            assert exc_type is type(exception) and tb.tb_frame is frame
        seen.append((frame.f_code.co_name, frame.f_lineno, repr(exception)))

    return kit.RaiseGate(note, wants_type, wants_code, **more)


@monitored
@with_kit
def test_raised_exceptions_by_monitoring(kit):
    seen, asked = [], []
    with monitored_by(gate_of(kit, seen, asked)):
        f = function(PROGRAM)
        for _ in range(3):
            f()
    assert seen == [("f", 3, "ValueError(3)"), ("f", 7, "LookupError(1)")] * 3
    assert [one for one in asked if isinstance(one, type)].count(KeyError) == 1
    assert asked.count("library") == 1 and asked.count(ValueError) == 1


@with_kit
def test_raised_exceptions_by_tracing(kit):
    seen, asked = [], []
    tracer = kit.Tracer(lambda frame, event, arg: None, raises=gate_of(kit, seen, asked))
    f = function(PROGRAM)
    sys.settrace(tracer)
    try:
        for _ in range(3):
            f()
    finally:
        sys.settrace(None)
    assert seen == [("f", 3, "ValueError(3)"), ("f", 7, "LookupError(1)")] * 3
    assert [one for one in asked if isinstance(one, type)].count(KeyError) == 1


@with_kit
def test_a_raise_gate_forgets_what_it_asked(kit):
    seen, asked = [], []
    gate = gate_of(kit, seen, asked)
    code = compile("1", "", "exec")
    for _ in range(2):
        gate.on_raise(code, 0, KeyError(1))
    count = len(asked)
    gate.forget()
    gate.on_raise(code, 0, KeyError(1))
    assert len(asked) == count * 2


@contextmanager
def monitored_by(gate):
    monitoring = sys.monitoring
    monitoring.use_tool_id(3, "test")
    try:
        monitoring.register_callback(3, monitoring.events.RAISE, gate.on_raise)
        monitoring.set_events(3, monitoring.events.RAISE)
        yield
    finally:
        monitoring.set_events(3, 0)
        monitoring.free_tool_id(3)


@contextmanager
def traced_by(gate):
    sys.settrace(NATIVE.Tracer(lambda frame, event, arg: None, raises=gate))
    try:
        yield
    finally:
        sys.settrace(None)


WATCHING = {"monitoring": monitored_by, "tracing": traced_by}


RAISES = """
    def f(x, wanted=False):
        try:
            raise KeyError(x)
        except KeyError:
            pass
    def outer():
        try:
            inner()
        except KeyError:
            pass
    def inner():
        raise KeyError(1)
"""


@needs_native
@pytest.mark.parametrize("way", [pytest.param("monitoring", marks=monitored), "tracing"])
@pytest.mark.parametrize("test", [
    lambda code, slow: NATIVE.Condition(lambda x, exc: x == exc.args[0] == 3, code, ["x"], slow, None, True),
    lambda code, slow: NATIVE.Condition(lambda exc: exc.args == (three,), code, [], slow, dict(three=3), True),
    lambda code, slow: NATIVE.Compare(code, "x", "==", 3),
], ids=["local", "global", "compare"])
def test_a_raise_gate_asks_a_condition(way, test, kit=NATIVE):
    """The action is called for what it holds for, and where there is no gate."""
    passed, decided, asked, errors = [], [], [], []
    f = function(RAISES)
    f.__globals__["three"] = 3

    def slow(frame, exception):
        return exception.args[0] == 3

    def gate_of(frame):
        asked.append(frame.f_code.co_name)
        if frame.f_code is not f.__code__:
            return None
        return kit.Gate(decide, test(f.__code__, slow), None, errors.append)

    def decide(frame, told):
        exception = told[1] if way == "tracing" else told
        decided.append(exception.args[0])

    def wants_code(code):
        return code.co_filename == f.__code__.co_filename

    gate = kit.RaiseGate(lambda frame, exc: passed.append(frame.f_code.co_name), bool, wants_code, None, gate_of)
    with WATCHING[way](gate):
        for x in (1, 3, 2, 3):
            f(x)
        f.__globals__["outer"]()
    assert decided == [3, 3] and not errors
    assert asked == ["f", "inner", "outer"] and passed == ["inner", "outer"]


@needs_native
def test_a_raise_gate_reports_a_condition_that_fails(kit=NATIVE):
    failures, seen = [], []

    def f(x):
        gate.on_raise(f.__code__, 0, KeyError(x))

    def gate_of(frame):
        condition = kit.Condition(lambda exc: exc.nothing, f.__code__, [], None, None, True)
        return kit.Gate(None, condition, None, lambda frame, error: failures.append(type(error)))

    gate = kit.RaiseGate(lambda frame, exception: seen.append(exception), bool, bool, None, gate_of)
    f(1)
    f(2)
    assert failures == [AttributeError] * 2 and not seen
    faults = []
    gate = kit.RaiseGate(lambda frame, exception: seen.append(exception), bool, bool, faults.append, failing)
    f(3)
    f(4)
    assert [type(error) for error in faults] == [ZeroDivisionError] and len(seen) == 2


@needs_native
def test_a_raise_gate_forgets_code_after_many(kit=NATIVE):
    asked = []
    gate = kit.RaiseGate(lambda *args: None, bool, bool, None, asked.append)
    for number in range(2500):
        gate.on_raise(compile("%d" % number, "", "exec"), 0, KeyError(1))
    assert len(asked) == 2500


@with_kit
def test_a_raise_gate_that_fails_lets_pass(kit):
    faults, seen = [], []
    gate = kit.RaiseGate(lambda frame, exception: seen.append(exception), failing, failing, faults.append)
    gate.on_raise(failing.__code__, 0, KeyError(1))
    assert len(seen) == 1 and [type(error) for error in faults] == [ZeroDivisionError] * 2
    faults.clear()
    kit.RaiseGate(failing, bool, None, faults.append).on_raise(failing.__code__, 0, KeyError(1))
    assert [type(error) for error in faults] == [ZeroDivisionError]


@needs_native
def test_thread_gate():
    seen = []

    def callback(*args):
        seen.append((threading.get_ident(), sys._getframe(1).f_code.co_name, args))
        return "answer"

    gate = NATIVE.ThreadGate(callback)
    assert gate(1, 2) is None and not seen
    me = threading.get_ident()
    gate.add(me)
    gate.add(me)
    assert gate(1, 2) == "answer" and seen == [(me, "test_thread_gate", (1, 2))]
    thread = threading.Thread(target=gate, args=(3,))
    thread.start()
    thread.join()
    assert len(seen) == 1
    gate.discard(me)
    gate.discard(me)
    assert gate(1, 2) is None
    gate = NATIVE.ThreadGate(failing)
    gate.add(me)
    with pytest.raises(ZeroDivisionError):  # as if there were no gate
        gate()


@monitored
@needs_native
def test_thread_gate_as_a_callback():
    monitoring, seen = sys.monitoring, []
    f = function("def f():\n    a = 1\n    return a\n")
    gate = NATIVE.ThreadGate(lambda code, line: seen.append((line, threading.get_ident())))
    monitoring.use_tool_id(3, "test")
    try:
        monitoring.register_callback(3, monitoring.events.LINE, gate)
        monitoring.set_local_events(3, f.__code__, monitoring.events.LINE)
        f()
        gate.add(threading.get_ident())
        thread = threading.Thread(target=f)
        thread.start()
        thread.join()
        assert seen == []
        f()
    finally:
        monitoring.set_local_events(3, f.__code__, 0)
        monitoring.free_tool_id(3)
    assert [line for line, _ in seen] == [2, 3]
