"""What is claimed works, and what is not claimed is refused: the capabilities beside the answers to the requests."""

import sys

import pytest

from dapper.protocol.messages import REQUESTS

#: capability → a request that is answered well at a stop in PROGRAM when it is claimed: (command, arguments of a session)
REQUEST_OF = {
    "supportsDisassembleRequest": lambda s: ("disassemble", {"memoryReference": pointer(s), "instructionCount": 3}),
    "supportsInstructionBreakpoints": lambda s: (
        "setInstructionBreakpoints", {"breakpoints": [{"instructionReference": pointer(s)}]},
    ),
    "supportsDataBreakpoints": lambda s: ("dataBreakpointInfo", {"name": "x", "frameId": s.stopped.frame}),
    "supportsSteppingGranularity": lambda s: ("next", {"threadId": s.stopped.thread, "granularity": "instruction"}),
    "supportsRestartFrame": lambda s: ("restartFrame", {"frameId": s.stopped.frame}),
    "supportsStepInTargetsRequest": lambda s: ("stepInTargets", {"frameId": s.stopped.frame}),
    "supportsGotoTargetsRequest": lambda s: ("gotoTargets", {"source": {"path": s.program.path}, "line": 2}),
    "supportsBreakpointLocationsRequest": lambda s: (
        "breakpointLocations", {"source": {"path": s.program.path}, "line": 2},
    ),
    "supportsExceptionFilterOptions": lambda s: (
        "setExceptionBreakpoints", {"filters": [], "filterOptions": [{"filterId": "raised", "condition": "KeyError"}]},
    ),
    "supportsCompletionsRequest": lambda s: ("completions", {"text": "x", "column": 2, "frameId": s.stopped.frame}),
    "supportsModulesRequest": lambda s: ("modules", {}),
    "supportsLoadedSourcesRequest": lambda s: ("loadedSources", {}),
    "supportsSetVariable": lambda s: (
        "setVariable",
        {"variablesReference": s.scopes()["Locals"]["variablesReference"], "name": "x", "value": "5"},
    ),
    "supportsSetExpression": lambda s: (
        "setExpression", {"expression": "x", "value": "5", "frameId": s.stopped.frame},
    ),
    "supportsFunctionBreakpoints": lambda s: ("setFunctionBreakpoints", {"breakpoints": [{"name": "f"}]}),
}
NEVER = {"supportsStepBack": ("stepBack", {"threadId": 1})}
PROGRAM = "def f(x):\n    y = x\n    return y  # @stop\nf(1)\n"


def pointer(s):
    return s.stopped.frames[0].get("instructionPointerReference", "0x10000000")


def claimed(s):
    """The capabilities, those told later included."""
    found = dict(s.capabilities)
    for body in s.wire.bodies("capabilities"):
        found.update(body["capabilities"])
    return found


@pytest.fixture
def stopped(hub, program):
    prog = program(PROGRAM)
    with hub.open(prog) as s:
        s.capabilities = s.initialize()
        s.launch(prog)
        s.configure(["stop"])
        s.configuration_done()
        s.wait_stop("stop")
        yield s


@pytest.mark.parametrize("capability", sorted(REQUEST_OF))
def test_what_is_claimed_works(stopped, capability):
    command, arguments = REQUEST_OF[capability](stopped)
    if claimed(stopped).get(capability):
        body = stopped.wire.request(command, arguments)
        if command == "dataBreakpointInfo":
            assert body["dataId"]
        if command == "setInstructionBreakpoints":
            assert body["breakpoints"][0]["verified"]
    else:
        assert sys.version_info < (3, 12)
        stopped.wire.refused(command, arguments)


@pytest.mark.parametrize("capability", sorted(NEVER))
def test_what_is_not_claimed_is_refused(stopped, capability):
    assert not claimed(stopped).get(capability)
    stopped.wire.refused(*NEVER[capability])


def test_versions(stopped):
    newer = sys.version_info >= (3, 12)
    found = claimed(stopped)
    for name in ("DataBreakpoints", "InstructionBreakpoints", "DisassembleRequest", "SteppingGranularity"):
        assert bool(found.get("supports" + name)) == newer, name
    assert set(REQUESTS) >= {REQUEST_OF[name](stopped)[0] for name in REQUEST_OF}
