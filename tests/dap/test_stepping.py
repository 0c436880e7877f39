"""next, stepIn, stepOut: where each one stops."""

import pytest

CALLS = """
def inner(n):
    a = n  # @in
    return a  # @in_return

def outer():
    b = inner(1)  # @call
    c = (b +
         inner(2))  # @call_over_lines
    return c  # @return

outer()  # @module
end = 1  # @end
"""


@pytest.fixture
def calls(dap, program):
    """A session stopped at the line with the call."""
    with dap.launch(program(CALLS), ["call"]) as s:
        s.wait_stop("call")
        s.set_breakpoints(None, [])
        yield s


def test_next_goes_over_calls(calls):
    line = calls.program.line("call_over_lines") - 1
    assert calls.next().line == line
    while calls.next().mark != "return":
        assert calls.stopped.names[0] == "outer"
    calls.finish()


def test_step_in_and_out(calls):
    stop = calls.step_in("in")
    assert stop.names == ["inner", "outer", "<module>"]
    stop = calls.step_out("call")
    assert stop.names == ["outer", "<module>"]
    assert calls.next().names == ["outer", "<module>"]
    calls.finish()


def test_out_twice(calls):
    calls.step_in("in")
    calls.step_out("call")
    assert calls.step_out("module").names == ["<module>"]
    calls.next("end")
    calls.finish()


def test_next_at_the_end_of_a_function_stops_in_the_caller(calls):
    calls.step_in("in")
    calls.next("in_return")
    assert calls.next("call").names == ["outer", "<module>"]
    calls.finish()


def test_step_in_at_the_end_of_a_function_stops_in_the_caller(calls):
    calls.step_in("in")
    calls.step_in("in_return")
    assert calls.step_in("call").names == ["outer", "<module>"]
    calls.finish()


def test_a_step_past_the_end_of_the_program(calls):
    calls.step_out("module")
    calls.next("end")
    calls.wire.request("next", {"threadId": calls.stopped.thread})
    calls.stopped = None
    calls.finish()


def test_a_breakpoint_ends_a_step(calls):
    calls.set_breakpoints(None, ["in"])
    calls.wire.request("next", {"threadId": calls.stopped.thread})
    calls.wait_stop("in", reason="breakpoint")
    calls.set_breakpoints(None, [])
    calls.step_out("call")
    calls.finish()


def test_step_in_leaves_the_library_out(dap, program):
    prog = program(
        """
        import json
        class Odd(dict):
            def items(self):
                return [("k", 1)]  # @items

        x = json.dumps({"a": 1}, indent=1)  # @library
        y = json.dumps(Odd(k=1), indent=1)  # @back
        z = 1  # @end
        """
    )
    with dap.launch(prog, ["library"]) as s:
        s.wait_stop("library")
        s.step_in("back")
        s.step_in("items")
        stop = s.step_out()
        assert stop.mark in ("back", "end")
        s.finish()


def test_step_in_goes_into_the_library_when_asked(dap, program):
    prog = program("import textwrap\nx = textwrap.dedent('  a')  # @call\nend = 1  # @end\n")
    with dap.launch(prog, ["call"], justMyCode=False) as s:
        s.wait_stop("call")
        stop = s.step_in()
        assert stop.names[0] == "dedent"
        s.step_out("call")
        s.finish()


def test_exceptions_end_steps_where_they_are_caught(dap, program):
    prog = program(
        """
        def fails():
            x = 1  # @in
            raise ValueError  # @raise

        def middle():
            fails()  # @middle

        try:
            middle()
        except ValueError:  # @except
            y = 2  # @handler
        end = 1
        """
    )
    with dap.launch(prog, ["in"]) as s:
        s.wait_stop("in")
        s.next("raise")
        s.next("except")
        s.next("handler")
        s.finish()


@pytest.mark.parametrize("verb", ["next", "step_out"])
def test_out_of_a_caught_exception(dap, program, verb):
    prog = program(
        """
        def fails():
            raise ValueError  # @raise

        try:
            fails()
        except ValueError:  # @except
            y = 2
        """
    )
    with dap.launch(prog, ["raise"]) as s:
        s.wait_stop("raise")
        getattr(s, verb)("except")
        s.finish()


