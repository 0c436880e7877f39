"""The hub: what it starts and joins, what it keeps for a program that is not there yet, and what it shuts out."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import pytest

from tests.client import INITIALIZE, DapClient
from tests.processes import ADAPTER, Family, Process, free_port, hub_command, poll
from tests.wire import Closed, Late, frame

ROOT = os.path.dirname(os.path.dirname(ADAPTER))
LINUX = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks into /proc")


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(child) for child in file.read().split()]


@contextlib.contextmanager
def serving(*arguments, env=None, python=sys.executable, cwd=None):
    """A hub that listens; its port."""
    family = Family()
    hub = Process(hub_command("--port", "0", *arguments, python=python), family.environment(env), cwd)
    hub.family = family
    try:
        found = poll(lambda: re.search(r"listens on (\S+):(\d+)\n", hub.text("stderr")), "the hub's port")
        hub.port = int(found.group(2))
        yield hub
    finally:
        hub.close()
        family.wait_extinct()


# -- before there is a program ------------------------------------------------------------------------------------------


def test_breakpoints_before_launch_are_answered_and_hold(hub, program):
    prog = program("x = 1  # @first\ny = 2  # @second\n\nz = 3  # @third\n")
    with hub.open(prog) as s:
        s.initialize()
        early = s.set_breakpoints(None, ["second", 3])
        assert [(b["verified"], b["reason"]) for b in early] == [(False, "pending")] * 2
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        s.launch(prog)
        told = {}

        def all_told():
            told.update((b["breakpoint"]["id"], b["breakpoint"]) for b in s.wire.bodies("breakpoint"))
            return len(told) == 2 or None

        s.wire.wait(all_told, "the truth about both")
        assert [told[b["id"]]["verified"] for b in early] == [True, True]
        s.configuration_done()
        stop = s.wait_stop("second")
        assert stop.body["hitBreakpointIds"] == [early[0]["id"]]
        s.continue_("third")
        s.finish()


def test_requests_between_launch_and_program_are_held(hub, program):
    """dap-mcp does not wait for the event."""
    prog = program("x = 1  # @x\n")
    with hub.open(prog) as s:
        s.initialize()
        launch = s.wire.begin("launch", {"program": prog.path})
        breakpoints = s.wire.begin(
            "setBreakpoints", {"source": {"path": prog.path}, "breakpoints": [{"line": prog.line("x")}]}
        )
        threads = s.wire.begin("threads")
        done = s.wire.begin("configurationDone")
        for seq in (breakpoints, threads, done, launch):
            s.wire.answer(seq)
        s.wait_stop("x")
        s.finish()


@pytest.mark.parametrize("command", ["threads", "next", "evaluate", "rumba"])
def test_requests_without_a_program_are_refused(hub, command):
    with hub.open() as s:
        s.initialize()
        assert s.wire.refused(command, {"threadId": 1, "expression": "1"}, checked=False).id == 1004


def test_a_launch_may_be_tried_again(hub, program):
    prog = program("x = 1  # @x\n")
    with hub.open(prog) as s:
        s.initialize()
        assert s.wire.refused("launch", {}, checked=False).id == 1200
        s.launch(prog)
        s.set_breakpoints(None, ["x"])
        s.configuration_done()
        s.wait_stop("x")
        s.finish()


@pytest.mark.parametrize(
    "config",
    [
        {"program": "a.py", "code": "x"},
        {"program": ["a.py"]},
        {"module": 5},
        {"code": "x", "args": [True]},
        {"code": "x", "env": {"A": ["b"]}},
        {"code": "x", "env": {"A=B": "c"}},
        {"code": "x", "console": "window"},
        {"code": "x", "python": "a", "pythonPath": "b"},
        {"code": "x", "python": [5, []]},
        {"code": "x", "cwd": 5},
        {"code": "x", "noDebug": "perhaps"},
    ],
)
def test_wrong_configurations(hub, config):
    with hub.open() as s:
        s.initialize()
        refused = s.wire.refused("launch", config, checked=False)
        assert refused.id == 1200
        assert any(key in refused.message for key in config)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"connect": {"port": 1}, "listen": {"port": 2}},
        {"connect": {"port": "many"}},
        {"connect": {"host": "x"}},
        {"connect": 5},
        {"port": 70000},
        {"processId": "x"},
        {"connect": {"port": 1}, "port": 1},
        {"connect": {"port": 1}, "noDebug": True},
    ],
)
def test_wrong_ways_to_attach(hub, config):
    with hub.open() as s:
        s.initialize()
        assert s.wire.refused("attach", config, checked=False).id == 1200


def test_attach_to_nobody(hub):
    port = free_port()
    with hub.open() as s:
        s.initialize()
        refused = s.wire.refused("attach", {"connect": {"host": "127.0.0.1", "port": port}})
        assert refused.id == 1202 and str(port) in refused.message


# -- what is started ----------------------------------------------------------------------------------------------------


def test_a_module_and_its_arguments(hub, program):
    prog = program({"pack/__init__.py": "", "pack/__main__.py": "import sys\nprint(__name__, __spec__.name, sys.argv[1:])\n"})
    with hub.open(prog) as s:
        s.initialize()
        s.launch(module="pack", cwd=prog.folder, args=["a b", 7])
        s.configuration_done()
        s.finish()
        assert s.output("stdout") == "__main__ pack.__main__ ['a b', '7']\n"


def test_arguments_in_one_string(hub, program):
    prog = program("import sys\nprint(sys.argv[1:])\n")
    with hub.launch(prog, args="a 'b c' d") as s:
        s.finish()
        assert s.output("stdout") == "['a', 'b c', 'd']\n"


@pytest.mark.parametrize("switches", [["-I"], ["-E"], ["-S"], ["-I", "-S", "-B"]], ids=" ".join)
@pytest.mark.parametrize("kind", ["program", "module", "code"])
def test_a_python_that_ignores_its_environment(hub, program, switches, kind):
    prog = program("import sys\nprint(sys.argv[1:], __name__, sys.flags.isolated)  # @x\nsys.exit(3)\n", name="isolated.py")
    what = {"program": prog.path, "module": "this", "code": "import sys\nprint(sys.argv, __name__)\nsys.exit(3)"}[kind]
    with hub.open(prog) as s:
        s.initialize()
        s.launch(pythonArgs=switches, args=["a"], cwd=prog.folder, **{kind: what})
        if kind == "program":
            s.set_breakpoints(None, ["x"])
        s.configuration_done()
        if kind == "program":
            assert s.wait_stop("x").names[-1] == "<module>"
        s.finish(0 if kind == "module" else 3)
        expected = {"program": "['a'] __main__ %d" % ("-I" in switches), "module": "Zen", "code": "['-c', 'a'] __main__"}
        assert expected[kind] in s.output("stdout")


def test_a_wrapper_around_python(hub, program):
    prog = program("import sys\nprint(sys.argv)  # @x\n")
    with hub.launch(prog, ["x"], python=["/usr/bin/env", "WRAPPED=1", sys.executable]) as s:
        s.wait_stop("x")
        assert s.evaluate("__import__('os').environ['WRAPPED']") == "'1'"
        s.finish()


def test_the_users_own_sitecustomize_runs(hub, program):
    prog = program(
        {
            "main.py": "import sys\nprint(sys.theirs == sys.modules['sitecustomize'].__file__, [p for p in sys.path if p.endswith('boot')])\n",
            "sitecustomize.py": "import sys\nsys.theirs = __file__\n",
        }
    )
    with hub.launch(prog, env={"PYTHONPATH": prog.folder}) as s:
        s.finish()
        assert s.output("stdout") == "True []\n"


def test_a_broken_sitecustomize_is_told_as_without_us(hub, program):
    prog = program({"main.py": "x = 1  # @x\n", "sitecustomize.py": "1/0\n"})
    with hub.launch(prog, ["x"], env={"PYTHONPATH": prog.folder}) as s:
        s.wait_stop("x")
        s.finish()
        assert "ZeroDivisionError" in s.output("stderr")
        assert "dapper" not in s.output("stderr")


def test_no_sitecustomize_is_left_in_the_program(hub, program):
    with hub.launch(program("import sys\nprint('sitecustomize' in sys.modules)\n")) as s:
        s.finish()
        plain = subprocess.check_output([sys.executable, "-c", "import sys; print('sitecustomize' in sys.modules)"])
        assert s.output("stdout") == plain.decode()


def test_a_program_called_like_our_package(hub, program):
    prog = program("print('ran', __name__)  # @x\n", name="dapper.py")
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.finish()


OLD = [path for path in ("/usr/bin/python2.7", os.path.expanduser("~/.pyenv/versions/3.7.16/bin/python")) if os.path.exists(path)]


@pytest.mark.skipif(not OLD, reason="no Python before 3.8 here")
@pytest.mark.parametrize("python", OLD)
def test_a_python_that_is_too_old(hub, program, python):
    prog = program("print('ran')\n")
    with hub.open(prog) as s:
        s.initialize()
        refused = s.wire.refused("launch", {"program": prog.path, "python": python})
        assert "3.8" in refused.message


def test_a_program_that_is_no_python(hub):
    with hub.open() as s:
        s.initialize()
        refused = s.wire.refused("launch", {"program": "prog", "python": ["/bin/sh", "-c", "exit 9"]})
        assert "9" in refused.message
        assert s.wire.wait_for_event("exited")["exitCode"] == 9


def test_the_adapter_where_modules_hide_the_librarys(hub, program):
    """The folder an editor starts us in may hold a socket.py."""
    prog = program({"prog.py": "x = 1  # @x\n", "socket.py": "1/0\n", "queue.py": "1/0\n", "selectors.py": "1/0\n"})
    for command in ([sys.executable, "-m", "dapper.adapter"], hub_command()):
        environment = {"PYTHONPATH": ROOT} if "-m" in command else None
        with DapClient.spawn(prog, command=command, cwd=prog.folder, env=environment) as s:
            s.run(prog, ["x"], cwd=ROOT, env={"PYTHONPATH": None})
            s.wait_stop("x")
            s.finish()


def test_exec_in_place_is_debugged_on(hub, program):
    prog = program(
        {
            "main.py": "import os, sys\nx = 1  # @before\nos.execv(sys.executable, [sys.executable, 'next.py'])\n",
            "next.py": "import os\nprint('pid', os.getpid())\ny = 2  # @after\nraise SystemExit(6)\n",
        }
    )
    with hub.launch(prog, ["before", "after"], cwd=prog.folder) as s:
        pid = s.wait_stop("before") and s.pid
        s.continue_()
        stop = s.wait_stop("after")
        assert "pid %d" % pid in s.output("stdout")
        assert stop.frames[0]["source"]["path"].endswith("next.py")
        s.finish(6)
        assert not s.configurations


# -- output and the end -------------------------------------------------------------------------------------------------


def test_output_is_joined_and_not_kept(hub, program):
    prog = program(
        """
        import sys
        print("a", "b", 3)
        sys.stdout.write("no end of line")
        sys.stdin.read()
        x = 1  # @x
        """
    )
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        lines = [body["output"] for body in s.wire.bodies("output")]
        assert "".join(lines) == "a b 3\nno end of line"
        s.finish()


def test_characters_cut_by_a_pipe_are_whole(hub, program):
    prog = program("import os\nfor byte in 'né名\\U0001F40D'.encode() * 3:\n    os.write(1, bytes([byte]))\nos.write(1, b'\\xf0')\n")
    with hub.launch(prog) as s:
        s.finish()
        assert s.output("stdout") == "né名\U0001F40D" * 3 + "�"


def test_much_output_of_both_streams_is_all_there(hub, program):
    prog = program(
        "import sys\nfor n in range(3000):\n    print(n, 'o' * 50)\n    print(n, 'e' * 50, file=sys.stderr)\nsys.exit(2)\n"
    )
    with hub.launch(prog) as s:
        s.finish(2)
        for category, letter in (("stdout", "o"), ("stderr", "e")):
            assert s.output(category).splitlines() == ["%d %s" % (n, letter * 50) for n in range(3000)]


def test_a_grandchild_that_holds_the_pipes_does_not_hold_the_end(hub, program):
    prog = program("import subprocess\nsubprocess.Popen(['sleep', '1000'])\nprint('done')\n")
    with hub.launch(prog) as s:
        s.finish()
        assert s.output("stdout") == "done\n"
        s.wire.request("disconnect", {})
        s.hub.wait()
        s.family.kill()  # a process the program left behind on purpose is not ours to end


def test_a_detached_program_may_go_on_printing(hub, program, tmp_path):
    mark = tmp_path / "mark"
    prog = program(
        """
        import os, sys, time
        x = 1  # @x
        while os.getppid() == int(os.environ["HUB"] if "HUB" in os.environ else os.getppid()) and not os.path.exists(sys.argv[1]):
            print("still here", flush=True)
            time.sleep(0.01)
        for n in range(10000):
            print("much more after the hub is gone")
        open(sys.argv[1] + ".done", "w").close()
        """
    )
    with hub.launch(prog, ["x"], args=[str(mark)]) as s:
        s.wait_stop("x")
        s.wire.request("disconnect", {"terminateDebuggee": False})
        s.hub.wait()
        mark.write_text("go on")
        poll(lambda: os.path.exists(str(mark) + ".done"), "the end of the program")
        s.family.wait_extinct()


@LINUX
def test_a_hub_without_room_lets_clients_in_later():
    import resource

    with serving() as hub:
        limits = resource.prlimit(hub.pid, resource.RLIMIT_NOFILE)
        taken = {int(name) for name in os.listdir("/proc/%d/fd" % hub.pid)}
        resource.prlimit(hub.pid, resource.RLIMIT_NOFILE, (min(set(range(len(taken) + 1)) - taken), limits[1]))
        with DapClient.dial(hub.port) as first, DapClient.dial(hub.port) as s:
            first.initialize()  # there was a descriptor for it when the hub began to wait
            number = s.wire.begin("initialize", INITIALIZE)
            with pytest.raises(Late):
                s.wire.answer(number, 0.5)
            resource.prlimit(hub.pid, resource.RLIMIT_NOFILE, limits)
            assert s.wire.answer(number)["supportsConfigurationDoneRequest"]


def test_sigterm_ends_everything(hub, program):
    prog = program("print('ready', flush=True)\nwhile True:\n    pass\n")
    with hub.launch(prog) as s:
        s.wait_output("ready")
        s.hub.kill(signal.SIGTERM)
        s.hub.wait()
        s.family.wait_extinct()


def test_sigterm_right_after_disconnect(hub, program):
    prog = program("x = 1  # @x\n")
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.wire.begin("disconnect", {})
        s.hub.kill(signal.SIGTERM)
        s.hub.wait()
        s.family.wait_extinct()


def test_sigint_is_the_programs(hub, program):
    """Started by a hub that does not mind Ctrl-C, the program minds it still."""
    prog = program("import signal\nprint(signal.getsignal(signal.SIGINT) is signal.default_int_handler)\n")
    with hub.launch(prog) as s:
        os.kill(s.hub.pid, signal.SIGINT)
        s.finish()
        assert s.output("stdout") == "True\n"


def test_no_debug_ends_with_the_hub(hub):
    with hub.open() as s:
        s.initialize()
        s.wire.request("launch", {"code": "print('ready', flush=True)\nwhile True: pass", "noDebug": True})
        s.wait_output("ready")
        assert s.threads() == []
        assert s.wire.refused("evaluate", {"expression": "1"}).id == 1004
        s.hub.kill()
        s.hub.wait()
        s.family.wait_extinct()


def test_no_debug_restarts(hub):
    with hub.open() as s:
        s.initialize()
        code = "import os, time\nprint('pid', os.getpid(), flush=True)\ntime.sleep(1000)"
        s.wire.request("launch", {"code": code, "noDebug": True})
        s.wait_output("pid")
        s.wire.request("restart", {})
        s.wire.wait(lambda: s.output("stdout").count("pid") == 2 or None, "the second")
        assert s.wire.peek("exited") is None


def test_no_debug_terminates(hub):
    with hub.open() as s:
        s.initialize()
        s.wire.request("launch", {"code": "import time\nprint('ready', flush=True)\ntime.sleep(1000)", "noDebug": True})
        s.wait_output("ready")
        s.wire.request("terminate", {})
        assert s.wire.wait_for_event("exited")["exitCode"] == 130
        assert "KeyboardInterrupt" in s.output("stderr")


# -- restart ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("console", ["internalConsole", "integratedTerminal"])
def test_restart_keeps_what_was_set(hub, program, console):
    prog = program("import os\ndef f():\n    pass  # @f\nx = os.getpid()  # @x\nf()\n1/0  # @boom\n")
    with hub.launch(prog, ["x"], functions=["f"], exceptions=["uncaught"], console=console) as s:
        s.wait_stop("x")
        ids = {b["id"] for b in s.set_breakpoints(None, ["x"])}
        pids = set()
        for _ in range(3):
            s.next()
            pids.add(s.evaluate("x"))
            s.wire.request("restart", {})
            stop = s.wait_stop("x")
            assert set(stop.body["hitBreakpointIds"]) == ids
        assert len(pids) == 3
        s.continue_("f")
        s.continue_("boom")
        s.finish(1)
        assert len(s.wire.bodies("exited")) == 1


def test_restart_with_other_arguments(hub, program):
    prog = program("import sys\nprint(sys.argv[1:], flush=True)\nx = 1  # @x\n")
    with hub.launch(prog, ["x"], args=["one"]) as s:
        s.wait_stop("x")
        s.wire.request("restart", {"arguments": {"program": prog.path, "args": ["two"]}})
        s.wait_stop("x")
        assert s.output("stdout") == "['one']\n['two']\n"
        s.finish()


def test_restart_that_can_not_be(hub, program):
    prog = program("x = 1  # @x\n")
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        assert s.wire.refused("restart", {"arguments": {"program": 5}}, checked=False).id == 1200
        s.finish()


# -- terminals ----------------------------------------------------------------------------------------------------------


@LINUX
def test_a_terminal_keeps_its_foreground(hub, program):
    """Helix hangs where a debugger makes the program the terminal's foreground process group."""
    prog = program("import os\nx = os.getpgrp()  # @x\n")
    with hub.launch(prog, ["x"], console="integratedTerminal") as s:
        s.wait_stop("x")
        assert s.terminals[0].foreground() == s.terminals[0].pid == os.getpgid(s.pid)
        s.finish()


