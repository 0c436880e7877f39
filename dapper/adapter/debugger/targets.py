"""Where a stopped thread may be sent: to another line, to its function's beginning, into one of a line's calls."""
from dapper._frame_eval import opcodes
from dapper.adapter.debugger import calls, jumping
from dapper.adapter.debugger.stack import giver
from dapper.protocol.errors import DapError


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
    numbers = giver(debugger, handle)
    return [call.describe(numbers.give(call)) for call in found]


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
