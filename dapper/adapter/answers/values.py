"""Requests about values: a frame's scopes, variables, expressions, an exception; looked at and set."""
from dapper.adapter.answers.memory import changed
from dapper.adapter.answers.work import ACTS, at_frame, on_owner, on_thread
from dapper.adapter.debugger import looking
from dapper.adapter.debugger.stack import frame_handle
from dapper.adapter.request import answers

UNLIMITED = ("repl", "clipboard", None)  #: what is evaluated on purpose may take as long as it takes
VALUE_TIME = 0.4  #: seconds after which a value is told without its text, if that needs more of the user's code


@answers("scopes")
def scopes(session, request):
    handle = frame_handle(session.debugger, request.get("frameId", int, required=True))
    return at_frame(
        session, request, handle, lambda: {"scopes": looking.scopes(session.debugger, handle, session.display)}
    )


@answers("variables")
def variables(session, request):
    reference = request.get("variablesReference", int, required=True)
    query = {
        "filter": request.get("filter", str),
        "start": request.get("start", int),
        "count": request.get("count", int),
        "format": _format(request),
    }

    found = []

    def run():
        return {"variables": looking.variables(session.debugger, reference, query, session.display, found)}

    def early():
        """What is there without the user's code; the rest is lazy in it."""
        return {"variables": [dict(variable) for variable in found]} if found else None

    return on_owner(session, request, reference, run, early=early)


@answers("setVariable")
def set_variable(session, request):
    reference = request.get("variablesReference", int, required=True)
    name = request.get("name", str, required=True)
    value = request.get("value", str, required=True)
    hex = bool(_format(request).get("hex"))
    return on_owner(
        session,
        request,
        reference,
        lambda: looking.set_variable(session.debugger, reference, name, value, session.display, hex),
        limit=ACTS * session.display.seconds,
        then=lambda record: changed(session),
    )


@answers("evaluate")
def evaluate(session, request):
    expression = request.get("expression", str, required=True)
    context = request.get("context", str)
    format = _format(request)
    handle = _frame(session, request)
    value = {}
    return at_frame(
        session,
        request,
        handle,
        lambda: looking.evaluate(session.debugger, handle, expression, context, format, session.display, value),
        limit=float("inf") if context in UNLIMITED else None,
        early=lambda: dict(value) or None,
        early_after=VALUE_TIME,
        then=(lambda record: changed(session)) if context == "repl" else None,
    )


@answers("setExpression")
def set_expression(session, request):
    expression = request.get("expression", str, required=True)
    value = request.get("value", str, required=True)
    hex = bool(_format(request).get("hex"))
    handle = _frame(session, request)
    return at_frame(
        session,
        request,
        handle,
        lambda: looking.set_expression(session.debugger, handle, expression, value, session.display, hex),
        limit=ACTS * session.display.seconds,
        then=lambda record: changed(session),
    )


@answers("completions")
def completions(session, request):
    text = request.get("text", str, required=True)
    column = request.get("column", int, required=True)
    line = request.get("line", int) or 1
    handle = _frame(session, request)
    return at_frame(
        session,
        request,
        handle,
        lambda: {"targets": looking.completions(session.debugger, handle, text, column, line)},
    )


@answers("exceptionInfo")
def exception_info(session, request):
    record = session.debugger.crew.standing(request.get("threadId", int, required=True))
    return on_thread(session, request, record, lambda: looking.exception_info(session.debugger, record))


@answers("locations")
def locations(session, request):
    return looking.location(session.debugger, request.get("locationReference", int, required=True))


def _format(request):
    return request.get("format", dict) or {}


def _frame(session, request):
    number = request.get("frameId", int)
    return frame_handle(session.debugger, number) if number else None