def test_ctrl_c_in_a_terminal_reaches_the_program(hub, program):
    prog = program(
        """
        try:
            print("ready", flush=True)
            while True:
                pass
        except KeyboardInterrupt:
            print("interrupted")
            raise SystemExit(8)
        """
    )
    with hub.launch(prog, console="integratedTerminal") as s:
        poll(lambda: "ready" in s.terminals[0].text(), "the program")
        s.terminals[0].type("\x03")
        s.finish(8)
        assert s.terminals[0].wait() == 8


def test_a_signal_death_in_a_terminal(hub, program):
    with hub.launch(program("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"), console="integratedTerminal") as s:
        s.finish(139)
        assert "SIGSEGV" in s.output()


def test_a_terminal_that_is_refused(hub, program):
    prog = program("x = 1\n")
    with hub.open(prog) as s:
        s.wire._on_request = lambda request: (_ for _ in ()).throw(Refusal())
        s.initialize()
        assert "no room" in s.wire.refused("launch", {"program": prog.path, "console": "integratedTerminal"}).message


class Refusal(__import__("tests.wire", fromlist=["Refused"]).Refused):
    def __init__(self):
        super().__init__({"command": "runInTerminal", "message": "no room"})


def test_an_interpreter_that_is_not_in_the_terminal(hub, program):
    prog = program("x = 1\n")
    with hub.open(prog) as s:
        s.initialize()
        config = {"program": prog.path, "console": "integratedTerminal", "python": "/no/such/python"}
        assert "/no/such/python" in s.wire.refused("launch", config).message


