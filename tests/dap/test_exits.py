"""The launch key breakOnSystemExit: where the program ends itself, before anything unwinds."""

import pytest

PROGRAM = """
import sys

def leave(code):
    here = "still here"
    %s  # @exit

def survive():
    try:
        sys.exit(3)
    except SystemExit:
        pass

survive()
try:
    leave(3)
finally:
    end = 1
"""


@pytest.mark.parametrize("statement", ["sys.exit(code)", "raise SystemExit(code)"])
@pytest.mark.parametrize("wanted", [True, [3], [1, {"from": 2, "to": 4}]])
def test_stops_before_it_unwinds(dap, program, statement, wanted):
    with dap.launch(program(PROGRAM % statement), exceptions=["uncaught"], breakOnSystemExit=wanted) as s:
        stop = s.wait_stop("exit", reason="exception")
        assert stop.names == ["leave", "<module>"]
        assert s.evaluate("here") == "'still here'"
        info = s.wire.request("exceptionInfo", {"threadId": stop.thread})
        assert info["exceptionId"] == "SystemExit" and info["breakMode"] == "unhandled"
        s.finish(3)


@pytest.mark.parametrize("wanted", [False, [], [0], [{"from": 4, "to": 9}]])
def test_does_not_stop_at_other_codes(dap, program, wanted):
    with dap.launch(program(PROGRAM % "sys.exit(code)"), exceptions=["uncaught"], breakOnSystemExit=wanted) as s:
        s.finish(3)


@pytest.mark.parametrize("config", [{"breakOnSystemExitZero": True}, {"debugOptions": ["BreakOnSystemExitZero"]}])
def test_the_older_spelling(dap, program, config):
    with dap.launch(program("import sys\nsys.exit()  # @exit\n"), exceptions=["uncaught"], **config) as s:
        s.wait_stop("exit", reason="exception")
        s.finish()


def test_a_message_always_stops(dap, program):
    prog = program("import sys\nsys.exit('message')  # @exit\n")
    with dap.launch(prog, exceptions=["uncaught"], breakOnSystemExit=[7]) as s:
        s.wait_stop("exit", reason="exception")
        s.finish(1)


def test_an_exit_that_argparse_makes(dap, program):
    prog = program("import argparse\nargparse.ArgumentParser().parse_args(['--what'])  # @call\n")
    with dap.launch(prog, exceptions=["uncaught"], breakOnSystemExit=True) as s:
        s.wait_stop("call", reason="exception")
        s.finish(2)


def test_only_with_the_filter_uncaught(dap, program):
    with dap.launch(program(PROGRAM % "sys.exit(code)"), exceptions=["userUnhandled"], breakOnSystemExit=True) as s:
        s.finish(3)


def test_the_program_sees_nothing_of_it(dap, program):
    text = "import sys\nprint(sys.exit, SystemExit.__init__, SystemExit(4).code, sys.exit is vars(sys)['exit'])\n"
    with dap.launch(program(text), exceptions=["uncaught"], breakOnSystemExit=True) as s:
        s.finish()
        wanted = "<built-in function exit> <slot wrapper '__init__' of 'SystemExit' objects> 4 True"
        assert wanted in s.output("stdout")
