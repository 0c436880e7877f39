"""The user's code that runs to decide about a stop hangs: the session answers all the same, and says why nothing comes."""

import time

import pytest

from tests.processes import poll

PROMPT = 0.35  # seconds, with a margin for a machine that is busy with something else

EXCEPTION = """
import sys, threading, time

class Slow(Exception):
    def __str__(self):
        text = "slow"
        {hang}
        return text

def fails():
    raise Slow  # @raise

def run():
    for _ in range(2):
        try:
            fails()
        except Slow:
            pass
    print("through")

print("begin", flush=True)
{start}
"""
LOOPS, SLEEPS = "while True: pass", "time.sleep(60)"
MAIN, THREAD = "run()", "thread = threading.Thread(target=run)\nthread.start()\nthread.join()"


def timed(function, *args, **more):
    begin = time.monotonic()
    result = function(*args, **more)
    return time.monotonic() - begin, result


@pytest.mark.parametrize("hang, start", [(LOOPS, MAIN), (SLEEPS, MAIN), (LOOPS, THREAD)], ids=["main", "sleeping", "thread"])
def test_the_text_of_an_exception_is_called_off_and_that_is_said_once(dap, program, hang, start):
    prog = program(EXCEPTION.format(hang=hang, start=start))
    with dap.launch(prog, exceptions=["raised"], valueLimits={"seconds": 0.5}) as s:
        for _ in range(2):
            stop = s.wait_stop("raise", reason="exception")
            assert "failed" in stop.body["description"] and stop.body["text"] == "Slow"
            s.continue_()
        s.finish()
        assert s.output("important").count("the text of Slow takes longer than 0.5 s") == 1
        assert "through" in s.output("stdout")


@pytest.mark.parametrize("start", [MAIN, THREAD], ids=["main", "thread"])
def test_the_session_answers_while_the_text_of_an_exception_hangs(dap, program, start):
    prog = program(EXCEPTION.format(hang="print('hangs', flush=True); time.sleep(60)", start=start))
    with dap.launch(prog, exceptions=["raised"], valueLimits={"seconds": 30}) as s:
        s.wait_output("hangs")
        seconds, _ = timed(s.threads)
        assert seconds < PROMPT
        seconds, _ = timed(s.wire.request, "disconnect", {"terminateDebuggee": True})
        assert seconds < PROMPT


CONDITION = """
import threading, time

class Slow:
    def __eq__(self, other):
        print("asked", flush=True)
        time.sleep(60)
        return False

def run():
    slow = Slow()
    here = 1  # @here
    print("through")

{start}
"""


@pytest.mark.parametrize("place", [{"condition": "slow == 1"}, {"logMessage": "{slow == 1}"}], ids=["condition", "message"])
@pytest.mark.parametrize("start", [MAIN, THREAD], ids=["main", "thread"])
def test_the_session_answers_while_a_condition_hangs(dap, program, place, start):
    prog = program(CONDITION.format(start=start))
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, valueLimits={"seconds": 0.5})
        s.set_breakpoints(None, [dict(place, line="here")])
        s.configuration_done()
        s.wait_output("asked")
        for command, arguments in [("threads", None), ("pause", {"threadId": 1})]:
            seconds, _ = timed(s.wire.request, command, arguments)
            assert seconds < PROMPT, command
        line = prog.line("here")
        if start == MAIN:
            s.wait_output("prog.py:%d took longer than 0.5 s and was called off: prog.py:" % line, "important")
        else:  # it sleeps, and the thread is not the main one
            s.wait_output("prog.py:%d takes longer than 0.5 s and can't be called off there: prog.py:" % line, "important")
        assert s.output("important").count("longer") <= 1
        seconds, _ = timed(s.set_breakpoints, None, [])
        assert seconds < PROMPT
        seconds, _ = timed(s.wire.request, "disconnect", {"terminateDebuggee": True})
        assert seconds < PROMPT


CALLED_OFF = """
import threading, time

never = threading.Lock()
never.acquire()

class Slow:
    @property
    def loops(self):
        print("looping", flush=True)
        while True:
            pass

    @property
    def loops_in_parts(self):
        while True:
            sum(range(100))

    @property
    def holds_on(self):
        try:
            while True:
                pass
        except BaseException:
            while True:
                pass

    @property
    def sleeps(self):
        time.sleep(60)

    @property
    def waits(self):
        never.acquire()

    def __str__(self):
        return str(self.loops)

    def __bool__(self):
        return self.loops

def run():
    slow = Slow()
{lines}
    print("through", flush=True)

{start}
"""
PLACES = {
    "loop": {"condition": "slow.loops"},
    "parts": {"condition": "slow.loops_in_parts == 1"},
    "held": {"condition": "slow.holds_on"},
    "inner": {"condition": "(lambda one: one.loops)(slow)"},  # not in the program's own code, nor in C
    "truth": {"condition": "slow"},
    "message": {"logMessage": "it is {slow.loops}"},
    "text": {"logMessage": "it is {slow}"},
    "hits": {"hitCondition": "[0 for _ in iter(int, 1) if @HIT@ < 0]"},
}
IN_C = {  # only the main thread can be interrupted there
    "sleep": {"condition": "slow.sleeps"}, "lock": {"condition": "never.acquire()"}, "waits": {"logMessage": "{slow.waits}"},
}


def run_through(dap, program, start, places):
    """What the user is told, and the program says, in a run with those breakpoints."""
    lines = "\n".join("    %s = 1  # @%s" % (name, name) for name in places)
    prog = program(CALLED_OFF.format(start=start, lines=lines))
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, valueLimits={"seconds": 0.1})
        s.set_breakpoints(None, [dict(place, line=name) for name, place in places.items()])
        s.configuration_done()
        s.finish()
        said, told = s.output("stdout"), s.output("important")
    assert "through" in said
    for name, place in places.items():
        what = {"logMessage": "log message", "hitCondition": "hit condition"}.get(next(iter(place)), "condition")
        begin = "dapper: the %s at prog.py:%d took longer than 0.1 s and was called off: prog.py:" % (what, prog.line(name))
        assert told.count(begin) == 1, name
    assert told.count("called off") == len(places)
    return said


@pytest.mark.parametrize("start", [MAIN, THREAD], ids=["main", "thread"])
def test_what_decides_on_a_stop_is_called_off_and_does_not_stop(dap, program, start):
    said = run_through(dap, program, start, PLACES)
    assert said.count("it is <CalledOff") == 2


def test_on_the_main_thread_sleeping_and_waiting_are_called_off(dap, program):
    run_through(dap, program, MAIN, IN_C)


def test_when_the_client_leaves_what_hangs_is_called_off(dap, program, tmp_path):
    done = tmp_path / "done"
    lines = "    loop = 1  # @loop\n    open(%r, 'w').close()" % str(done)
    prog = program(CALLED_OFF.format(start="print('begin', flush=True)\n" + THREAD, lines=lines))
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, valueLimits={"seconds": 60})
        s.set_breakpoints(None, [{"line": "loop", "condition": "slow.loops"}])
        s.configuration_done()
        s.wait_output("looping")
        s.wire.request("disconnect", {"terminateDebuggee": False})
        poll(done.exists, "the program to go on")