def test_a_shell_expands_arguments(hub, program):
    prog = program("import sys\nprint(sys.argv[1:], flush=True)\nx = 1  # @x\n")
    with hub.open(prog) as s:
        asked = []
        through_shell = s.wire._on_request

        def run(request):
            if request["command"] == "runInTerminal":
                asked.append(request["arguments"])
                request["arguments"]["args"] = ["/bin/sh", "-c", " ".join(request["arguments"]["args"])]
            return through_shell(request)

        s.wire._on_request = run
        s.initialize(supportsArgsCanBeInterpretedByShell=True)
        s.launch(prog, console="integratedTerminal", args="$((1 + 1)) 'a b'")
        s.set_breakpoints(None, ["x"])
        s.configuration_done()
        s.wait_stop("x")
        poll(lambda: "['2', 'a b']" in s.terminals[0].text(), "the arguments")
        assert asked[0]["argsCanBeInterpretedByShell"] is True
        s.finish()


# -- children -----------------------------------------------------------------------------------------------------------


def test_a_child_runs_on_when_nobody_can_debug_it(hub, program):
    prog = program("import subprocess, sys\nfor _ in range(3):\n    subprocess.call([sys.executable, '-c', 'print(5)'])\n")
    with hub.open(prog) as s:
        s.initialize(supportsStartDebuggingRequest=False)
        s.launch(prog)
        s.configuration_done()
        s.finish()
        assert s.output("stdout") == "5\n" * 3
        assert s.output("console").count("The program started a child process") == 1


