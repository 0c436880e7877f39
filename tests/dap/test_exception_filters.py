"""Conditions and options of the exception filters, and where else than in threads an exception ends uncaught."""

import pytest

from dapper.protocol.capabilities import capabilities

RAISES = {
    "prog.py": """
        import errno
        import other

        class Odd(KeyError):
            pass

        def attempt(kind, *args):
            depth = len(args)
            try:
                raise kind(*args)  # @own
            except Exception:
                pass

        attempt(ValueError, "v")
        attempt(Odd, "o")
        attempt(OSError, errno.ENOENT, "gone")
        other.attempt()
        """,
    "other.py": """
        def attempt():
            try:
                raise RuntimeError("in other")  # @other
            except RuntimeError:
                pass
        """,
}


def stopped_for(dap, prog, told="text", **wanted):
    """What the events tell of the exceptions for which the program stops."""
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        body = s.wire.request("setExceptionBreakpoints", dict({"filters": []}, **wanted))
        s.configuration_done()
        found = []

        def look():
            return s.wire.peek("stopped") or s.wire.peek("terminated")

        while s.wire.wait(look, "a stop or the end")["event"] == "stopped":
            found.append(s.wait_stop(reason="exception").body[told])
            s.continue_()
        return found, body["breakpoints"], s.output("important")


@pytest.mark.parametrize(
    "condition, names",
    [
        ("", ["ValueError", "Odd", "FileNotFoundError", "RuntimeError"]),
        ("ValueError", ["ValueError"]),
        ("KeyError, builtins.OSError", ["Odd", "FileNotFoundError"]),
        ("__main__.Odd", ["Odd"]),
        ("!KeyError !OSError", ["ValueError", "RuntimeError"]),
        ("module:other", ["RuntimeError"]),
        ("!module:other, !ValueError", ["Odd", "FileNotFoundError"]),
        ("getattr(exc, 'errno', 0) == 2", ["FileNotFoundError"]),
        ("depth == 2", ["FileNotFoundError"]),
        ("'v' in str(exc)", ["ValueError"]),
        ("Unheard", []),
        ("exc is None", []),
        ("depth is not None and type(exc) is ValueError", ["ValueError"]),
        ("[one for one in exc.args if one == 'o']", ["Odd"]),
    ],
)
def test_conditions(dap, program, condition, names):
    options = [{"filterId": "raised", "condition": condition}]
    found, answers, _ = stopped_for(dap, program(RAISES), filterOptions=options)
    assert found == names
    assert answers == [{"verified": True}]


PLACES = """
    import json
    mark = 1
    class Body:
        mark = 0
        try:
            raise ValueError("class without")
        except ValueError:
            mark = 2
        try:
            raise ValueError("class")
        except ValueError:
            pass
    try:
        raise ValueError("module")
    except ValueError:
        pass
    def attempt(function, *args):
        try:
            function(*args)
        except ValueError:
            pass
    def own(mark):
        raise ValueError("own %d" % mark)
    def deleted():
        mark = 0
        del mark
        raise ValueError("deleted")
    def enclosed(mark):
        def inner():
            raise ValueError("enclosed %d" % mark)
        attempt(inner)
    def shadowed():
        exc = mark = 3
        raise ValueError("shadowed")
    def again():
        try:
            own(1)
        except ValueError as error:
            raise error
    for number in 0, 1:
        attempt(own, number)
        enclosed(number)
    attempt(deleted)
    attempt(shadowed)
    attempt(again)
    attempt(json.loads, "x")
    attempt(eval, "int('y')", {"mark": 0})
    attempt(eval, "int('z')", {"mark": 1})
    """


@pytest.mark.parametrize("condition", ["mark and isinstance(exc, ValueError)", "[_ for _ in [mark] if _]"])
def test_a_condition_has_the_names_of_each_place(dap, program, condition):
    """Where the native core asks it (the first), and where it can't."""
    options = [{"filterId": "raised", "condition": condition}]
    found, _, output = stopped_for(dap, program(PLACES), "description", filterOptions=options)
    assert found == [
        "class", "module", "own 1", "enclosed 1", "deleted", "shadowed", "own 1",
        "Expecting value: line 1 column 1 (char 0)",
        "invalid literal for int() with base 10: 'y'", "invalid literal for int() with base 10: 'z'",  # at `attempt`
    ]
    assert output == ""


def test_a_condition_that_fails_is_said_once(dap, program):
    options = [{"filterId": "raised", "condition": "depth > 1 and exc.nothing"}]
    found, _, output = stopped_for(dap, program(RAISES), filterOptions=options)
    assert found == []
    assert output.count("condition of the filter raised failed") == 1


