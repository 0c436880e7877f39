"""Bytecode: its listing, breakpoints in it, steps through it."""

import sys

import pytest

from tests.wire import Refused

pytestmark = pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="single instructions: Python 3.12 and newer")

TEXT = """
def f(n):
    a = n + 1  # @in
    return a  # @return

for i in range(3):
    f(i)  # @call
end = 1  # @end
"""


def listing(s, frame, first=-20, count=60):
    reference = frame["instructionPointerReference"]
    arguments = {"memoryReference": reference, "instructionOffset": first, "instructionCount": count}
    body = s.wire.request("disassemble", arguments)["instructions"]
    assert len(body) == count
    return [one for one in body if one.get("presentationHint") != "invalid"]


def test_they_are_claimed(dap, program):
    with dap.launch(program(TEXT), ["in"]) as s:
        s.wait_stop("in")
        told = {}
        for body in s.wire.bodies("capabilities"):
            told.update(body["capabilities"])
        assert told["supportsDisassembleRequest"] and told["supportsInstructionBreakpoints"]
        assert told["supportsSteppingGranularity"]


def test_disassemble(dap, program):
    with dap.launch(program(TEXT), ["in"]) as s:
        stop = s.wait_stop("in")
        found = listing(s, stop.frames[0])
        texts = " ".join(one["instruction"] for one in found)
        assert "(n)" in texts and "(a)" in texts and "RETURN" in texts
        assert {one["line"] for one in found if "line" in one} >= {s.program.line("in"), s.program.line("return")}
        addresses = [int(one["address"], 16) for one in found]
        assert addresses == sorted(addresses) and int(stop.frames[0]["instructionPointerReference"], 16) in addresses
        with pytest.raises(Refused):
            s.wire.request("disassemble", {"memoryReference": "0x5", "instructionCount": 1})


def test_instruction_breakpoint(dap, program):
    with dap.launch(program(TEXT), ["in"]) as s:
        stop = s.wait_stop("in")
        store = [one for one in listing(s, stop.frames[0]) if one["instruction"].startswith("STORE_FAST")][-1]
        s.set_breakpoints(None, [])
        wanted = [{"instructionReference": store["address"], "condition": "n > 0"}]
        (told,) = s.wire.request("setInstructionBreakpoints", {"breakpoints": wanted})["breakpoints"]
        assert told["verified"]
        for n in (1, 2):
            s.continue_()
            stop = s.wait_stop("in", reason="instruction breakpoint")
            assert stop.body["hitBreakpointIds"] == [told["id"]]
            assert stop.frames[0]["instructionPointerReference"] == store["address"]
            assert s.evaluate("n") == str(n) and "a" not in s.locals()
        s.wire.request("setInstructionBreakpoints", {"breakpoints": []})
        s.finish()


def test_step_by_instructions(dap, program):
    with dap.launch(program(TEXT), ["in"]) as s:
        stop = s.wait_stop("in")
        s.set_breakpoints(None, [])
        places = [int(stop.frames[0]["instructionPointerReference"], 16)]
        while s.stopped.names[0] == "f":
            s.next(granularity="instruction")
            if s.stopped.names[0] == "f":
                places.append(int(s.stopped.frames[0]["instructionPointerReference"], 16))
        assert len(places) >= 4 and places == sorted(set(places))
        assert s.stopped.mark == "call"
        s.step_in(granularity="instruction")
        s.next()
        s.finish()


def test_step_in_and_out_by_instructions(dap, program):
    with dap.launch(program(TEXT), ["call"]) as s:
        s.wait_stop("call")
        s.set_breakpoints(None, [])
        for _ in range(20):
            s.step_in(granularity="instruction")
            if s.stopped.names[0] == "f":
                break
        assert s.stopped.names[0] == "f"
        s.step_out(granularity="instruction")
        assert s.stopped.names[0] == "<module>" and s.stopped.mark == "call"
        s.finish()
