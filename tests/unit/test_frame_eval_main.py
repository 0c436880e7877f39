"""The configuration as users write it, and the module-level functions over the process's one runtime."""

import json

import pytest

import dapper._frame_eval as frame_eval
from dapper._frame_eval import frame_eval_main
from dapper._frame_eval.config import FrameEvalConfig, variable_of
from dapper._frame_eval.frame_eval_main import (
    check_environment_compatibility,
    get_debug_info,
    setup_frame_eval,
    shutdown_frame_eval,
)
from dapper._frame_eval.telemetry import get_frame_eval_telemetry, reset_frame_eval_telemetry

DEFAULTS = {
    "enabled": True, "engine": None, "injection": True, "fastConditions": True, "conditionBudget": 250, "core": True,
    "telemetry": True,
}


def parse(value=None, **environ):
    return FrameEvalConfig.parse(value, environ)


def told(config):
    """What differs from the defaults."""
    return {name: value for name, value in config.as_dict().items() if value != DEFAULTS[name]}


# -- the configuration ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, expected",
    [
        (None, {}),
        ({}, {}),
        (True, {}),
        (False, {"enabled": False}),
        ({"enabled": False}, {"enabled": False}),
        ({"engine": "settrace"}, {"engine": "settrace"}),
        ({"engine": "auto"}, {}),
        ({"engine": None, "injection": None}, {}),
        ({"injection": False, "telemetry": False}, {"injection": False, "telemetry": False}),
        ({"injection": "off", "core": "No"}, {"injection": False, "core": False}),
        ({"conditionBudget": 0}, {"conditionBudget": 0}),
        ({"conditionBudget": 1.5}, {"conditionBudget": 1.5}),
        ({"fastConditions": False}, {"fastConditions": False}),
    ],
)
def test_launch_key(value, expected):
    config = parse(value)
    assert told(config) == expected
    assert config.warnings == []


@pytest.mark.parametrize(
    "variable, text, expected",
    [
        ("DAPPER_FRAME_EVAL", "0", {"enabled": False}),
        ("DAPPER_FRAME_EVAL", "yes", {}),
        ("DAPPER_FRAME_EVAL", "", {}),
        ("DAPPER_FRAME_EVAL_ENGINE", "monitoring", {"engine": "monitoring"}),
        ("DAPPER_FRAME_EVAL_INJECTION", "False", {"injection": False}),
        ("DAPPER_FRAME_EVAL_CONDITION_BUDGET", "12.5", {"conditionBudget": 12.5}),
        ("DAPPER_FRAME_EVAL_FAST_CONDITIONS", "off", {"fastConditions": False}),
        ("DAPPER_FRAME_EVAL_CORE", "no", {"core": False}),
        ("DAPPER_FRAME_EVAL_TELEMETRY", "0", {"telemetry": False}),
    ],
)
def test_environment(variable, text, expected):
    config = parse(None, **{variable: text})
    assert told(config) == expected
    assert config.warnings == []


def test_every_setting_has_a_twin():
    variables = {variable_of(key) for key in DEFAULTS}
    assert len(variables) == len(DEFAULTS)
    assert "DAPPER_FRAME_EVAL" in variables


def test_the_launch_key_wins():
    config = parse({"engine": "settrace"}, DAPPER_FRAME_EVAL_ENGINE="monitoring", DAPPER_FRAME_EVAL_CORE="0")
    assert told(config) == {"engine": "settrace", "core": False}
    assert told(parse(True, DAPPER_FRAME_EVAL="0")) == {}


@pytest.mark.parametrize(
    "value, warning",
    [
        ("yes", "frameEval has to be true, false or an object, not str."),
        (1, "frameEval has to be true, false or an object, not int."),
        ([], "frameEval has to be true, false or an object, not list."),
        ({"engine": "warp"}, "frameEval.engine has to be one of auto, injection, monitoring, settrace, not 'warp'."),
        ({"engine": [1]}, "frameEval.engine has to be one of auto, injection, monitoring, settrace, not [1]."),
        ({"injection": 1}, "frameEval.injection has to be true or false, not 1."),
        ({"injection": "maybe"}, "frameEval.injection has to be true or false, not 'maybe'."),
        ({"conditionBudget": True}, "frameEval.conditionBudget has to be a number of milliseconds, not True."),
        ({"conditionBudget": -1}, "frameEval.conditionBudget has to be a number of milliseconds, not -1."),
        ({"conditionBudget": float("nan")}, "frameEval.conditionBudget has to be a number of milliseconds, not nan."),
    ],
)
def test_what_is_not_understood_is_said_and_ignored(value, warning):
    config = parse(value)
    assert told(config) == {}
    assert config.warnings == [warning]


