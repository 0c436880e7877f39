"""Requests about threads: which there are, and how they go on and stop."""
from dapper.adapter.debugger.threads import Job
from dapper.adapter.request import LATER, answers
from dapper.protocol.errors import DapError, failure, success


@answers("threads")
def threads(session, request):
    crew = session.debugger.crew
    return {"threads": [{"id": one.id, "name": crew.name(one)} for one in crew.threads()]}


@answers("continue")
def continue_(session, request):
    record = session.debugger.crew.standing(request.get("threadId", int) or None)
    only = request.get("singleThread", bool)

    def go_on():
        session.event("continued", {"threadId": record.id, "allThreadsContinued": not only})
        session.debugger.go_on([record] if only else None)

    session.afterwards(go_on)
    return {"allThreadsContinued": not only}


@answers("next")
def next_(session, request):
    return _step(session, request, "over")


@answers("stepIn")
def step_in(session, request):
    return _step(session, request, "in")


@answers("stepOut")
def step_out(session, request):
    return _step(session, request, "out")


@answers("pause")
def pause(session, request):
    session.afterwards(session.debugger.pause)
    return {}


def _step(session, request, kind):
    """Steps that are asked for faster than they are made wait for their turn on the thread."""
    record = session.debugger.crew.record(request.get("threadId", int, required=True))
    if record.stop is None and record.plan is None:
        raise DapError("not_stopped")
    if record.hangs:
        record.doing.leave()
        if record.doing.is_deaf:
            raise DapError("busy", thread=record.id, where=record.doing.place())

    def run():
        session.send(success(request.message))
        session.event("continued", {"threadId": record.id, "allThreadsContinued": True})
        session.debugger.step(record, kind)
        return True

    record.post(Job(run, lambda: session.send(failure(request.message, DapError("not_stopped"))), waits=True))
    return LATER
