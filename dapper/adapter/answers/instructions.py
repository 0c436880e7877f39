"""Requests about bytecode: the listing, and breakpoints in it."""
from dapper.adapter.debugger import disassembly
from dapper.adapter.debugger.breakpoints import Breakpoint
from dapper.adapter.request import answers


@answers("disassemble")
def disassemble(session, request):
    reference = request.get("memoryReference", str, required=True)
    count = max(0, min(request.get("instructionCount", int, required=True), 10000))
    plus, first = request.get("offset", int, 0), request.get("instructionOffset", int, 0)
    debugger = session.debugger
    addresses = debugger.addresses
    return {"instructions": disassembly.disassemble(addresses, debugger.sources, reference, plus, first, count)}


@answers("setInstructionBreakpoints")
def set_instruction_breakpoints(session, request):
    made = []
    for one in request.get("breakpoints", list, required=True):
        if type(one) is not dict or type(one.get("instructionReference")) is not str:
            raise request.wrong("a breakpoint needs an instructionReference")
        breakpoint = Breakpoint(session.breakpoint_number(one), None, {key: one.get(key) for key in _KEYS})
        made.append((breakpoint, one["instructionReference"], one.get("offset") or 0))
    stops = session.debugger.instructions
    if made or stops.breakpoints:
        stops.check()
        stops.breakpoints = disassembly.set_breakpoints(session.debugger.addresses, made)
        stops.refresh()
    body = []
    for breakpoint, reference, plus in made:
        breakpoint.told = True
        body.append(breakpoint.describe())
        body[-1].update({"instructionReference": reference, "offset": plus})
    return {"breakpoints": body}


_KEYS = ("condition", "hitCondition")
