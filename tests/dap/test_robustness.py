"""Nothing is lost, nothing leaks, nothing is left behind, and the program does not notice."""

import os
import signal
import subprocess
import sys

import pytest

from tests.client import DapClient
from tests.dap.test_attach import LISTENS, ended, listening, straight
from tests.processes import poll

LINUX = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts in /proc")

#: Modules a debuggee may load beyond those of a plain start, ours not counted (8 on 3.13, 12 with 3.15's warnings).
BUDGET = 13


def counted(pid):
    """Threads and descriptors of a process."""
    return len(os.listdir("/proc/%d/task" % pid)), len(os.listdir("/proc/%d/fd" % pid))


@LINUX
def test_a_hundred_attaches_leak_nothing(engine, program):
    prog = program(LISTENS)
    with listening(prog) as process:

        def cycle(stop):
            with straight(process, prog, engine) as s:
                s.initialize()
                s.attach()
                if stop:
                    s.set_breakpoints(None, ["loop"])
                s.configuration_done()
                if stop:
                    s.wait_stop("loop")
                    s.locals()
                s.wire.request("disconnect", {})

        for n in range(5):
            cycle(True)
        before = counted(process.pid)
        for n in range(100):
            cycle(n % 10 == 0)
        poll(lambda: counted(process.pid) <= before, "as few threads and descriptors as before: %r" % (before,))
        with straight(process, prog, engine) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            s.pause()
            ended(s)
            s.continue_()
            assert process.wait() == 0


MOMENTS = {
    "before initialize": "x = 1\n",
    "initialized": "x = 1\n",
    "launched": "x = 1\n",
    "running": "print('ready', flush=True)\nwhile True:\n    pass\n",
    "sleeping": "import time\nprint('ready', flush=True)\nwhile True:\n    time.sleep(1000)\n",
    "stopped": "x = 1  # @stop\nwhile True:\n    pass\n",
}


@pytest.mark.parametrize(
    "moment, who",
    [(moment, who) for moment in MOMENTS for who in ("client", "hub")]
    + [(moment, "debuggee") for moment in MOMENTS if moment not in ("before initialize", "initialized")],
)
def test_killing_leaves_nothing_behind(hub, program, who, moment):
    prog = program(MOMENTS[moment])
    with hub.open(prog) as s:
        pid = bring_to(s, prog, moment)
        if who == "client":
            s.crash()
        elif who == "hub":
            s.hub.kill()
        else:
            os.kill(pid, signal.SIGKILL)
            if moment != "launched":
                s.wire.wait_for_event("terminated")
                assert s.wire.bodies("exited")[0]["exitCode"] == 137
            s.crash()
        s.hub.wait()
        s.family.wait_extinct()


def bring_to(s, prog, moment):
    """Go as far as ``moment``.

    Returns:
        The debuggee's pid, None before there is one.
    """
    if moment == "before initialize":
        return None
    s.initialize()
    if moment == "initialized":
        return None
    s.launch(prog)
    if moment == "launched":
        others = [pid for pid in s.family.members() if pid != s.hub.pid]
        return others[0]
    if "stop" in prog.marks:
        s.set_breakpoints(None, ["stop"])
    s.configuration_done()
    if moment == "stopped":
        s.wait_stop("stop")
    else:
        s.wait_output("ready")
    return s.pid


@pytest.mark.parametrize("moment", ["launched", "running", "stopped"])
def test_killing_client_and_hub_together(hub, program, moment):
    """A closed terminal takes both at once."""
    prog = program(MOMENTS[moment])
    with hub.open(prog) as s:
        bring_to(s, prog, moment)
        s.hub.kill()
        s.crash()
        s.hub.wait()
        s.family.wait_extinct()


def test_killing_the_hub_with_a_terminal(hub, program):
    prog = program(MOMENTS["stopped"])
    with hub.open(prog) as s:
        s.initialize()
        s.launch(prog, console="integratedTerminal")
        s.set_breakpoints(None, ["stop"])
        s.configuration_done()
        s.wait_stop("stop")
        s.hub.kill()
        s.hub.wait()
        s.family.wait_extinct()


def test_children_of_the_program_end_with_a_kill(hub, program):
    prog = program(
        """
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(1000)"])
        print("ready", flush=True)
        time.sleep(1000)
        """
    )
    with hub.launch(prog, subProcess=False) as s:
        s.wait_output("ready")
        s.wire.request("disconnect", {"terminateDebuggee": True})
        s.hub.wait()
        s.family.wait_extinct()


UNDISTURBED = """
import sys, os, threading, warnings, logging
print("out", end="")
print("é", [n for n in range(3)])
sys.stderr.write("err\\n")
sys.stdout.flush()
os.write(1, b"\\x00\\xff raw\\n")
def work():
    print("thread", threading.current_thread().name, threading.active_count())
t = threading.Thread(target=work, name="mine")
t.start()
t.join()
class Loud:
    def __del__(self):
        print("deleted")
loud = Loud()
logging.warning("warned")
warnings.warn("attention")
print(sys.gettrace() is None or True, sys.argv, __name__, __file__, sys.path[0], sorted(vars()))
print(sys.stdout.encoding, sys.stdin.read())
import atexit
atexit.register(print, "at exit")
raise ValueError("the end")
"""


