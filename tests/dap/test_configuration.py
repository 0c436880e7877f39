"""Keys that mean nothing are told of once; defaults come from the environment and from the command line."""
import json
import os
import subprocess
import sys

from tests.client import DapClient
from tests.processes import poll

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def test_one_warning_with_suggestions(hub, program):
    prog = program("x = 1  # @x\n")
    with hub.launch(prog, ["x"], stopOnentry=True, waitOnNormalExit=True, preLaunchTask="build") as s:
        s.wait_stop("x")
        told = [line for line in s.output("console").splitlines() if "no effect" in line]
        assert len(told) == 1
        assert "did you mean 'stopOnEntry'?" in told[0] and "'waitOnNormalExit'" in told[0]
        assert "preLaunchTask" not in told[0]
        s.finish()


def test_a_usual_configuration_gets_no_warning(hub, program):
    prog = program("x = 1  # @x\n")
    usual = {"type": "debugpy", "name": "Python: Current File", "console": "internalConsole", "justMyCode": True,
             "showReturnValue": True, "redirectOutput": True, "debugOptions": ["RedirectOutput"], "clientOS": "unix",
             "workspaceFolder": prog.folder, "__sessionId": "1", "internalConsoleOptions": "neverOpen", "subProcess": True}
    with hub.launch(prog, ["x"], **usual) as s:
        s.wait_stop("x")
        assert "no effect" not in s.output()
        s.finish()


def test_the_environment_gives_defaults(hub, program):
    prog = program("x = 1  # @first\ny = 2\n")
    with hub.launch(prog, env={"DAPPER_STOP_ON_ENTRY": "true"}) as s:
        s.wait_stop("first", reason="entry")
        s.finish()


def test_the_command_line_gives_defaults(program, tmp_path):
    prog = program("""
        import os
        def f():
            return 1
        f()  # @call
        print(os.environ["DAPPER_SHOW_RETURN_VALUE"])
        """)
    endpoints = tmp_path / "endpoints.json"
    running = subprocess.Popen(
        [sys.executable, "-m", "dapper", "--listen", "0", "--wait-for-client", "--configure-showReturnValue", "true", prog.path],
        env=dict(os.environ, PYTHONPATH=ROOT, DAPPER_ADAPTER_ENDPOINTS=str(endpoints)), stdout=subprocess.PIPE)
    try:
        text = poll(lambda: endpoints.exists() and endpoints.read_text() or None, "the endpoints file")
        with DapClient.dial(json.loads(text)["client"]["port"], prog) as s:
            s.initialize()
            s.attach()
            s.configure(["call"])
            s.configuration_done()
            s.wait_stop("call")
            s.step_in()
            s.step_out("call")
            assert "(return) f" in s.locals()
            s.continue_()
            assert running.communicate(timeout=30)[0] == b"true\n"
    finally:
        running.kill()
        running.wait()


def test_an_unknown_property_is_refused():
    done = subprocess.run([sys.executable, "-m", "dapper", "--listen", "0", "--configure-console", "x", "-c", "1"], cwd=ROOT,
                          stderr=subprocess.PIPE, universal_newlines=True, timeout=60)
    assert done.returncode == 2 and "there is no property console to configure" in done.stderr


def test_a_log_of_each_process(hub, program, tmp_path):
    prog = program("x = 1  # @x\n")
    folder = tmp_path / "logs"
    command = [sys.executable, os.path.join(ROOT, "dapper", "adapter"), "--log-dir", str(folder)]
    with hub.open(prog, command=command) as s:
        s.run(prog, ["x"])
        s.wait_stop("x")
        s.finish()
    names = sorted(path.name for path in folder.iterdir())
    assert [name.split("-")[0] for name in names] == ["dapper.hub", "dapper.program"]
    assert all(path.stat().st_mode & 0o77 == 0 for path in folder.iterdir())
    text = "".join(path.read_text() for path in folder.iterdir())
    assert '"command":"setBreakpoints"' in text and "DAPPER_BOOT" not in text
