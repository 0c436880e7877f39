"""A program's pipes → output events: nothing lost, in order, joined where it comes in drops, never kept for long."""
import codecs
import os
import subprocess
import sys
import threading
import time

from dapper.hub import streams
from dapper.hub.pipes import watch

CATEGORIES = ("stdout", "stderr")
QUIET = 0.002  #: seconds without more until what came is told, if it ends a line
PATIENCE = 0.010  #: seconds after which it is told anyway
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
        self._watch = watch(list(pipes))
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
            self._watch.wake()
        told.wait(patience)

    def leave_to_others(self):
        """Let small processes read the pipes to their ends, and throw away what comes, when we are gone."""
        command = [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "drain.py")]
        for pipe in list(self._names):  # each at the standard input of its own: that can be handed on everywhere
            subprocess.Popen(command, stdin=pipe, cwd=os.sep, start_new_session=True, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)

    def _run(self):
        while self._names:
            ready = self._watch.ready(None)
            started = time.monotonic()
            while ready and self._size() < EVENT:
                for pipe in ready:
                    self._take(pipe)
                left = PATIENCE - (time.monotonic() - started)
                if self._held[-1][1].endswith(b"\n"):
                    left = min(left, QUIET)
                ready = self._watch.ready(left) if left > 0 and not self._waiting else []
            self._flush()
            if self._waiting:
                self._drain()
        with self._lock:
            self._done = True
            waiting, self._waiting = self._waiting, []
            self._watch.close()
        for told in waiting:
            told.set()

    def _drain(self):
        """Tell what the pipes hold at this moment, and not what comes after."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for pipe in list(self._names):
            held = self._watch.held(pipe)
            while held > 0 and pipe in self._names:
                held -= self._take(pipe)
                self._flush()
        for pipe in self._watch.deserted():
            while pipe in self._names:  # nobody writes any more: to the end, and what is cut
                self._take(pipe)
                self._flush()
        for told in waiting:
            told.set()

    def _take(self, pipe):
        data = self._watch.take(pipe)
        if data and self._held and self._held[-1][0] == pipe:
            self._held[-1][1] += data
        else:
            self._held.append([pipe, data])  # no data: the end
        if not data:
            del self._names[pipe]
        return len(data)

    def _size(self):
        return sum(len(data) for _, data in self._held)

    def _flush(self):
        held, self._held = self._held, []
        for pipe, data in held:
            text = self._decoders[pipe].decode(data, not data)
            if text:
                self._tell(CATEGORIES[list(self._decoders).index(pipe)], text)
