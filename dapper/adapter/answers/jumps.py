"""Requests that send a thread to another line."""
from dapper.adapter.answers.work import on_thread
from dapper.adapter.debugger import targets
from dapper.adapter.debugger.stack import frame_handle
from dapper.adapter.request import answers


@answers("gotoTargets")
def goto_targets(session, request):
    source = request.get("source", dict, required=True)
    line = request.get("line", int, required=True)
    return {"targets": targets.goto_targets(session.debugger, source.get("path"), line)}


@answers("goto")
def goto(session, request):
    record = session.debugger.crew.standing(request.get("threadId", int, required=True))
    target = request.get("targetId", int, required=True)

    def went(record):
        """The jump was made; a refused one leaves everything as it was."""
        session.event("continued", {"threadId": record.id, "allThreadsContinued": False})
        session.debugger.going.arrived(record)

    return on_thread(session, request, record, lambda: targets.goto(session.debugger, record, target), then=went)


@answers("restartFrame")
def restart_frame(session, request):
    handle = frame_handle(session.debugger, request.get("frameId", int, required=True))

    def restarted(record):
        session.debugger.going.arrived(record, "restart")

    return on_thread(session, request, handle.record, lambda: targets.restart(session.debugger, handle), then=restarted)


@answers("stepInTargets")
def step_in_targets(session, request):
    handle = frame_handle(session.debugger, request.get("frameId", int, required=True))
    return on_thread(
        session, request, handle.record, lambda: {"targets": targets.step_in_targets(session.debugger, handle)}
    )
