"""One thread that owns a state, and others that post work to it."""
import threading
from queue import SimpleQueue

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
        self.over = False

    def post(self, work, *args):
        """Have ``work(*args)`` done; any thread and any signal handler may ask."""
        self._inbox.put((work, args))

    def post_in_turn(self, work, *args):
        """Post, after waiting for room: who sends faster than we can pass on has to wait."""
        self._room.acquire()
        self.post(self._in_turn, work, args)

    def later(self, seconds, work, *args):
        """Post after a time."""
        timer = threading.Timer(seconds, self.post, (work,) + args)
        timer.daemon = True
        timer.start()

    def work_off(self):
        """Do what is posted until ``stop``."""
        while not self.over:
            work, args = self._inbox.get()
            try:
                work(*args)
            except Exception:  # boundary: hub pump; a fault of ours costs one message, not the session
                self.log.fault()

    def stop(self):
        """Do nothing more after this; called in the owning thread."""
        self.over = True

    def _in_turn(self, work, args):
        self._room.release()
        work(*args)