def test_a_child_runs_on_when_the_client_refuses(hub, program):
    prog = program("import subprocess, sys\nsubprocess.call([sys.executable, '-c', 'print(5)'])\n")
    with hub.open(prog) as s:
        s.wire._on_request = lambda request: (_ for _ in ()).throw(Refusal())
        s.run(prog)
        s.finish()
        assert s.output("stdout") == "5\n"


@pytest.mark.parametrize("follow", [True, False])
def test_a_fork_is_one_of_a_single_thread(hub, program, follow):
    """Python 3.12 warns of others; the parent's breakpoints hold all the same, and its stops work."""
    prog = program(
        """
        import os, warnings
        warnings.simplefilter("always")
        for n in range(20):
            pid = os.fork()
            if pid == 0:
                os._exit(n)
            assert os.waitpid(pid, 0)[1] >> 8 == n
            x = n  # @after
        """
    )
    with hub.open(prog) as s:
        s.initialize(supportsStartDebuggingRequest=False)
        s.launch(prog, subProcess=follow)
        s.set_breakpoints(None, ["after"])
        s.configuration_done()
        for n in range(20):
            s.wait_stop("after")
            assert s.evaluate("n") == str(n)
            s.continue_()
        s.finish()
        assert s.output("stderr") == ""


def test_forks_of_many_threads_at_once(hub, program):
    prog = program(
        """
        import os, threading
        def work():
            for n in range(20):
                pid = os.fork()
                if pid == 0:
                    os._exit(0)
                os.waitpid(pid, 0)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        x = 1  # @x
        """
    )
    with hub.open(prog) as s:
        s.initialize(supportsStartDebuggingRequest=False)
        s.launch(prog)
        s.set_breakpoints(None, ["x"])
        s.configuration_done()
        s.wait_stop("x")
        assert len(s.threads()) == 1
        s.finish()


