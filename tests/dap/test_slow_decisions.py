"""The user's code that runs to decide about a stop hangs: the session answers all the same, and says why nothing comes."""

import time

import pytest

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
        if s.engine != "injection":  # there the condition is a part of the program's own code
            s.wait_output("prog.py:%d takes longer than 0.5 s: prog.py:6" % prog.line("here"), "important")
        assert s.output("important").count("longer") <= 1
        seconds, _ = timed(s.set_breakpoints, None, [])
        assert seconds < PROMPT
        seconds, _ = timed(s.wire.request, "disconnect", {"terminateDebuggee": True})
        assert seconds < PROMPT
