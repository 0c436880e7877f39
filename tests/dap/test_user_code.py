"""The user's code that runs because somebody looks: it may hang, fail or never come back, and blocks nothing else."""

import contextlib
import os
import signal
import time

import pytest

from tests.wire import Refused

PROMPT = 0.1  # seconds within which an answer has to come, whatever the program's code does
MARGIN = 0.25  # more, for a machine that is busy with something else

HANGING = """
import threading, time

never = threading.Lock()
never.acquire()

class Sleeps:
    def __repr__(self):
        time.sleep(60)
        return "slept"

class Loops:
    def __repr__(self):
        while True:
            pass

class Waits:
    def __repr__(self):
        never.acquire()

class Clings:
    def __repr__(self):
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass

class Property:
    @property
    def sleeps(self):
        time.sleep(60)

    @property
    def exits(self):
        raise SystemExit(3)

    @property
    def recurses(self):
        return self.recurses

class Long:
    def __len__(self):
        time.sleep(60)

def stand(kind):
    value = {"Sleeps": Sleeps, "Loops": Loops, "Waits": Waits, "Property": Property, "Long": Long}[kind]()
    plain = 42
    return plain  # @stop

def other():
    while not done:
        time.sleep(0.01)  # @other

done = False
"""

ON_MAIN = HANGING + "import sys\nstand(sys.argv[1])\nprint('ended')\n"
ON_A_THREAD = HANGING + """
import sys
thread = threading.Thread(target=stand, args=(sys.argv[1],), name="worker", daemon=True)
thread.start()
while thread.is_alive():
    time.sleep(0.01)  # @main
print('ended')
"""

KINDS = ["Sleeps", "Loops", "Waits"]


def timed(function, *args, **more):
    """(seconds, result)."""
    begin = time.monotonic()
    result = function(*args, **more)
    return time.monotonic() - begin, result


@contextlib.contextmanager
def launched(dap, program, text, kind):
    """A session at the stop in ``stand``; looks may take half a second."""
    with dap.launch(program(text), ["stop"], args=[kind], valueLimits={"seconds": 0.5}) as s:
        s.wait_stop("stop")
        yield s


@pytest.mark.parametrize("kind", KINDS)
def test_a_hanging_repr_is_lazy_and_the_rest_is_there(dap, program, kind):
    with launched(dap, program, ON_MAIN, kind) as s:
        seconds, found = timed(s.locals)
        assert seconds < PROMPT + MARGIN
        assert found["plain"]["value"] == "42"
        assert found["value"]["presentationHint"]["lazy"] is True
        seconds, again = timed(s.locals)
        assert again["plain"]["value"] == "42"
        assert s.evaluate("plain + 1") == "43"
        s.finish()
        assert "ended" in s.output("stdout")


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_hangs_can_be_cancelled(dap, program, kind):
    with launched(dap, program, ON_MAIN, kind) as s:
        ticket = s.wire.begin("evaluate", {"expression": "repr(value)", "frameId": s.stopped.frame, "context": "repl"})
        s.threads()  # it has arrived
        begin = time.monotonic()
        s.wire.request("cancel", {"requestId": ticket})
        with pytest.raises(Refused, match="cancelled"):
            s.wire.answer(ticket)
        assert time.monotonic() - begin < PROMPT + MARGIN
        assert s.evaluate("plain") == "42"
        s.finish()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_looked_at_only_is_ended_by_itself(dap, program, kind):
    with launched(dap, program, ON_MAIN, kind) as s:
        arguments = {"expression": "repr(value)", "frameId": s.stopped.frame, "context": "watch"}
        with pytest.raises(Refused, match="longer than 0.5 s"):
            s.wire.request("evaluate", arguments)
        assert s.evaluate("plain") == "42"
        s.finish()


def test_a_value_with_a_hanging_text_is_told_without_it(dap, program):
    with launched(dap, program, ON_MAIN, "Sleeps") as s:
        for _ in range(2):
            arguments = {"expression": "value", "frameId": s.stopped.frame, "context": "watch"}
            seconds, body = timed(s.wire.request, "evaluate", arguments)
            assert seconds < 0.5 + MARGIN
            assert body["presentationHint"]["lazy"] is True and body["type"] == "Sleeps"
        s.finish()