def test_a_pause_while_the_program_forks(hub, program):
    prog = program("import os\nwhile True:\n    pid = os.fork()\n    if pid == 0:\n        os._exit(0)\n    os.waitpid(pid, 0)\n")
    with hub.launch(prog, subProcess=False) as s:
        for _ in range(10):
            s.pause()
            s.continue_()
        s.wire.request("terminate", {})
        s.wire.request("terminate", {})
        s.wire.wait_for_event("terminated")


def test_children_are_killed_with_the_session(hub, program):
    prog = program({"main.py": "import subprocess, sys\nsubprocess.call([sys.executable, 'child.py'])\n", "child.py": "x = 1  # @x\n"})
    with hub.launch(prog, cwd=prog.folder) as s:
        child = s.wait_child(stop_at=["x"])
        child.wait_stop("x")
        s.wire.request("disconnect", {})
        s.hub.wait()
        s.family.wait_extinct()


def test_the_session_lasts_as_long_as_its_children(hub, program):
    prog = program(
        {
            "main.py": "import subprocess, sys\nsubprocess.Popen([sys.executable, 'child.py'])\n",
            "child.py": "x = 1  # @x\nprint('the child', flush=True)\n",
        }
    )
    with hub.launch(prog, cwd=prog.folder) as s:
        child = s.wait_child(stop_at=["x"])
        child.wait_stop("x")
        assert s.wire.wait_for_event("exited")["exitCode"] == 0
        assert s.wire.peek("terminated") is None
        child.continue_()
        child.wire.wait_for_event("terminated")
        s.wire.wait_for_event("terminated")


