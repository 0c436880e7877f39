"""Conditions and log messages that take too long: found by looking at the threads now and then, called off, told once.

Nothing is counted or timed where they run.
"""
import sys

from dapper._frame_eval import main_thread
from dapper.adapter.debugger import halting
from dapper.adapter.debugger.crew import main_ident
from dapper.adapter.debugger.evaluations import evaluation
from dapper.adapter.debugger.originals import monotonic

_current_frames = sys._current_frames
_PAUSE = 0.5  # seconds between two looks, at most
_START = 0.25  # seconds the main thread has to see to that itself
_SOON = 0.05  # seconds between two tries, while one is called off
_PATIENCE = 0.25  # seconds it has to end in
_OVER = "took longer than %g s and was called off"
_PRESSING = 0.1  # seconds it may take when nobody wants to know any more


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
        self._pause = min(_PAUSE, seconds / 4)
        self._seen = {}  # ident → _Seen
        self._told = set()
        self._due = 0.0
        self._ask_at = monotonic() + _START

    @property
    def is_busy(self):
        """Whether there was something to look at the last time."""
        return bool(self._seen)

    def tick(self):
        """Do what is due.

        Returns:
            Seconds until there may be more to do.
        """
        now = monotonic()
        if now < self._due:
            return self._due - now
        if now >= self._ask_at and not halting.is_expecting():
            self._ask_at = now + 1e9
            main_thread.run(halting.expect)
        wait = self._pause
        seen, self._seen = self._seen, {}
        for ident, frame in _current_frames().items():
            found = evaluation(frame) if ident not in self._hidden else None
            if found is None or not found.is_sure:
                continue
            one = seen.get(ident)
            if one is None or one.key != found.key or one.frame is not None and one.frame is not found.frame:
                self._seen[ident] = _Seen(found.key, now)
                continue
            self._seen[ident] = one
            one.frame = found.frame  # kept from now on: else another could have its address next time
            if now - one.since >= self._seconds:
                wait = min(wait, self._call_off(one, found, ident, now))
        for ident, one in seen.items():
            if one.halt is not None and self._seen.get(ident) is not one:
                one.halt.over()
                self._tell(one, _OVER)
        self._due = now + wait
        return wait

    def last_words(self):
        """The program ends: tell of what is over by now."""
        for one in list(self._seen.values()):
            if one.halt is not None:
                self._tell(one, _OVER)

    def end(self):
        """Nobody wants to know any more: have them end soon. ``tick`` goes on as long as there is something to do."""
        self._say = lambda event, body: None
        self._seconds, self._pause, self._due = _PRESSING, _SOON, 0.0

    def leave(self):
        """Be gone."""
        for one in self._seen.values():
            if one.halt is not None:
                one.halt.over()
        if halting.is_expecting():
            main_thread.run(halting.leave)

    def _call_off(self, one, found, ident, now):
        """Seconds until to try again."""
        if one.halt is None:
            one.halt = halting.Halt(found, ident, ident == main_ident())
            one.told = found.what, found.asked_at, found.where
            one.until = now + _PATIENCE
        one.halt.again(found)
        if now < one.until:
            return min(_SOON, self._pause)
        self._tell(one, "takes longer than %g s and can't be called off there")
        return self._pause

    def _tell(self, one, how):
        what, asked_at, where = one.told
        if (what, asked_at) not in self._told:
            self._told.add((what, asked_at))
            text = "dapper: the %s at %s %s: %s\n" % (what, asked_at, how % self._seconds, where)
            self._say("output", {"category": "important", "output": text})


class _Seen:
    """An evaluation that was seen more than once, or may be."""

    __slots__ = ("key", "frame", "since", "halt", "told", "until")

    def __init__(self, key, since):
        self.key = key
        self.frame = None
        self.since = since
        self.halt = self.told = self.until = None
