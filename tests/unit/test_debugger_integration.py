"""The plug between a debugger and the runtime: in or out, and nothing in between. With fakes on both sides."""

import pytest

from dapper._frame_eval import debugger_integration
from dapper._frame_eval.debugger_integration import (
    get_integration_statistics,
    integrate_py_debugger,
    remove_integration,
)
from dapper._frame_eval.frame_eval_main import FrameEvalManager
from dapper._frame_eval.telemetry import Reason, telemetry
from tests.unit.frame_eval_fakes import Bench, FakePort


@pytest.fixture(autouse=True)
def fresh_telemetry():
    telemetry.reset()
    yield
    telemetry.reset()


@pytest.fixture
def port():
    return FakePort()


@pytest.fixture
def manager():
    return FrameEvalManager(Bench().runtime)


def test_in_and_out(manager, port):
    assert integrate_py_debugger(port, {"engine": "monitoring"}, manager)
    told = get_integration_statistics(manager)
    assert (told["plugged"], told["engine"], told["connected"], told["removed"]) == (True, "monitoring", 1, 0)
    assert remove_integration(port, manager)
    told = get_integration_statistics(manager)
    assert (told["plugged"], told["engine"], told["connected"], told["removed"]) == (False, None, 1, 1)
    assert manager.status()["state"] == "off"
    assert not remove_integration(port, manager)
    assert not remove_integration(manager=manager)


def test_in_twice_is_in_once(manager, port):
    assert integrate_py_debugger(port, None, manager)
    assert integrate_py_debugger(port, None, manager)
    assert get_integration_statistics(manager)["connected"] == 1
    assert integrate_py_debugger(port, {"engine": "settrace"}, manager)
    assert manager.runtime.engine.name == "settrace"


def test_what_was_configured_before_comes_back(manager, port):
    manager.setup({"engine": "monitoring"})
    manager.runtime.update_breakpoints("a.py", [1])
    table = manager.runtime.table
    assert integrate_py_debugger(port, {"engine": "settrace"}, manager)
    assert manager.runtime.table is port.table
    remove_integration(port, manager)
    assert manager.status()["state"] == "ready"
    assert manager.runtime.config.engine == "monitoring"
    assert manager.runtime.table is table


def test_a_second_debugger_is_refused(manager, port):
    integrate_py_debugger(port, None, manager)
    assert not integrate_py_debugger(FakePort(), None, manager)
    assert not remove_integration(FakePort(), manager)
    assert manager.runtime.is_connected(port)
    told = get_integration_statistics(manager)
    assert (told["failed"], told["last_failure"]) == (1, "another debugger is plugged in")
    assert told["counts"] == {Reason.INTEGRATION_PATCH_FAILED: 1}


@pytest.mark.parametrize("missing", debugger_integration.PORT + ("table",))
def test_an_incomplete_debugger_is_refused(manager, missing):
    complete = FakePort()

    class Incomplete:
        def __getattr__(self, name):
            if name == missing:
                raise AttributeError(name)
            return getattr(complete, name)

    assert not integrate_py_debugger(Incomplete(), None, manager)
    assert get_integration_statistics(manager)["last_failure"] == "Incomplete has no %s" % missing
    assert not manager.runtime.is_connected()


@pytest.mark.parametrize("before", ["off", "ready"])
def test_a_failure_leaves_all_as_it_was(port, before):
    bench = Bench(broken={"injection": ["start"], "settrace": ["start"]})
    manager = FrameEvalManager(bench.runtime)
    if before == "ready":
        manager.setup()
    table, config = manager.runtime.table, manager.runtime.config
    assert not integrate_py_debugger(port, {"core": False}, manager)
    assert manager.status()["state"] == before
    assert manager.runtime.table is table and manager.runtime.config is config
    assert not manager.runtime.is_connected() and manager.runtime.engine is None
    told = get_integration_statistics(manager)
    assert "settrace can't start" in told["last_failure"]
    assert told["counts"][Reason.INTEGRATION_PATCH_FAILED] == 1


def test_a_forked_child_is_unplugged(manager, port):
    integrate_py_debugger(port, None, manager)
    telemetry.record(Reason.ENGINE_FAULT)
    debugger_integration.forget_inherited(manager)
    assert not manager.runtime.is_connected()
    assert telemetry.snapshot()["counts"] == {}
    assert integrate_py_debugger(FakePort(), None, manager)
