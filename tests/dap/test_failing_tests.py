"""A test that fails stops at the failing line, under pytest and unittest, with no change of the user's files."""

import os
import sys

import pytest

from tests.client import DapClient
from tests.processes import ADAPTER, Family, Process, free_port

ROOT = os.path.dirname(os.path.dirname(ADAPTER))

TESTS = """
import pytest

@pytest.fixture
def broken():
    raise RuntimeError("no fixture")  # @fixture

@pytest.fixture
def untidy():
    yield 1
    raise RuntimeError("no teardown")  # @teardown

def helper(n):
    assert n == 2  # @assert

def test_fails():
    value = 1
    helper(value)

def test_passes():
    with pytest.raises(ValueError):
        raise ValueError

def test_caught():
    try:
        raise ValueError
    except ValueError:
        pass

@pytest.mark.xfail
def test_expected():
    assert False

def test_skipped():
    pytest.skip("not today")

def test_fixture(broken):
    pass

def test_teardown(untidy):
    assert untidy == 1

def test_said():
    pytest.fail("said")  # @said
"""

CASES = """
import unittest

class Tests(unittest.TestCase):
    def setUp(self):
        self.value = 1
    def test_fails(self):
        here = "still here"
        self.assertEqual(self.value, 2)  # @fails
    def test_error(self):
        raise KeyError("k")  # @error
    def test_sub(self):
        with self.subTest("one"):
            self.assertTrue(False)  # @sub
    @unittest.expectedFailure
    def test_expected(self):
        self.fail()
    @unittest.skip("not today")
    def test_skipped(self):
        pass
    def test_passes(self):
        self.assertRaises(KeyError, {}.__getitem__, 1)
"""


def run(s, prog, module, args, exceptions=("uncaught",), **config):
    """Launch a module with the program's folder as its working directory."""
    s.initialize()
    s.program = prog
    s.launch(None, module=module, args=args, cwd=prog.folder, **config)
    s.configure(exceptions=exceptions)
    s.configuration_done()


@pytest.mark.parametrize("extra", [[], ["-p", "dapper"]], ids=["plain", "plugin"])
def test_pytest(dap, program, extra):
    prog = program({"test_it.py": TESTS})
    with dap.open(prog) as s:
        run(s, prog, "pytest", ["-q", "-p", "no:cacheprovider"] + extra + ["test_it.py"])
        stop = s.wait_stop("assert", reason="exception")
        assert stop.names[:2] == ["helper", "test_fails"]
        assert s.evaluate("n") == "1"
        assert s.evaluate("value", frame=stop.frames[1]["id"]) == "1"
        info = s.wire.request("exceptionInfo", {"threadId": stop.thread})
        assert info["exceptionId"] == "AssertionError"
        assert s.marks_until_end() == ["assert", "fixture", "teardown", "said"]
        assert "2 failed" in s.output("stdout")


def test_pytest_without_the_filter(dap, program):
    prog = program({"test_it.py": TESTS})
    with dap.open(prog) as s:
        run(s, prog, "pytest", ["-q", "-p", "no:cacheprovider", "test_it.py"], exceptions=())
        assert s.marks_until_end() == []


def test_pytest_user_unhandled_stops_before_it_unwinds(dap, program):
    prog = program({"test_it.py": TESTS})
    with dap.open(prog) as s:
        run(s, prog, "pytest", ["-q", "-p", "no:cacheprovider", "test_it.py"], exceptions=["userUnhandled"])
        stop = s.wait_stop("assert", reason="exception")
        assert stop.names[:2] == ["helper", "test_fails"]
        assert s.marks_until_end() == ["assert", "fixture", "teardown", "said"]


def test_unittest(dap, program):
    prog = program({"test_it.py": CASES})
    with dap.open(prog) as s:
        run(s, prog, "unittest", ["test_it"])
        stop = s.wait_stop(reason="exception")
        assert stop.mark == "error"
        marks = s.marks_until_end()
        assert marks == ["error", "fails", "sub"]


def test_unittest_shows_the_test(dap, program):
    prog = program({"test_it.py": CASES})
    with dap.open(prog) as s:
        run(s, prog, "unittest", ["test_it.Tests.test_fails"])
        stop = s.wait_stop("fails", reason="exception")
        assert stop.names[0].endswith("test_fails")
        assert s.evaluate("here") == "'still here'"
        s.finish(1)


def test_the_plugin_lets_a_client_in(program):
    """`pytest -p dapper --dapper-listen` waits for a client, which then sees the failing test."""
    prog = program({"test_it.py": "def test_it():\n    x = 1\n    assert x == 2  # @fails\n"})
    family, port = Family(), free_port()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "dapper", "--dapper-listen", str(port), "test_it.py"]
    path = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))
    process = Process(command, family.environment({"PYTHONPATH": path}), prog.folder)
    with DapClient.dial(port, prog, family=family) as s:
        s.initialize()
        s.attach()
        s.configure(exceptions=["uncaught"])
        s.configuration_done()
        s.wait_stop("fails", reason="exception")
        s.continue_()
        s.wire.wait_for_event("terminated")
    process.close()
