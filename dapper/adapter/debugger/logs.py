"""Log messages on their way to the client: many lines in one event, in order, none lost."""
from _thread import RLock

_ROOM = 1 << 18  # characters that may wait; then the program waits, too


class Logs:
    """Collects what log points say, and sends it when somebody has the time.

    Args:
        kit: gives the kit to use (see core.kit); asked with the first log point.
        describe: ``describe(code)`` gives the DAP Source.
        say: ``say(event, body)`` sends a DAP event.

    Attributes:
        on_expected: called when there are log points; gives a callable for the program's threads to say that something
            waits for `flush`. None: that is done on those threads.
    """

    def __init__(self, kit, describe, say):
        self._kit = kit
        self._describe = describe
        self._say = say
        self._ring = None
        self._places = {}
        self._lock = RLock()  # a signal handler may log while its thread flushes
        self._wake = self.on_expected = None

    def expect(self):
        """There are log points. Called by the thread that is to send."""
        if self.on_expected is not None:
            self._wake = self.on_expected()

    def point(self, breakpoint, code):
        """A callable for a tuple of the parts of a log message, to stand in code."""
        return self._use().LogPoint(self._ring, self._place(code, breakpoint.line))

    def put(self, breakpoint, code, text, line):
        """Take a message; it ends with a line end."""
        if self._ring is None:
            self._use()
        self._ring.put(self._place(code, line or breakpoint.line), text)

    def flush(self):
        """Send all that waits; returns when what another thread is sending is sent, too: the program may be about to end."""
        if self._ring is not None:
            with self._lock:
                for place, text in self._ring.drain():
                    body = {"category": "stdout", "output": text, "line": place.line}
                    body["source"] = self._describe(place.code)
                    self._say("output", body)

    def _use(self):
        kit = self._kit()
        if self._ring is None:
            with self._lock:
                if self._ring is None:
                    self._ring = kit.LogRing(self._on_first, _ROOM, self.flush)
                    self._made_by = kit
        return self._made_by

    def _on_first(self):
        if self._wake is None:
            self.flush()
        else:
            self._wake()

    def _place(self, code, line):
        key = code.co_filename, line
        return self._places.get(key) or self._places.setdefault(key, _Place(code, line))


class _Place:
    """Where messages come from."""

    __slots__ = ("code", "line")

    def __init__(self, code, line):
        self.code = code
        self.line = line
