"""The DAP client against a pretended adapter: what it accepts, what it complains about, what it cleans up."""

import os
import sys

import pytest

from tests.client import DapClient
from tests.processes import Family, Process, Terminal, dial, free_port, poll
from tests.schema import BadShape
from tests.wire import Closed, Late, Refused

HERE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def prog(program):
    return program(
        """
        a = 1
        b = 2  # @second
        """
    )


def fake(fault=""):
    return DapClient.spawn(command=[sys.executable, "-m", "tests.tools.fake_adapter", fault], cwd=HERE)


def test_a_whole_session(prog):
    with fake() as s:
        assert s.initialize() == {"supportsConfigurationDoneRequest": True}
        s.launch(prog)
        assert s.set_breakpoints(None, ["second"]) == [{"verified": True, "line": 2}]
        s.configuration_done()
        stop = s.wait_stop("second", reason="breakpoint", line=2)
        assert (stop.thread, stop.mark, stop.names) == (7, "second", ["f"])
        s.finish(0)


def test_marks_until_end(prog):
    with fake() as s:
        assert s.run(prog).marks_until_end() == ["second"]


def test_the_wrong_line_is_told(prog):
    with fake() as s:
        s.run(prog)
        with pytest.raises(AssertionError):
            s.wait_stop(line=1)


def test_an_end_instead_of_a_stop_fails_at_once(prog):
    with fake("ends") as s:
        s.run(prog)
        with pytest.raises(AssertionError, match="ended instead of stopping at second"):
            s.wait_stop("second")
        with pytest.raises(AssertionError):
            s.finish(0)


def test_an_unexpected_stop_fails_at_once(prog):
    with fake() as s:
        s.run(prog)
        with pytest.raises(AssertionError, match="unexpected stop at second"):
            s.finish()


def test_a_deadline_passes(prog):
    with fake("silent") as s:
        s.run(prog)
        with pytest.raises(Late, match="a stop at second did not come within 0.05 s"):
            s.wait_stop("second", deadline=0.05)


def test_a_refusal_is_an_exception(prog):
    with fake() as s:
        s.initialize()
        with pytest.raises(Refused, match="unknown"):
            s.wire.request("threads")
        assert s.wire.refused("threads").message == "unknown"
        with pytest.raises(AssertionError, match="initialize was not refused"):
            s.wire.refused("initialize", {"adapterID": "x"})


def test_a_body_beyond_the_protocol_is_found():
    s = fake("bad body")
    with pytest.raises(BadShape, match="supportsNothing"):
        s.initialize()
    with pytest.raises(AssertionError, match="supportsNothing"):
        s.close()


@pytest.mark.parametrize("fault, told", [("two answers", "answered twice"), ("seq jumps", "came after 3")])
def test_faults_nobody_waits_for_are_found_at_the_end(prog, fault, told):
    with pytest.raises(AssertionError, match=told):
        with fake(fault) as s:
            s.run(prog)
            s.finish()


def test_the_order_of_answers_is_checked(prog):
    with fake("wrong order") as s:
        with pytest.raises(AssertionError, match="before configurationDone"):
            s.run(prog)


def test_a_dead_adapter_is_told_at_once():
    with fake("dies") as s:
        s.initialize()
        with pytest.raises(Closed):
            s.wire.wait_for_event("initialized")


def test_run_in_terminal(prog):
    with fake("asks back") as s:
        s.run(prog)
        s.wait_output("client said True")
        assert s.terminals[0].wait() == 0
        assert s.terminals[0].text() == "hello True\n"


def test_orphans_are_found_and_killed(prog):
    s = fake("orphan")
    s.run(prog).wait_stop()
    s.wait_extinct = lambda: s.family.wait_extinct(deadline=0.2)
    with pytest.raises(AssertionError, match="orphans: .*sleep 1000"):
        s.close()
    poll(lambda: not s.family.members(), "the end of the orphan")


def test_a_failure_tells_the_whole_conversation(prog, capsys):
    with pytest.raises(ZeroDivisionError):
        with fake() as s:
            s.run(prog)
            raise ZeroDivisionError
    told = capsys.readouterr().err
    assert '-> {"type": "request", "command": "launch"' in told
    assert '<- {"type": "response"' in told


def test_unchecked_messages_can_be_sent():
    with fake() as s:
        with pytest.raises(BadShape):
            s.wire.begin("threads", {}, checked=True) and s.wire.begin("noSuchThing")
        assert s.wire.refused("noSuchThing", checked=False).message == "unknown"


def test_family_process_and_terminal(tmp_path):
    family = Family()
    code = "import os, sys; print(sorted(k for k in os.environ if k.startswith('DAPPER_T'))); sys.stdin.read(1)"
    process = Process([sys.executable, "-c", "print('out'); 1/0"], family.environment({"NO": None}))
    assert process.wait() == 1
    assert process.text() == "out\n"
    assert "ZeroDivisionError" in process.text("stderr")
    terminal = Terminal([sys.executable, "-c", code], family.environment(), str(tmp_path))
    poll(lambda: "FAMILY" in terminal.text(), "the first line")
    assert list(family.members()) == [terminal.pid]
    assert terminal.foreground() == terminal.pid
    terminal.type("x\n")
    assert terminal.wait() == 0
    family.wait_extinct()
    process.close()
    terminal.close()


def test_dialling_gives_up():
    with pytest.raises(Late, match="a listener on"):
        dial("127.0.0.1", free_port(), 0.05)
