"""Launch and end: what runs, in which order things are said, how it ended."""

import os
import signal
import subprocess
import sys

import pytest

from tests.processes import poll

ARGS = "import sys, os\nprint(sys.argv[1:], __name__, os.getcwd(), os.environ.get('COLOUR'), sep='|')\n"


def test_the_order_of_things(dap, program):
    prog = program("print('hello')\nx = 1  # @x\n")
    with dap.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.finish()
        names = [event["event"] for event in s.wire.events]
        assert names.index("initialized") < names.index("process") < names.index("stopped")
        assert names.index("stopped") < names.index("exited") < names.index("terminated")
        assert names.count("exited") == names.count("terminated") == names.count("process") == 1
        process = s.wire.bodies("process")[0]
        assert process["startMethod"] == "launch"
        assert process["isLocalProcess"] is True
        assert process["systemProcessId"] > 0
        assert prog.path in process["name"] or os.path.basename(prog.path) in process["name"]


LEFT = """
import gc, sys, _warnings
finders = [getattr(one, "__name__", type(one).__name__) for one in sys.meta_path]
print(gc.isenabled(), finders, _warnings.filters, sys.dont_write_bytecode, "warnings" in sys.modules)
def never():
    return 1  # @never
"""


def test_nothing_of_our_start_stays(hub, program):
    prog = program(LEFT)
    plain = subprocess.check_output([sys.executable, prog.path], universal_newlines=True)
    with hub.launch(prog, ["never"]) as s:
        s.finish()
        assert s.output("stdout").strip() == plain.strip()


def test_arguments_folder_and_environment(hub, program, tmp_path):
    prog = program(ARGS)
    arguments = ["a b", "", "--flag", "é", "$HOME", "'"]
    with hub.launch(prog, args=arguments, cwd=str(tmp_path), env={"COLOUR": "red"}) as s:
        s.finish()
        assert "%r|__main__|%s|red" % (arguments, tmp_path) in s.output("stdout")


def test_a_variable_is_removed(hub, program, monkeypatch):
    monkeypatch.setenv("COLOUR", "blue")
    with hub.launch(program(ARGS), env={"COLOUR": None}) as s:
        s.finish()
        assert s.output("stdout").rstrip().endswith("|None")


def test_the_default_folder_is_the_programs(hub, program):
    prog = program(ARGS)
    with hub.launch(prog) as s:
        s.finish()
        assert "|%s|" % os.path.realpath(prog.folder) in s.output("stdout")


@pytest.mark.parametrize("code", ["print('from code', __name__)", ["x = 'from'", "print(x, 'code', __name__)"]])
def test_code(hub, code):
    with hub.open() as s:
        s.initialize()
        s.launch(code=code)
        s.configuration_done()
        s.finish()
        assert "from code __main__" in s.output("stdout")


def test_the_programs_own_view_is_as_without_us(hub, program):
    """argv, path, modules of the main program and its stack hold nothing of ours."""
    prog = program(
        """
        import sys, os, threading
        frame, depth = sys._getframe(), 0
        while frame:
            frame, depth = frame.f_back, depth + 1
        print(sys.argv, depth, __name__, __file__, threading.active_count(), sorted(globals()), sep="|")
        print(sys.path, sys.flags.optimize)
        print(repr(sys.orig_argv[1:]) if hasattr(sys, "orig_argv") else "")
        """
    )
    alone = subprocess.run([sys.executable, "-O", prog.path], stdout=subprocess.PIPE, universal_newlines=True, check=True)
    with hub.launch(prog, pythonArgs=["-O"]) as s:
        s.finish()
        assert s.output("stdout").splitlines() == alone.stdout.splitlines()


def test_stop_on_entry(dap, program):
    prog = program("# words\n\nx = 1  # @first\ny = 2  # @second\n")
    with dap.launch(prog, stopOnEntry=True) as s:
        s.wait_stop("first", reason="entry")
        s.next("second")
        s.finish()


def test_stop_on_entry_with_a_breakpoint_there_too(dap, program):
    prog = program("x = 1  # @first\ny = 2  # @second\n")
    with dap.launch(prog, ["first"], stopOnEntry=True) as s:
        assert s.wait_stop("first").reason in ("entry", "breakpoint")
        s.next("second")
        s.finish()


