"""One thread that owns a state, and others that post work to it."""
import heapq
import itertools
import threading
import time
from queue import Empty, SimpleQueue

from dapper.hub import streams


class Mailbox:
    """Work is done one piece after another, in the thread that called ``work_off``.

    Args:
        log: a Log, for faults of ours.
    """

    def __init__(self, log):
        self.log = log
        self._inbox = SimpleQueue()
        self._room = threading.Semaphore(streams.MAX_WAITING)
        self._due = []  # a heap of (when, number, work, arguments)
        self._numbers = itertools.count()
        self.over = False

    def post(self, work, *args):
        """Have ``work(*args)`` done; any thread and any signal handler may ask."""
        self._inbox.put((work, args))

    def post_in_turn(self, work, *args):
        """Post, after waiting for room: who sends faster than we can pass on has to wait."""
        self._room.acquire()
        self.post(self._in_turn, work, args)

    def later(self, seconds, work, *args):
        """Post after a time; any thread may ask. What is not due yet when the mailbox stops is never done."""
        self.post(self._keep, time.monotonic() + seconds, work, args)

    def work_off(self):
        """Do what is posted until ``stop``."""
        while not self.over:
            work, args = self._next()
            try:
                work(*args)
            except Exception:  # boundary: hub pump; a fault of ours costs one message, not the session
                self.log.fault()

    def stop(self):
        """Do nothing more after this; called in the owning thread."""
        self.over = True

    def _next(self):
        """Wait for what is to be done next: (work, arguments)."""
        if not self._due:
            return self._inbox.get()
        patience = self._due[0][0] - time.monotonic()
        if patience > 0:  # what is due comes before what was posted, or a busy stream would put it off for ever
            try:
                return self._inbox.get(timeout=patience)
            except Empty:
                pass  # its time has come
        return heapq.heappop(self._due)[2:]

    def _keep(self, when, work, args):
        heapq.heappush(self._due, (when, next(self._numbers), work, args))

    def _in_turn(self, work, args):
        self._room.release()
        work(*args)
