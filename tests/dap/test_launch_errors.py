"""Programs that can't be started: what the user is told is missing is what is missing."""

import subprocess
import sys

import pytest

from tests.processes import poll


@pytest.mark.parametrize("console", ["internalConsole", "integratedTerminal"])
@pytest.mark.parametrize("no_debug", [False, True], ids=["debugged", "not debugged"])
def test_a_missing_program_is_told_as_python_tells_it(hub, program, console, no_debug):
    prog = program("x = 1\n")
    with hub.open(prog) as s:
        s.initialize()
        launch = s.wire.begin("launch", {"program": prog.folder + "/none.py", "console": console, "noDebug": no_debug})
        s.wire.begin("configurationDone")
        s.wire.answer(launch)
        s.wire.wait_for_event("terminated")
        assert s.wire.bodies("exited") == [{"exitCode": 2}]

        def shown():
            return s.output("stderr") + "".join(terminal.text() for terminal in s.terminals)

        poll(lambda: "can't open file" in shown() and "none.py" in shown(), "Python's own words")


def test_a_missing_program_in_a_missing_folder(hub, program):
    folder = program("x = 1\n").folder + "/none"
    with hub.open() as s:
        s.initialize()
        message = s.wire.refused("launch", {"program": folder + "/prog.py", "cwd": folder}).message
        assert message == "Can't start %s/prog.py: there is no such file." % folder


def test_a_missing_folder(hub, program):
    prog = program("x = 1\n")
    with hub.open() as s:
        s.initialize()
        message = s.wire.refused("launch", {"program": prog.path, "cwd": prog.folder + "/none"}).message
        assert "none to run it in ('cwd')" in message


@pytest.mark.parametrize("cwd", [True, False], ids=["with a folder", "without"])
def test_a_missing_interpreter(hub, program, cwd):
    prog = program("x = 1\n")
    with hub.open() as s:
        s.initialize()
        more = {"cwd": prog.folder} if cwd else {}
        message = s.wire.refused("launch", dict({"program": prog.path, "python": "/none/python"}, **more)).message
        assert message == "Can't start /none/python: there is no such interpreter."


def test_a_terminal_that_is_closed_before_the_program_begins(hub, program):
    """The user closed it, or its shell ended with an error: nobody waits for a program that will never come."""
    prog = program("x = 1\n")
    with hub.open(prog) as s:
        closed = subprocess.Popen([sys.executable, "-c", ""])
        s.wire._on_request = lambda request: {"processId": closed.pid}
        s.initialize()
        assert closed.wait() == 0
        message = s.wire.refused("launch", {"program": prog.path, "console": "integratedTerminal"}).message
        assert "its terminal was closed before the program began" in message