@pytest.mark.parametrize(
    "text",
    [UNDISTURBED, "import sys\nsys.exit('words')\n", "x = (\n", ""],
    ids=["busy", "exit", "broken", "empty"],
)
def test_the_output_is_byte_equal_to_a_plain_run(engine, program, text):
    """In a terminal of the client's own, so that nothing stands between but dapper in the process."""
    prog = program(text)
    environment = dict(os.environ, PYTHONIOENCODING="utf-8")
    plain = subprocess.run(
        [sys.executable, prog.path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=prog.folder,
        env=environment,
        timeout=60,
    )
    with DapClient.spawn(prog, engine.name) as s:
        s.initialize()
        s.launch(prog, env={"PYTHONIOENCODING": "utf-8"})
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        s.configuration_done()
        s.finish(plain.returncode)
        for category, expected in (("stdout", plain.stdout), ("stderr", plain.stderr)):
            told = s.output(category).encode("utf-8", "surrogateescape")
            if category == "stdout":  # bytes that are no text can't be told in JSON
                told, expected = (data.replace(b"\xef\xbf\xbd", b"\xff") for data in (told, expected))
            assert told == expected


def test_modules_and_threads_of_a_debuggee(dap, program):
    """What dapper brings into a program that does nothing."""
    prog = program(
        """
        import sys
        print(" ".join(sorted(sys.modules)))
        import threading
        print(threading.active_count(), [t.name for t in threading.enumerate()])
        x = 1  # @x
        """
    )
    plain = subprocess.run(
        [sys.executable, "-c", "import sys; print(' '.join(sorted(sys.modules)))"], stdout=subprocess.PIPE, check=True
    )
    with dap.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.wait_output("MainThread")
        modules, threads = s.output("stdout").splitlines()[:2]
        more = set(modules.split()) - set(plain.stdout.decode().split())
        theirs = {name for name in more if name.split(".")[0] != "dapper" and name != "sitecustomize"}
        banned = "asyncio logging inspect dataclasses typing json socket re enum traceback subprocess ast dis"
        assert sorted(theirs & set(banned.split())) == []
        assert len(theirs) <= BUDGET, sorted(theirs)
        assert threads == "1 ['MainThread']"
        if os.path.isdir("/proc/self/task"):
            assert counted(s.pid)[0] == 2  # the program's and the hidden one
        assert [thread["name"] for thread in s.threads()] == ["MainThread"]
        s.finish()


def test_a_debuggee_that_hangs_up_its_own_streams(hub, program):
    prog = program("import os\nos.close(0); os.close(1); os.close(2)\nx = 1  # @x\n")
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.finish()


def test_a_program_that_closes_all_descriptors(hub, program):
    """As daemons do. The session is lost then; the program is not."""
    prog = program("import os\nos.closerange(3, 200)\nfor n in range(1000):\n    pass\nos._exit(7)\n")
    with hub.launch(prog) as s:
        s.finish(7)


def test_a_program_that_mocks_what_we_use(dap, program):
    prog = program(
        """
        import os, socket, threading, time
        def broken(*args, **kwargs):
            raise RuntimeError("mocked")
        for name in ("getpid", "stat", "write", "read", "close"):
            setattr(os, name, broken)
        os.path.exists = os.path.abspath = os.path.realpath = os.path.join = broken
        socket.socket.send = socket.socket.recv = broken
        threading.Lock = threading.RLock = threading.get_ident = threading.current_thread = broken
        time.sleep = time.monotonic = time.time = broken
        x = [1, 2]  # @x
        y = {"a": x}  # @y
        """
    )
    with dap.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.next("y")
        assert s.locals()["x"]["value"] == "[1, 2]"
        s.finish()


RECURSION = """
import sys
def deep(n):
    return deep(n + 1)  # @deep
try:
    deep(0)
except RecursionError:
    x = 1  # @caught
print("still here")
"""


def at_the_limit(dap, program):
    """A session whose program has run into the recursion limit, and has a breakpoint behind that."""
    prog = program(RECURSION)
    s = dap.open(prog)
    s.initialize()
    s.launch(prog)
    s.set_breakpoints(None, [{"line": "deep", "condition": "n == 50000"}, {"line": "caught"}])
    s.wire.request("setExceptionBreakpoints", {"filters": []})
    return s.configuration_done()


def test_the_recursion_limit_is_the_programs_own(dap, program):
    with at_the_limit(dap, program) as s:
        found = s.wire.wait(lambda: s.wire.peek("stopped") or s.wire.peek("terminated"), "a stop or the end")
        if found["event"] == "stopped":
            s.wait_stop("caught")
        s.finish()
        assert "still here" in s.output("stdout")


def test_breakpoints_outlive_the_recursion_limit(engine, dap, program):
    engine.need("outlive the recursion limit")
    with at_the_limit(dap, program) as s:
        s.wait_stop("caught")
        s.finish()