@pytest.mark.parametrize("kind", KINDS)
def test_going_on_ends_a_hanging_request(dap, program, kind):
    with launched(dap, program, ON_MAIN, kind) as s:
        ticket = s.wire.begin("evaluate", {"expression": "repr(value)", "frameId": s.stopped.frame, "context": "repl"})
        seconds, _ = timed(s.continue_)
        assert seconds < PROMPT + MARGIN
        s.finish()
        with pytest.raises(Refused, match="notStopped"):
            s.wire.answer(ticket)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", [ON_MAIN, ON_A_THREAD], ids=["main", "thread"])
def test_another_thread_answers_meanwhile(dap, program, kind, text):
    with launched(dap, program, text, kind) as s:
        s.wire.begin("evaluate", {"expression": "repr(value)", "frameId": s.stopped.frame, "context": "repl"})
        others = [thread["id"] for thread in s.threads() if thread["id"] != s.stopped.thread]
        for number in others:
            seconds, frames = timed(s.stack, number)
            assert seconds < PROMPT + MARGIN
            seconds, value = timed(s.evaluate, "1+1", frame=frames[-1]["id"])
            assert (value, seconds < PROMPT + MARGIN) == ("2", True)
        seconds, _ = timed(s.wire.request, "disconnect", {"terminateDebuggee": True})
        assert seconds < PROMPT + MARGIN


@pytest.mark.parametrize("kind", ["Sleeps", "Waits"])
def test_a_thread_that_cant_be_interrupted_says_so(dap, program, kind):
    with launched(dap, program, ON_A_THREAD, kind) as s:
        arguments = {"expression": "repr(value)", "frameId": s.stopped.frame, "context": "watch"}
        with pytest.raises(Refused, match="longer than 0.5 s"):
            s.wire.request("evaluate", arguments)
        refused = s.wire.refused("evaluate", dict(arguments, expression="1"))
        assert "hangs" in refused.message and "__repr__" in refused.message
        seconds, refused = timed(s.wire.refused, "next", {"threadId": s.stopped.thread})
        assert seconds < PROMPT + MARGIN and "hangs" in refused.message
        seconds, _ = timed(s.continue_)
        assert seconds < PROMPT + MARGIN
        seconds, _ = timed(s.wire.request, "disconnect", {"terminateDebuggee": True})
        assert seconds < PROMPT + MARGIN


def test_terminate_reaches_a_thread_that_hangs_for_us(dap, program):
    with launched(dap, program, ON_MAIN, "Sleeps") as s:
        s.wire.begin("evaluate", {"expression": "repr(value)", "frameId": s.stopped.frame, "context": "repl"})
        seconds, _ = timed(s.wire.request, "terminate")
        assert seconds < PROMPT + MARGIN
        s.wire.wait_for_event("terminated", deadline=5)


def test_code_that_swallows_everything_is_interrupted_again(dap, program):
    with launched(dap, program, ON_MAIN.replace('"Long": Long', '"Long": Clings'), "Long") as s:
        ticket = s.wire.begin("evaluate", {"expression": "repr(value)", "frameId": s.stopped.frame, "context": "repl"})
        s.threads()
        s.wire.request("cancel", {"requestId": ticket})
        with pytest.raises(Refused, match="cancelled"):
            s.wire.answer(ticket)
        seconds, _ = timed(s.wire.request, "disconnect", {"terminateDebuggee": True})
        assert seconds < PROMPT + MARGIN


def test_properties_run_only_when_asked(dap, program):
    with launched(dap, program, ON_MAIN, "Property") as s:
        value = s.locals()["value"]
        seconds, found = timed(s.variables, value["variablesReference"])
        assert seconds < PROMPT + MARGIN
        for name in ("sleeps", "exits", "recurses"):
            assert found[name]["presentationHint"]["lazy"] is True
        for name, text in (("exits", "SystemExit: 3"), ("recurses", "RecursionError")):
            assert text in s.variables(found[name]["variablesReference"])[name]["value"]
        refused = s.wire.refused("variables", {"variablesReference": found["sleeps"]["variablesReference"]})
        assert "longer than 0.5 s" in refused.message
        s.finish()


