"""Attaching to a process by its number: one that knows nothing of us, again and again; and each obstacle by its name."""

import os
import shutil
import socket
import subprocess
import sys

import pytest

from dapper.hub import obstacles
from dapper.protocol.errors import DapError
from tests.client import DapClient
from tests.dap.test_attach import LISTENS, ROOT, ended, listening
from tests.engines import in_turn
from tests.processes import Family, Process, free_port, poll

REMOTE = hasattr(sys, "remote_exec")
pytestmark = [
    pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="attaching by process id works on Linux only"),
    pytest.mark.timeout(120),
]
NEEDS_A_WAY = pytest.mark.skipif(
    not (REMOTE or shutil.which("gdb") or shutil.which("lldb")), reason="neither sys.remote_exec, nor gdb, nor lldb"
)

BUSY = """
import threading
done = threading.Event()
count = 0
print("ready", flush=True)
while not done.is_set():
    count += 1  # @loop
    count -= 1
print("the end", len(dir()))
"""

WAITING = BUSY.replace("not done.is_set()", "not done.wait(0.01)")

#: Its main thread waits for Python's lock most of the time, which looks like sleep.
CROWDED = """
import threading
def work():
    while True:
        sum(range(100))
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
""" + WAITING


class Runs:
    """A program that runs by itself."""

    def __init__(self, prog, *before):
        self.family = Family()
        self.prog = prog
        self.process = Process([sys.executable, *before, prog.path], self.family.environment(), prog.folder)
        self.pid = self.process.pid

    def __enter__(self):
        poll(lambda: "ready" in self.process.text(), "the program's first word")
        return self

    def __exit__(self, *error):
        self.process.close()
        print(self.process.text("stderr"), file=sys.stderr)
        self.family.wait_extinct()

    def end(self, s):
        """Have a stopped program of ours come to its end."""
        ended(s)
        s.set_breakpoints(None, [])
        s.continue_()
        assert self.process.wait() == 0


def attached(process, prog, engine=None, **more):
    s = DapClient.spawn(prog, engine)
    s.initialize()
    s.attach(processId=process.pid, **more)
    return s


@NEEDS_A_WAY
@pytest.mark.parametrize("engine, text", in_turn([("busy", BUSY), ("waiting", WAITING), ("crowded", CROWDED)]))
def test_attach_and_detach_and_attach(engine, program, text):
    prog = program(text)
    with Runs(prog) as process:
        for _ in range(2):
            with attached(process, prog, engine.name) as s:
                s.set_breakpoints(None, ["loop"])
                s.configuration_done()
                assert s.wait_stop("loop", reason="breakpoint").names == ["<module>"]
                assert s.wire.bodies("process")[0]["startMethod"] == "attach"
                assert s.wire.bodies("process")[0]["systemProcessId"] == process.pid
                s.wire.request("disconnect", {})
        with attached(process, prog, engine.name) as s:
            s.configuration_done()
            s.pause()
            assert s.evaluate("sorted(name for name in dir() if 'dapper' in name.lower() or name == 'ORDER')", frame=None) == "[]"
            process.end(s)
        assert process.process.text("stderr") == ""


@pytest.mark.skipif(not (shutil.which("gdb") and shutil.which("lldb")), reason="gdb and lldb are not both here")
@pytest.mark.parametrize("text", [BUSY, WAITING], ids=["busy", "waiting"])
def test_lldb_instead(hub, program, text):
    prog = program(text)
    with Runs(prog) as process:
        with attached(process, prog, linuxAttachPreferLldb=True, disableSysRemoteExec=True) as s:
            s.configuration_done()
            s.pause()
            process.end(s)


@NEEDS_A_WAY
def test_a_main_thread_that_waits_for_ever(hub, program):
    prog = program(
        """
        import threading
        def work():
            while not done.wait(0.01):
                x = 1  # @loop
        done = threading.Event()
        thread = threading.Thread(target=work)
        thread.start()
        print("ready", flush=True)
        thread.join()
        """
    )
    if REMOTE and not (shutil.which("gdb") or shutil.which("lldb")):
        pytest.skip("sys.remote_exec alone waits for the main thread")
    with Runs(prog) as process:
        with attached(process, prog) as s:
            s.configuration_done()
            s.wire.begin("evaluate", {"expression": "__import__('__main__').done.set()", "context": "repl"})
            assert process.process.wait() == 0


@NEEDS_A_WAY
def test_two_clients_can_not_both_have_it(hub, program):
    prog = program(WAITING)
    with Runs(prog) as process:
        with attached(process, prog) as s:
            s.configuration_done()
            with DapClient.spawn(prog) as other:
                other.initialize()
                assert "another client debugs it" in other.wire.refused("attach", {"processId": process.pid}).message
            s.pause()
            process.end(s)


