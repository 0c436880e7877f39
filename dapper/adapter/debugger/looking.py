"""Questions about a stopped program, answered as DAP bodies. What touches user objects runs on the stopped thread."""
import sys

from dapper._frame_eval import opcodes
from dapper._frame_eval.opcodes import TELLS_INSTRUCTIONS
from dapper.adapter.debugger import calls, jumping
from dapper.adapter.debugger import completions as completing
from dapper.adapter.debugger import evaluate as evaluating
from dapper.adapter.debugger import exception_info as exceptions
from dapper.adapter.debugger import variables as showing
from dapper.adapter.debugger.frames import FrameHandle, stack_frame
from dapper.adapter.debugger.locations import Declaration, Definition
from dapper.protocol.errors import DapError


_CHOSEN = ("step", "breakpoint", "function breakpoint", "goto")  # stops whose place somebody chose


def stack_trace(debugger, record, start, levels, format):
    """The body of a stackTrace response."""
    sources = debugger.sources
    frames = [entry for entry in debugger.crew.stack(record) if not sources.is_ours(entry[0].f_code)]
    if debugger.templates is not None and record.stop is not None:
        frames = debugger.templates.shown(frames)
    if not format.get("includeAll"):
        wanted = sources.is_user if sources.just_my_code else sources.is_shown
        here = frames[:1] if record.stop is not None and record.stop.reason in _CHOSEN else []  # not where a pause fell
        frames = [entry for entry in frames if wanted(entry[0].f_code) or entry in here] or frames
    owner = record if record.stop is not None else debugger.crew.any_standing()
    body = []
    for index, (frame, line) in enumerate(frames[start : start + levels if levels else None], start):
        handle = FrameHandle(record, frame, line, index)
        number = debugger.crew.handles.give(handle, owner.id if owner is not None else -1)
        body.append(stack_frame(number, frame, line, sources.describe(frame.f_code), format))
        verdict = sources.ownership.of(frame.f_code.co_filename)
        if not verdict.user:
            body[-1]["presentationHint"], body[-1]["source"]["origin"] = "subtle", verdict.why
        if TELLS_INSTRUCTIONS and handle.real is frame:
            body[-1]["instructionPointerReference"] = debugger.instructions.addresses.of(frame.f_code, frame.f_lasti)
        stands = index == 0 and record.stop is not None and record.stop.at_line
        body[-1]["canRestart"] = stands and handle.real is frame
    return {"stackFrames": body, "totalFrames": len(frames)}


def frame_handle(debugger, number):
    """The FrameHandle behind a DAP frame id.

    Raises:
        DapError: the frame is gone.
    """
    try:
        handle = debugger.crew.handles.get(number)
    except DapError:
        handle = None
    if type(handle) is not FrameHandle:
        raise DapError("stale_frame", frame=number)
    return handle


def scopes(debugger, handle, how):
    """The Scopes of a frame."""
    return showing.scopes(handle.frame, _giver(debugger, handle), how, _extra(handle))


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
    giver = debugger.crew.handles.for_thread(debugger.crew.handles.owner(reference))
    return showing.set_variable(container, name, text, None, giver, how, hex)


def set_expression(debugger, handle, expression, text, how, hex):
    """Assign to an expression, in a frame or in the console's own namespace."""
    frame = handle.frame if handle is not None else None
    giver = _giver(debugger, handle)
    return evaluating.set_expression(frame, expression, text, giver, how, hex, debugger.console, _extra(handle))


def evaluate(debugger, handle, text, context, format, how, out=None):
    """The body of an evaluate response; ``out`` as in evaluate.render."""
    frame = handle.frame if handle is not None else None
    value = evaluating.evaluate(text, frame, context, debugger.console, _extra(handle))
    hex, raw = bool(format.get("hex")), bool(format.get("rawString"))
    return evaluating.render(value, context, _giver(debugger, handle), how, hex, raw, text, frame, out)


def completions(debugger, handle, text, column, line):
    """CompletionItems."""
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
    return exceptions.info(*record.stop.exception, max_frames=limit if type(limit) is int else 0)


def goto_targets(debugger, path, line):
    """GotoTargets: the line, if the frame a stopped thread stands in may be sent there.

    Raises:
        DapError: nothing is stopped.
    """
    targets = []
    record = debugger.crew.standing()
    key = debugger.sources.key(debugger.sources.to_debuggee(path)) if type(path) is str else None
    for record in debugger.crew.threads():
        if record.stop is None or not record.stop.at_line:
            continue
        frame = record.stop.frames[0][0]
        if debugger.templates is not None and debugger.templates.is_template(frame):
            continue
        if debugger.sources.key(frame.f_code.co_filename) == key and line in opcodes.executable_lines(frame.f_code):
            if jumping.why_not(key, frame.f_lineno, line) is None:
                targets.append({"id": line, "label": "%s : %d" % (frame.f_code.co_name, line), "line": line})
            break
    return targets


