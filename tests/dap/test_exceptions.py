"""Exception filters: which exceptions stop, where, and what is told of them."""

import pytest

CAUGHT = """
def fails():
    raise ValueError("no good")  # @raise

def middle():
    fails()  # @middle

try:
    middle()  # @call
except ValueError:
    pass
end = 1  # @end
"""

UNCAUGHT = """
def fails(n):
    return 1 / n  # @raise

fails(0)  # @call
"""


def test_no_filter_no_stop(dap, program):
    with dap.launch(program(CAUGHT), exceptions=[]) as s:
        s.finish()


def test_raised_stops_once_at_the_raise(dap, program):
    with dap.launch(program(CAUGHT), exceptions=["raised"]) as s:
        stop = s.wait_stop("raise", reason="exception")
        assert stop.body["text"].endswith("ValueError")
        assert "no good" in stop.body["description"]
        assert stop.names == ["fails", "middle", "<module>"]
        s.finish()


def test_raised_says_how_it_is_handled(dap, program):
    with dap.launch(program(CAUGHT), exceptions=["raised"]) as s:
        stop = s.wait_stop(reason="exception")
        info = s.wire.request("exceptionInfo", {"threadId": stop.thread})
        assert info["exceptionId"].endswith("ValueError")
        assert info["description"] == "no good"
        assert info["breakMode"] == "always"
        details = info["details"]
        assert details["message"] == "no good"
        assert details["typeName"].endswith("ValueError")
        assert 'raise ValueError("no good")' in details["stackTrace"]
        s.finish()


def test_uncaught_stops_where_it_was_raised(dap, program):
    with dap.launch(program(UNCAUGHT), exceptions=["uncaught"]) as s:
        stop = s.wait_stop("raise", reason="exception")
        assert stop.names == ["fails", "<module>"]
        assert s.evaluate("n") == "0"
        assert s.evaluate("n", frame=stop.frames[0]["id"]) == "0"
        info = s.wire.request("exceptionInfo", {"threadId": stop.thread})
        assert info["exceptionId"].endswith("ZeroDivisionError")
        assert info["breakMode"] == "unhandled"
        s.finish(1)
        assert "ZeroDivisionError: division by zero" in s.output("stderr")


def test_uncaught_leaves_caught_ones_alone(dap, program):
    with dap.launch(program(CAUGHT), exceptions=["uncaught"]) as s:
        s.finish()


def test_both_filters_stop_twice(dap, program):
    with dap.launch(program(UNCAUGHT), exceptions=["raised", "uncaught"]) as s:
        s.wait_stop("raise", reason="exception")
        s.continue_()
        s.wait_stop("raise", reason="exception")
        s.finish(1)


def test_user_unhandled_stops_when_it_leaves_for_the_library(dap, program):
    prog = program(
        """
        import json

        class Odd:
            pass

        def default(value):
            raise KeyError(value)  # @raise

        try:
            raise ValueError  # @own
        except ValueError:
            pass
        json.dumps(Odd(), default=default)
        """
    )
    with dap.launch(prog, exceptions=["userUnhandled"]) as s:
        stop = s.wait_stop("raise", reason="exception")
        info = s.wire.request("exceptionInfo", {"threadId": stop.thread})
        assert info["breakMode"] == "userUnhandled"
        s.finish(1)


def test_the_end_of_iteration_is_no_exception(dap, program):
    prog = program(
        """
        def numbers():
            yield 1

        for n in numbers():
            pass
        list(numbers())
        next(iter([]), None)
        g = numbers()
        next(g)
        g.close()
        x = getattr(g, "missing", None)
        y = {}.get("missing")
        """
    )
    with dap.launch(prog, exceptions=["raised", "uncaught", "userUnhandled"]) as s:
        s.finish()


def test_library_noise_is_left_out(dap, program):
    prog = program("import os, shutil\nx = shutil.which('no such program')\nos.environ.get('NOPE')\n")
    with dap.launch(prog, exceptions=["raised"]) as s:
        s.finish()


