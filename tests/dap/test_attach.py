"""A program that listens or calls home: attach, detach, attach again."""

import contextlib
import os
import sys

import pytest

from dapper._frame_eval import core
from tests.client import DapClient
from tests.processes import ADAPTER, Family, Process, free_port, poll

ROOT = os.path.dirname(os.path.dirname(ADAPTER))

LISTENS = """
import sys, threading
import dapper
dapper.listen(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
done = threading.Event()
count = 0
while not done.wait(0.01):
    count += 1  # @loop
print("the end", count > 0)  # @end
"""


@contextlib.contextmanager
def listening(prog, *before):
    """A program that listens, and its port."""
    family, port = Family(), free_port()
    path = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, *before, prog.path, str(port)]
    process = Process(command, family.environment({"PYTHONPATH": path}), prog.folder)
    process.port, process.family = port, family
    try:
        poll(lambda: "listening" in process.text() or process.popen.poll() is not None, "the listener")
        yield process
    finally:
        process.close()
        print(process.text("stderr"), file=sys.stderr)
        family.wait_extinct()


def straight(process, prog, engine):
    """A client of the program itself, which outlives the session."""
    return DapClient.dial(process.port, prog, engine.name)


def ended(session):
    """Leave the loop of LISTENS; ``done.set()`` would wait for a lock that a thread paused in ``done.wait()`` may hold."""
    session.evaluate("setattr(done, '_flag', True)", "repl", session.stopped.frames[-1]["id"])


COUNTS = """
import sys
import dapper
dapper.listen(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
def count():
    done, total = False, 0
    while not done:
        for n in range(100):
            total += n  # @loop
    return total
print("the end", count() > 0)
"""


def test_locals_stay_whatever_engine_was_there_before(engine, program):
    prog = program(COUNTS)
    with listening(prog) as process:
        for is_last, name in enumerate(("settrace", engine.name)):
            with DapClient.dial(process.port, prog, name) as s:
                s.initialize()
                s.attach()
                s.set_breakpoints(None, ["loop"])
                s.configuration_done()
                for _ in range(2):
                    s.wait_stop("loop")
                    assert {"done", "n", "total"} <= set(s.locals())
                    s.continue_()
                s.wait_stop("loop")
                if is_last:
                    s.set_breakpoints(None, [])
                    s.evaluate("done = True", "repl", s.stopped.frames[0]["id"])
                    s.continue_()
                    assert process.wait() == 0
        assert "the end True" in process.text()


TRACED_OR_NOT = """
import sys
import dapper
dapper.listen(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
def main():
    n = 0
    while sys.gettrace() is None:
        n += 1  # @loop
    print("traced", flush=True)
    while sys.gettrace() is not None:
        n += 1
main()
print("the end")
"""


@pytest.mark.skipif(sys.version_info >= (3, 13) or core.load()[0] is None, reason="only a thread itself can do that here")
def test_a_loop_that_calls_nothing_is_not_traced_when_the_client_has_gone(program):
    prog = program(TRACED_OR_NOT)
    with listening(prog) as process:
        with DapClient.dial(process.port, prog, "settrace") as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            poll(lambda: "traced" in process.text() or None, "a trace function")
            s.wire.request("disconnect", {})
        assert process.wait() == 0
        assert "the end" in process.text()