def test_generators(dap, program):
    prog = program(
        """
        def numbers():
            a = 1  # @start
            yield a  # @yield
            b = 2  # @resumed
            yield b

        for n in numbers():  # @for
            x = n  # @body
        end = 1  # @end
        """
    )
    with dap.launch(prog, ["start"]) as s:
        s.wait_stop("start")
        s.next("yield")
        assert s.next("for").names == ["<module>"]
        s.next("body")
        s.next("for")
        s.next("body")
        s.next("for")
        s.next("end")
        s.finish()


def test_step_in_resumes_a_generator(dap, program):
    prog = program(
        """
        def numbers():
            yield 1
            b = 2  # @resumed
            yield b

        g = numbers()
        next(g)
        next(g)  # @second
        """
    )
    with dap.launch(prog, ["second"]) as s:
        s.wait_stop("second")
        stop = s.step_in()
        assert stop.names == ["numbers", "<module>"]
        assert stop.line in (prog.line("resumed") - 1, prog.line("resumed"))
        assert s.step_out("second").names == ["<module>"]
        s.finish()


def test_next_stays_in_its_coroutine(dap, program):
    prog = program(
        """
        import asyncio

        async def other():
            for n in range(3):
                await asyncio.sleep(0)

        async def work():
            x = 1  # @first
            await asyncio.sleep(0)  # @await
            y = 2  # @second
            return y  # @return

        async def main():
            await asyncio.gather(other(), work(), other())  # @gather
            end = 1  # @end

        asyncio.run(main())
        """
    )
    with dap.launch(prog, ["first"]) as s:
        assert s.wait_stop("first").names[0] == "work"
        s.next("await")
        s.next("second")
        s.next("return")
        s.finish()


def test_step_out_of_a_coroutine_into_the_awaiting_one(dap, program):
    prog = program(
        """
        import asyncio

        async def inner():
            x = 1  # @in
            await asyncio.sleep(0)
            return x

        async def outer():
            y = await inner()  # @await
            return y  # @return

        asyncio.run(outer())
        """
    )
    with dap.launch(prog, ["in"]) as s:
        assert s.wait_stop("in").names[:2] == ["inner", "outer"]
        assert s.step_out("await").names[0] == "outer"
        s.next("return")
        s.finish()


def test_loops_step_line_by_line(dap, program):
    prog = program(
        """
        for n in range(2):  # @for
            x = n  # @body
        while x:  # @while
            x = 0  # @zero
        end = [n for n in range(3)]  # @end
        last = 1  # @last
        """
    )
    with dap.launch(prog, ["for"]) as s:
        s.wait_stop("for")
        s.set_breakpoints(None, [])
        for mark in ["body", "for", "body", "for", "while", "zero", "while", "end", "last"]:
            s.next(mark)
        s.finish()


def test_with_and_finally_step_line_by_line(dap, program):
    prog = program(
        """
        import contextlib
        def f():
            try:  # @try
                x = 1  # @x
                return x  # @return
            finally:
                y = 2  # @finally
        f()  # @call
        end = 1  # @end
        """
    )
    with dap.launch(prog, ["try"]) as s:
        s.wait_stop("try")
        s.next("x")
        s.next("return")
        s.next("finally")
        stop = s.next()
        if stop.mark == "return":  # the value is handed out on this line
            stop = s.next()
        assert stop.mark == "call"
        s.finish()


def test_steps_in_a_thread_stay_in_it(dap, program):
    prog = program(
        """
        import threading
        def work(n):
            a = n  # @first
            b = n  # @second
            c = n  # @third
        threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        """
    )
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        s.set_breakpoints(None, [{"line": "first", "condition": "n == 1"}])
        s.configuration_done()
        thread = s.wait_stop("first").thread
        for mark in ("second", "third"):
            assert s.next(mark).thread == thread
            assert s.evaluate("n") == "1"
        s.finish()


def test_twenty_next_back_to_back_lose_nothing(dap, program):
    prog = program("x = 0  # @start\n" + "".join("x = %d\n" % n for n in range(2, 31)))
    with dap.launch(prog, ["start"]) as s:
        thread = s.wait_stop("start").thread
        sent = [s.wire.begin("next", {"threadId": thread}) for _ in range(20)]
        answers = [s.wire.wait(lambda seq=seq: s.wire.responses.get(seq), "an answer") for seq in sent]
        done = sum(answer["success"] for answer in answers)
        assert done == 20
        for _ in range(done):
            s.wait_stop(reason="step")
        assert s.stopped.line == 1 + done
        s.finish()
