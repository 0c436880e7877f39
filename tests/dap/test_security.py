"""Who may connect, and that all others are gone within a second and have touched nothing. See doc/security.md."""

import contextlib
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import time

import pytest

from tests.client import INITIALIZE, DapClient
from tests.dap.test_attach import LISTENS, ROOT, ended
from tests.processes import Family, Process, free_port, hub_command, poll
from tests.wire import Closed, Refused, frame

TOKEN = "correct-horse-battery"
WITHIN = 1.0 if not os.environ.get("CI") else 3.0  #: seconds a stranger may stay
SLACK = 1.0  #: seconds more on a machine that does other things


@contextlib.contextmanager
def listening(prog, host="127.0.0.1", **env):
    """A program that listens, with some environment."""
    family, port = Family(), free_port()
    text = LISTENS.replace("127.0.0.1", host)
    with open(prog.path, "w") as file:
        file.write(text)
    process = Process([sys.executable, prog.path, str(port)], family.environment(dict({"PYTHONPATH": ROOT}, **env)), prog.folder)
    process.port = port
    try:
        poll(lambda: "listening" in process.text() or process.popen.poll() is not None, "the listener")
        yield process
    finally:
        process.close()
        family.wait_extinct()


@contextlib.contextmanager
def serving(*arguments, **env):
    """A hub that listens."""
    family = Family()
    hub = Process(hub_command(*arguments), family.environment(env))
    try:
        poll(lambda: "\n" in hub.text("stderr") or hub.popen.poll() is not None, "the hub")
        hub.port = int((re.findall(r":(\d+)\n", hub.text("stderr")) or [0])[0])
        yield hub
    finally:
        hub.close()
        family.wait_extinct()


STRANGERS = {
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200 + b"\r\n\r\n",
    "huge header": b"X: " + b"y" * 20000,
    "huge body": b"Content-Length: 99999999999\r\n\r\n",
    "negative body": b"Content-Length: -5\r\n\r\n",
    "no number": b"Content-Length: many\r\n\r\n",
    "no json": b"Content-Length: 3\r\n\r\n{}}",
    "nested": b"Content-Length: 100000\r\n\r\n" + b"[" * 100000,
    "no object": frame([1]),
    "half a header": b"Content-Le",
    "half a body": b"Content-Length: 100\r\n\r\n{",
}


def seconds_until_shown_out(port, data, trickle=None):
    """How long somebody stays who says this."""
    with socket.create_connection(("127.0.0.1", port), 10) as stranger:
        began = time.monotonic()
        try:
            stranger.sendall(data)
            stranger.settimeout(0.1 if trickle else 10)
            while True:
                try:
                    if not stranger.recv(65536):
                        break
                except socket.timeout:
                    assert trickle and time.monotonic() - began < 10, "it stayed"
                    stranger.sendall(trickle)
        except (ConnectionResetError, BrokenPipeError):
            pass  # that is gone, too
        return time.monotonic() - began


@pytest.mark.parametrize("who", sorted(STRANGERS))
def test_strangers_at_a_program(program, who):
    prog = program(LISTENS)
    with listening(prog) as process:
        assert seconds_until_shown_out(process.port, STRANGERS[who]) < WITHIN + SLACK
        with DapClient.dial(process.port, prog) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            s.pause()
            assert seconds_until_shown_out(process.port, STRANGERS[who]) < WITHIN + SLACK
            assert s.evaluate("count >= 0", frame=s.stopped.frames[-1]["id"]) == "True"
            ended(s)
            s.continue_()
            assert process.wait() == 0
        assert process.text("stderr") == ""


@pytest.mark.parametrize("who", sorted(STRANGERS))
def test_strangers_at_a_hub(who):
    with serving("--port", "0") as hub:
        assert seconds_until_shown_out(hub.port, STRANGERS[who]) < WITHIN + SLACK
        with DapClient.dial(hub.port) as s:
            s.initialize()
        assert hub.popen.poll() is None and "Traceback" not in hub.text("stderr")


def test_a_slow_loris(program):
    prog = program(LISTENS)
    with listening(prog) as process, serving("--port", "0") as hub:
        for port in (process.port, hub.port):
            assert seconds_until_shown_out(port, b"Content-Length: 20\r\n", b"X") < WITHIN + SLACK
            assert seconds_until_shown_out(port, b"Content-Length: 2000\r\n\r\n", b" ") < WITHIN + SLACK


