"""Requests about where a thread stands."""
from dapper.adapter.debugger import stack
from dapper.adapter.request import answers


@answers("stackTrace")
def stack_trace(session, request):
    record = session.debugger.crew.record(request.get("threadId", int, required=True))
    start = request.get("startFrame", int) or 0
    levels = request.get("levels", int) or None
    return stack.stack_trace(session.debugger, record, start, levels, request.get("format", dict) or {})