def test_what_a_program_left_ends_with_a_client_that_goes_too_early(hub, program):
    main = """
        import os, subprocess, sys, time
        subprocess.Popen(["sleep", "1000"])
        subprocess.Popen([sys.executable, "child.py"])
        while not os.path.exists("end"):
            time.sleep(0.01)
        """
    prog = program({"main.py": main, "child.py": "x = 1  # @x\n"})
    with hub.launch(prog, cwd=prog.folder) as s:
        child = s.wait_child(stop_at=["x"])
        child.wait_stop("x")
        open(os.path.join(prog.folder, "end"), "w").close()
        s.wire.wait_for_event("exited")
        s.crash()
        s.hub.wait()
        s.family.wait_extinct()


def test_a_child_knows_its_offer_only(hub, program):
    """Who finds the port of a child's session can't take the child."""
    prog = program({"main.py": "import subprocess, sys\nsubprocess.call([sys.executable, 'child.py'])\n", "child.py": "x = 1  # @x\n"})
    with hub.launch(prog, cwd=prog.folder) as s:
        wanted = s.wire.wait(lambda: s.configurations or None, "startDebugging")[0]["configuration"]
        with DapClient.dial(wanted["connect"]["port"], prog, family=Family()) as thief:
            thief.initialize()
            thief.wire.request("attach", dict(wanted, dapperOffer="0" * 32), checked=False)
            thief.wire.wait_for_event("terminated")
        child = s.wait_child(stop_at=["x"])
        child.wait_stop("x")
        child.continue_()
        s.finish()


