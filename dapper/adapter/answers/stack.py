"""Requests about where a thread stands: its frames, their scopes, its exception."""
from dapper.adapter.answers.work import at_frame, on_thread
from dapper.adapter.debugger import looking
from dapper.adapter.request import answers


@answers("stackTrace")
def stack_trace(session, request):
    record = session.debugger.crew.record(request.get("threadId", int, required=True))
    start = request.get("startFrame", int) or 0
    levels = request.get("levels", int) or None
    return looking.stack_trace(session.debugger, record, start, levels, request.get("format", dict) or {})


@answers("scopes")
def scopes(session, request):
    handle = looking.frame_handle(session.debugger, request.get("frameId", int, required=True))
    return at_frame(
        session, request, handle, lambda: {"scopes": looking.scopes(session.debugger, handle, session.display)}
    )


@answers("exceptionInfo")
def exception_info(session, request):
    record = session.debugger.crew.standing(request.get("threadId", int, required=True))
    return on_thread(session, request, record, lambda: looking.exception_info(session.debugger, record))