def test_a_wrong_variable_is_named():
    config = parse(None, DAPPER_FRAME_EVAL_CONDITION_BUDGET="soon")
    assert config.warnings == ["DAPPER_FRAME_EVAL_CONDITION_BUDGET has to be a number of milliseconds, not 'soon'."]


def test_unknown_keys_are_said_in_one_line():
    config = parse({"wings": 1, "engine": "settrace", "Engine": 2, 5: 6})
    assert told(config) == {"engine": "settrace"}
    assert config.warnings == ["frameEval knows no 5, Engine, wings; it knows %s." % ", ".join(DEFAULTS)]


def test_configurations_are_compared_by_their_settings():
    assert parse({"engine": "auto", "unknown": 1}) == parse(True) == FrameEvalConfig()
    assert parse(False) != parse(True)
    assert FrameEvalConfig(engine="settrace") == parse({"engine": "settrace"})
    assert parse(parse({"core": False})) == parse({"core": False})
    with pytest.raises(TypeError):
        FrameEvalConfig(engin="settrace")


# -- the functions ----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def off_afterwards():
    yield
    shutdown_frame_eval()
    reset_frame_eval_telemetry()


def test_on_and_off():
    assert not frame_eval.is_frame_eval_enabled()
    assert frame_eval.enable_frame_eval()
    assert frame_eval.is_frame_eval_enabled()
    assert frame_eval.get_frame_eval_status()["state"] == "ready"  # nobody is plugged in
    frame_eval.disable_frame_eval()
    assert not frame_eval.is_frame_eval_enabled()
    assert frame_eval.get_frame_eval_status()["state"] == "off"


@pytest.mark.parametrize("setup", [setup_frame_eval, frame_eval.initialize_with_config])
def test_with_a_configuration(setup):
    assert setup({"engine": "settrace", "conditionBudget": 5})
    assert setup(None)  # keeps it
    assert frame_eval.get_frame_eval_stats()["config"] == dict(DEFAULTS, engine="settrace", conditionBudget=5)
    assert setup(False)
    assert frame_eval.get_frame_eval_stats()["config"] == dict(DEFAULTS, enabled=False)


def test_all_entrances_read_one_policy():
    report = check_environment_compatibility()
    assert report == get_debug_info()["compatibility"]
    assert report["compatible"] == frame_eval.is_frame_eval_available()
    setup_frame_eval()
    assert frame_eval.get_frame_eval_status()["against"] == report["against"]
    setup_frame_eval(False)
    assert not frame_eval.is_frame_eval_available()
    shutdown_frame_eval()
    assert check_environment_compatibility() == report


def test_debug_info_is_one_thing_to_paste():
    setup_frame_eval({"no such": 1})
    info = get_debug_info()
    assert set(info) == {"compatibility", "stats", "integrations"}
    assert info["stats"]["notices"] == info["stats"]["notices"][:1]
    json.dumps(info)


def test_telemetry_is_the_process_s():
    setup_frame_eval({"no such": 1})
    assert get_frame_eval_telemetry()["counts"]["CONFIG_INVALID"] == 1
    assert frame_eval.get_frame_eval_stats()["counts"] == get_frame_eval_telemetry()["counts"]


def test_the_manager_only_delegates():
    class Runtime:
        def __init__(self):
            self.asked = []

        def __getattr__(self, name):
            return lambda *args: self.asked.append((name,) + args) or {}

    runtime = Runtime()
    manager = frame_eval_main.FrameEvalManager(runtime)
    manager.setup({"engine": "settrace"})
    manager.status(), manager.stats(), manager.compatibility(), manager.debug_info(), manager.shutdown()
    assert runtime.asked == [
        ("initialize", {"engine": "settrace"}), ("status",), ("get_stats",), ("report",), ("report",), ("get_stats",),
        ("shutdown",),
    ]
