"""Reason codes, counters, the recent history, and the page that explains the codes."""

import json
import os
import re
import runpy
import threading

import pytest

from dapper._frame_eval import telemetry as module
from dapper._frame_eval.telemetry import SECTIONS, TEXTS, Reason, Telemetry

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_counts_and_history():
    clock = Clock()
    telemetry = Telemetry(clock=clock)
    telemetry.record(Reason.ENGINE_FAULT, "first")
    clock.now += 1.5
    telemetry.record(Reason.ENGINE_FAULT, "second")
    telemetry.record(Reason.NO_MONITORING)
    snapshot = telemetry.snapshot()
    assert snapshot["counts"] == {"ENGINE_FAULT": 2, "NO_MONITORING": 1}
    assert snapshot["recent"][:2] == [
        {"at": 0.0, "reason": "ENGINE_FAULT", "detail": "first"},
        {"at": 1.5, "reason": "ENGINE_FAULT", "detail": "second"},
    ]
    json.dumps(snapshot)


def test_the_history_is_short_and_the_counts_are_not():
    telemetry = Telemetry(history=3)
    for number in range(10):
        telemetry.record(Reason.CONDITION_FAILED, str(number))
    assert [event["detail"] for event in telemetry.snapshot()["recent"]] == ["7", "8", "9"]
    assert telemetry.snapshot()["counts"] == {"CONDITION_FAILED": 10}


def test_off_is_off():
    telemetry = Telemetry()
    telemetry.enabled = False
    telemetry.record(Reason.ENGINE_FAULT)
    assert telemetry.snapshot() == {"telemetry": False, "counts": {}, "recent": []}


@pytest.mark.parametrize("way", ["reset", "forget_inherited"])
def test_begin_again(way):
    clock = Clock()
    telemetry = Telemetry(clock=clock)
    telemetry.record(Reason.ENGINE_FAULT)
    clock.now += 5
    getattr(telemetry, way)()
    assert telemetry.snapshot() == {"telemetry": True, "counts": {}, "recent": []}
    telemetry.record(Reason.ENGINE_FAULT)
    assert telemetry.snapshot()["recent"][0]["at"] == 0.0


def test_a_snapshot_is_a_copy():
    telemetry = Telemetry()
    telemetry.snapshot()["counts"]["ENGINE_FAULT"] = 5
    assert telemetry.snapshot()["counts"] == {}


def test_many_threads_lose_nothing():
    telemetry = Telemetry(history=5)
    start = threading.Barrier(4)

    def work():
        start.wait()
        for _ in range(2000):
            telemetry.record(Reason.ENGINE_FAULT, "x")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    snapshot = telemetry.snapshot()
    assert snapshot["counts"] == {"ENGINE_FAULT": 8000}
    assert len(snapshot["recent"]) == 5


def test_the_process_s_own():
    module.reset_frame_eval_telemetry()
    module.telemetry.record(Reason.CONDITION_FAILED, "n > 1")
    assert module.get_frame_eval_telemetry()["counts"] == {"CONDITION_FAILED": 1}
    module.reset_frame_eval_telemetry()
    assert module.get_frame_eval_telemetry()["counts"] == {}


# -- the codes --------------------------------------------------------------------------------------------------------


def test_a_code_is_its_own_name_and_is_explained():
    names = [name for section in SECTIONS for name in vars(section) if name.isupper()]
    assert len(names) == len(set(names)) == len(TEXTS)
    for name in names:
        assert getattr(Reason, name) == name
        assert re.match(r"(sys|[A-Z]).{10,}[.]$", TEXTS[name]), name


def test_the_codes_the_plan_names():
    assert {
        "BYTECODE_INJECTION_FAILED", "SELECTIVE_TRACING_DISABLED_BY_POLICY", "INTEGRATION_PATCH_FAILED",
        "FALLBACK_TO_TRACE_DISPATCH",
    } <= set(TEXTS)


def test_the_page_is_current():
    page = runpy.run_path(os.path.join(ROOT, "tools", "generate_reason_codes.py"))["page"]
    with open(os.path.join(ROOT, "doc", "reason-codes.md"), encoding="utf-8") as file:
        assert file.read() == page(), "run: python tools/generate_reason_codes.py > doc/reason-codes.md"
