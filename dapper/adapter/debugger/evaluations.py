"""Which condition or log message a thread evaluates at the moment, as its stack tells."""
import os
import sys

from dapper._frame_eval import opsets
from dapper._frame_eval.conditions import TEXT_OF
from dapper._frame_eval.copies import COPIES
from dapper.adapter.debugger.visits import is_ours

_FILES = ("<condition>", "<hit condition>", "<log message>")  # as conditions.py names their code
_DEEPEST = 300
#: Where a thread gives the interpreter's lock away, and finds what was to be raised when it has it again, up to 3.12.
_RAISES = opsets.CALLS | opsets.JUMPS_BACKWARD | opsets.named("JUMP_ABSOLUTE", "RESUME")
if sys.version_info[:2] == (3, 10):
    _RAISES |= opsets.BRANCHES


class Evaluation:
    """One that is under way.

    Attributes:
        frame: what begins with it and ends with it; or, where a probe itself calls into C, the frame the probe is in.
        innermost: the frame where the thread is, within.
        probe: the frame with the probe that asks, or None.
    """

    def __init__(self, frame, innermost, probe, file):
        self.frame = frame
        self.innermost = innermost
        self.probe = probe
        self._file = file
        self._plant = self._round = None
        if probe is not None:
            self._plant = _plant_at(probe)
            if probe is frame:
                watch = self._plant and self._plant.watch
                self._round = watch.count if watch is not None else None

    @property
    def is_sure(self):
        """Whether it can be told from the next one at the same place."""
        return self.frame is not self.probe or self._round is not None

    @property
    def key(self):
        """What it has in common with itself later, and with no other one as long as its frame is kept."""
        return id(self.frame), self._round

    @property
    def what(self):
        """What it is, in words."""
        if self._file is not None:
            return self._file.strip("<>")
        plant = self._plant
        if plant is not None and plant.logs and not (plant.breakpoints and plant.breakpoints[0].condition_text):
            return "log message"
        return "condition"

    @property
    def asked_at(self):
        """The place in the program where it is asked: ``file:line``."""
        return _place(self.probe or self.frame)

    @property
    def where(self):
        """The place in the program where the thread is: ``file:line``."""
        return _place(self.innermost)

    @property
    def is_at_a_call(self):
        """Whether the innermost frame stands where what is raised is raised at once (up to 3.12, see core.raise_at)."""
        return _opcode_at(self.innermost) in _RAISES

    @property
    def can_be_raised_in(self):
        """Whether what is raised in the innermost frame now ends up where an evaluation may fail."""
        frame = self.innermost
        if frame is self.probe:
            return _opcode_at(frame) in opsets.CALLS  # all of them are in the probe's own try
        while frame is not None and is_ours(frame):
            if frame.f_code is _mark():
                return True
            frame = frame.f_back
        if frame is None or self.innermost is not frame:
            return False  # something of ours that the user's code called
        while frame is not None and frame is not self.frame:
            if frame.f_code.co_name == "__del__":
                return False  # it would not get out
            frame = frame.f_back
        return True


def evaluation(frame):
    """The outermost Evaluation on the stack of a thread whose innermost frame this is, or None."""
    innermost, above, found, probe, file = frame, None, None, None, None
    mark = _mark()
    for _ in range(_DEEPEST):
        if frame is None:
            break
        code = frame.f_code
        if code.co_filename in _FILES:
            found, probe, file = frame, None, code.co_filename
        elif code is mark:
            found, probe = frame, None
            if above is not None and above.f_code is TEXT_OF:
                file = "<log message>"
        elif COPIES and id(code) in COPIES and COPIES[id(code)][1].is_probe(frame.f_lasti):
            if above is None:
                found, probe = frame, frame
            elif not is_ours(above):
                found, probe = above, frame
        above, frame = frame, frame.f_back
    return None if found is None else Evaluation(found, innermost, probe, file)


def _place(frame):
    while frame is not None and (is_ours(frame) or frame.f_code.co_filename in _FILES):
        frame = frame.f_back
    if frame is None:
        return "its beginning"
    plant = _plant_at(frame)  # a probe has no line
    return "%s:%d" % (os.path.basename(frame.f_code.co_filename), plant.line if plant else frame.f_lineno or 0)


def _plant_at(frame):
    """The Plant of the probe a frame is in, or None."""
    found = COPIES.get(id(frame.f_code))
    return found[1].plant_at(frame.f_lasti) if found is not None and found[1].is_probe(frame.f_lasti) else None


def _mark():
    """The code of frames below which all is an evaluation (see calling_off), once there was one."""
    found = sys.modules.get("dapper._frame_eval.calling_off")
    return found and found.MARK


def _opcode_at(frame):
    offset = frame.f_lasti
    return frame.f_code.co_code[offset] if offset >= 0 else None