def test_what_is_no_condition_or_no_filter_is_refused(dap, program):
    options = [{"filterId": "raised", "condition": "exc ==="}, {"filterId": "rumoured"}]
    found, answers, _ = stopped_for(dap, program(RAISES), filterOptions=options, filters=["uncaught"])
    assert found == []
    assert [answer["verified"] for answer in answers] == [True, False, False]
    assert "SyntaxError" in answers[1]["message"] and "rumoured" in answers[2]["message"]


@pytest.mark.parametrize(
    "rules, names",
    [
        ([({}, "always")], ["ValueError", "Odd", "FileNotFoundError", "RuntimeError"]),
        ([({}, "always"), ({"names": ["LookupError", "ValueError"]}, "never")], ["FileNotFoundError", "RuntimeError"]),
        ([({"names": ["LookupError"], "negate": True}, "always")], ["ValueError", "FileNotFoundError", "RuntimeError"]),
        ([({"names": ["RuntimeError"]}, "unhandled")], []),
    ],
)
def test_exception_options(dap, program, rules, names):
    options = []
    for segment, mode in rules:
        path = [{"names": ["Python Exceptions"]}] + ([segment] if segment else [])
        options.append({"path": path, "breakMode": mode})
    found, answers, _ = stopped_for(dap, program(RAISES), exceptionOptions=options, filters=["raised"])
    assert found == names
    assert len(answers) == 1 + len(options)


def test_they_are_claimed():
    claimed = capabilities()
    assert claimed["supportsExceptionFilterOptions"] and claimed["supportsExceptionOptions"]
    assert all(one["supportsCondition"] and one["conditionDescription"] for one in claimed["exceptionBreakpointFilters"])


# ---- where an exception ends ----------------------------------------------------------------------------------------

LOST = """
import asyncio, gc

async def fails():
    here = "still here"
    raise ValueError("lost")  # @raise

def callback():
    raise KeyError("in a callback")  # @callback

async def lose():
    task = asyncio.ensure_future(fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

async def main():
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    asyncio.get_running_loop().call_soon(callback)
    await lose()
    gc.collect()
    kept = asyncio.ensure_future(fails())
    try:
        await kept
    except ValueError:
        pass

asyncio.run(main())
"""


def test_uncaught_in_a_task_nobody_asks(dap, program):
    with dap.launch(program(LOST), exceptions=["uncaught"]) as s:
        s.wait_stop("callback", reason="exception")
        s.continue_()
        stop = s.wait_stop("raise", reason="exception")
        assert s.evaluate("here") == "'still here'"
        assert s.wire.request("exceptionInfo", {"threadId": stop.thread})["breakMode"] == "unhandled"
        s.finish()


AT_RAISE = """
import threading

done = []

def fails():
    raise ValueError("no")

def work():
    try:
        {}["k"]  # @thread
    finally:
        done.append(1)

try:
    fails()
except ValueError:
    pass
threading.excepthook = lambda args: None
t = threading.Thread(target=work)
t.start()
t.join()
try:
    raise RuntimeError("end")  # @main
finally:
    done.append(2)
"""


def test_uncaught_can_stop_at_the_raise(dap, program):
    with dap.launch(program(AT_RAISE), exceptions=["uncaught"], uncaughtAtRaise=True) as s:
        stop = s.wait_stop("thread", reason="exception")
        assert s.evaluate("done") == "[]"
        assert s.wire.request("exceptionInfo", {"threadId": stop.thread})["breakMode"] == "unhandled"
        s.continue_()
        s.wait_stop("main", reason="exception")
        assert s.evaluate("done") == "[1]"
        s.finish(1)


def test_uncaught_stops_at_the_end_by_default(dap, program):
    with dap.launch(program(AT_RAISE), exceptions=["uncaught"]) as s:
        s.wait_stop("main", reason="exception")
        assert s.evaluate("done") == "[1, 2]"
        s.finish(1)


def test_no_more_frames_than_asked_for(dap, program):
    prog = program("def f(n):\n    return f(n - 1) if n else 1 / n\nf(20)\n")
    with dap.launch(prog, exceptions=["uncaught"], maxExceptionStackFrames=3) as s:
        stop = s.wait_stop(reason="exception")
        text = s.wire.request("exceptionInfo", {"threadId": stop.thread})["details"]["stackTrace"]
        assert text.count('File "') == 3
        s.finish(1)
