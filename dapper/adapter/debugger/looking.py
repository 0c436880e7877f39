"""Questions about a stopped program, answered as DAP bodies. What touches user objects runs on the stopped thread."""
from dapper.adapter.debugger import evaluate as evaluating
from dapper.adapter.debugger import exception_info as exceptions
from dapper.adapter.debugger import variables as showing
from dapper.adapter.debugger.frames import FrameHandle
from dapper.adapter.debugger.locations import Declaration, Definition
from dapper.adapter.debugger.stack import giver
from dapper.protocol.errors import DapError



def scopes(debugger, handle, how):
    """The Scopes of a frame."""
    return showing.scopes(handle.frame, giver(debugger, handle), how, _extra(handle))


def variables(debugger, reference, query, how, out=None):
    """The Variables behind a reference.

    Args:
        out: the list to fill; see items.Item.children.
    """
    container = debugger.crew.handles.get(reference)
    if type(container) is FrameHandle:
        raise DapError("stale_variables", reference=reference)
    format = query["format"]
    return container.children(
        start=query["start"],
        count=query["count"],
        filter=query["filter"],
        hex=bool(format.get("hex")),
        raw_string=bool(format.get("rawString")),
        handles=debugger.crew.handles.for_thread(debugger.crew.handles.owner(reference)),
        display=how,
        out=out,
    )


def set_variable(debugger, reference, name, text, how, hex):
    """Assign to a variable shown in a container."""
    container = debugger.crew.handles.get(reference)
    if type(container) is FrameHandle:
        raise DapError("stale_variables", reference=reference)
    numbers = debugger.crew.handles.for_thread(debugger.crew.handles.owner(reference))
    return showing.set_variable(container, name, text, None, numbers, how, hex)


def set_expression(debugger, handle, expression, text, how, hex):
    """Assign to an expression, in a frame or in the console's own namespace."""
    frame = handle.frame if handle is not None else None
    numbers = giver(debugger, handle)
    return evaluating.set_expression(frame, expression, text, numbers, how, hex, debugger.console, _extra(handle))


def evaluate(debugger, handle, text, context, format, how, out=None):
    """The body of an evaluate response; ``out`` as in evaluate.render."""
    frame = handle.frame if handle is not None else None
    value = evaluating.evaluate(text, frame, context, debugger.console, _extra(handle))
    hex, raw = bool(format.get("hex")), bool(format.get("rawString"))
    return evaluating.render(value, context, giver(debugger, handle), how, hex, raw, text, frame, out)


def completions(debugger, handle, text, column, line):
    """CompletionItems."""
    from dapper.adapter.debugger import completions as completing

    frame = handle.frame if handle is not None else None
    return completing.complete(text, column, line, frame, debugger.console)


def location(debugger, reference):
    """The body of a locations response: where a value was defined, or a variable first set.

    Raises:
        DapError: nobody knows, or the reference is gone.
    """
    try:
        definition = debugger.crew.handles.get(reference)
    except DapError:
        definition = None
    if type(definition) not in (Definition, Declaration):
        raise DapError("stale_location", reference=reference)
    place = definition.find()
    if place is None:
        raise DapError("no_location")
    return {"source": debugger.sources.describe_file(place[0]), "line": place[1]}


def exception_info(debugger, record):
    """The body of an exceptionInfo response.

    Raises:
        DapError: the thread does not stand at an exception.
    """
    if record.stop is None or record.stop.exception is None:
        raise DapError("wrong_state", command="exceptionInfo", why="this thread did not stop for an exception")
    limit = debugger.config.get("maxExceptionStackFrames")
    shown = debugger.templates.shown if debugger.templates is not None else None
    return exceptions.info(*record.stop.exception, max_frames=limit if type(limit) is int else 0, shown=shown)










def _extra(handle):
    """Names the stop adds to the innermost frame: a return value, the exception."""
    stop = handle.record.stop if handle is not None else None
    return dict(stop.returned) if stop is not None and handle.real is stop.frames[0][0] else {}
