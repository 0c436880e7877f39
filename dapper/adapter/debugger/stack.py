"""A thread's frames, as DAP bodies, and what a client may say of them."""
from dapper._frame_eval.opcodes import TELLS_INSTRUCTIONS
from dapper.adapter.debugger.frames import FrameHandle, stack_frame
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
            body[-1]["instructionPointerReference"] = debugger.addresses.of(frame.f_code, frame.f_lasti)
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


def giver(debugger, handle):
    """Gives handles that live as long as the thread stands that the frame belongs to, or that stands in for it."""
    record = handle.record if handle is not None else None
    owner = record if record is not None and record.stop is not None else debugger.crew.any_standing()
    return debugger.crew.handles.for_thread(owner.id if owner is not None else 0)