def test_no_debug(hub, program):
    prog = program("import sys\nprint('ran', sys.gettrace())  # @x\nsys.exit(4)\n")
    with hub.open(prog) as s:
        s.initialize()
        s.wire.request("launch", {"program": prog.path, "noDebug": True})
        s.finish(4)
        assert "ran None" in s.output("stdout")
        assert s.wire.peek("initialized") is None and s.wire.peek("stopped") is None


@pytest.mark.parametrize(
    "text, code",
    [
        ("x = 1", 0),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit(0)", 0),
        ("import sys; sys.exit('words')", 1),
        ("raise ValueError", 1),
        ("import os; os._exit(42)", 42),
        ("x = (", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 143),
        ("import os; os.abort()", 134),
    ],
)
def test_exit_codes_are_true(hub, program, text, code):
    prog = program(text + "\n")
    with hub.open(prog) as s:
        s.initialize()
        s.launch(prog)
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        s.configuration_done()
        s.finish(code)
        if code > 128:
            assert signal.Signals(code - 128).name in s.output()


def test_killed_while_stopped(dap, program):
    prog = program("x = 1  # @x\n")
    with dap.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        os.kill(s.pid, signal.SIGKILL)
        s.stopped = None
        s.finish(137)
        assert "SIGKILL" in s.output()


def test_output_of_both_streams(hub, program):
    prog = program(
        """
        import sys
        print("out", "é 名", flush=True)
        sys.stderr.write("err\\n")
        sys.stdout.buffer.write(b"raw \\xff bytes\\n")
        print("last", end="")
        """
    )
    with hub.launch(prog) as s:
        s.finish()
        out = s.output("stdout")
        assert out.startswith("out é 名\n") and out.endswith("last") and "raw " in out
        assert s.output("stderr") == "err\n"


def test_output_comes_before_the_end(hub, program):
    prog = program("print('x' * 200000)\n")
    with hub.launch(prog) as s:
        s.finish()
        assert s.output("stdout") == "x" * 200000 + "\n"
        names = [event["event"] for event in s.wire.events]
        assert max(n for n, name in enumerate(names) if name == "output") < names.index("exited")


def test_output_comes_before_the_stop_behind_it(dap, program):
    prog = program("print('before', flush=True)\nx = 1  # @x\n")
    with dap.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.wait_output("before")
        s.finish()


def test_no_standard_input_to_steal(hub, program):
    """The hub's stdin is the editor's: the program does not read DAP."""
    prog = program("import sys\nprint(repr(sys.stdin.read()))\n")
    with hub.launch(prog) as s:
        s.finish()
        assert s.output("stdout") == "''\n"


@pytest.mark.parametrize("kind", ["integratedTerminal", "externalTerminal"])
def test_a_terminal(dap, program, kind):
    prog = program(
        """
        import os, sys
        print("tty", os.isatty(0), os.isatty(1), os.environ.get("COLOUR"), flush=True)
        x = input("name? ")  # @x
        print("hello", x)
        sys.exit(5)
        """
    )
    with dap.launch(prog, ["x"], console=kind, env={"COLOUR": "red"}) as s:
        s.wait_stop("x")
        poll(lambda: "tty True True red" in s.terminals[0].text(), "the first line")
        s.continue_()
        poll(lambda: "name?" in s.terminals[0].text(), "the question")
        s.terminals[0].type("dapper\n")
        s.finish(5)
        poll(lambda: "hello dapper" in s.terminals[0].text(), "the last line")


def test_a_client_without_terminals(hub, program):
    prog = program("x = 1\n")
    with hub.open(prog) as s:
        s.initialize(supportsRunInTerminalRequest=False)
        try:
            s.launch(prog, console="integratedTerminal")
        except Exception as refused:
            assert "erminal" in str(refused)
        else:
            s.configuration_done()
            s.finish()


@pytest.mark.parametrize(
    "config, told",
    [
        ({"program": "/no/such/file.py"}, "/no/such/file.py"),
        ({}, "program"),
        ({"program": "x.py", "module": "y"}, "module"),
        ({"program": "x.py", "python": "/no/such/python"}, "/no/such/python"),
        ({"code": "x = 1", "cwd": "/no/such/folder"}, "/no/such/folder"),
        ({"program": 5}, "program"),
        ({"code": "x = 1", "env": ["A=B"]}, "env"),
        ({"code": "x = 1", "args": {"a": 1}}, "args"),
    ],
)
def test_a_launch_that_can_not_be_is_refused_with_the_reason(hub, config, told):
    with hub.open() as s:
        s.initialize()
        seq = s.wire.begin("launch", config)

        def outcome():
            return s.wire.responses.get(seq) or s.wire.peek("initialized")

        found = s.wire.wait(outcome, "an answer")
        if found["type"] == "event":  # then it is python that says so, as without us
            s._started = seq
            s.configuration_done()
            s.wire.wait_for_event("terminated")
            assert told in s.output()
        else:
            assert found["success"] is False
            assert told in found["message"]