@pytest.mark.skipif(os.name != "posix", reason="there is no Ctrl-C to send to another process")
def test_ctrl_c_while_the_program_works_for_the_client_is_the_programs(dap, program):
    guarded = "try:\n    stand(sys.argv[1])\nexcept KeyboardInterrupt:\n    print('ctrl-c')"
    text = ON_MAIN.replace("stand(sys.argv[1])", guarded)
    with launched(dap, program, text, "Sleeps") as s:
        expression = "print('begun', flush=True) or repr(value)"
        ticket = s.wire.begin("evaluate", {"expression": expression, "frameId": s.stopped.frame, "context": "repl"})
        s.wait_output("begun")
        os.kill(s.pid, signal.SIGINT)
        with pytest.raises(Refused, match="KeyboardInterrupt"):
            s.wire.answer(ticket)
        assert s.evaluate("plain") == "42"
        s.finish()
        assert "ctrl-c" in s.output("stdout") and "ended" in s.output("stdout")


def test_a_running_program_is_asked_without_a_frame_and_called_off(dap, program):
    with dap.launch(program("import time\nprint('ready', flush=True)\nwhile True:\n    time.sleep(0.01)\n")) as s:
        s.wait_output("ready")
        ticket = s.wire.begin("evaluate", {"expression": "while True: pass", "context": "repl"})
        assert s.evaluate("1+1", frame=0) == "2"
        s.wire.request("cancel", {"requestId": ticket})
        with pytest.raises(Refused, match="cancelled"):
            s.wire.answer(ticket)
        seconds, _ = timed(s.wire.request, "disconnect", {"terminateDebuggee": True})
        assert seconds < PROMPT + MARGIN


def test_an_await_that_never_ends_is_called_off(dap, program):
    prog = program(
        """
        import asyncio
        async def ticks():
            for _ in range(100):
                await asyncio.sleep(0.001)
            return "ticked"
        async def main():
            task = asyncio.ensure_future(ticks())
            await asyncio.sleep(0)
            here = 1  # @stop
            print(await task, asyncio.get_running_loop().is_running())
        asyncio.run(main())
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        arguments = {"expression": "await asyncio.sleep(60)", "frameId": s.stopped.frame, "context": "repl"}
        ticket = s.wire.begin("evaluate", arguments)
        s.threads()
        s.wire.request("cancel", {"requestId": ticket})
        with pytest.raises(Refused, match="cancelled"):
            s.wire.answer(ticket)
        assert s.evaluate("task.done()") == "False"
        s.finish()
        assert "ticked True" in s.output("stdout")


def test_the_programs_tasks_survive_an_await_that_is_called_off(dap, program):
    """They run on while it is awaited, and the loop with them: what calls it off is raised in neither."""
    prog = program(
        """
        import asyncio
        turns = []
        async def spin(over):
            while not over.is_set():
                turns.append(1)
                for _ in range(10 ** 6):
                    pass
                await asyncio.sleep(0)
            return "spun"
        async def main():
            over = asyncio.Event()
            tasks = [asyncio.ensure_future(spin(over)) for _ in range(3)]
            await asyncio.sleep(0)
            here = 1  # @stop
            over.set()
            print(await asyncio.gather(*tasks))
        asyncio.run(main())
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        arguments = {"expression": "await asyncio.sleep(60)", "frameId": s.stopped.frame, "context": "repl"}
        for _ in range(4):
            begun = int(s.evaluate("len(turns)"))
            ticket = s.wire.begin("evaluate", arguments)
            s.threads()
            s.wire.request("cancel", {"requestId": ticket})
            with pytest.raises(Refused, match="cancelled"):
                s.wire.answer(ticket)
            assert int(s.evaluate("len(turns)")) >= begun
        s.finish()
        assert "['spun', 'spun', 'spun']" in s.output("stdout")
