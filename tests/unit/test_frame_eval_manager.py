"""FrameEvalRuntime: life, swaps and faults, with fake engines and a fake debugger."""

import json
import os
import threading

import pytest

from dapper._frame_eval.config import FrameEvalConfig
from dapper._frame_eval.runtime import MAX_FAULTS
from dapper._frame_eval.selective_tracer import LineTable
from dapper._frame_eval.telemetry import Reason, telemetry
from tests.unit.frame_eval_fakes import Bench, FakePort, Listener


@pytest.fixture(autouse=True)
def fresh_telemetry():
    telemetry.reset()
    yield
    telemetry.enabled = True
    telemetry.reset()


@pytest.fixture
def port():
    return FakePort()


def counts():
    return telemetry.snapshot()["counts"]


# -- life -------------------------------------------------------------------------------------------------------------


def test_a_life(port):
    bench = Bench(port)
    runtime = bench.runtime
    assert runtime.status()["state"] == "off"
    assert runtime.initialize()
    assert (runtime.status()["state"], runtime.status()["engine"]) == ("running", "injection")
    runtime.shutdown()
    assert (runtime.status()["state"], runtime.status()["engine"]) == ("off", None)
    assert bench.log == ["injection start", "injection stop"]


def test_twice_is_once(port):
    bench = Bench(port)
    assert bench.runtime.initialize({"engine": "monitoring"})
    assert bench.runtime.initialize({"engine": "monitoring"})
    assert bench.runtime.initialize()  # keeps the configuration
    bench.runtime.shutdown()
    bench.runtime.shutdown()
    assert bench.log == ["monitoring start", "monitoring stop"]


def test_lives_are_alike(port):
    bench = Bench(port)
    for _ in range(3):
        bench.runtime.initialize({"engine": "monitoring"}, LineTable())
        bench.runtime.update_breakpoints("a.py", [1])
        bench.runtime.shutdown()
    assert bench.log == ["monitoring start", "monitoring update", "monitoring stop"] * 3


def test_after_a_shutdown_the_environment_counts_again(port):
    bench = Bench(port)
    bench.runtime.initialize({"engine": "monitoring"})
    bench.runtime.shutdown()
    bench.runtime.initialize()
    assert bench.runtime.engine.name == "injection"


def test_another_configuration_swaps_the_engine_while_it_runs(port):
    bench = Bench(port)
    bench.runtime.initialize({"engine": "monitoring"}, LineTable().with_lines("a.py", [3]))
    bench.runtime.initialize({"engine": "settrace"})
    assert bench.log == ["monitoring start", "monitoring stop", "settrace start"]
    assert bench.runtime.engine.selector.table is bench.runtime.table
    assert bench.runtime.status()["generation"] == 1
    assert port.lines == [None]  # tell it what the threads are up to
    assert bench.runtime.status()["swaps"] == 1


@pytest.mark.parametrize(
    "before, after, restarts",
    [
        ({"engine": "monitoring"}, {"engine": "monitoring", "telemetry": False}, False),
        ({"engine": "monitoring"}, {"engine": "monitoring", "core": False}, True),
        ({"engine": "settrace"}, {"engine": "settrace", "core": False}, False),
        ({"engine": "settrace"}, False, False),
        ({}, {"engine": "injection"}, True),
    ],
)
def test_an_engine_is_restarted_only_for_a_reason(port, before, after, restarts):
    bench = Bench(port)
    bench.runtime.initialize(before)
    engine = bench.runtime.engine
    bench.runtime.initialize(after)
    assert (bench.runtime.engine is not engine) == restarts
    assert bench.runtime.engine.name == engine.name
    assert bench.runtime.config == FrameEvalConfig.parse(after, {})


def test_without_a_debugger_no_engine_runs():
    bench, port = Bench(), FakePort()
    assert bench.runtime.initialize({"engine": "monitoring"})
    assert bench.runtime.status()["state"] == "ready"
    assert bench.log == []
    assert bench.runtime.connect(port)
    assert bench.log == ["monitoring start"]  # configured before
    bench.runtime.disconnect()
    assert bench.log == ["monitoring start", "monitoring stop"]
    assert bench.runtime.status()["state"] == "ready"


def test_what_the_user_is_told(port):
    bench = Bench(port, has_monitoring=False, python=(3, 9))
    bench.runtime.initialize({"engine": "monitoring", "wings": 2})
    first, second = bench.runtime.notices
    assert first.startswith("frameEval knows no wings; it knows enabled, engine,")
    assert second.startswith("injection is used, as the engine monitoring can't be:")
    assert counts() == {Reason.CONFIG_INVALID: 1}