def test_silent_strangers_keep_nobody_out(program):
    prog = program(LISTENS)
    with listening(prog) as process, contextlib.ExitStack() as strangers:
        for _ in range(100):
            strangers.enter_context(socket.create_connection(("127.0.0.1", process.port), 10))
        with DapClient.dial(process.port, prog) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            s.pause()
            ended(s)
            s.continue_()
            assert process.wait() == 0


WAYS = {
    "in attach": lambda token: ({}, {"accessToken": token}),
    "in connect": lambda token: ({}, {"connect": {"port": 1, "accessToken": token}}),
    "in initialize": lambda token: ({"accessToken": token}, {}),
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_the_token_of_a_program(program, way):
    prog = program(LISTENS)
    with listening(prog, DAPPER_CLIENT_TOKEN=TOKEN) as process:
        for wrong in ("wrong", "", TOKEN + "x", 5):
            first, second = WAYS[way](wrong)
            with DapClient.dial(process.port, prog) as s:
                with pytest.raises(Refused) as refusal:
                    s.wire.request("initialize", dict(INITIALIZE, **first), checked=False)
                    s.wire.request("attach", second, checked=False)
                assert refusal.value.id == 1207 and "the token is wrong" in refusal.value.message
                assert poll(lambda: s.wire.closed, "the end of the connection", WITHIN + SLACK)
        first, second = WAYS[way](TOKEN)
        with DapClient.dial(process.port, prog) as s:
            s.wire.request("initialize", dict(INITIALIZE, **first), checked=False)
            s.attach(**second)
            s.configuration_done()
            s.pause()
            s.wire.request("disconnect", {})
        with DapClient.spawn(prog) as s:
            s.initialize()
            s.attach(connect={"host": "127.0.0.1", "port": process.port}, accessToken=TOKEN)
            s.configuration_done()
            s.pause()
            ended(s)
            s.continue_()
            assert process.wait() == 0


def test_without_the_token_nothing_is_touched(program):
    prog = program(LISTENS)
    with listening(prog, DAPPER_CLIENT_TOKEN=TOKEN) as process:
        with DapClient.dial(process.port, prog) as s:
            s.initialize()
            for command, arguments in (
                ("evaluate", {"expression": "done.set()"}),
                ("setBreakpoints", {"source": {"path": prog.path}, "breakpoints": [{"line": 9}]}),
                ("configurationDone", {}),
                ("pause", {"threadId": 1}),
                ("terminate", {}),
            ):
                assert s.wire.refused(command, arguments).id == 1004
            assert "accessToken" in s.wire.refused("attach", {}).message
            poll(lambda: s.wire.closed, "the end of the connection", WITHIN + SLACK)
        assert process.popen.poll() is None
        process.kill()


@pytest.mark.parametrize("way", ["in attach", "in initialize"])
def test_the_token_of_a_hub(program, way):
    prog = program("x = 1  # @x\n")
    with serving("--port", "0", DAPPER_CLIENT_TOKEN=TOKEN) as hub:
        for token in ("wrong", None):
            first, second = WAYS[way](token) if token else ({}, {})
            with DapClient.dial(hub.port, prog) as s:
                with pytest.raises(Refused) as refusal:
                    s.wire.request("initialize", dict(INITIALIZE, **first), checked=False)
                    assert s.wire.refused("setBreakpoints", {"source": {"path": prog.path}}).id == 1004
                    s.wire.request("launch", dict(second, program=prog.path))
                assert refusal.value.id == 1207
                poll(lambda: s.wire.closed, "the end of the connection", WITHIN + SLACK)
        first, second = WAYS[way](TOKEN)
        with DapClient.dial(hub.port, prog) as s:
            s.wire.request("initialize", dict(INITIALIZE, **first), checked=False)
            s.launch(prog, **second)
            s.set_breakpoints(None, ["x"])
            s.configuration_done()
            s.wait_stop("x")
            s.finish()


def test_other_machines_need_a_token(program):
    prog = program(LISTENS)
    with listening(prog, "0.0.0.0") as process:
        assert process.wait() == 1
        assert "DAPPER_CLIENT_TOKEN" in process.text("stderr") and "DAPPER_ALLOW_ANYBODY" in process.text("stderr")
    for env in ({"DAPPER_CLIENT_TOKEN": TOKEN}, {"DAPPER_ALLOW_ANYBODY": "1"}):
        with listening(prog, "0.0.0.0", **env) as process:
            assert process.popen.poll() is None
            process.kill()
    with serving("--port", "0", "--host", "0.0.0.0") as hub:
        assert hub.wait() == 1 and "DAPPER_CLIENT_TOKEN" in hub.text("stderr")
    with serving("--port", "0", "--host", "0.0.0.0", DAPPER_CLIENT_TOKEN=TOKEN) as hub:
        assert hub.popen.poll() is None


def test_the_port_for_children_starts_nothing(hub, program):
    prog = program({"main.py": "import subprocess, sys\nsubprocess.call([sys.executable, 'child.py'])\n", "child.py": "x = 1\n"})
    with hub.launch(prog, cwd=prog.folder) as s:
        wanted = s.wire.wait(lambda: s.configurations or None, "startDebugging")[0]
        port = wanted["configuration"]["connect"]["port"]
        for command, arguments in (
            ("launch", {"program": prog.path}),
            ("attach", {"connect": {"port": 1}}),
            ("attach", {"processId": os.getpid()}),
            ("attach", {"subProcessId": 1, "connect": {"port": 1}}),
        ):
            with DapClient.dial(port) as stranger:
                stranger.initialize()
                assert stranger.wire.refused(command, arguments).id == 1207
        child = s.wait_child()
        child.wire.wait_for_event("terminated")
        child.leave()
        s.finish()


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="the system does not tell who is at a Unix socket")
def test_a_unix_socket_is_its_users_alone(program):
    with tempfile.TemporaryDirectory() as folder:
        only_its_user_comes_in(os.path.join(folder, "hub.sock"), program("x = 1  # @x\n"))


