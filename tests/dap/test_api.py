"""What a program asks of its debugger: listen, connect, wait, stop here, show this exception."""

import contextlib
import json
import os
import subprocess
import sys

import pytest

from tests.client import DapClient
from tests.processes import ADAPTER, Family, Process, poll

ROOT = os.path.dirname(os.path.dirname(ADAPTER))


@contextlib.contextmanager
def running(prog, *args, env=None):
    """The program with dapper importable; it prints its port first if it listens."""
    family = Family()
    environment = family.environment(dict({"PYTHONPATH": ROOT, "PYTHONUNBUFFERED": "1"}, **env or {}))
    process = Process([sys.executable, prog.path, *args], environment, prog.folder)
    process.family = family
    try:
        yield process
    finally:
        process.close()
        print(process.text("stdout"), process.text("stderr"), sep="\n", file=sys.stderr)
        family.wait_extinct()


def port_of(process):
    return int(poll(lambda: process.text().partition("\n")[1] and process.text().split()[0], "the port"))


def attached(process, prog, stop_at=(), exceptions=(), **initialize):
    s = DapClient.dial(port_of(process), prog)
    s.initialize(**initialize)
    s.attach()
    s.configure(stop_at, exceptions=exceptions)
    return s.configuration_done()


def alone(code, *, env=None):
    """Run code without a client; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30, stdin=subprocess.DEVNULL,
        env=dict(os.environ, PYTHONPATH=ROOT, **env or {}),
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_importing_starts_nothing():
    code = """
import sys
before = set(sys.modules)
hook, path = sys.breakpointhook, list(sys.path)
import dapper, threading
print(sorted(set(sys.modules) - before - {"threading", "_weakrefset", "_weakref"}), threading.active_count())
print(hook is sys.breakpointhook, sys.gettrace(), sys.path == path, dapper.is_client_connected(), dapper.breakpoint())
print(dapper.get_cli_options(), all(hasattr(dapper, name) for name in dapper.__all__))
"""
    first, second, third = alone(code).splitlines()
    assert first.endswith(" 1") and "adapter" not in first
    assert second == "True None True False None"
    assert third == "None True"


def test_listen_tells_its_address_and_may_be_called_again():
    code = """
import dapper
a = dapper.listen(0)
b = dapper.listen(("127.0.0.1", 0))
c = dapper.listen(5)
print(a == b == c, a[0], a[1] > 0, dapper.is_client_connected())
dapper.stop_listening()
dapper.stop_listening()
d = dapper.listen(a[1])
print(d == a)
"""
    assert alone(code) == "True 127.0.0.1 True False\nTrue\n"


@pytest.mark.parametrize("endpoint", ["'x'", "('127.0.0.1', 'x')", "-1", "65536", "(5, 5)", "None", "('127.0.0.1',)", "True"])
def test_what_is_no_endpoint(endpoint):
    code = """
import dapper
for function in (dapper.listen, dapper.connect):
    try:
        function(%s)
    except (ValueError, TypeError) as error:
        print("no")
"""
    assert alone(code % endpoint) == "no\nno\n"


def test_what_can_not_be_now():
    code = """
import dapper, socket
def refused(function, *args, **more):
    try:
        function(*args, **more)
    except (RuntimeError, ValueError) as error:
        print(type(error).__name__)
refused(dapper.wait_for_client)
refused(dapper.connect, 1)
taken = socket.socket(); taken.bind(("127.0.0.1", 0)); taken.listen(1)
refused(dapper.listen, taken.getsockname()[1])
refused(dapper.configure, rumba=1)
refused(dapper.configure, {"subProcess": 1})
refused(dapper.configure, qt="qt9")
refused(dapper.trigger_exception_handler, 5)
refused(dapper.trigger_exception_handler, (1, 2))
dapper.configure({"qt": "none"}, subProcess=True, python="x", pythonEnv={})
dapper.trigger_exception_handler()
dapper.trigger_exception_handler(ValueError())
dapper.debug_this_thread(); dapper.trace_this_thread(True)
dapper.listen(0)
refused(dapper.connect, 1)
refused(dapper.log_to, "/tmp")
"""
    names = alone(code).split()
    assert names == ["RuntimeError"] * 3 + ["ValueError"] * 5 + ["RuntimeError"] * 2


def test_nobody_is_waited_for_after_cancel():
    code = """
