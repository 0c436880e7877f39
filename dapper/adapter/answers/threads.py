"""Requests about threads: which there are, and how they go on and stop."""
from dapper.adapter.debugger.crew import main_ident
from dapper.adapter.debugger.threads import Job
from dapper.adapter.request import LATER, answers
from dapper.protocol.errors import DapError, failure, success


@answers("threads")
def threads(session, request):
    crew = session.debugger.crew
    return {"threads": [{"id": one.id, "name": crew.name(one)} for one in crew.threads()]}


@answers("continue")
def continue_(session, request):
    crew = session.debugger.crew
    only = request.get("singleThread", bool)
    record = (crew.standing if only else crew.held)(request.get("threadId", int) or None)

    def go_on():
        session.event("continued", {"threadId": record.id, "allThreadsContinued": not only})
        session.debugger.going.go_on([record] if only else None)
        session.debugger.catch_up()

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
    session.afterwards(session.debugger.going.pause)
    return {}


@answers("terminateThreads")
def terminate_threads(session, request):
    """Threads end as if they had called ``sys.exit()``, as soon as they are at a bytecode of the program."""
    crew = session.debugger.crew
    records = [crew.record(number) for number in request.get("threadIds", list, required=True)]
    for record in records:
        if record.ident == main_ident():
            raise DapError("cannot_end", thread=record.id, why="it is the main one; terminate the program")
    for record in records:
        if not crew.end(record):
            raise DapError("cannot_end", thread=record.id, why="this Python can't raise an exception in another thread")
    session.afterwards(lambda: session.debugger.going.go_on([record for record in records if record.ends]))
    return {}


def _step(session, request, kind):
    """Steps that are asked for faster than they are made wait for their turn on the thread."""
    record = session.debugger.crew.record(request.get("threadId", int, required=True))
    if record.stop is None and record.plan is None:
        raise DapError("not_stopped")
    doing = record.doing  # which may be over at any moment
    if doing is not None and doing.is_late:
        doing.leave()
        if doing.is_deaf:
            raise DapError("busy", thread=record.id, where=doing.place())

    by_instruction = request.get("granularity", str) == "instruction"
    target = request.get("targetId", int) if kind == "in" else None
    call = None
    if target:
        from dapper.adapter.debugger import targets

        call = targets.call(session.debugger, target)

    def run():
        if kind != "out" and not by_instruction and call is None and session.debugger.going.is_ahead(record):
            session.send(success(request.message))
            session.event("continued", {"threadId": record.id, "allThreadsContinued": False})
            session.debugger.going.catch_up(record)
            return False
        try:
            session.debugger.going.step(record, kind, by_instruction, call)
        except DapError as error:
            session.send(failure(request.message, error))
            return False
        session.send(success(request.message))
        session.event("continued", {"threadId": record.id, "allThreadsContinued": True})
        return True

    record.post(Job(run, lambda: session.send(failure(request.message, DapError("not_stopped"))), waits=True))
    return LATER
