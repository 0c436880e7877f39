"""Requests about data breakpoints: where a value is changed."""
from dapper.adapter.answers.work import at_frame, on_owner
from dapper.adapter.debugger.breakpoints import Breakpoint
from dapper.adapter.debugger.stack import frame_handle
from dapper.adapter.request import answers
from dapper.protocol.errors import DapError

_KEYS = ("condition", "hitCondition")


def _stops(session):
    from dapper.adapter.debugger.data_stops import DataStops, is_possible

    if not is_possible():
        raise DapError("unsupported", what="A data breakpoint", where=" before Python 3.12")
    return session.debugger.instructions.with_data(DataStops)


@answers("dataBreakpointInfo")
def data_breakpoint_info(session, request):
    name = request.get("name", str, required=True)
    reference, number = request.get("variablesReference", int), request.get("frameId", int)
    stops = _stops(session)
    from dapper.adapter.debugger import data_targets

    if reference:
        container = session.debugger.crew.handles.get(reference)
        run = lambda: stops.offer(lambda make_key: data_targets.of_child(container, name, make_key))
        return on_owner(session, request, reference, run)
    handle = frame_handle(session.debugger, number) if number else None
    frame = handle.frame if handle is not None else None
    console = session.debugger.console
    return at_frame(
        session, request, handle,
        lambda: stops.offer(lambda make_key: data_targets.of_expression(name, frame, console, make_key)),
    )


@answers("setDataBreakpoints")
def set_data_breakpoints(session, request):
    made = []
    for one in request.get("breakpoints", list, required=True):
        if type(one) is not dict or type(one.get("dataId")) is not str:
            raise request.wrong("a breakpoint needs a dataId")
        breakpoint = Breakpoint(session.breakpoint_number(one), None, {key: one.get(key) for key in _KEYS})
        made.append((breakpoint, one["dataId"], one.get("accessType")))
    if made or session.debugger.instructions.data is not None:
        _stops(session).set(made)
    for breakpoint, _, _ in made:
        breakpoint.told = True
    return {"breakpoints": [breakpoint.describe() for breakpoint, _, _ in made]}
