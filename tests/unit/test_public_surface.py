"""What others may call in frame evaluation, by name and by arguments; and that importing it starts nothing."""

import importlib
import inspect
import os
import subprocess
import sys

import pytest

from dapper._frame_eval.config import FrameEvalConfig, variable_of
from dapper._frame_eval.runtime import FrameEvalRuntime

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

SURFACE = {
    "dapper._frame_eval": {
        "enable_frame_eval": "()",
        "disable_frame_eval": "()",
        "is_frame_eval_available": "()",
        "is_frame_eval_enabled": "()",
        "get_frame_eval_status": "()",
        "initialize_with_config": "(config)",
        "get_frame_eval_stats": "()",
    },
    "dapper._frame_eval.frame_eval_main": {
        "setup_frame_eval": "(config=None)",
        "shutdown_frame_eval": "()",
        "check_environment_compatibility": "()",
        "get_debug_info": "()",
    },
    "dapper._frame_eval.telemetry": {
        "get_frame_eval_telemetry": "()",
        "reset_frame_eval_telemetry": "()",
    },
    "dapper._frame_eval.debugger_integration": {
        "integrate_py_debugger": "(debugger, config=None, manager=",
        "remove_integration": "(debugger=None, manager=",
        "get_integration_statistics": "(manager=",
    },
    "dapper._frame_eval.runtime.FrameEvalRuntime": {
        "initialize": "(self, config=None, table=None)",
        "shutdown": "(self)",
        "status": "(self)",
        "get_stats": "(self)",
        "update_breakpoints": "(self, file, lines)",
    },
}


@pytest.mark.parametrize("place, name", [(place, name) for place, names in SURFACE.items() for name in names])
def test_name_and_arguments(place, name):
    try:
        home = importlib.import_module(place)
    except ImportError:
        module, _, kind = place.rpartition(".")
        home = getattr(importlib.import_module(module), kind)
    function = getattr(home, name)
    assert str(inspect.signature(function)).startswith(SURFACE[place][name])
    assert function.__doc__


def test_classes():
    from dapper._frame_eval.compatibility_policy import CompatibilityPolicy
    from dapper._frame_eval.frame_eval_main import FrameEvalManager, manager

    assert isinstance(manager, FrameEvalManager)
    assert FrameEvalConfig() == FrameEvalConfig.parse(None, {})
    for name in ("supported_python_min", "supported_python_max", "supported_platforms", "supported_architectures"):
        assert getattr(CompatibilityPolicy, name)


def test_the_page_names_it_all():
    with open(os.path.join(ROOT, "doc", "frame-evaluation.md"), encoding="utf-8") as file:
        page = file.read()
    for place, names in SURFACE.items():
        for name in names if "Runtime" not in place else ():
            assert "`%s(" % name in page
    for key, value in FrameEvalConfig().as_dict().items():
        default = "auto" if value is None else str(value).lower()
        assert "| `%s` | `%s` | `%s` |" % (key, variable_of(key), default) in page
    for key in FrameEvalRuntime().get_stats():
        assert "`%s`" % key in page


def test_the_package_says_what_it_offers():
    import dapper._frame_eval as package

    assert sorted(package.__all__) == sorted(SURFACE["dapper._frame_eval"])


def loaded_by(statement):
    """Names of the modules a statement loads in a fresh interpreter."""
    code = "import sys; before = set(sys.modules); %s; print(' '.join(set(sys.modules) - before))" % statement
    return set(subprocess.check_output([sys.executable, "-S", "-c", code]).decode().split())


def test_importing_the_package_loads_nothing_else():
    loaded = loaded_by("import dapper._frame_eval")
    assert not [name for name in loaded if name.startswith("dapper._frame_eval.")]
    assert not [name for name in loaded if not name.startswith("dapper")]


def test_what_the_plug_loads():
    loaded = loaded_by("import dapper._frame_eval.debugger_integration")
    banned = "asyncio logging inspect dataclasses typing json socket threading re enum traceback subprocess ast dis"
    assert not loaded & set(banned.split())
    assert not {name for name in loaded if "monitoring" in name or "tracing" in name}  # engines come when one starts
