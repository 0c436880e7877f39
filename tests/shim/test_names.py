"""debugpy's names and command lines, forwarded to dapper: what programs and editors import and start."""
import os
import socket
import subprocess
import sys

import pytest

from tests.client import DapClient
from tests.processes import Family, Process, free_port, poll
from tests.shim.kernels import ROOT, SHIM

HERE = {"PYTHONPATH": os.pathsep.join([SHIM, ROOT])}


def python(*words, env=None, cwd=None):
    done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, cwd=cwd,
                          universal_newlines=True, env=dict(os.environ, **(HERE if env is None else env)))
    return done


def says(code, env=None, cwd=None):
    done = python("-c", code, env=env, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


SURFACE = """
import sys
before = set(sys.modules)
path = list(sys.path)
import debugpy
assert "dapper.adapter.server" not in sys.modules and sys.path == path
assert debugpy.__version__.startswith("1.8.") and "dapper" in debugpy.__version__
for name in debugpy.__all__:
    getattr(debugpy, name)
import debugpy.server, debugpy.adapter, debugpy.launcher, debugpy.common
from debugpy.server import api
assert api.listen is debugpy.listen
from debugpy.server import cli
assert cli.options.address is None
from debugpy.common import log, sockets, stacks
log.info("{0}", 1)
import debugpy._vendored.force_pydevd
import pydevd, pydevd_file_utils, pydevd_tracing
import pydevd_plugins.extensions
from _pydevd_bundle import pydevd_frame_utils
from _pydevd_bundle.pydevd_api import PyDevdAPI
from _pydevd_bundle.pydevd_comm import get_global_debugger
from _pydevd_bundle.pydevd_constants import get_global_debugger
from _pydevd_bundle.pydevd_extension_api import StrPresentationProvider, TypeResolveProvider
from _pydevd_bundle.pydevd_suspended_frames import SuspendedFramesManager, _FramesTracker
from _pydev_bundle import pydev_log
assert pydevd.get_global_debugger() is None
assert pydevd.send_json_message({"type": "event", "event": "x"}) is False
assert sys.path == path
print("all there")
"""


def test_all_names_are_there_and_importing_starts_nothing():
    assert says(SURFACE) == "all there\n"


def test_a_checkouts_shim_finds_the_dapper_beside_it(tmp_path):
    assert says(SURFACE, env={"PYTHONPATH": SHIM}, cwd=str(tmp_path)) == "all there\n"


def test_another_project_named_dapper_is_not_taken_for_ours(tmp_path):
    (tmp_path / "dapper.py").write_text("x = 1")
    done = python("-c", "import debugpy", env={"PYTHONPATH": os.pathsep.join([str(tmp_path), SHIM])}, cwd=str(tmp_path))
    assert done.returncode == 1
    assert "another project's of that name" in done.stderr


@pytest.mark.parametrize("words", [["-m", "debugpy"], [os.path.join(SHIM, "debugpy")]], ids=["module", "folder"])
def test_the_command_line(words):
    assert python(*words, "--version").stdout.startswith("1.8.")
    told = python(*words, "--help")
    assert (told.returncode, told.stdout) == (0, "") and told.stderr.startswith("usage: debugpy --listen|--connect")
    wrong = python(*words, "program.py")
    assert wrong.returncode == 2 and "Error: give either --listen or --connect" in wrong.stderr


@pytest.mark.parametrize("words", [["-m", "debugpy.adapter"], [os.path.join(SHIM, "debugpy", "adapter")]], ids=["module", "folder"])
def test_the_adapter_debugs(words, program):
    target = program("""
        import sys
        print(sys.argv[1:])  # @stop
        """)
    env = HERE if words[0] == "-m" else {"PYTHONPATH": None}
    with DapClient.spawn(command=[sys.executable, *words], env=env) as s:
        s.run(target, stop_at=["stop"], args=["a"])
        s.wait_stop("stop", reason="breakpoint")
        s.finish()
        assert "['a']" in s.output()


ADAPTER = ["-m", "debugpy.adapter"]


def test_an_adapter_for_all_networks_serves_this_machine(program):
    """dape starts it so; without a token other machines are kept out."""
    target, port, family = program("x = 1  # @stop"), free_port(), Family()
    adapter = Process([sys.executable, *ADAPTER, "--host", "0.0.0.0", "--port", str(port)], family.environment(HERE))
    try:
        with DapClient.dial(port, target) as s:
            s.run(target, stop_at=["stop"])
            s.wait_stop("stop", reason="breakpoint")
            s.finish()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), 10)  # the adapter would be there on 0.0.0.0
        said = adapter.text("stderr")
        assert said.count("listening on 127.0.0.1") == 1 and "DAPPER_CLIENT_TOKEN" in said and "DAPPER_ALLOW_ANYBODY=1" in said
    finally:
        adapter.close()
        family.wait_extinct()


