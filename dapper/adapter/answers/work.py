"""Answers that need the user's objects are worked out on a thread of the program, never on the one that reads."""
from _thread import start_new_thread

from dapper.adapter.answers.task import Task
from dapper.adapter.request import LATER
from dapper.protocol.errors import DapError

ACTS = 10.0  #: how many times longer than a look a change may take


def on_owner(session, request, reference, run, **more):
    """Have the thread answer whose stop a variables reference belongs to; see ``on_thread``."""
    crew = session.debugger.crew
    owner = crew.handles.owner(reference)
    return on_thread(session, request, crew.record(owner) if owner else crew.any_standing(), run, **more)


def at_frame(session, request, handle, run, **more):
    """Have the thread of a frame answer; without a frame any stopped thread, or a hidden one while all run.

    See ``on_thread``.
    """
    if handle is not None:
        return on_thread(session, request, handle.record, run, **more)
    if session.debugger.crew.any_standing() is not None:
        return on_thread(session, request, None, run, **more)
    task = Task(session, request, run, None, **more)
    session.tasks[request.seq] = task
    start_new_thread(task.work, ())
    return LATER


def on_thread(session, request, record, run, **more):
    """Have a stopped thread answer; one that can't, because it is blocked, is stood in for.

    Args:
        record: the thread, or None for any.
        run: makes the body of the response.
        more: how long it may take and what then; see Task.

    Raises:
        DapError: nothing is stopped.
    """
    worker = record if record is not None and record.stop is not None else session.debugger.crew.any_standing()
    if worker is None:
        raise DapError("not_stopped")
    task = Task(session, request, run, worker, stands_in=worker is not record, **more)
    session.tasks[request.seq] = task
    task.post()
    return LATER