def only_its_user_comes_in(path, prog):
    with serving("--socket", path):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        parts = lambda: connection.recv(65536), connection.sendall, lambda: connection.shutdown(2)
        with DapClient(parts, prog) as s:
            s.initialize()
            s.launch(prog)
            s.set_breakpoints(None, ["x"])
            s.configuration_done()
            s.wait_stop("x")
            s.finish()
        connection.close()
        if os.geteuid() == 0:
            os.chmod(path, 0o666)
            os.chmod(os.path.dirname(path), 0o711)
            code = (
                "import os, socket, sys; os.setuid(65534); s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
                "s.sendall(b'Content-Length: 1'); print(s.recv(10))"
            )
            done = subprocess.run([sys.executable, "-S", "-c", code, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            assert done.stdout == b"b''\n" or b"ConnectionReset" in done.stderr or b"BrokenPipe" in done.stderr, done


def test_secrets_are_not_written_down(program, tmp_path):
    logs = tmp_path / "logs"
    prog = program(LISTENS)
    env = {"DAPPER_CLIENT_TOKEN": TOKEN, "DAPPER_LOG_DIR": str(logs)}
    with listening(prog, **env) as process:
        with DapClient.spawn(prog, env={"DAPPER_LOG_DIR": str(logs)}, command=hub_command("--log-dir", str(logs))) as s:
            s.initialize()
            s.attach(connect={"port": process.port, "accessToken": TOKEN})
            s.configuration_done()
            s.pause()
            members = list(s.family.members().values())
            assert not any(TOKEN in line for line in members)
            ended(s)
            s.continue_()
            assert process.wait() == 0
    written = list(logs.iterdir())
    assert len(written) >= 2
    for log in written:
        text = log.read_text(encoding="utf-8")
        assert "attach" in text and TOKEN not in text
        assert stat.S_IMODE(log.stat().st_mode) & 0o077 == 0


def test_the_offer_of_a_child_needs_its_secret(hub, program):
    prog = program({"main.py": "import subprocess, sys\nsubprocess.call([sys.executable, 'child.py'])\n", "child.py": "x = 1\n"})
    with hub.launch(prog, cwd=prog.folder) as s:
        wanted = s.wire.wait(lambda: s.configurations or None, "startDebugging")[0]["configuration"]
        guess = dict(wanted, dapperOffer="guess")
        with DapClient.dial(wanted["connect"]["port"]) as stranger:
            stranger.initialize()
            with contextlib.suppress(Closed):
                stranger.wire.request("attach", guess)
                stranger.wire.wait_for_event("terminated")
        child = s.wait_child()
        child.wire.wait_for_event("terminated")
        child.leave()
        s.finish()
