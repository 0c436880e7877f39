"""Waits for several descriptors at once by what the system has, and can be called off."""
import _socket
import os
import select

_close = os.close
_read = os.read
_write = os.write


class Away(BaseException):
    """Raised in the reading thread, between two messages: end, another thread will read on."""


if hasattr(select, "poll"):
    _new_poll = select.poll
    _IN, _NOT_OPEN = select.POLLIN, select.POLLNVAL

    def ready(things, seconds=None):
        """Wait until one of ``things`` (descriptors, or what has a ``fileno``) can be read.

        Args:
            seconds: None to wait as long as it takes.

        Returns:
            descriptor → is it open?, of those that can be read or never will.
        """
        watch = _new_poll()
        for thing in things:
            watch.register(thing, _IN)
        return {number: not events & _NOT_OPEN for number, events in watch.poll(None if seconds is None else seconds * 1000)}

else:  # Windows, where sockets alone can be waited for
    _select = select.select

    def ready(things, seconds=None):
        """See above."""
        found = _select(list(things), [], [], seconds)[0]
        return {thing if type(thing) is int else thing.fileno(): True for thing in found}


class Waker:
    """What makes a thread leave that waits."""

    def __init__(self):
        if os.name == "posix":
            self.source, self._sink = os.pipe()
        else:
            self._sockets = _pair()
            self.source, self._sink = (one.fileno() for one in self._sockets)

    def wake(self):
        """Have whoever waits raise Away."""
        if os.name == "posix":
            _write(self._sink, b"x")
        else:
            self._sockets[1].send(b"x")

    def calm(self):
        """Nobody has to leave any more."""
        while ready([self.source], 0):
            if os.name == "posix":
                _read(self.source, 64)
            else:
                self._sockets[0].recv(64)

    def drop(self):
        """Close both ends."""
        if os.name == "posix":
            _close(self.source)
            _close(self._sink)
        else:
            for one in self._sockets:
                one.close()


def _pair():
    """Two sockets connected with each other."""
    listener = _socket.socket()
    one = _socket.socket()
    try:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        one.connect(listener.getsockname())
        while True:  # only who we dialled with ourselves
            number, address = listener._accept()
            other = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, 0, number)
            if address == one.getsockname():
                return other, one
            other.close()
    finally:
        listener.close()