def test_attach_straight_to_the_program(engine, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        with straight(process, prog, engine) as s:
            s.initialize()
            s.attach()
            assert s.set_breakpoints(None, ["loop"])[0]["verified"]
            s.configuration_done()
            assert s.wait_stop("loop", reason="breakpoint").names[-1] == "<module>"
            s.set_breakpoints(None, [])
            assert s.wire.bodies("process")[0]["startMethod"] == "attach"
            ended(s)
            s.continue_()
            assert process.wait() == 0
        assert "the end True" in process.text()


def test_attach_through_the_hub(engine, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        with DapClient.spawn(prog, engine.name) as s:
            s.initialize()
            s.attach(connect={"host": "127.0.0.1", "port": str(process.port)})
            s.set_breakpoints(None, ["loop"])
            s.configuration_done()
            s.wait_stop("loop")
            s.set_breakpoints(None, [])
            ended(s)
            s.continue_()
            s.wire.wait_for_event("terminated")
            assert process.wait() == 0


def test_detach_leaves_the_program_running(engine, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        for _ in range(3):
            with straight(process, prog, engine) as s:
                s.initialize()
                s.attach()
                s.set_breakpoints(None, ["loop"])
                s.configuration_done()
                s.wait_stop("loop")
                s.wire.request("disconnect", {})
        with straight(process, prog, engine) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            s.pause()
            assert s.evaluate("sys.gettrace() is None or True", frame=s.stopped.frames[-1]["id"]) == "True"
            ended(s)
            s.continue_()
            assert process.wait() == 0


def test_continue_and_disconnect_at_once(engine, program):
    """The thread has been told to go on and has not begun to: the end of the session must not take that back."""
    prog = program(LISTENS)
    with listening(prog) as process:
        for n in range(15):
            with straight(process, prog, engine) as s:
                s.initialize()
                s.attach()
                s.set_breakpoints(None, ["loop"])
                s.configuration_done()
                thread = s.wait_stop("loop").thread
                if n % 2:
                    s.wire.begin("setBreakpoints", {"source": {"path": prog.path}, "breakpoints": []})
                s.wire.begin("continue", {"threadId": thread})
                s.wire.request("disconnect", {})


def test_a_lost_connection_is_a_detach(engine, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        with straight(process, prog, engine) as s:
            s.initialize()
            s.attach()
            s.set_breakpoints(None, ["loop"])
            s.configuration_done()
            s.wait_stop("loop")
            s.crash()
        with straight(process, prog, engine) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            before = int(s.evaluate("count", frame=s.pause().frames[-1]["id"]))
            s.continue_()
            s.pause()
            assert int(s.evaluate("count", frame=s.stopped.frames[-1]["id"])) >= before
            ended(s)
            s.continue_()
            assert process.wait() == 0


def test_attach_answers_configuration_done_first(engine, program):
    """ipykernel takes the answers in the order of arrival."""
    prog = program(LISTENS)
    with listening(prog) as process:
        with straight(process, prog, engine) as s:
            s.initialize()
            attach = s.wire.begin(
                "attach", {"connect": {"host": "127.0.0.1", "port": "1"}, "debugOptions": ["DebugStdLib"]}
            )
            s.wire.wait_for_event("initialized")
            done = s.wire.begin("configurationDone")
            s.wire.answer(done)
            s.wire.answer(attach)
            assert list(s.wire.responses)[-2:] == [done, attach]
            s.pause()
            ended(s)
            s.continue_()
            assert process.wait() == 0


def test_only_one_client_at_a_time(engine, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        with straight(process, prog, engine) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            with straight(process, prog, engine) as other:
                other.initialize()
                assert "another client" in other.wire.refused("attach", {}).message
                other.crash()
            s.pause()
            ended(s)
            s.continue_()
            assert process.wait() == 0


def test_wait_for_client(engine, program):
    prog = program(
        """
        import sys
        import dapper
        dapper.listen(int(sys.argv[1]))
        print("listening", dapper.is_client_connected(), flush=True)
        dapper.wait_for_client()
        print("connected", dapper.is_client_connected())
        dapper.breakpoint()
        x = 1  # @after
        """
    )
    with listening(prog) as process:
        with straight(process, prog, engine) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            stop = s.wait_stop()
            assert stop.line in (prog.line("after") - 1, prog.line("after"))
            s.continue_()
            assert process.wait() == 0
        assert process.text().splitlines() == ["listening False", "connected True"]


def test_the_command_line_listens(engine, program):
    prog = program("import sys\nprint(sys.argv[1:], __name__)\nx = 1  # @x\n")
    port, family = free_port(), Family()
    environment = family.environment({"PYTHONPATH": ROOT})
    command = [sys.executable, "-m", "dapper", "--listen", str(port), "--wait-for-client", prog.path, "a", "b c"]
    process = Process(command, environment, prog.folder)
    try:
        with DapClient.dial(port, prog, engine.name) as s:
            s.initialize()
            s.attach()
            s.set_breakpoints(None, ["x"])
            s.configuration_done()
            s.wait_stop("x")
            s.continue_()
            assert process.wait() == 0
        assert process.text() == "['a', 'b c'] __main__\n"
    finally:
        process.close()
        print(process.text("stderr"), file=sys.stderr)
        family.wait_extinct()