def test_an_adapter_for_all_networks_with_a_token_serves_them(program):
    target, port, family = program("x = 1  # @stop"), free_port(), Family()
    env = family.environment(dict(HERE, DAPPER_CLIENT_TOKEN="correct-horse"))
    adapter = Process([sys.executable, *ADAPTER, "--host", "0.0.0.0", "--port", str(port)], env)
    try:
        with DapClient.dial(port, target, host="127.0.0.2") as s:
            s.run(target, stop_at=["stop"], accessToken="correct-horse")
            s.wait_stop("stop", reason="breakpoint")
            s.finish()
        assert "listening on" not in adapter.text("stderr")
    finally:
        adapter.close()
        family.wait_extinct()


def test_an_adapter_at_standard_streams_may_be_told_a_host(program):
    target = program("x = 1  # @stop")
    for host in ("127.0.0.1", "0.0.0.0"):
        with DapClient.spawn(command=[sys.executable, *ADAPTER, "--host", host], env=HERE) as s:
            s.run(target, stop_at=["stop"])
            s.wait_stop("stop", reason="breakpoint")
            s.finish()


def test_an_editor_attaches_to_a_program_started_with_it(program, tmp_path):
    target = program("""
        def work(n):
            return n + 1  # @stop
        print(work(1))
        """)
    endpoints = tmp_path / "endpoints.json"
    running = subprocess.Popen(
        [sys.executable, "-m", "debugpy", "--listen", "0", "--wait-for-client", target.path],
        env=dict(os.environ, DEBUGPY_ADAPTER_ENDPOINTS=str(endpoints), **HERE), stdout=subprocess.PIPE)
    try:
        import json

        text = poll(lambda: endpoints.exists() and endpoints.read_text() or None, "the endpoints file")
        with DapClient.dial(json.loads(text)["client"]["port"], target) as s:
            s.initialize()
            s.attach()
            s.configure(["stop"])
            s.configuration_done()
            s.wait_stop("stop", reason="breakpoint")
            s.continue_()
            assert running.communicate(timeout=30)[0] == b"2\n"
    finally:
        running.kill()
        running.wait()


def test_what_a_program_asks_of_pydevd(program):
    target = program("""
        import debugpy, pydevd

        class Listener:
            sent, received = [], []
            def before_send(self, message):
                self.sent.append(message.get("event") or message.get("command"))
            def after_receive(self, message):
                self.received.append(message.get("command"))

        pydevd.add_dap_messages_listener(Listener())
        pydevd.settrace(suspend=True)
        a = 1  # @after
        try:
            1 / 0  # @raise
        except ZeroDivisionError as error:
            info = type(error), error, error.__traceback__
            pydevd.get_global_debugger().stop_on_unhandled_exception(None, None, None, info)
        assert pydevd.send_json_message({"type": "event", "event": "output", "body": {"output": "from the program"}})
        import os
        with pydevd.skip_subprocess_arg_patch():
            assert "DAPPER_BOOT" not in os.environ
        print("stopped" in Listener.sent, "continue" in Listener.received)
        """)
    with DapClient.spawn(env=HERE) as s:
        s.run(target, exceptions=["uncaught"], env=HERE)
        s.wait_stop("after")
        s.continue_("raise")
        s.finish()
        assert "True True" in s.output() and "from the program" in s.output()
