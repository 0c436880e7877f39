"""Finish a coroutine while the program is stopped: on the event loop the stopped code itself runs in, if there is one.

That loop stands still inside one of its callbacks, so it is turned from within until the coroutine is done; other
tasks of the program go on meanwhile, as the coroutine may need them. Its context variables are those of the stopped
task.
"""
import sys

from dapper.adapter.debugger.visits import Interrupted, visit_here
from dapper.protocol.errors import DapError

_WAKE = 0.05  # seconds; a loop that waits for something is woken so often, so that this can be called off


def finish(coroutine):
    """Run a coroutine to its end and give its result.

    Raises:
        BaseException: what the coroutine raises.
        Interrupted: the visit was called off.
        DapError: the loop that runs here can't be turned from within.
    """
    loop = _running_loop()
    if loop is None:
        return _finish_on_a_new_loop(coroutine)
    if not hasattr(loop, "_run_once") or not hasattr(loop, "_ready"):
        coroutine.close()
        why = "await: a %s can't be turned while it stands in a callback" % type(loop).__name__
        raise DapError("cannot_evaluate", error=why, traceback=why)
    return _finish_on(loop, coroutine)


def _running_loop():
    events = sys.modules.get("asyncio.events")
    return None if events is None else events._get_running_loop()


def _finish_on_a_new_loop(coroutine):
    import asyncio  # the program has no loop here, so nothing of its own is touched

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def _finish_on(loop, coroutine):
    from asyncio import events, tasks

    outer = tasks.current_task(loop)
    expected = len(loop._ready)  # the turn we stand in goes on to take that many callbacks
    handle = getattr(loop, "_current_handle", None)
    visit = visit_here()
    before = None
    if visit is not None:
        before, visit.awaited = visit.awaited, coroutine
    if outer is not None:
        tasks._leave_task(loop, outer)
    task = None
    try:
        task = loop.create_task(coroutine)
        while not task.done():
            if visit is not None and visit.called_off:
                raise Interrupted
            wake = loop.call_later(_WAKE, _nothing)
            try:
                loop._run_once()
            finally:
                wake.cancel()
        return task.result()
    finally:
        if task is not None and not task.done():
            task.cancel()
        while len(loop._ready) < expected:
            filler = events.Handle(_nothing, (), loop)
            loop._ready.append(filler)
        if handle is not None:
            loop._current_handle = handle
        if outer is not None:
            tasks._enter_task(loop, outer)
        if visit is not None:
            visit.awaited = before


def _nothing():
    pass