def test_a_child_is_taken_up_through_a_hub_of_its_own(hub, program):
    """Some clients start another adapter for it, instead of dialling the address they were given."""
    prog = program({"main.py": "import subprocess, sys\nsubprocess.call([sys.executable, 'child.py'])\n", "child.py": "x = 1  # @x\n"})
    with hub.launch(prog, cwd=prog.folder) as s, hub.open(prog) as child:
        wanted = s.wire.wait(lambda: s.configurations or None, "startDebugging").pop(0)
        child.initialize()
        child.attach(**wanted["configuration"])
        child.configure(["x"])
        child.configuration_done()
        child.wait_stop("x")
        child.continue_()
        child.wire.wait_for_event("terminated")
        s.finish()


# -- ports --------------------------------------------------------------------------------------------------------------


def test_many_sessions_at_one_port(program):
    prog = program("import os\nx = os.getpid()  # @x\n")
    with serving() as hub, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(DapClient.dial(hub.port, prog, family=Family())) for _ in range(4)]
        for s in clients:
            s.run(prog, ["x"])
        pids = set()
        for s in clients:
            s.wait_stop("x")
            pids.add(s.pid)
        assert len(pids) == 4
        clients[0].crash()
        for s in clients[1:]:
            s.finish()


def test_a_hub_with_a_port_ends_by_a_signal(program):
    prog = program("x = 1  # @x\n")
    with serving() as hub:
        with DapClient.dial(hub.port, prog, family=hub.family) as s:
            s.run(prog, ["x"])
            s.wait_stop("x")
            hub.kill(signal.SIGTERM)
            assert hub.wait() == 0
            s.wire.join()
            hub.family.wait_extinct()
            s.crash()
            s.family = Family()


def test_a_port_that_is_taken():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        done = subprocess.run(hub_command("--port", str(other.getsockname()[1])), stderr=subprocess.PIPE, timeout=20)
        assert done.returncode == 1 and b"Can't listen" in done.stderr


@pytest.mark.parametrize("name", ["DAPPER_ADAPTER_ENDPOINTS", "DEBUGPY_ADAPTER_ENDPOINTS"])
def test_the_port_is_written_where_it_was_asked_for(tmp_path, name):
    path = tmp_path / "endpoints"
    with serving(env={name: str(path)}) as hub:
        assert json.loads(path.read_text()) == {"client": {"host": "127.0.0.1", "port": hub.port}}
        hub.kill(signal.SIGTERM)
        hub.wait()
        assert not path.exists()


