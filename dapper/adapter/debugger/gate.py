"""Where threads wait until a client has finished its configuration."""
from _thread import allocate_lock, get_ident


class Gate:
    """Open while a client is there and configured."""

    def __init__(self):
        self.is_open = False
        self._lock = allocate_lock()
        self._waiting = []  # (thread, lock)

    def open(self):
        """Let through who waits, and who comes."""
        self.is_open = True
        self.wake()

    def close(self):
        """Who waits goes on in vain; who comes waits."""
        self.is_open = False
        self.wake()

    def wake(self):
        """Have everybody who waits look, open or not."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for _, lock in waiting:
            lock.release()

    def wait(self, timeout=-1):
        """Block until it is open, or somebody wakes us.

        Args:
            timeout: seconds; -1 waits without a limit.

        Returns:
            Whether it is open.
        """
        lock = allocate_lock()
        lock.acquire()
        with self._lock:
            waits = not self.is_open
            if waits:
                self._waiting.append((get_ident(), lock))
        if waits:
            lock.acquire(True, timeout)
        return self.is_open

    def holds(self, ident):
        """Whether that thread waits here."""
        with self._lock:
            return any(waiting == ident for waiting, _ in self._waiting)
