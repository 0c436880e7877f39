"""The terminal face in a real terminal: keys, the program's own input, modes, history; with its libraries and without."""

import importlib.util
import os
import re
import stat
import sys
import termios

import pytest

from tests.processes import Family, Terminal, poll
from tests.wire import DEADLINE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_START = """\
import sys
sys.path.insert(0, {root!r})
for name in {missing!r}:
    sys.modules[name] = None
from dapper.terminal import main
sys.exit(main(sys.argv[1:]))
"""
LIBRARIES = ("prompt_toolkit", "pygments")
HERE = all(importlib.util.find_spec(name) for name in LIBRARIES)


class Keyboard:
    """Somebody in front of a terminal.

    Args:
        command, env, cwd: as for Terminal.
    """

    def __init__(self, command, env, cwd):
        self.terminal = Terminal(command, env, cwd)
        self._read = 0

    def see(self, *texts):
        """Wait for texts on the screen, in this order, behind those seen before."""
        for text in texts:
            self._read = poll(lambda: self._end_of(text), "%r in %r" % (text, self.screen()[self._read :]), DEADLINE)

    def _end_of(self, text):
        at = self.screen().find(text, self._read)
        return at + len(text) if at >= 0 else 0

    def screen(self):
        """All that was shown, without colours and movements of the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r", "", self.terminal.text())

    def type(self, text):
        self.terminal.type(text)


@pytest.fixture(params=["edited", "plain"])
def libraries(request):
    """Names of modules to hide from dapper."""
    if request.param == "edited" and not HERE:
        pytest.skip("prompt_toolkit or pygments is not installed")
    return LIBRARIES if request.param == "plain" else ()


@pytest.fixture
def keyboard(program, libraries, tmp_path):
    """``keyboard(text, *options)`` → a Keyboard in front of dapper, whose home is tmp_path."""
    family = Family()
    made = []

    def start(text, *options):
        prog = program(text)
        start_text = _START.format(root=ROOT, missing=libraries)
        # A terminal nobody draws does not tell where its cursor is.
        environment = {
            "HOME": str(tmp_path),
            "PYTHONPATH": None,
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "NO_COLOR": None,
        }
        command = [sys.executable, "-c", start_text] + list(options) + ["prog.py"]
        made.append(Keyboard(command, family.environment(environment), prog.folder))
        return made[-1]

    yield start
    for each in made:
        each.terminal.close()
    family.wait_extinct()


SLEEPER = """\
import time

name = input("who? ")
print("hello", name)
for i in range(1000):
    time.sleep(1000)
