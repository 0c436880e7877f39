"""Raised exceptions that are no stops: the native core sees to that, and nothing of the debugger is called."""
import sys

import pytest

from dapper._frame_eval import core
from dapper._frame_eval.config import FrameEvalConfig
from dapper._frame_eval.selective_tracer import LineTable
from dapper._frame_eval.telemetry import Reason, telemetry
from dapper.adapter.debugger.exceptions import Filters
from dapper.adapter.debugger.screen import Screen

pytestmark = pytest.mark.skipif(core.load()[0] is None, reason="needs the native core")


class Port:
    """A debugger that notes which exceptions it is told of."""

    def __init__(self):
        self.told = []
        self.faults = []
        self.hidden = ()

    def on_raise(self, frame, exc_info, wanted=None):
        self.told.append((repr(exc_info[1]), wanted))

    def on_fault(self, error):
        self.faults.append(error)

    def wants(self, ident):
        return False  # nobody steps

    def enters(self, ident, code):
        return False


def told(engine_type, text, program, alone=True):
    """What the debugger is told with a condition of the filter `raised`."""
    port, failures = Port(), []
    engine = engine_type(port, core.kit(), FrameEvalConfig())
    engine.start(LineTable())
    try:
        filters = Filters({"filterOptions": [{"filterId": "raised", "condition": text}]})
        engine.watch_raises(True, Screen(filters, lambda code: code.co_filename == __file__, alone, failures.append))
        program()
        engine.watch_raises(False)
        program()
    finally:
        engine.stop()
    assert not port.faults and not failures
    return port.told


def engines():
    if not hasattr(sys, "monitoring"):
        from dapper._frame_eval.injected_tracing import InjectedTracingEngine

        return [InjectedTracingEngine]
    from dapper._frame_eval.injected_monitoring import InjectedMonitoringEngine
    from dapper._frame_eval.monitoring import MonitoringEngine

    return [MonitoringEngine, InjectedMonitoringEngine]


def program(one=1):
    for error in (KeyError(one), ValueError(2), StopIteration(3)):
        try:
            raise error
        except Exception:
            pass
    try:
        int("x")
    except ValueError:
        pass


@pytest.mark.parametrize("engine", engines())
@pytest.mark.parametrize("text, wanted", [
    ("OSError", []),
    ("KeyError", [("KeyError(1)", None)]),
    ("exc is None", []),
    ("one > 1", []),
    ("one > 1 or isinstance(exc, OSError)", []),
    ("exc.args == (2,)", [("ValueError(2)", True)]),
])
def test_nothing_else_is_told(engine, text, wanted):
    telemetry.reset()
    assert told(engine, text, program) == wanted
    assert Reason.CONDITION_NOT_IN_C not in telemetry.snapshot()["counts"]


@pytest.mark.parametrize("engine", engines())
def test_what_the_core_cannot_ask_is_told_with_a_reason(engine):
    telemetry.reset()
    assert len(told(engine, "[one for one in exc.args if one == 9]", program)) == 3
    assert telemetry.snapshot()["counts"][Reason.CONDITION_NOT_IN_C] == 1


@pytest.mark.parametrize("engine", engines())
def test_all_but_the_end_of_loops_is_told_while_others_want_to_know(engine):
    assert len(told(engine, "exc is None", program, alone=False)) == 3