def test_settrace_by_policy_is_recorded_with_the_reasons(port):
    bench = Bench(port, tool_ids_free=False)
    bench.runtime.initialize()
    [event] = telemetry.snapshot()["recent"]
    assert event["reason"] == Reason.SELECTIVE_TRACING_DISABLED_BY_POLICY
    assert Reason.TOOL_ID_TAKEN in event["detail"]


def test_telemetry_can_be_switched_off(port):
    bench = Bench(port, tool_ids_free=False)
    bench.runtime.initialize({"telemetry": False})
    bench.runtime.engine.fault()
    assert counts() == {} and port.faults == ["fault 0"]
    assert bench.runtime.get_stats()["telemetry"] is False


# -- breakpoints ------------------------------------------------------------------------------------------------------


def test_breakpoints_reach_the_engine():
    bench = Bench(Listener())
    bench.runtime.initialize()
    bench.runtime.update_breakpoints(__file__, [5])
    assert bench.runtime.table.generation == 1
    assert bench.runtime.engine.selector.table is bench.runtime.table


def test_breakpoints_reach_the_debugger_whose_table_is_the_truth(port):
    bench = Bench(port)
    bench.runtime.initialize(None, port.table)
    bench.runtime.update_breakpoints(__file__, [5])
    assert port.table is bench.runtime.table is bench.runtime.engine.selector.table
    assert port.table.generation == 1


def test_breakpoints_wait_for_an_engine():
    bench = Bench()
    bench.runtime.update_breakpoints(__file__, [5])
    bench.runtime.initialize()
    bench.runtime.connect(FakePort())
    assert bench.runtime.engine.selector.table.generation == 1


# -- faults -----------------------------------------------------------------------------------------------------------


def test_an_engine_that_does_not_start_is_replaced(port):
    bench = Bench(port, broken={"injection": ["start"]})
    assert bench.runtime.initialize()
    assert bench.log == ["injection start", "injection stop", "settrace start"]
    assert counts() == {Reason.ENGINE_START_FAILED: 1, Reason.FALLBACK_TO_TRACE_DISPATCH: 1}
    assert bench.runtime.notices == ["The engine injection could not be started: injection can't start"]


def test_an_engine_that_can_not_be_built_is_replaced(port):
    bench = Bench(port, broken={"injection": ["build"]})
    assert bench.runtime.initialize()
    assert bench.log == ["settrace start"]


def test_nothing_starts(port):
    bench = Bench(port, broken={"injection": ["start"], "settrace": ["start"]})
    assert not bench.runtime.initialize()
    assert bench.runtime.status()["state"] == "off"
    assert counts()[Reason.ENGINE_START_FAILED] == 2
    del bench.broken["settrace"]
    assert bench.runtime.initialize()  # tried again


def test_faults_replace_the_engine_while_the_program_runs(port):
    bench = Bench(port)
    bench.runtime.initialize(None, LineTable().with_lines("a.py", [3]))
    engine = bench.runtime.engine
    engine.fault(MAX_FAULTS - 1)
    assert bench.runtime.engine is engine
    engine.fault()
    assert bench.log == ["injection start", "injection stop", "settrace start"]
    assert bench.runtime.engine.selector.table.generation == 1
    assert len(port.faults) == MAX_FAULTS
    [line] = port.lines
    assert line == "The engine injection failed (%r); sys.settrace goes on with its work, more slowly." % ValueError(
        "fault 0"
    )
    assert counts() == {Reason.FALLBACK_TO_TRACE_DISPATCH: 1}
    assert bench.runtime.status()["swaps"] == 1


def test_an_engine_that_is_gone_has_no_say(port):
    bench = Bench(port)
    bench.runtime.initialize()
    engine = bench.runtime.engine
    engine.fault(MAX_FAULTS)
    engine.fault(MAX_FAULTS)  # other threads are still in its callbacks
    assert len(port.faults) == MAX_FAULTS
    assert bench.runtime.status()["faults"] == 0


def test_the_last_engine_goes_on_as_well_as_it_can(port):
    bench = Bench(port)
    bench.runtime.initialize({"engine": "settrace"})
    bench.runtime.engine.fault(10)
    assert bench.log == ["settrace start"]
    assert len(port.faults) == MAX_FAULTS  # said so often, counted always
    assert bench.runtime.status()["faults"] == 10


def test_nothing_is_left_to_fall_back_to(port):
    bench = Bench(port, broken={"settrace": ["start"]})
    bench.runtime.initialize()
    bench.runtime.engine.fault(MAX_FAULTS)
    assert bench.runtime.engine is None
    assert "breakpoints don't work" in port.lines[0]
    bench.runtime.update_breakpoints("a.py", [1])


