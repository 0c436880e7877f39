"""Conditions and log messages that take long, on threads that run: found by looking now and then, and told once.

They are not broken off: whether the thread stops depends on what they say. Nothing is counted or timed where they run.
"""
import os
import sys

from dapper.adapter.debugger.originals import monotonic
from dapper.adapter.debugger.visits import is_ours

_current_frames = sys._current_frames
_FILES = ("<condition>", "<hit condition>", "<log message>")  # as conditions.py names their code
_DEEPEST = 300
_PAUSE = 0.5  # seconds between two looks


class Overtime:
    """Looks at the threads. Called by the reading thread.

    Args:
        hidden: identities of the debugger's own threads.
        say: ``say(event, body)`` sends a DAP event.
        seconds: what is too long.
    """

    def __init__(self, hidden, say, seconds):
        self._hidden = hidden
        self._say = say
        self._seconds = seconds
        self._seen = {}  # ident → (id of a frame, the frame or None, since when)
        self._told = set()
        self._due = 0.0

    def tick(self):
        """Do what is due.

        Returns:
            Seconds until there may be more to do.
        """
        now = monotonic()
        if now < self._due:
            return self._due - now
        self._due = now + _PAUSE
        seen, self._seen = self._seen, {}
        for ident, frame in _current_frames().items():
            asking = _asking(frame) if ident not in self._hidden else None
            if asking is not None:
                number, held, since = seen.get(ident, (0, None, now))
                if number != id(asking) or held is not None and held is not asking:
                    self._seen[ident] = (id(asking), None, now)
                    continue
                self._seen[ident] = (number, asking, since)  # held: else another could have its address next time
                if held is not None and now - since >= self._seconds:
                    self._tell(asking, frame)
        return _PAUSE

    def _tell(self, asking, innermost):
        what = asking.f_code.co_filename.strip("<>")
        while asking is not None and (is_ours(asking) or asking.f_code.co_filename in _FILES):
            asking = asking.f_back
        where = (what, _place(asking))
        if where not in self._told:
            self._told.add(where)
            text = "dapper: the %s at %s takes longer than %g s: %s\n" % (where + (self._seconds, _place(innermost)))
            self._say("output", {"category": "important", "output": text})


def _asking(frame):
    """The frame of a condition or a part of a log message that is being evaluated on a thread, or None."""
    for _ in range(_DEEPEST):
        if frame is None:
            return None
        if frame.f_code.co_filename in _FILES:
            return frame
        frame = frame.f_back
    return None


def _place(frame):
    if frame is None:
        return "its beginning"
    return "%s:%d" % (os.path.basename(frame.f_code.co_filename), frame.f_lineno or 0)