import dapper, threading
dapper.listen(0)
threading.Timer(0.1, dapper.wait_for_client.cancel).start()
dapper.wait_for_client()
print("on", dapper.is_client_connected())
"""
    assert alone(code) == "on False\n"


def test_breakpoint_without_a_client_does_nothing():
    assert alone("import dapper\ndapper.listen(0)\nbreakpoint()\ndapper.breakpoint()\nprint(1)") == "1\n"


def test_the_users_hook_wins():
    code = "import dapper\ndapper.listen(0)\nprint(breakpoint())"
    assert alone(code, env={"PYTHONBREAKPOINT": "os.getcwd"}) == os.getcwd() + "\n"
    assert alone(code, env={"PYTHONBREAKPOINT": "0"}) == "None\n"


STOPS = """
import dapper, sys
print(dapper.listen(0)[1])
dapper.wait_for_client()
def f():
    %s
    return 1  # @after
f()
print("end", dapper.is_client_connected())
"""


@pytest.mark.parametrize("call", ["breakpoint()", "dapper.breakpoint()", "sys.breakpointhook()"])
def test_breakpoint(program, call):
    prog = program(STOPS % call)
    with running(prog) as process:
        with attached(process, prog) as s:
            assert s.wait_stop(reason="breakpoint").names[:2] == ["f", "<module>"]
            assert s.stopped.line in (prog.line("after"), prog.line("after") - 1)
            s.continue_()
            assert process.wait() == 0
        assert "end True" in process.text()


def test_clients_come_and_go(program):
    prog = program("import dapper\nprint(dapper.listen(0)[1])\nn = 0\nwhile n >= 0:\n    n += 1  # @n\nprint('end')\n")
    with running(prog) as process:
        for turn in range(5):
            with attached(process, prog, ["n"]) as s:
                s.wait_stop("n")
                s.wire.request("setExpression", {"expression": "n", "value": "-9" if turn == 4 else "0", "frameId": s.stopped.frame})
                if turn % 2:
                    s.crash()
                else:
                    s.wire.request("disconnect", {})
        assert process.wait() == 0


def test_a_second_client_is_told(program):
    prog = program("import dapper\nprint(dapper.listen(0)[1])\ndapper.wait_for_client()\nx = 1  # @x\n")
    with running(prog) as process:
        with attached(process, prog, ["x"]) as s:
            s.wait_stop("x")
            with DapClient.dial(port_of(process), prog) as second:
                second.initialize()
                assert "another client" in second.wire.refused("attach", {}).message
                second.wire.join()
            with DapClient.spawn(prog) as through_hub:
                through_hub.initialize()
                refused = through_hub.wire.refused("attach", {"connect": {"port": port_of(process)}})
                assert "another client" in refused.message
            assert s.evaluate("1 + 1") == "2"
            s.continue_()
            assert process.wait() == 0


def test_a_silent_stranger_does_not_disturb(program):
    import socket

    prog = program("import dapper\nprint(dapper.listen(0)[1])\ndapper.wait_for_client()\nx = 1  # @x\n")
    with running(prog) as process:
        with attached(process, prog, ["x"]) as s:
            s.wait_stop("x")
            with socket.create_connection(("127.0.0.1", port_of(process))) as silent:
                assert s.evaluate("1 + 1") == "2"
                silent.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert silent.recv(10) == b""
            assert s.evaluate("1 + 1") == "2"
            s.continue_()
            assert process.wait() == 0


HANDLES = """
import dapper
print(dapper.listen(0)[1])
dapper.wait_for_client()
def f():
    secret = 5
    raise ValueError("seen")  # @raise
try:
    f()
except ValueError as error:
    dapper.trigger_exception_handler(%s)
