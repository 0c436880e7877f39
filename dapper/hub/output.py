"""A program's pipes → output events: nothing lost, in order, joined where it comes in drops, never kept for long."""
import codecs
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import threading
import time

from dapper.hub import streams

CATEGORIES = ("stdout", "stderr")
QUIET = 0.002  #: seconds without more until what came is told, if it ends a line
PATIENCE = 0.010  #: seconds after which it is told anyway
CHUNK = 65536  #: bytes
EVENT = 32768  #: bytes an event holds about


class Output:
    """Reads both pipes in one thread.

    Args:
        pipes: the descriptors of stdout and stderr; they are closed at their end.
        tell: called as ``tell(category, text)``, in that thread.
    """

    def __init__(self, pipes, tell):
        self._names = dict(zip(pipes, CATEGORIES))
        self._tell = tell
        self._decoders = {pipe: codecs.getincrementaldecoder("utf-8")("replace") for pipe in pipes}
        self._poll = select.poll()
        for pipe in pipes:
            self._poll.register(pipe, select.POLLIN)
        self._wake, self._waker = os.pipe()
        self._poll.register(self._wake, select.POLLIN)
        self._waiting = []  # events to set once all that is in the pipes now is told
        self._held = []  # [pipe, bytes] in the order they came
        self._lock = threading.Lock()
        self._done = False
        streams.spawn(self._run)

    def settle(self, patience=None):
        """Wait until everything written so far is told.

        Args:
            patience: seconds, or None to wait as long as it takes.
        """
        told = threading.Event()
        with self._lock:
            if self._done:
                return
            self._waiting.append(told)
            os.write(self._waker, b"x")
        told.wait(patience)

    def leave_to_others(self):
        """Let a small process read the pipes to their ends, and throw away what comes, when we are gone."""
        pipes = list(self._names)
        command = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "drain.py")]
        subprocess.Popen(
            command + [str(pipe) for pipe in pipes], pass_fds=pipes, cwd=os.sep, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def _run(self):
        while self._names:
            ready = self._ready(None)
            started = time.monotonic()
            while ready and self._size() < EVENT:
                for pipe in ready:
                    self._take(pipe)
                left = PATIENCE - (time.monotonic() - started)
                if self._held[-1][1].endswith(b"\n"):
                    left = min(left, QUIET)
                ready = self._ready(left) if left > 0 and not self._waiting else []
            self._flush()
            if self._waiting:
                self._drain()
        with self._lock:
            self._done = True
            waiting, self._waiting = self._waiting, []
            os.close(self._wake)
            os.close(self._waker)
        for told in waiting:
            told.set()

    def _ready(self, patience):
        found = [fd for fd, _ in self._poll.poll(None if patience is None else max(1, int(patience * 1000)))]
        if self._wake in found:
            os.read(self._wake, 4096)
        return [fd for fd in found if fd != self._wake]

    def _drain(self):
        """Tell what the pipes hold at this moment, and not what comes after."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for pipe in list(self._names):
            held = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))[0]
            while held > 0 and pipe in self._names:
                held -= self._take(pipe)
                self._flush()
        for pipe, events in self._poll.poll(0):
            while pipe in self._names and events & select.POLLHUP:  # nobody writes any more: to the end, and what is cut
                self._take(pipe)
                self._flush()
        for told in waiting:
            told.set()

    def _take(self, pipe):
        data = os.read(pipe, CHUNK)
        if data and self._held and self._held[-1][0] == pipe:
            self._held[-1][1] += data
        else:
            self._held.append([pipe, data])  # no data: the end
        if not data:
            self._poll.unregister(pipe)
            del self._names[pipe]
            os.close(pipe)
        return len(data)

    def _size(self):
        return sum(len(data) for _, data in self._held)

    def _flush(self):
        held, self._held = self._held, []
        for pipe, data in held:
            text = self._decoders[pipe].decode(data, not data)
            if text:
                self._tell(CATEGORIES[list(self._decoders).index(pipe)], text)
