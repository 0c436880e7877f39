"""Requests about the session itself: how it begins and ends."""
import os

from dapper.adapter.request import LATER, answers
from dapper.protocol.capabilities import capabilities, of_this_python
from dapper.protocol.errors import DapError, success


@answers("initialize")
def initialize(session, request):
    if session.state != "new":
        raise DapError("already_initialized")
    form = request.get("pathFormat", str, "path")
    if form != "path":
        raise DapError("unsupported", what="pathFormat %r" % form, where="; use \"path\"")
    session.meet(request.arguments)
    return dict(capabilities(), **of_this_python())


@answers("launch")
def launch(session, request):
    if session.state != "initialized":
        raise DapError("wrong_state", command=request.command, why="the session has begun already")
    session.begin(request)
    return LATER


@answers("attach")
def attach(session, request):
    return launch(session, request)


@answers("configurationDone")
def configuration_done(session, request):
    if session.state != "starting":
        raise DapError("wrong_state", command=request.command, why="launch or attach has to come first, once")
    session.send(success(request.message))
    session.configured()
    return LATER


@answers("disconnect")
def disconnect(session, request):
    ends = request.get("terminateDebuggee", bool, False)
    session.send(success(request.message))
    session.state = "ended"
    if ends and not session.by_hub:
        session.afterwards(lambda: os._exit(1))
    return LATER


@answers("terminate")
def terminate(session, request):
    if not session.is_configured:
        raise DapError("wrong_state", command=request.command, why="the program has not begun")
    session.afterwards(session.debugger.going.interrupt)
    return {}


@answers("restart")
def restart(session, request):
    raise DapError("unsupported", what="restart", where=" by a program that is attached to; end it and start again")


@answers("cancel")
def cancel(session, request):
    task = session.tasks.get(request.get("requestId", int))
    if task is not None:
        task.cancelled = True
    return {}
