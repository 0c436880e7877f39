"""Where a frame stands when an event arrives: just entered, leaving by return or yield, or unwinding."""
from dapper._frame_eval import opcodes


def is_entered(frame):
    """Whether a call event is the start of the function, not the resumption of a generator."""
    return frame.f_lasti <= opcodes.resume_offset(frame.f_code)


def leaving(frame):
    """What a return event means: "return", "yield", or None while an exception unwinds the frame."""
    if opcodes.is_suspension(frame.f_code, frame.f_lasti):
        return "yield"
    return "return" if opcodes.is_return(frame.f_code, frame.f_lasti) else None


def line_at(code, offset):
    """The line of the instruction at ``offset``, or None."""
    for start, stop, line in code.co_lines():
        if start <= offset < stop:
            return line
    return None
