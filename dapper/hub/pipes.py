"""Pipes that are read as soon as something is in one of them: by `poll`, and where that is not, by a thread each."""
import os
import select
import sys
import threading
import time

CHUNK = 65536  #: bytes


def watch(pipes):
    """A Watch on these descriptors, of the kind this system has."""
    return Polled(pipes) if hasattr(select, "poll") else Threaded(pipes)


class Watch:
    """Several pipes; one thread reads them, any thread may wake it. They are closed at their ends."""

    def ready(self, seconds):
        """Wait until there is something, ``wake`` is called, or a time is over.

        Args:
            seconds: None to wait as long as it takes.

        Returns:
            The pipes in which there is something, or that are at their end.
        """
        raise TypeError("a kind of Watch has this")

    def take(self, pipe):
        """What is in a pipe, which has to be ready; nothing at its end, and the pipe is closed then."""
        raise TypeError("a kind of Watch has this")

    def held(self, pipe):
        """How many bytes are in it now."""
        raise TypeError("a kind of Watch has this")

    def deserted(self):
        """The pipes nobody can write to any more."""
        raise TypeError("a kind of Watch has this")

    def wake(self):
        """Have ``ready`` return."""
        raise TypeError("a kind of Watch has this")

    def close(self):
        """Nobody waits any more."""


class Polled(Watch):
    """By `poll`.

    Args:
        pipes: descriptors.
    """

    def __init__(self, pipes):
        import fcntl  # neither is everywhere
        import termios

        self._count = lambda pipe: int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
        self._poll = select.poll()
        self._source, self._sink = os.pipe()
        for pipe in pipes + [self._source]:
            self._poll.register(pipe, select.POLLIN)

    def ready(self, seconds):
        found = [fd for fd, _ in self._poll.poll(None if seconds is None else max(1, int(seconds * 1000)))]
        if self._source in found:
            os.read(self._source, 4096)
        return [fd for fd in found if fd != self._source]

    def take(self, pipe):
        data = os.read(pipe, CHUNK)
        if not data:
            self._poll.unregister(pipe)
            os.close(pipe)
        return data

    def held(self, pipe):
        return self._count(pipe)

    def deserted(self):
        return [pipe for pipe, events in self._poll.poll(0) if events & select.POLLHUP and pipe != self._source]

    def wake(self):
        os.write(self._sink, b"x")

    def close(self):
        os.close(self._source)
        os.close(self._sink)


class Threaded(Watch):
    """By a thread a pipe, which reads ahead of us.

    Args:
        pipes: descriptors.
    """

    SETTLE = 0.02  #: seconds without a byte after which a pipe is taken to be empty

    def __init__(self, pipes):
        self._read = {pipe: [] for pipe in pipes}  # pipe → what was read from it, b"" at its end
        self._changed = threading.Condition()
        self._woken = False
        self._last = time.monotonic()
        for pipe in pipes:
            threading.Thread(target=self._fetch, args=(pipe,), daemon=True).start()

    def _fetch(self, pipe):
        data = b"x"
        while data:
            try:
                data = os.read(pipe, CHUNK)
            except OSError:  # Windows: the other end was closed before it was written to
                data = b""
            with self._changed:
                self._read[pipe].append(data)
                self._last = time.monotonic()
                self._changed.notify_all()
        os.close(pipe)

    def ready(self, seconds):
        with self._changed:
            self._changed.wait_for(lambda: self._woken or any(self._read.values()), seconds)
            self._woken = False
            return [pipe for pipe, pieces in self._read.items() if pieces]

    def take(self, pipe):
        with self._changed:
            data = self._read[pipe].pop(0)
            if not data:
                del self._read[pipe]
            return data

    def held(self, pipe):
        with self._changed:
            began = time.monotonic()
            while True:  # its thread has the time to read what is there
                left = max(self._last, began) + self.SETTLE - time.monotonic()
                if left <= 0 or any(b"" in pieces for pieces in self._read.values()):
                    return sum(len(piece) for piece in self._read[pipe])
                self._changed.wait(left)

    def deserted(self):
        with self._changed:
            return [pipe for pipe, pieces in self._read.items() if b"" in pieces]

    def wake(self):
        with self._changed:
            self._woken = True
            self._changed.notify_all()