def test_an_engine_that_fails_to_update_is_replaced_at_once(port):
    bench = Bench(port, broken={"injection": ["update"]})
    bench.runtime.initialize()
    bench.runtime.update_breakpoints("a.py", [1])
    assert bench.log == ["injection start", "injection update", "injection stop", "settrace start"]
    assert bench.runtime.engine.selector.table.generation == 1
    assert counts() == {Reason.ENGINE_FAULT: 1, Reason.FALLBACK_TO_TRACE_DISPATCH: 1}


def test_an_engine_that_fails_to_stop_is_gone_all_the_same(port):
    bench = Bench(port, broken={"injection": ["stop"]})
    bench.runtime.initialize()
    bench.runtime.shutdown()
    assert bench.runtime.engine is None
    assert counts() == {Reason.ENGINE_FAULT: 1}


def test_faults_within_an_update_wait_for_its_end(port):
    bench = Bench(port, meanwhile=lambda engine: engine.fault(MAX_FAULTS))
    bench.runtime.initialize()
    bench.runtime.update_breakpoints("a.py", [1])
    assert bench.log == ["injection start", "injection update", "injection stop", "settrace start"]


def test_faults_on_another_thread_within_an_update_wait_for_its_end(port):
    def meanwhile(engine):
        thread = threading.Thread(target=engine.fault, args=(MAX_FAULTS,))
        thread.start()
        thread.join(20)
        assert not thread.is_alive()  # a thread of the program never waits for us

    bench = Bench(port, meanwhile=meanwhile)
    bench.runtime.initialize()
    bench.runtime.update_breakpoints("a.py", [1])
    assert bench.log == ["injection start", "injection update", "injection stop", "settrace start"]


def test_an_error_about_an_error_does_not_reach_the_program(port):
    def fail(error):
        raise RuntimeError("no client")

    port.on_fault = fail
    bench = Bench(port)
    bench.runtime.initialize()
    bench.runtime.engine.fault()
    assert counts() == {Reason.ENGINE_FAULT: 1}


def test_faults_in_many_threads_make_one_swap(port):
    bench = Bench(port)
    bench.runtime.initialize()
    engine = bench.runtime.engine
    start = threading.Barrier(6)

    def work():
        start.wait()
        engine.fault(50)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bench.log == ["injection start", "injection stop", "settrace start"]
    assert len(port.lines) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_forgets_what_its_parent_was_doing(port):
    inside, on = threading.Event(), threading.Event()

    def meanwhile(engine):
        inside.set()
        assert on.wait(20)

    bench = Bench(port, meanwhile=meanwhile)
    bench.runtime.initialize({"engine": "monitoring"})
    thread = threading.Thread(target=bench.runtime.update_breakpoints, args=("a.py", [1]))
    thread.start()
    assert inside.wait(20)  # it holds the lock, and is not in the child
    child = os.fork()
    if not child:
        problem = 1
        try:
            bench.runtime.forget_inherited()
            stopped = bench.log == ["monitoring start", "monitoring stop"]
            off = bench.runtime.status()["state"] == "off"
            problem = 0 if stopped and off and bench.runtime.connect(FakePort()) else 2
        finally:
            os._exit(problem)
    on.set()
    thread.join(20)
    assert os.waitpid(child, 0)[1] == 0
    assert bench.runtime.status()["state"] == "running"


# -- what is told -----------------------------------------------------------------------------------------------------

STATUS = {
    "state": str, "engine": str, "against": dict, "limits": list, "notices": list, "faults": int, "swaps": int,
    "generation": int,
}
STATS = dict(
    STATUS, config=dict, codes=int, trace_rate=float, cache_hits=int, cache_misses=int, fast_path_hits=int,
    telemetry=bool, counts=dict, recent=list,
)


def test_the_schema_of_the_stats(port):
    bench = Bench(port, tool_ids_free=False)
    bench.runtime.initialize()
    bench.runtime.engine.selector.interest(test_a_life.__code__)
    for told, schema in ((bench.runtime.status(), STATUS), (bench.runtime.get_stats(), STATS)):
        assert {name: type(value) for name, value in told.items()} == schema
        json.dumps(told)
    stats = bench.runtime.get_stats()
    assert stats["against"]["monitoring"] == [Reason.TOOL_ID_TAKEN]
    assert (stats["codes"], stats["trace_rate"], stats["fast_path_hits"]) == (1, 0.0, 1)
