"""The tables of environment variables and of launch and attach keys: each row is heeded, or says why not."""
import re
from pathlib import Path

import pytest

from dapper.protocol import keys, settings
from dapper.protocol.errors import DapError

PACKAGE = Path(keys.__file__).parent.parent
CODE = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}

#: Variables of debugpy and pydevd that people have set; all have a row.
THEIRS = """
    DEBUGPY_ADAPTER_ENDPOINTS DEBUGPY_LOG_DIR DEBUGPY_LOG_STDERR DEBUGPY_EXTRA_ARGV DEBUGPY_RUNNING
    DEBUGPY_PROCESS_SPAWN_TIMEOUT DEBUGPY_PROCESS_EXIT_TIMEOUT DEBUGPY_ATTACH_BY_PID_DEBUG_INFO DEBUGPY_TRACE_DEBUGPY
    PYDEVD_DISABLE_FILE_VALIDATION PYDEVD_USE_SYS_MONITORING PYDEVD_USE_CYTHON PYDEVD_USE_FRAME_EVAL PYDEVD_LOAD_NATIVE_LIB
    PYDEVD_DEBUG PYDEVD_DEBUG_FILE PYDEVD_LOG_TIME PYCHARM_DEBUG PYDEV_DEBUG PYDEVD_CONTAINER_INITIAL_EXPANDED_ITEMS
    PYDEVD_CONTAINER_BUCKET_SIZE PYDEVD_CONTAINER_RANDOM_ACCESS_MAX_ITEMS PYDEVD_CONTAINER_NUMPY_MAX_ITEMS
    PYDEVD_PANDAS_MAX_ROWS PYDEVD_PANDAS_MAX_COLS PYDEVD_PANDAS_MAX_COLWIDTH PYDEVD_WARN_EVALUATION_TIMEOUT
    PYDEVD_WARN_SLOW_RESOLVE_TIMEOUT PYDEVD_UNBLOCK_THREADS_TIMEOUT PYDEVD_UNBLOCK_THREADS_ON_VARIABLES_TIMEOUT
    PYDEVD_INTERRUPT_THREAD_TIMEOUT PYDEVD_THREAD_DUMP_ON_WARN_EVALUATION_TIMEOUT PYDEVD_FILTERS PYDEVD_FILTER_LIBRARIES
    IDE_PROJECT_ROOTS LIBRARY_ROOTS PYDEVD_RESOLVE_SYMLINKS PYDEVD_FILENAME_NORMALIZATION PATHS_FROM_ECLIPSE_TO_PYTHON
    DEBUG_PYDEVD_PATHS_TRANSLATION PYDEVD_IPYTHON_COMPATIBLE_DEBUGGING PYDEVD_IPYTHON_CONTEXT
    PYDEVD_APPLY_PATCHING_TO_HIDE_PYDEVD_THREADS PYDEVD_CONNECT_TIMEOUT PYDEVD_GDB_SCAN_SHARED_LIBRARIES
    PYDEVD_ATTACH_PREFER_LLDB PYDEVD_PYQT_MODE GEVENT_SUPPORT GEVENT_SHOW_PAUSED_GREENLETS GEVENT_SUPPORT_NOT_SET_MSG
""".split()

#: Keys debugpy knows; all have a row.
THEIR_KEYS = """
    program module code args python pythonPath pythonArgs debugLauncherPython debugLauncherPath debugAdapterHost cwd env
    console redirectOutput sudo waitOnNormalExit waitOnAbnormalExit subProcess noDebug stopOnEntry gevent qt debugpyArgs
    onTerminate consoleTitle terminalQuoteCharacter connect listen processId subProcessId host port linuxAttachPreferLldb
    justMyCode debugStdLib rules pathMappings resolveSymlinks clientOS showReturnValue django jinja flask
    breakOnSystemExitZero breakOnSystemExit maxExceptionStackFrames steppingResumesAllThreads stopAllThreadsOnSuspend
    terminateChildProcesses variablePresentation autoReload guiEventLoop restart debugOptions options type name request
    envFile logToFile purpose pyramid workspaceFolder internalConsoleOptions preLaunchTask postDebugTask presentation
    successExitCodes
""".split()


@pytest.fixture
def clean(monkeypatch):
    for name, variable in settings.TABLE.items():
        for one in [name] + variable.twins:
            monkeypatch.delenv(one, raising=False)
    return monkeypatch


def test_every_variable_people_have_set_has_a_row():
    twins = [twin for variable in settings.TABLE.values() for twin in variable.twins]
    assert sorted(twins) == sorted(THEIRS)