"""


def test_input_reaches_the_program_and_ctrl_c_pauses_its_sleep(keyboard):
    keys = keyboard(SLEEPER)
    keys.see("-> import time", "(dapper)")
    keys.type("c\r")
    keys.see("who? ")
    keys.type("Ada\r")
    keys.see("hello Ada\n")
    keys.type("\x03")
    keys.see("Paused\n", "prog.py(6)<module>()", "-> time.sleep(1000)", "(dapper)")
    keys.type("p name * 2\r")
    keys.see("'AdaAda'", "(dapper)")
    keys.type("q\r")
    assert keys.terminal.wait() == 0


def test_ctrl_c_pauses_a_busy_program(keyboard):
    keys = keyboard("i = 0\nprint('busy')\nwhile True:\n    i += 1\n")
    keys.see("(dapper)")
    keys.type("n ;; c\r")
    keys.see("busy\n")
    keys.type("\x03")
    keys.see("Paused\n", "prog.py(", "(dapper)")
    keys.type("p i >= 0\r")
    keys.see("True", "(dapper)")
    keys.type("\x04")
    assert keys.terminal.wait() == 0


def test_ctrl_c_gives_up_an_evaluation(keyboard):
    keys = keyboard("x = 1\ny = 2\n")
    keys.see("(dapper)")
    keys.type("p 'st' + 'art' ;; __import__('time').sleep(1000)\r")
    keys.see("'start'")
    keys.type("\x03")
    keys.see("*** Interrupted", "(dapper)")
    keys.type("p 40 + 2\r")
    keys.see("42", "(dapper)")
    keys.type("c\r")
    keys.see("ended with exit code 0", "(dapper)")
    keys.type("q\r")
    assert keys.terminal.wait() == 0


def test_ctrl_c_at_the_prompt_drops_the_line(keyboard):
    keys = keyboard("x = 1\ny = 2\n")
    keys.see("(dapper)")
    keys.type("p 'wro\x03")
    keys.see("(dapper)")
    keys.type("p 'ri' + 'ght'\r")
    keys.see("'right'")
    keys.type("q\r")
    assert keys.terminal.wait() == 0


def test_ctrl_d_quits_and_the_exit_code_is_the_programs(keyboard):
    keys = keyboard("raise SystemExit(5)\n")
    keys.see("(dapper)")
    keys.type("c\r")
    keys.see("ended with exit code 5", "(dapper)")
    keys.type("\x04")
    assert keys.terminal.wait() == 5


def test_lines_are_remembered_by_their_owner_alone(keyboard, tmp_path):
    keys = keyboard("x = 1\n")
    keys.see("(dapper)")
    keys.type("p 'once'\r")
    keys.see("'once'\n", "(dapper)")
    keys.type("q\r")
    keys.terminal.wait()
    history = tmp_path / ".dapper_history"
    assert history.read_text() == "p 'once'\nq\n"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    again = keyboard("x = 1\n")
    again.see("(dapper)")
    again.type("\x1b[A\x1b[A\r")
    again.see("\n'once'\n")
    again.type("q\r")
    assert again.terminal.wait() == 0


def test_tab_completes_commands_names_and_places(keyboard):
    keys = keyboard("def marmalade():\n    pass\nvalue_of_it = 7\nprint()\n")
    keys.see("(dapper)")
    keys.type("unti\t")
    keys.see("until")
    keys.type(" 3\r")
    keys.see("prog.py(3)<module>()", "(dapper)")
    keys.type("n\r")
    keys.see("prog.py(4)<module>()", "(dapper)")
    keys.type("p value_o\t")
    keys.see("value_of_it")
    keys.type(" + 1\r")
    keys.see("\n8", "(dapper)")
    keys.type("b marm\t")
    keys.see("marmalade")
    keys.type("\r")
    keys.see("Breakpoint 1 at", "(dapper)")
    keys.type("q\r")
    assert keys.terminal.wait() == 0


RAW = """\
import sys
import termios
import tty

before = termios.tcgetattr(0)
tty.setraw(0)
x = 1
same = termios.tcgetattr(0)[3] & (termios.ECHO | termios.ICANON)
termios.tcsetattr(0, termios.TCSANOW, before)
print("kept" if not same else "lost")
"""


def test_the_programs_modes_come_back_and_ours_too(keyboard):
    keys = keyboard(RAW)
    master = keys.terminal._master
    keys.see("(dapper)")
    keys.type("b 7\r")
    keys.see("Breakpoint 1 at", "(dapper)")
    keys.type("c\r")
    keys.see("prog.py(7)<module>()", "(dapper)")
    keys.type("c\r")
    keys.see("kept", "ended with exit code 0", "(dapper)")
    keys.type("q\r")
    keys.see("q")
    assert keys.terminal.wait() == 0
    # The slave is closed by now; what was set last is what a shell would find.
    assert termios.tcgetattr(master)[3] & termios.ECHO


def test_nobody_is_left_when_the_terminal_closes(keyboard):
    keys = keyboard(SLEEPER)
    keys.see("(dapper)")
    keys.type("c\r")
    keys.see("who? ")
    keys.terminal.popen.kill()


def test_colours_where_there_are_any(keyboard, libraries):
    keys = keyboard("x = 1\n")
    keys.see("(dapper)")
    coloured = "\x1b[36m" in keys.terminal.text()
    assert coloured
    assert ("\x1b[94m1\x1b" in keys.terminal.text()) == (not libraries)
    keys.type("q\r")
    assert keys.terminal.wait() == 0
    plain = keyboard("x = 1\n", "--no-color")
    plain.see("-> x = 1\n")
    assert "\x1b[36m" not in plain.terminal.text()
    plain.see("(dapper)")
    plain.type("q\r")
    assert plain.terminal.wait() == 0
