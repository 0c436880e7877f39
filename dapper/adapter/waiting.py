"""Waits for several descriptors at once by what the system has, and can be called off."""
import _socket
import os
import select
import sys

from dapper._frame_eval import core

_close = os.close
_current_frames = sys._current_frames
_dup2 = os.dup2
_fstat = os.fstat
_read = os.read
_write = os.write


FIRST_TURN = 5000  #: microseconds the program stands aside at most until a message is read

_HIGH = range(250, 63, -1)  # where programs expect no descriptors, and select() still takes them


def out_of_the_way(number):
    """The descriptor ``number``, moved to where the program's own don't come; it may be the same one."""
    if os.name != "posix" or len(_current_frames()) > 1:
        return number  # another thread might take the place in between
    for place in _HIGH:
        try:
            _fstat(place)
        except OSError:
            break
    try:
        _dup2(number, place, False)
    except OSError:
        return number  # the process may have few
    _close(number)
    return place


class Away(BaseException):
    """Raised in the reading thread, between two messages: end, another thread will read on."""


if hasattr(select, "poll"):
    _new_poll = select.poll
    _IN, _NOT_OPEN = select.POLLIN, select.POLLNVAL

    def ready(things, seconds=None, urgent=False):
        """Wait until one of ``things`` (descriptors, or what has a ``fileno``) can be read.

        Args:
            seconds: None to wait as long as it takes.
            urgent: whether to be back at once when the first of them can be read, while the program computes: its main
                thread then stands aside until `go_on` or for a moment. Only the native core can do that.

        Returns:
            descriptor → is it open?, of those that can be read or never will.
        """
        native = core.loaded() if urgent else None
        if native is not None:
            numbers = [thing if type(thing) is int else thing.fileno() for thing in things]
            found = native.await_input(numbers, None if seconds is None else int(seconds * 1000 + 0.999), FIRST_TURN)
            return {number: not events & _NOT_OPEN for number, events in found}
        watch = _new_poll()
        for thing in things:
            watch.register(thing, _IN)
        return {number: not events & _NOT_OPEN for number, events in watch.poll(None if seconds is None else seconds * 1000)}

else:  # Windows, where sockets alone can be waited for
    _select = select.select

    def ready(things, seconds=None, urgent=False):
        """See above."""
        found = _select(list(things), [], [], seconds)[0]
        return {thing if type(thing) is int else thing.fileno(): True for thing in found}


def go_on():
    """Let the program's main thread go on, if it stands aside for us."""
    native = core.loaded()
    if native is not None:
        native.go_on()


class Waker:
    """What makes a thread leave that waits."""

    def __init__(self):
        if os.name == "posix":
            self.source, self._sink = map(out_of_the_way, os.pipe())
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
