"""Every way to attach: the program and its children put out what they do without us, and end as they do without us.

Each program here waits for a file, so that it is the same program whether somebody attaches or not.
"""

import os
import re
import shutil
import sys
import time

import pytest

from tests.client import DapClient
from tests.dap.test_attach import ROOT
from tests.dap.test_process_trees import CHILD, ENVIRONMENT, Run, check_cost, cpu_of_children, in_time
from tests.processes import Family, Process, free_port, poll
from tests.tree import Tree

pytestmark = [pytest.mark.skipif(os.name != "posix", reason="these programs fork"), pytest.mark.timeout(120)]

MAIN = """
import os, subprocess, sys, time
print("ready", flush=True)
while not os.path.exists("go"):
    time.sleep(0.01)
first = 1  # @here
print(subprocess.call([sys.executable, "child.py", "a b"]), flush=True)
pid = os.fork()
if pid == 0:
    first = 1  # @forked
    os._exit(4)
print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]), flush=True)
print("the end", file=sys.stderr)
sys.exit(3)
"""


def straight(prog, started):
    """The client speaks to the program itself."""
    port = free_port()
    started("-m", "dapper", "--listen", str(port), prog.path)
    s = DapClient.dial(port, prog)
    s.initialize()
    return s.attach()


def connect(prog, started):
    """A hub connects to the program."""
    port = free_port()
    process = started("-m", "dapper", "--listen", str(port), prog.path)
    poll(lambda: "ready" in process.text(), "the program")
    s = DapClient.spawn(prog)
    s.initialize()
    return s.attach(connect={"host": "127.0.0.1", "port": port})


def listen(prog, started):
    """The program connects to a hub."""
    port = free_port()
    s = DapClient.spawn(prog)
    s.initialize()
    s._started = s.wire.begin("attach", {"listen": {"host": "127.0.0.1", "port": port}})
    s.wire.wait_for_event("debugpyWaitingForServer")
    started("-m", "dapper", "--connect", str(port), prog.path)
    s.wire.wait_for_event("initialized")
    return s


def by_process_id(prog, started, **more):
    """A hub gets into a program that knows nothing of it."""
    process = started(prog.path)
    poll(lambda: "ready" in process.text(), "the program")
    s = DapClient.spawn(prog)
    s.initialize()
    return s.attach(processId=process.pid, **more)


def by_gdb(prog, started):
    """The same where `sys.remote_exec` could."""
    return by_process_id(prog, started, disableSysRemoteExec=True)


def by_lldb(prog, started):
    """The same, with lldb."""
    return by_process_id(prog, started, disableSysRemoteExec=True, linuxAttachPreferLldb=True)


READS_SYMBOLS = 4.0  #: seconds of CPU time gdb and lldb have before they do anything for us

WAYS = {"connect, straight": straight, "connect": connect, "listen": listen}
if hasattr(sys, "remote_exec"):
    WAYS["processId, sys.remote_exec"] = by_process_id
if shutil.which("gdb"):
    WAYS["processId, gdb"] = by_gdb
if shutil.which("lldb"):
    WAYS["processId, lldb"] = by_lldb


@pytest.mark.parametrize("way", list(WAYS))
def test_a_program_that_is_attached_to_is_as_without_us(program, way, record_property):
    marks = ["here"] if way == "connect, straight" else ["here", "child", "forked"]
    files = {"main.py": MAIN, "child.py": CHILD}
    tools = READS_SYMBOLS if "db" in way else 0.0
    plain, debugged = in_time(
        lambda: run(program(files), plainly),
        lambda: run(program(files), lambda *more: debug(*more, WAYS[way], marks)),
        tools,
    )
    assert debugged.marks == tuple(marks)
    assert debugged.said == plain.said
    check_cost(plain, debugged, record_property, tools)


def test_children_of_an_attached_program_outlive_the_adapter(program):
    """It was not started by us, and neither it nor its children end with us."""
    files = {"main.py": MAIN, "child.py": CHILD}

    def kill_the_hub(prog, started, go):
        s = connect(prog, started)
        s.configure(["child"])
        s.configuration_done()
        go()
        assert [session.stopped.mark for session in Tree(s, ["child"]).stopped()] == ["child"]
        s.hub.kill()
        s.close(orphans=False)
        return ["child"], 2

    assert run(program(files), kill_the_hub).said == run(program(files), plainly).said


def test_nothing_stays_in_the_environment_of_a_program_that_was_attached_to(program):
    text = MAIN.replace("first = 1  # @here", "print(sorted(os.environ.items()))").replace("# @forked", "")

    def come_and_go(prog, started, go):
        with connect(prog, started) as s:
            s.configuration_done()
            s.pause()
            assert "DAPPER_BOOT" in s.evaluate("sorted(os.environ)", frame=s.stopped.frames[-1]["id"])
            s.wire.request("disconnect", {"terminateDebuggee": False})
        go()
        return [], 1

    plain = run(program({"main.py": text, "child.py": CHILD}), plainly, ["-m", "dapper", "--listen", "0"])
    debugged = run(program({"main.py": text, "child.py": CHILD}), come_and_go)
    assert [re.sub("[0-9a-f]{32}|program[0-9]", "", part) for part in debugged.said[:2]] == [
        re.sub("[0-9a-f]{32}|program[0-9]", "", part) for part in plain.said[:2]]


def plainly(prog, started, go):
    """Nobody attaches."""
    process = started(prog.path)
    poll(lambda: "ready" in process.text(), "the program")
    go()
    process.wait()
    return [], 0


def debug(prog, started, go, attach, marks):
    """Somebody does, before anything of interest happens."""
    with attach(prog, started) as s:
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        s.configure(marks)
        s.configuration_done()
        s.pause()
        s.continue_()  # without the native core a thread that ran before is traced from some moment of its own on: it has come
        go()
        tree = Tree(s, marks)
        return tree.run_to_the_end(), len(tree.sessions)


def run(prog, work, before=()):
    """The Run of a program, its seconds from where ``work`` lets it begin.

    Args:
        before: words before those with which ``work`` starts it.
        work: called with the program, a function that starts it, and one that lets it begin; gives the marks of the stops
            and the number of sessions.
    """
    family, processes = Family(), []
    path = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))

    def started(*words):
        processes.append(Process([sys.executable, *before, *words], family.environment(dict(ENVIRONMENT, PYTHONPATH=path)), prog.folder))
        return processes[0]

    def go():
        began.append(time.monotonic())
        with open(os.path.join(prog.folder, "go"), "w"):
            pass

    began, cpu = [], cpu_of_children()
    try:
        marks, sessions = work(prog, started, go)
        code = processes[0].wait()
        said = processes[0].text(), processes[0].text("stderr"), code
        return Run(said, time.monotonic() - began[0], cpu_of_children() - cpu, tuple(marks), sessions)
    finally:
        processes[0].close()
        family.wait_extinct()