@NEEDS_A_WAY
def test_a_program_that_listens_too(hub, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        for _ in range(2):
            with attached(process, prog) as s:
                s.configuration_done()
                s.pause()
                s.wire.request("disconnect", {})
            with DapClient.dial(process.port, prog) as s:
                s.initialize()
                s.attach()
                s.configuration_done()
                s.pause()
                s.wire.request("disconnect", {})
        with attached(process, prog) as s:
            s.configuration_done()
            s.pause()
            ended(s)
            s.continue_()
            assert process.wait() == 0


@NEEDS_A_WAY
def test_nothing_is_left_in_the_folder_for_temporary_files(hub, program, tmp_path):
    prog = program(WAITING)
    with Runs(prog) as process:
        with DapClient.spawn(prog, env={"TMPDIR": str(tmp_path)}) as s:
            s.initialize()
            s.attach(processId=str(process.pid))
            s.configuration_done()
            s.pause()
            process.end(s)
        assert [path for path in tmp_path.iterdir() if path.name.startswith("dapper")] == []


@NEEDS_A_WAY
def test_the_command_line_has_a_process_listen(hub, program):
    prog = program(WAITING)
    port = free_port()
    with Runs(prog) as process:
        for _ in range(2):  # the second finds it listening
            command = [sys.executable, "-m", "dapper", "--listen", str(port), "--pid", str(process.pid)]
            done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
            assert done.returncode == 0, done.stderr.decode()
            assert done.stderr.decode() == "dapper: process %d listens on 127.0.0.1:%d\n" % (process.pid, port)
        with DapClient.dial(port, prog) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            s.pause()
            process.end(s)


@NEEDS_A_WAY
def test_the_command_line_says_why_a_process_can_not_listen(program):
    prog = program(WAITING)
    with socket.socket() as taken, Runs(prog) as process:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "dapper", "--listen", str(port), "--pid", str(process.pid)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        assert done.returncode == 1 and "Address already in use" in done.stderr.decode()
        process.process.kill()


def refusal(pid, env=None, **more):
    with DapClient.spawn(env=env) as s:
        s.initialize()
        return s.wire.refused("attach", dict({"processId": pid}, **more)).message


def test_no_such_process(hub):
    assert "there is no such process" in refusal(4194303)


def test_no_python(hub):
    process = subprocess.Popen(["sleep", "100"])
    try:
        assert "it is no Python process" in refusal(process.pid)
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(REMOTE, reason="needs no debugger of C")
def test_no_gdb(hub, program):
    prog = program(WAITING)
    with Runs(prog) as process:
        assert "apt-get install gdb" in refusal(process.pid, env={"PATH": "/nowhere"})
        process.process.kill()


@pytest.mark.skipif(not REMOTE, reason="no sys.remote_exec")
def test_remote_exec_that_is_switched_off(hub, program):
    prog = program(WAITING)
    with Runs(prog, "-X", "disable-remote-debug") as process:
        assert "disable-remote-debug" in refusal(process.pid, env={"PATH": "/nowhere"})
        process.process.kill()


@NEEDS_A_WAY
@pytest.mark.skipif(REMOTE, reason="sys.remote_exec needs no tracing")
def test_a_process_that_is_traced_already(hub, program):
    prog = program(WAITING)
    with Runs(prog) as process:
        strace = "import ctypes, sys; ctypes.CDLL(None).ptrace(0x4206, int(sys.argv[1]), 0, 0); print('ready', flush=True); input()"
        tracer = subprocess.Popen(
            [sys.executable, "-c", strace, str(process.pid)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert tracer.stdout.readline() == b"ready\n"
            assert "kill %d" % tracer.pid in refusal(process.pid)
        finally:
            tracer.kill()
            tracer.communicate()
        process.process.kill()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs the superuser to become somebody else")
def test_a_process_of_another_user(program):
    """Root may; others are told whom to be."""
    code = "import os, sys; os.setuid(65534); sys.path.insert(0, %r)\nfrom dapper.hub.obstacles import Target\ntry: Target(%d)\n" \
        "except Exception as error: print(error)"
    done = subprocess.run(
        [sys.executable, "-c", code % (os.path.dirname(obstacles.DAPPER), os.getpid())],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    text = done.stdout.decode()
    if "sudo -u '#0'" not in text:
        assert "No module" in done.stderr.decode() or "Permission" in done.stderr.decode(), done
        pytest.skip("another user can't read this checkout or Python")


@pytest.mark.parametrize(
    "scope, right, complaint",
    [(0, False, None), (1, False, "sysctl kernel.yama.ptrace_scope=0"), (1, True, None), (2, True, None), (3, True, "booted anew")],
)
def test_what_yama_allows(scope, right, complaint):
    try:
        obstacles.check_scope(7, scope, right)
        said = None
    except DapError as error:
        said = str(error)
    assert (said is None) == (complaint is None)
    assert complaint is None or complaint in said


def test_another_architecture(tmp_path):
    path = tmp_path / "python3"
    path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(11) + b"\xb7\x00")
    assert obstacles.machine(str(path)) == "aarch64"
    assert obstacles.machine(sys.executable) == obstacles.machine("/proc/self/exe") != "unknown"


def test_a_stripped_python(tmp_path):
    path = tmp_path / "python3"
    path.write_bytes(b"\x7fELF" + b"x" * 100)
    assert not obstacles.holds(str(path), obstacles.SYMBOLS)
    path.write_bytes(b"x" * ((1 << 20) - 5) + obstacles.SYMBOLS + b"x")
    assert obstacles.holds(str(path), obstacles.SYMBOLS)