@pytest.mark.parametrize("name", sorted(settings.TABLE))
def test_ours_wins_over_each_twin_and_all_are_read(name, clean):
    assert settings.get(name) is None
    for twin in settings.TABLE[name].twins:
        clean.setenv(twin, "theirs")
        assert settings.get(name) == "theirs"
        clean.setenv(name, "ours")
        assert settings.get(name) == "ours"
        clean.delenv(name)
        clean.delenv(twin)


@pytest.mark.parametrize("name", sorted(settings.TABLE))
def test_each_is_asked_for_somewhere_or_says_why_not(name):
    asked = [path for path, text in CODE.items() if '"%s"' % name in text and path.name != "settings.py"]
    assert bool(asked) != settings.TABLE[name].unused, asked
    assert settings.TABLE[name].does


def test_nobody_reads_theirs_past_the_table():
    pattern = re.compile(r"[\"'](?:%s)[\"']" % "|".join(THEIRS))
    assert not [path for path, text in CODE.items() if pattern.search(text) and path.name != "settings.py"]


def test_truths_and_numbers(clean):
    clean.setenv("PYDEVD_USE_SYS_MONITORING", "NO")
    assert settings.truth("DAPPER_USE_SYS_MONITORING") is False
    clean.setenv("PYDEVD_USE_SYS_MONITORING", "yes")
    assert settings.truth("DAPPER_USE_SYS_MONITORING") is True
    clean.setenv("PYDEVD_USE_SYS_MONITORING", "auto")
    assert settings.truth("DAPPER_USE_SYS_MONITORING") is None
    clean.setenv("DAPPER_CONNECT_TIMEOUT", "2.5")
    assert settings.number("DAPPER_CONNECT_TIMEOUT", 1.0) == 2.5
    clean.setenv("DAPPER_CONNECT_TIMEOUT", "soon")
    assert settings.number("DAPPER_CONNECT_TIMEOUT", 1.0) == 1.0


def test_every_key_of_debugpy_has_a_row():
    assert not set(THEIR_KEYS) - set(keys.TABLE)


@pytest.mark.parametrize("name", sorted(keys.TABLE))
def test_a_key_is_heeded_by_whom_the_table_says(name):
    key = keys.TABLE[name]
    rooms = {"hub": ("hub",), "program": ("adapter", "_frame_eval", "protocol"), "client": (), "none": ()}[key.who]
    found = [path for path, text in CODE.items() if '"%s"' % name in text and path.relative_to(PACKAGE).parts[0] in rooms]
    assert found or not rooms
    assert key.does


VALUES = {"bool": ("false", False), "text": ("x", "x"), "number": ("3", 3), "list": ("[]", []), "object": ("{}", {}), "any": ("[1]", [1])}


@pytest.mark.parametrize("name", sorted(name for name, key in keys.TABLE.items() if key.who == "program"))
def test_the_environment_gives_what_the_client_does_not_say(name, clean):
    text, value = VALUES[keys.TABLE[name].kind]
    clean.setenv(keys.variable_of(name), text)
    assert keys.settle({})[0][name] == value
    assert keys.settle({name: "" if keys.TABLE[name].kind == "bool" else "mine"})[0][name] in ("mine", False)


def test_values_of_the_wrong_kind_are_refused():
    for name, text in (("justMyCode", "perhaps"), ("rules", "{}"), ("maxExceptionStackFrames", "many")):
        with pytest.raises(DapError):
            keys.read(name, text)


def test_older_spellings():
    config, remarks = keys.settle({"debugOptions": ["RedirectOutput", "DebugStdLib"], "stopOnEntry": "True", "cwd": None})
    assert config["redirectOutput"] is True and config["justMyCode"] is False and config["stopOnEntry"] is True
    assert "cwd" not in config and remarks == []
    assert keys.settle({"options": "ShowReturnValue=True;RedirectOutput=True"})[0]["showReturnValue"] is True


def test_one_remark_names_all_that_has_no_effect():
    _, remarks = keys.settle({"justMycode": False, "sudo": True, "gevent": False, "waitOnNormalExit": False, "__mine": 1})
    assert len(remarks) == 1
    assert "'justMycode' is no key; did you mean 'justMyCode'?" in remarks[0]
    assert "'sudo' has no effect" in remarks[0] and "waitOnNormalExit" not in remarks[0]
    assert keys.settle({"type": "python", "program": "x.py", "console": "internalConsole"})[1] == []


def test_the_engine_by_pydevds_variables(clean):
    clean.setenv("PYDEVD_USE_SYS_MONITORING", "no")
    assert keys.settle({})[0]["frameEval"] == {"engine": "settrace"}
    assert keys.settle({"frameEval": False})[0]["frameEval"] is False


def test_the_page_is_up_to_date():
    import subprocess
    import sys

    assert subprocess.call([sys.executable, str(PACKAGE.parent / "tools" / "configuration.py"), "--check"]) == 0