print("end")
"""


@pytest.mark.parametrize("arguments", ["", "error", "as_uncaught=False", "(type(error), error, error.__traceback__)"])
def test_an_exception_is_shown(program, arguments):
    prog = program(HANDLES % arguments)
    with running(prog) as process:
        with attached(process, prog, exceptions=["uncaught"]) as s:
            stop = s.wait_stop(reason="exception")
            assert stop.mark == "raise"
            assert s.evaluate("secret") == "5"
            s.continue_()
            assert process.wait() == 0


def test_an_exception_the_client_does_not_want(program):
    prog = program(HANDLES % "")
    with running(prog) as process:
        s = DapClient.dial(port_of(process), prog)
        with s:
            s.initialize()
            s.attach()
            s.wire.request("setExceptionBreakpoints", {"filters": []})
            s.configuration_done()
            assert process.wait() == 0
        assert "end" in process.text()


def test_a_fork_of_a_listening_program(program):
    """The child has neither the port nor the client; it runs on, undebugged and unharmed."""
    prog = program(
        """
        import dapper, os, sys
        print(dapper.listen(0)[1])
        dapper.wait_for_client()
        pid = os.fork()
        if pid == 0:
            x = 1  # @x
            os._exit(5 if dapper.is_client_connected() or sys.gettrace() else 6)
        print("child", os.waitpid(pid, 0)[1] >> 8)
        y = 2  # @y
        """
    )
    with running(prog) as process:
        with attached(process, prog, ["x", "y"]) as s:
            s.wait_stop("y")
            s.continue_()
            assert process.wait() == 0
        assert "child 6" in process.text()


@pytest.mark.parametrize("name", ["DAPPER_ADAPTER_ENDPOINTS", "DEBUGPY_ADAPTER_ENDPOINTS"])
def test_the_port_is_written_where_it_was_asked_for(program, tmp_path, name):
    prog = program("import dapper, os\nport = dapper.listen(0)[1]\nprint(port, os.path.exists(os.environ[%r]))\ninput()\n" % name)
    path = tmp_path / "endpoints"
    with running(prog, env={name: str(path)}) as process:
        poll(lambda: process.text().endswith("\n"), "the port")
        assert process.text().split()[1] == "True"
        process.wait()
    assert not path.exists()


def test_a_log(program, tmp_path):
    prog = program(
        "import dapper, sys\ndapper.log_to(sys.argv[1])\nprint(dapper.listen(0)[1])\ndapper.wait_for_client()\nx = 1  # @x\n"
    )
    with running(prog, str(tmp_path / "logs")) as process:
        with attached(process, prog, ["x"]) as s:
            s.wait_stop("x")
            s.continue_()
            process.wait()
    (log,) = (tmp_path / "logs").iterdir()
    text = log.read_text(encoding="utf-8")
    assert '"stopped"' in text and "configurationDone" in text and json.dumps(prog.path) in text


def test_the_end_is_told_without_a_hub(program):
    prog = program("import dapper\nprint(dapper.listen(0)[1])\ndapper.wait_for_client()\nx = 1\n")
    with running(prog) as process:
        with attached(process, prog) as s:
            s.wire.wait_for_event("terminated")
            assert process.wait() == 0


def test_threads_of_others(program):
    """_thread's are seen without a word; a word does no harm."""
    prog = program(
        """
        import _thread, dapper
        print(dapper.listen(0)[1])
        dapper.wait_for_client()
        done = _thread.allocate_lock()
        done.acquire()
        def work(flag):
            dapper.debug_this_thread()
            x = flag  # @x
            dapper.trace_this_thread(False)
            done.release()
        _thread.start_new_thread(work, (1,))
        done.acquire()
        """
    )
    with running(prog) as process:
        with attached(process, prog, ["x"]) as s:
            s.wait_stop("x")
            s.continue_()
            assert process.wait() == 0


def test_a_thread_that_the_program_has_taken_out(engine, program):
    prog = program(
        """
        import dapper, os, sys, time
        print(dapper.listen(0)[1])
        dapper.wait_for_client()

        def fail():
            try:
                raise ValueError(n)  # @raise
            except ValueError:
                return n

        def work():
            fail()
            x = n  # @x
            y = n  # @log
            z = n  # @condition

        dapper.trace_this_thread(False)
        n = 1
        work()
        print("out")
        while not os.path.exists("go"):
            time.sleep(0.01)
        work()
        print("still out", sys.gettrace() is None)
        dapper.trace_this_thread(True)
        n = 2
        work()
        """
    )
    wanted = ["x", {"line": prog.line("log"), "logMessage": "n is {n}"}, {"line": prog.line("condition"), "condition": "n"}]
    with running(prog, env={"DAPPER_FRAME_EVAL_ENGINE": engine.name}) as process:
        with DapClient.dial(port_of(process), prog) as s:
            s.initialize()
            s.attach()
            s.set_breakpoints(None, wanted)
            s.wire.request("setExceptionBreakpoints", {"filters": ["raised"]})
            s.configuration_done()
            poll(lambda: "out" in process.text(), "the program")
            s.wire.request("pause", {"threadId": 1})
            s.wire.request("threads")  # a pause is answered first, and then done: by now it is
            with open(os.path.join(prog.folder, "go"), "w"):
                pass
            stop = s.wait_stop(reason="pause")
            said = poll(lambda: "still out" in process.text() and process.text(), "what the program says")
            assert engine.name != "settrace" or "still out True" in said
            assert stop.names[-1] == "<module>"
            s.continue_()
            for mark in ("raise", "x", "condition"):
                s.wait_stop(mark)
                assert s.evaluate("n") == "2"
                s.continue_()
            assert process.wait() == 0
            logged = [body["output"] for body in s.wire.bodies("output") if "n is" in body["output"]]
            if engine.name != "injection":  # there the program's code has the messages in it, for all threads
                assert logged == ["n is 2\n"]
            assert logged[-1] == "n is 2\n"