def goto(debugger, record, line):
    """Send the stopped thread to ``line`` of its frame. Runs on that thread.

    Raises:
        DapError: the interpreter refuses, with its reason.
    """
    stop = record.stop
    if not stop.at_line:
        raise DapError("cannot_go", why="the thread is in the middle of a line; step once first")
    try:
        jumping.send(stop.frames[0][0], line)
    except ValueError as error:
        raise DapError("cannot_go", why=error) from None


def restart(debugger, handle):
    """Begin the function of a stopped frame anew. Runs on its thread.

    Raises:
        DapError: it can't be the same call again.
    """
    stop = handle.record.stop
    if stop is None or handle.frame is not stop.frames[0][0]:
        raise DapError("cannot_restart", why="only the innermost frame of a stopped thread can be")
    if not stop.at_line:
        raise DapError("cannot_restart", why="the thread is in the middle of a line; step once first")
    jumping.restart(handle.frame, debugger.sources.key(handle.frame.f_code.co_filename))


def step_in_targets(debugger, handle):
    """StepInTargets: the calls that the line of a frame has still to make."""
    stop = handle.record.stop
    if stop is None or handle.frame is not stop.frames[0][0]:
        return []
    filename = handle.frame.f_code.co_filename
    line_map = debugger.maps.of(debugger.sources.key(filename))
    try:
        text = debugger.sources.text(debugger.sources.to_client(filename), 0)
    except DapError:
        return []  # there is nothing to name the calls by
    found = calls.targets(handle.frame, line_map.statements if line_map is not None else (), text.encode("utf-8"))
    giver = _giver(debugger, handle)
    return [call.describe(giver.give(call)) for call in found]


def call(debugger, number):
    """The Call behind a step-in target.

    Raises:
        DapError: it is gone.
    """
    try:
        found = debugger.crew.handles.get(number)
    except DapError:
        found = None
    if type(found) is not calls.Call:
        raise DapError("stale_target", target=number)
    return found


def modules(debugger):
    """All loaded modules as DAP Modules."""
    found = []
    for number, (name, module) in enumerate(sorted(sys.modules.items(), key=lambda item: str(item[0])), 1):
        space = getattr(module, "__dict__", None)
        if type(space) is not dict:
            continue
        body = {"id": number, "name": str(name)}
        path = space.get("__file__")
        if type(path) is str and debugger.sources.is_our_file(path):
            continue
        if type(path) is str:
            body["path"] = debugger.sources.to_client(path)
            body["isUserCode"] = debugger.sources.why_not_user(path) is None
        if type(space.get("__version__")) is str:
            body["version"] = space["__version__"]
        if type(space.get("__package__")) is str:
            body["package"] = space["__package__"]
        found.append(body)
    return found


def loaded_sources(debugger):
    """The files of loaded modules as DAP Sources."""
    paths = {}
    for module in list(sys.modules.values()):
        path = getattr(module, "__dict__", {}).get("__file__")
        if type(path) is str and path.endswith((".py", ".pyw")) and not debugger.sources.is_our_file(path):
            paths[debugger.sources.to_client(path)] = True
    return [{"name": path.replace("\\", "/").rpartition("/")[2], "path": path} for path in sorted(paths)]


def system_info(debugger, version):
    """The body of a debugpySystemInfo response, a custom request of debugpy's clients."""
    import os
    import platform

    bits = 64 if sys.maxsize > 2**32 else 32
    return {
        "debugpy": {"version": version},
        "python": {
            "version": platform.python_version(),
            "implementation": {
                "name": platform.python_implementation(),
                "version": platform.python_version(),
                "description": sys.version,
            },
        },
        "platform": {"name": sys.platform},
        "process": {"pid": os.getpid(), "ppid": os.getppid(), "executable": sys.executable, "bitness": bits},
        "pydevd": {"usingCython": False, "usingFrameEval": False},
        "dapper": {"version": version, "engine": debugger.engine_name},
    }


def _giver(debugger, handle):
    """Gives handles that live as long as the thread stands that the frame belongs to, or that stands in for it."""
    record = handle.record if handle is not None else None
    owner = record if record is not None and record.stop is not None else debugger.crew.any_standing()
    return debugger.crew.handles.for_thread(owner.id if owner is not None else 0)


def _extra(handle):
    """Names the stop adds to the innermost frame: a return value, the exception."""
    stop = handle.record.stop if handle is not None else None
    return dict(stop.returned) if stop is not None and handle.real is stop.frames[0][0] else {}
