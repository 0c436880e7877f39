"""Requests about where to stop: lines, functions, exceptions."""
import sys

from dapper._frame_eval import core
from dapper._frame_eval.telemetry import Reason, telemetry
from dapper.adapter.debugger import binding
from dapper.adapter.debugger.breakpoints import Breakpoint
from dapper.adapter.debugger.exceptions import Filters
from dapper.adapter.request import answers

_INTERVAL = 0.0002  # seconds
_ASIDE = 10000  # microseconds


class Sooner:
    """A moment in which the calling thread gets its turn sooner, while others compute; what the program sets stays.

    Each look at a file lets another thread run, for 5 milliseconds if it has much to do, and for seconds if that makes
    system calls. So the main thread stands aside for a moment, if the native core can have it do so.
    """

    def __enter__(self):
        native = core.loaded()
        if native is not None and not native.ask_aside(_ASIDE):
            telemetry.record(Reason.TURN_NOT_GIVEN, "its queue of pending calls is full, or it ends")
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(min(self._before, _INTERVAL))
        self._ours = sys.getswitchinterval()

    def __exit__(self, *exc_info):
        if sys.getswitchinterval() == self._ours:
            sys.setswitchinterval(self._before)
        native = core.loaded()
        if native is not None:
            native.go_on()


@answers("setBreakpoints")
def set_breakpoints(session, request):
    source = request.get("source", dict, required=True)
    path = source.get("path")
    if type(path) is not str:
        path = _path_of_reference(session, request, source)
    wanted = request.get("breakpoints", list)
    if wanted is None:
        wanted = [{"line": line} for line in request.get("lines", list, [])]
    _check(request, wanted)
    session.afterwards(session.debugger.catch_up)
    with Sooner():
        number, content = session.breakpoint_number, _content(source)
        return {"breakpoints": binding.set_breakpoints(session.debugger, path, wanted, number, content)}


def _content(source):
    """The SHA-256 of a source's text, if the client or the hub told it."""
    for one in source.get("checksums") or ():
        if type(one) is dict and one.get("algorithm") == "SHA256" and type(one.get("checksum")) is str:
            return one["checksum"].lower()
    return None


@answers("setFunctionBreakpoints")
def set_function_breakpoints(session, request):
    wanted = request.get("breakpoints", list, required=True)
    for one in wanted:
        if type(one) is not dict or type(one.get("name")) is not str or not one["name"].strip():
            raise request.wrong("a breakpoint needs a name")
    made = [Breakpoint(session.breakpoint_number(one), None, one, one["name"].strip()) for one in wanted]
    with Sooner():
        return {"breakpoints": binding.set_function_breakpoints(session.debugger, made)}


@answers("setExceptionBreakpoints")
def set_exception_breakpoints(session, request):
    request.get("filters", list, [])
    try:
        filters = Filters(request.arguments)
    except (TypeError, AttributeError) as error:
        raise request.wrong(error) from None
    session.debugger.set_filters(filters)
    return {"breakpoints": filters.answers}


@answers("breakpointLocations")
def breakpoint_locations(session, request):
    source = request.get("source", dict, required=True)
    line = request.get("line", int, required=True)
    last = request.get("endLine", int) or line
    start = line, request.get("column", int) or 1
    end = last, request.get("endColumn", int) or 1 << 30
    return {"breakpoints": binding.breakpoint_locations(session.debugger, source.get("path"), start, end)}


def _check(request, wanted):
    for one in wanted:
        if type(one) is not dict or type(one.get("line")) is not int:
            raise request.wrong("a breakpoint needs a line (integer)")
        for key in ("condition", "hitCondition", "logMessage"):
            if one.get(key) is not None and type(one[key]) is not str:
                raise request.wrong("%s has to be a string" % key)


def _path_of_reference(session, request, source):
    reference = source.get("sourceReference")
    if type(reference) is int and reference:
        return session.debugger.sources.filename(reference)
    raise request.wrong("the source needs a path")
