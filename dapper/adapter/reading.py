"""The one hidden thread: it reads for as long as there is something to read, and is not there while the process forks."""
import _thread
import sys
import time

from dapper.adapter.children import thread_exists
from dapper.adapter.waiting import Away, Waker

_allocate = _thread.allocate_lock
_start_new_thread = _thread.start_new_thread
_native_id = getattr(_thread, "get_native_id", _thread.get_ident)
_sleep = time.sleep
_time = time.monotonic

_OTHER_IDS = (5, 2, 1) if sys.version_info < (3, 14) else (2, 1)  # of sys.monitoring, which no engine of ours uses

PARKING_TIME = 1.0  #: seconds a fork waits for the thread to finish the message it is at


class _Life:
    """One life of the thread, seen from others.

    Attributes:
        finished: a lock it holds from its start to its end.
        native_id: its number in the kernel, once it runs.
    """

    def __init__(self):
        self.native_id = None
        self.finished = _allocate()
        self.finished.acquire()


class ReadingThread:
    """Calls ``serve`` again and again.

    Args:
        serve: ``serve() -> bool``: is there more to do? It may raise Away when ``waker`` says so.

    Attributes:
        waker: the Waker whose source ``serve`` has to watch.
        has_left: whether the thread left for a fork that goes on.
    """

    def __init__(self, serve):
        self.waker = Waker()
        self.has_left = False
        self._serve = serve
        self._lock = _allocate()
        self._parked = 0  # forks going on
        self._life = None

    @property
    def runs(self):
        """Is it there?"""
        return self._life is not None and self._life.finished.locked()

    def start(self):
        """Begin to serve."""
        self._life = life = _Life()
        _start_new_thread(self._run, (life,))

    def _run(self, life):
        life.native_id = _native_id()
        try:
            _run_unseen(self._run_on)
        finally:
            life.finished.release()

    def _run_on(self):
        while self._goes_on():
            pass

    def _goes_on(self):
        try:
            return self._serve()
        except Away:
            with self._lock:
                self.has_left = self._parked > 0  # else the fork is over already
                return not self.has_left

    def park(self):
        """A fork comes: have no thread but the program's own. It comes back with ``unpark``."""
        with self._lock:
            self._parked += 1
            first = self._parked == 1
        life = self._life
        if not self.runs or life.native_id == _native_id():
            return
        if first:
            self.waker.wake()
        if life.finished.acquire(True, PARKING_TIME):
            life.finished.release()
            end = _time() + PARKING_TIME
            while thread_exists(life.native_id) and _time() < end:
                _sleep(0.0001)  # Python is done with it, the kernel not yet; nothing tells when

    def unpark(self):
        """The fork is over, and this is the parent; does the thread have to be started again?"""
        with self._lock:
            self._parked -= 1
            if self._parked:
                return False
            comes_back, self.has_left = self.has_left, False
            self.waker.calm()
            return comes_back

    def drop(self):
        """In a forked child: it is the parent's."""
        self.waker.drop()


def _run_unseen(function):
    """Call a function so that other tools of sys.monitoring (coverage, profilers), which watch all threads, don't see it.

    No tool is told of what another one's callback does; so it is called by one. Its id is free again when it begins.
    """
    monitoring = getattr(sys, "monitoring", None)
    free = [number for number in _OTHER_IDS if monitoring is not None and monitoring.get_tool(number) is None]
    if not free:
        return function()
    tool, start = free[0], monitoring.events.PY_START

    def begin():
        pass

    def begun(code, offset):
        monitoring.set_local_events(tool, begin.__code__, 0)
        monitoring.register_callback(tool, start, None)
        monitoring.free_tool_id(tool)
        function()

    monitoring.use_tool_id(tool, "dapper reads")
    monitoring.register_callback(tool, start, begun)
    monitoring.set_local_events(tool, begin.__code__, start)
    begin()
