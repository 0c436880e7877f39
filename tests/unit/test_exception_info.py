"""An exception as DAP tells about it."""
import sys

import pytest

from dapper.adapter.debugger.exception_info import info


def told(function, mode="always", **more):
    try:
        function()
    except BaseException:
        return info(*sys.exc_info(), mode, **more)
    raise AssertionError("nothing was raised")


def test_a_plain_exception():
    def fail():
        raise ValueError("because")

    body = told(fail, "unhandled")
    assert (body["exceptionId"], body["description"], body["breakMode"]) == ("ValueError", "because", "unhandled")
    details = body["details"]
    assert (details["message"], details["typeName"], details["fullTypeName"]) == ("because", "ValueError", "ValueError")
    assert details["stackTrace"].startswith("Traceback (most recent call last):\n")
    assert details["stackTrace"].endswith("ValueError: because\n") and "in fail" in details["stackTrace"]
    assert details["evaluateName"] == "__exception__[1]"
    assert "innerException" not in details


class Own(Exception):
    class Inner(Exception):
        pass


def test_names_with_their_module():
    def fail():
        raise Own.Inner

    body = told(fail)
    assert body["exceptionId"] == __name__ + ".Own.Inner"
    assert body["details"]["typeName"] == "Inner"
    assert body["description"] == ""


def test_cause_context_and_suppressed_context():
    def fail(how):
        try:
            raise KeyError("inner")
        except KeyError as error:
            if how == "cause":
                raise Own("outer") from error
            if how == "none":
                raise Own("outer") from None
            raise Own("outer")

    for how in ("cause", "context"):
        details = told(lambda: fail(how))["details"]
        (inner,) = details["innerException"]
        assert (inner["typeName"], inner["message"]) == ("KeyError", "'inner'")
        assert "KeyError" in details["stackTrace"] and "Own" not in inner["stackTrace"]
    details = told(lambda: fail("none"))["details"]
    assert "innerException" not in details and "KeyError" not in details["stackTrace"]


def test_a_chain_that_bites_its_tail():
    def fail():
        one, two = ValueError(1), ValueError(2)
        one.__cause__, two.__cause__ = two, one
        raise one

    details = told(fail)["details"]
    assert details["innerException"][0]["message"] == "2"
    assert "innerException" not in details["innerException"][0]


def test_notes():
    def fail():
        error = ValueError("because")
        error.__notes__ = ["look here", 3]
        raise error

    assert told(fail)["description"] == "because\nlook here"


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with 3.11")
def test_a_group_is_a_tree():
    def fail():
        group = ExceptionGroup("inner", [KeyError("b")])  # noqa: F821
        raise ExceptionGroup("outer", [ValueError("a"), group])  # noqa: F821

    details = told(fail)["details"]
    first, second = details["innerException"]
    assert (first["message"], second["innerException"][0]["message"]) == ("a", "'b'")


def test_a_broken_exception():
    class Broken(Exception):
        def __str__(self):
            raise KeyError("no")

    def fail():
        raise Broken

    body = told(fail)
    assert body["description"] == "<str failed: KeyError>"
    assert "Broken" in body["details"]["stackTrace"]


def test_the_stack_trace_is_limited():
    def fail(depth):
        return fail(depth - 1) if depth else 1 / 0

    def even(depth):
        return fail(depth)

    trace = told(lambda: even(9), max_frames=2)["details"]["stackTrace"]
    assert "in even" not in trace and "in fail" in trace


def test_an_exception_that_is_none_yet():
    body = info(ValueError, "text", None, "always")
    assert body["exceptionId"] == "ValueError" and body["description"] == "'text'"
