"""Answers that need the user's objects are worked out on a thread of the program, never on the one that reads."""
from _thread import get_ident, start_new_thread

from dapper.adapter.debugger.threads import Job
from dapper.adapter.request import LATER
from dapper.protocol.errors import DapError, failure, success


def on_owner(session, request, reference, run):
    """Have the thread answer whose stop a variables reference belongs to."""
    crew = session.debugger.crew
    owner = crew.handles.owner(reference)
    return on_thread(session, request, crew.record(owner) if owner else crew.any_standing(), run)


def at_frame(session, request, handle, run):
    """Have the thread of a frame answer; without a frame any stopped thread, or a hidden one while all run."""
    if handle is not None:
        return on_thread(session, request, handle.record, run)
    if session.debugger.crew.any_standing() is not None:
        return on_thread(session, request, None, run)
    hidden = session.debugger.crew.hidden

    def work():
        hidden.add(get_ident())
        answer(session, request, run)
        hidden.discard(get_ident())

    start_new_thread(work, ())
    return LATER


def on_thread(session, request, record, run, then=None):
    """Have a stopped thread answer; one that can't, because it is blocked, is stood in for.

    Args:
        record: the thread, or None for any.
        run: makes the body of the response.
        then: called with the record after a successful answer.

    Raises:
        DapError: nothing is stopped.
    """
    worker = record if record is not None and record.stop is not None else session.debugger.crew.any_standing()
    if worker is None:
        raise DapError("not_stopped")

    def work():
        if answer(session, request, run) and then is not None:
            then(record)

    worker.post(Job(work, lambda: session.send(failure(request.message, DapError("not_stopped")))))
    return LATER


def answer(session, request, run):
    """Send what ``run`` makes, or why it can't; whether it could."""
    try:
        response = success(request.message, run())
    except DapError as error:
        response = failure(request.message, error)
    except Exception as error:  # boundary: session dispatch; our bug is answered, and the session lives
        session.log.fault()
        response = failure(request.message, error)
    session.send(response)
    return response["success"]
