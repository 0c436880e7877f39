"""Windows live on while the main thread stands, if that is asked for. Toolkits are stood in for, but for Tcl's own loop."""
import pytest

from dapper.adapter.debugger.gui import FINDERS
from dapper.protocol.keys import GUI_LOOPS
from tests.conftest import Sessions
from tests.processes import poll
from tests.wire import Refused

#: A module ``seen`` counts the turns of a toolkit's loop; the toolkit looks like some other.
STAND_IN = """
import sys, types
def module(name, **names):
    made = sys.modules[name] = types.ModuleType(name)
    made.__dict__.update(names)
turns = []
def turn(*_):
    turns.append(len(turns))  # @turn
    return False
"""
TOOLKITS = {
    "qt": """
        class App:
            instance = classmethod(lambda cls: cls())
            processEvents = turn
        module("PySide6.QtCore", QCoreApplication=App)
        """,
    "gtk3": """
        class Context:
            default = classmethod(lambda cls: cls())
            iteration = turn
        module("gi.repository.Gtk")
        module("gi.repository.GLib", MainContext=Context)
        """,
    "matplotlib": """
        class Figures:
            get_active = classmethod(lambda cls: cls)
            class canvas:
                required_interactive_framework = "wx"
                flush_events = turn
        module("matplotlib.pyplot")
        module("matplotlib._pylab_helpers", Gcf=Figures)
        """,
    "tk": """
        import tkinter
        tcl = tkinter._default_root = tkinter.Tcl()  # its events need no display
        def again():
            turn()
            tcl.after(1, again)
        again()
        """,
    "__main__.turn": "",
}


@pytest.fixture
def hub(resident):
    """Sessions on the engine dapper chooses, by one adapter."""
    return Sessions(None, resident)


def text_of(toolkit):
    return STAND_IN + "\n".join(line[8:] for line in TOOLKITS[toolkit].splitlines()) + "\nx = 1  # @stop\nx = 2  # @next\n"


def turns(s):
    return int(s.evaluate("len(turns)"))


def wait_for_turns(s, more=3):
    before = turns(s)
    poll(lambda: turns(s) >= before + more, "more turns of the loop")


@pytest.mark.parametrize("toolkit", sorted(TOOLKITS))
def test_a_loop_goes_on_at_a_stop(hub, program, toolkit):
    if toolkit == "tk":
        pytest.importorskip("tkinter")
    with hub.launch(program(text_of(toolkit)), ["stop"], guiEventLoop=toolkit) as s:
        s.wait_stop("stop")
        wait_for_turns(s)
        s.next("next")
        wait_for_turns(s)
        assert s.evaluate("x") == "1"
        s.finish()


def test_breakpoints_in_what_it_calls_do_not_stop(dap, program):
    with dap.launch(program(text_of("__main__.turn")), ["stop", "turn"], guiEventLoop="__main__.turn") as s:
        s.wait_stop("stop")
        wait_for_turns(s)
        s.next("next")
        s.finish()


@pytest.mark.parametrize("config", [{}, {"guiEventLoop": "none"}, {"guiEventLoop": "tk"}])
def test_only_windows_that_were_asked_for_do(hub, program, config):
    with hub.launch(program(text_of("qt")), ["stop"], **config) as s:
        s.wait_stop("stop")
        assert s.evaluate("__import__('time').sleep(0.1) or len(turns)") == "0"
        assert turns(s) == 0
        s.finish()


def test_matplotlib_needs_no_key_even_if_it_comes_at_the_stop(hub, program):
    text = text_of("matplotlib").replace('module("mat', 'if 1: late = lambda: module("mat', 1)
    with hub.launch(program(text), ["stop"]) as s:
        s.wait_stop("stop")
        assert turns(s) == 0
        s.evaluate("late()", "repl")
        wait_for_turns(s)
        s.finish()


def test_a_failure_is_said_once_and_ends_it(hub, program):
    prog = program("def turn():\n    calls.append(0)\n    raise OSError('no display')\ncalls = []\nx = 1  # @stop\nx = 2  # @next\n")
    with hub.launch(prog, ["stop"], guiEventLoop="__main__.turn") as s:
        s.wait_stop("stop")
        s.wait_output("dapper: guiEventLoop: OSError('no display')", "important")
        assert s.evaluate("len(calls)") == "1"
        s.next("next")
        poll(lambda: s.evaluate("len(calls)") == "2", "another try at the next stop")
        s.finish()
        assert s.output("important").count("guiEventLoop") == 1


def test_an_exit_in_it_ends_the_program_when_that_goes_on(hub, program):
    prog = program("import sys\ndef turn():\n    global calls\n    calls += 1\n    sys.exit()\n"
                   "calls = 0\nx = 1  # @stop\nprint('not')\n")
    with hub.launch(prog, ["stop"], guiEventLoop="__main__.turn") as s:
        s.wait_stop("stop")
        poll(lambda: s.evaluate("calls") != "0", "a turn")
        s.finish()
        assert "not" not in s.output("stdout")


def test_who_keeps_the_thread_is_named(hub, program):
    prog = program(
        """
        import time
        until = 0
        def turn():
            while time.monotonic() < until:
                time.sleep(0.01)
        x = 1  # @stop
        """
    )
    with hub.launch(prog, ["stop"], guiEventLoop="__main__.turn") as s:
        s.wait_stop("stop")
        s.evaluate("globals().update(until=time.monotonic() + 4)", "repl")
        with pytest.raises(Refused, match=r"turn, prog\.py"):
            poll(lambda: s.evaluate("until", frame=s.stopped.frame) is None, "a turn that lasts")
        poll(lambda: answered(s), "the end of that turn")
        s.finish()


def answered(s):
    try:
        return s.evaluate("until") is not None
    except Refused:
        return False


def test_what_it_may_be_is_named_in_one_place():
    assert set(FINDERS) | {"none"} == set(GUI_LOOPS)


def test_an_unknown_one_is_named(hub, program):
    with hub.launch(program("x = 1  # @stop\n"), ["stop"], guiEventLoop="glut") as s:
        s.wait_output("'guiEventLoop' knows no 'glut'", "console")
        s.wait_stop("stop")
        s.finish()