@pytest.mark.parametrize("code", [0, 3])
def test_system_exit_is_the_programs_own_end(dap, program, code):
    prog = program("import sys\nsys.exit(%d)  # @exit\n" % code)
    with dap.launch(prog, exceptions=["uncaught"]) as s:
        s.finish(code)


def test_uncaught_in_a_thread(dap, program):
    prog = program(
        """
        import threading
        def work():
            raise RuntimeError("in a thread")  # @raise
        t = threading.Thread(target=work)
        t.start()
        t.join()
        end = 1
        """
    )
    with dap.launch(prog, exceptions=["uncaught"]) as s:
        stop = s.wait_stop("raise", reason="exception")
        assert "work" in stop.names
        s.finish()


def test_reraised_and_chained(dap, program):
    prog = program(
        """
        def inner():
            raise KeyError("first")

        def outer():
            try:
                inner()
            except KeyError as error:
                raise RuntimeError("second") from error  # @raise

        outer()
        """
    )
    with dap.launch(prog, exceptions=["uncaught"]) as s:
        stop = s.wait_stop("raise", reason="exception")
        info = s.wire.request("exceptionInfo", {"threadId": stop.thread})
        assert "KeyError" in info["details"]["stackTrace"]
        assert "direct cause" in info["details"]["stackTrace"]
        s.finish(1)


def test_filters_change_while_stopped(dap, program):
    prog = program("x = 1  # @x\ntry:\n    raise ValueError  # @raise\nexcept ValueError:\n    pass\ny = 2\n")
    with dap.launch(prog, ["x"], exceptions=["raised"]) as s:
        s.wait_stop("x")
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        s.finish()


def test_filters_set_while_stopped(dap, program):
    prog = program("x = 1  # @x\ntry:\n    raise ValueError  # @raise\nexcept ValueError:\n    pass\ny = 2\n")
    with dap.launch(prog, ["x"], exceptions=[]) as s:
        s.wait_stop("x")
        s.wire.request("setExceptionBreakpoints", {"filters": ["raised"]})
        s.continue_()
        s.wait_stop("raise", reason="exception")
        s.finish()


def test_exception_options(dap, program):
    """What JupyterLab sends."""
    options = [{"path": [{"names": ["Python Exceptions"]}, {"names": ["KeyError"]}], "breakMode": "always"}]
    prog = program(
        """
        for kind in (ValueError, KeyError):
            try:
                raise kind("x")  # @raise
            except Exception:
                pass
        """
    )
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        s.wire.request("setExceptionBreakpoints", {"filters": [], "exceptionOptions": options})
        s.configuration_done()
        stop = s.wait_stop("raise", reason="exception")
        assert stop.body["text"].endswith("KeyError")
        s.finish()


def test_exception_info_without_an_exception(dap, program):
    prog = program("x = 1  # @x\n")
    with dap.launch(prog, ["x"]) as s:
        stop = s.wait_stop("x")
        s.wire.refused("exceptionInfo", {"threadId": stop.thread})
        s.finish()


def test_steps_go_on_after_an_exception_stop(dap, program):
    with dap.launch(program(CAUGHT), exceptions=["raised"]) as s:
        s.wait_stop("raise", reason="exception")
        s.wire.request("next", {"threadId": s.stopped.thread})
        stop = s.wait_stop(reason="step")
        assert stop.names == ["<module>"]
        s.finish()


def test_a_repr_that_raises_is_no_stop(dap, program):
    """What dapper itself runs to show values stops nowhere."""
    prog = program(
        """
        class Bad:
            def __repr__(self):
                raise RuntimeError("no repr")
            @property
            def also(self):
                raise RuntimeError("no property")
        bad = Bad()
        x = 1  # @x
        """
    )
    with dap.launch(prog, ["x"], exceptions=["raised", "userUnhandled"]) as s:
        s.wait_stop("x")
        variables = s.locals()
        assert "Bad" in variables["bad"]["value"] or "RuntimeError" in variables["bad"]["value"]
        s.variables(variables["bad"]["variablesReference"])
        s.finish()