def test_a_program_that_calls_while_the_client_listens(hub, program):
    prog = program("import dapper, sys\ndapper.connect(int(sys.argv[1]))\ndapper.wait_for_client()\nx = 1  # @x\n")
    port = free_port()
    with hub.open(prog) as s:
        s.initialize()
        attach = s.wire.begin("attach", {"listen": {"host": "127.0.0.1", "port": port}, "restart": True})
        assert s.wire.wait_for_event("debugpyWaitingForServer")["port"] == port
        program = Process([sys.executable, prog.path, str(port)], s.family.environment({"PYTHONPATH": ROOT}))
        s.wire.wait_for_event("initialized")
        s.set_breakpoints(None, ["x"])
        s.wire.request("configurationDone")
        s.wire.answer(attach)
        s.wait_stop("x")
        s.continue_()
        assert s.wire.wait_for_event("terminated") == {"restart": True}
        assert program.wait() == 0, program.text("stderr")
        program.close()


@pytest.mark.parametrize("given, fits", [("secret", True), ("wrong", False), (None, False)])
def test_a_token_for_programs_that_call(program, given, fits):
    prog = program("import dapper, sys\ndapper.connect(int(sys.argv[1]), access_token=%r)\ndapper.wait_for_client()\n" % given)
    port = free_port()
    with DapClient.spawn(prog, command=hub_command("--access-token", "secret")) as s:
        s.initialize()
        s.wire.begin("attach", {"listen": {"port": port}})
        s.wire.wait_for_event("debugpyWaitingForServer")
        program = Process([sys.executable, prog.path, str(port)], s.family.environment({"PYTHONPATH": ROOT}))
        if fits:
            s.wire.wait_for_event("initialized")
            s.wire.request("configurationDone")
            s.wire.wait_for_event("terminated")
        assert program.wait() == (0 if fits else 1)
        assert ("token" in program.text("stderr")) is not fits
        program.close()


@LINUX
@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"Content-Length: 1000000000\r\n\r\n",
        frame({"seq": 1, "type": "event", "event": "dapperHello", "body": {"token": "guess", "pid": 1}}),
        frame({"seq": 1, "type": "event", "event": "dapperHello", "body": {"token": 5}}),
        frame({"seq": 1, "type": "request", "command": "initialize"}),
        b"Content-Length: 3\r\n\r\n{}}",
    ],
    ids=["http", "huge", "wrong token", "odd token", "a client", "no json"],
)
def test_strangers_at_the_door_of_programs(hub, program, data):
    prog = program("x = 1  # @x\nimport os\nhome = os.environ['DAPPER_BOOT']\ny = 2  # @y\n")
    with hub.launch(prog, ["y"]) as s:
        s.wait_stop("y")
        host, port, _ = s.evaluate("home").strip("'").rsplit(":", 2)
        with socket.create_connection((host, int(port)), 5) as stranger:
            stranger.sendall(data)
            assert stranger.recv(10) == b""
        assert s.evaluate("1 + 1") == "2"
        s.finish()


def test_no_token_is_in_the_log_or_in_a_command_line(program, tmp_path):
    prog = program("import os\nhome = os.environ['DAPPER_BOOT']\nx = 1  # @x\n")
    with DapClient.spawn(prog, command=hub_command("--log-dir", str(tmp_path / "logs"))) as s:
        s.run(prog, ["x"], console="integratedTerminal")
        s.wait_stop("x")
        token = s.evaluate("home").strip("'").rsplit(":", 1)[1]
        assert not any(token in line for line in s.family.members().values())
        s.finish()
        (log,) = (tmp_path / "logs").iterdir()
        text = log.read_text(encoding="utf-8")
        assert "from client:" in text and "configurationDone" in text and "the program ended" in text
        assert token not in re.sub(r'"evaluate.*', "", text)
        assert os.stat(str(log)).st_mode & 0o077 == 0


@pytest.mark.parametrize("folder", [["-m", "dapper.adapter"], [ADAPTER]])
def test_the_version(folder):
    import dapper

    for switch in ("-V", "--version"):
        done = subprocess.run([sys.executable] + folder + [switch], cwd=ROOT, stdout=subprocess.PIPE, timeout=20)
        assert done.stdout.decode().split()[-1] == dapper.__version__