def test_nulls_and_unknown_keys_are_let_through(hub, program):
    prog = program("print('ran')\n")
    config = dict.fromkeys(
        ["args", "cwd", "env", "console", "stopOnEntry", "justMyCode", "python", "pythonArgs", "module"]
    )
    config.update(type="python", request="launch", name="x", __sessionId="5", presentation={"hidden": True})
    with hub.launch(prog, **config) as s:
        s.finish()
        assert s.output("stdout") == "ran\n"


def test_disconnect_ends_a_launched_program(dap, program):
    prog = program("print('ready', flush=True)\nwhile True:\n    pass\n")
    with dap.launch(prog) as s:
        s.wait_output("ready")
        pid = s.pid
        s.wire.request("disconnect", {})
        poll(lambda: pid not in s.family.members(), "the end of the program")


def test_disconnect_may_leave_the_program_alone(dap, program, tmp_path):
    done = tmp_path / "done"
    prog = program(
        """
        import sys, time
        x = 1  # @x
        while not time.sleep(0.01):
            y = 2  # @y
            with open(sys.argv[1], "a") as file:
                file.write("x")
            if sys.argv[1] and file.closed and sys.gettrace() is None:
                break
        """
    )
    with dap.launch(prog, ["x", "y"], args=[str(done)]) as s:
        s.wait_stop("x")
        s.wire.request("disconnect", {"terminateDebuggee": False})
        poll(lambda: done.exists() and done.stat().st_size, "a sign of the program")
        s.wait_extinct()  # it runs to its end, undisturbed


def test_terminate_is_soft_first(hub, program):
    prog = program(
        """
        import time
        try:
            print("ready", flush=True)
            while True:
                time.sleep(0.01)
        finally:
            print("cleaned up", flush=True)
        """
    )
    with hub.launch(prog, exceptions=[]) as s:
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        s.wait_output("ready")
        s.wire.request("terminate", {})
        s.wire.wait_for_event("terminated")
        assert "cleaned up" in s.output("stdout")


def test_terminate_is_hard_second(hub, program):
    prog = program(
        """
        import signal, time
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", flush=True)
        while True:
            time.sleep(0.01)
        """
    )
    with hub.launch(prog) as s:
        s.wait_output("ready")
        s.wire.request("terminate", {})
        s.wire.request("terminate", {})
        s.wire.wait_for_event("terminated", deadline=4)  # the hub's own patience is longer


def test_restart(dap, program):
    prog = program("import os\nprint('pid', os.getpid(), flush=True)\nx = 1  # @x\n")
    with dap.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.wire.request("restart", {})
        s.stopped = None
        s.wire.wait(lambda: s.wire.peek("initialized") or s.wire.peek("stopped"), "the next start")
        if s.wire.peek("initialized"):
            s.wire.wait_for_event("initialized")
            s.set_breakpoints(None, ["x"])
            s.wire.request("configurationDone")
        s.wait_stop("x")
        assert len({body["systemProcessId"] for body in s.wire.bodies("process")}) == 2
        s.finish()


def test_another_interpreter_by_name(hub, program):
    prog = program("import sys\nprint(sys.executable, sys.flags.dont_write_bytecode)\n")
    with hub.launch(prog, python=[sys.executable, "-B"]) as s:
        s.finish()
        assert s.output("stdout") == "%s 1\n" % sys.executable


def test_the_same_adapter_as_a_module(hub, program):
    from tests.client import DapClient
    from tests.processes import ADAPTER

    root = os.path.dirname(os.path.dirname(ADAPTER))
    prog = program("x = 1  # @x\n")
    with DapClient.spawn(prog, command=[sys.executable, "-m", "dapper.adapter"], cwd=root) as s:
        s.run(prog, ["x"])
        s.wait_stop("x")
        s.finish()
