"""The threads of the program: who they are, and which of them stands. The client is told of one stop at a time."""
import _thread
import sys
from _thread import _local, allocate_lock, get_ident

from dapper._frame_eval import core
from dapper.adapter.debugger.frames import Handles, chain
from dapper.adapter.debugger.threads import GO_ON, ThreadRecord
from dapper.protocol.errors import DapError

_current_frames = sys._current_frames
_interrupt_main = _thread.interrupt_main
_main = get_ident() if "threading" not in sys.modules else sys.modules["threading"].main_thread().ident


def main_ident():
    """The interpreter's identity of the program's main thread."""
    return _main


def become_main():
    """In a forked child: the calling thread is the main one now."""
    global _main
    _main = get_ident()
    _note_standing(False)


def _note_standing(stands):
    """Whether the main thread stands: who wants a turn need not ask it then."""
    native = core.loaded()
    if native is not None:
        native.main_stands(stands)


def _thread_of(ident):
    """The program's Thread object, or None; threading.enumerate() takes a lock that a stopped thread may hold."""
    return getattr(sys.modules.get("threading"), "_active", {}).get(ident)


class Crew:
    """Records of threads, and their stops.

    A thread that reaches a breakpoint while another one's stop is shown stands too, and is announced when that one has
    gone on. One that stands only because another does is *parked*, and never announced.

    Args:
        say: ``say(event, body)`` sends a DAP event.
        is_heard: ``is_heard() -> bool``: is there a client?
        on_stand, on_announced: called with the record of a thread that now stands, or that the client was told of.
    """

    def __init__(self, say, is_heard, on_stand, on_announced):
        self.handles = Handles()
        self.hidden = set()  # idents of the debugger's own threads
        self.all_stop = True  # whether one stop stops all
        self._say = say
        self._is_heard = is_heard
        self._on_stand = on_stand
        self._on_announced = on_announced
        self._lock = allocate_lock()
        self._records = {}
        self._calling = _local()  # a thread's ident goes to another one after it; this does not
        self._last_id = 0
        self._gui_loop, self._gui = "none", None

    def configure(self, config):
        """Take over what launch or attach say of threads."""
        self.all_stop = config.get("stopAllThreadsOnSuspend") is not False
        loop = config.get("guiEventLoop", "matplotlib")
        self._gui_loop, self._gui = loop if isinstance(loop, str) and loop else "none", None

    # Who they are

    def begin(self):
        """A client is there: tell it of the threads there are."""
        with self._lock:
            self._records = {}  # a thread may still be on its way to a stop of the last session, with a record of that one
        self.threads()

    def __iter__(self):
        return iter(list(self._records.values()))

    def get(self, ident):
        """The record of an interpreter's thread, or None if nothing happened on it yet."""
        return self._records.get(ident)

    def here(self, ident=None):
        """The record of the calling thread, or of the one named."""
        ident = ident or get_ident()
        record = self._records.get(ident)
        if record is None:
            with self._lock:
                self._last_id += 1
                record = self._records[ident] = ThreadRecord(self._last_id, ident)
            self._say("thread", {"reason": "started", "threadId": record.id})
        return record

    def record(self, number):
        """The record of DAP thread ``number``.

        Raises:
            DapError: there is none.
        """
        for record in self:
            if record.id == number:
                return record
        raise DapError("no_thread", thread=number)

    def threads(self):
        """The records of the program's threads that live now."""
        alive = set(_current_frames())  # the dict holds the frame we are in, which would hold the dict
        for ident in alive:
            if ident not in self.hidden and not self.is_exempt(ident):
                self.here(ident)
        for ident, record in list(self._records.items()):
            if ident not in alive and ident != _main:  # the main one has no frame between site and the program
                del self._records[ident]
                record.refuse_jobs(all_of_them=True)
                self._say("thread", {"reason": "exited", "threadId": record.id})
        return sorted(self._records.values(), key=lambda record: record.id)

    def is_exempt(self, ident):
        """Whether the program asks that this thread is neither stopped nor shown, in the way it would ask pydevd."""
        marks = getattr(_thread_of(ident), "__dict__", {})
        return bool(marks.get("pydev_do_not_trace") or marks.get("is_pydev_daemon_thread"))

    def may_stop(self, record):
        """Whether the program lets the calling thread, of which this is the record, be stopped."""
        return not (self.is_left_out() or self.is_exempt(record.ident))

    def leave_out(self, out):
        """Let nothing on the calling thread be of interest, or again what is."""
        self._calling.is_left_out = out

    def is_left_out(self):
        """Whether the program has had the calling thread left out."""
        return getattr(self._calling, "is_left_out", False)

    def name(self, record):
        """The name the program gave a thread."""
        thread = _thread_of(record.ident)
        if thread is not None:
            return str(thread.name)
        return "MainThread" if record.ident == _main else "Thread-%d" % record.id

    def stack(self, record):
        """[(frame, line)] of a thread, stopped or not."""
        if record.stop is not None:
            return record.stop.frames
        return chain(_current_frames().get(record.ident))

    # Who stands

    def standing(self, number=None):
        """The record of a stopped thread: that one, or any.

        Raises:
            DapError: it runs.
        """
        if number:
            record = self.record(number)
            return record if record.stop is not None else self._runs()
        return self.any_standing() or self._runs()

    def held(self, number=None):
        """The record of a thread that the client believes to stand: where one stop stops all, those that wait, too.

        Raises:
            DapError: it runs.
        """
        if not number or not self.all_stop:
            return self.standing(number)
        record = self.record(number)
        return record if record.stop is not None or self.any_standing() else self._runs()

    def any_standing(self):
        """A record to do a job for a thread that can't, or None; an announced one first, a hanging one last."""
        standing = [record for record in self if record.stop is not None]
        standing.sort(key=lambda record: (record.hangs, not record.stop.announced, record.id))
        return standing[0] if standing else None

    def someone_stands(self):
        """Whether the client has been told of a stop that is not over."""
        return any(one.stop is not None and one.stop.announced and not one.stop.released for one in self)

    def stand(self, record, stop):
        """Stop here, on the calling thread, until it is told to go on. Returns at once when nobody would know."""
        with self._lock:
            record.pausing = None
            if not self._is_heard() or stop.parked and not self.someone_stands() or not self._knows(record):
                return
            record.plan = record.entering = None
            record.stop = stop
        is_main = record.ident == _main
        if is_main:
            _note_standing(True)
        try:
            self._on_stand(record)
            self._announce_next()
            record.work(self._pass_time)
        finally:  # an exception that another thread had raised here goes through
            if is_main:
                _note_standing(False)
            with self._lock:
                record.stop = None
            self.handles.forget(record.id)
            record.refuse_jobs()
            self._announce_next()
        if record.interrupted:
            record.interrupted = False
            _interrupt_main()
        if record.ends:
            record.ends = False
            raise SystemExit

    def _knows(self, record):
        """Whether it is of this session: nobody would let a thread go on that stands with an earlier one's."""
        return self._records.get(record.ident) is record

    def arrived(self, record, stop):
        """The standing thread was sent to another line; say where it stands now. Called on it."""
        self.handles.forget(record.id)
        stop.announced = True
        record.stop = stop
        self._announce(record)

    def go_on(self, records=None):
        """Let stopped threads run; all of them, unless told which. One that waits to be announced is, then."""
        for record in self if records is None else records:
            with self._lock:
                record.pausing = None
                stop = record.stop
                if stop is None or stop.released or not (stop.announced or stop.parked):
                    continue
                stop.released = True
                record.post(GO_ON)  # within the lock: a thread that leaves its stop by a step drops what else is there

    def end(self, record):
        """Have a thread end as if it had called ``sys.exit()``; whether this Python can do that to it."""
        from dapper._frame_eval.calling_off import raise_in

        with self._lock:
            record.ends = record.stop is not None  # as soon as it goes on
            record.pausing = None
            return record.ends or raise_in(record.ident, SystemExit)

    def dismiss(self):
        """The client is gone, and not heard any more: every thread goes on, and no job is done."""
        with self._lock:  # who found it heard has noted its stop by now
            records = list(self)
        for record in records:
            record.plan = record.pausing = record.entering = None
            record.refuse_jobs(all_of_them=True)
            if record.stop is not None:  # told to go on or not: what told it so may be among what was refused
                record.stop.released = True
                record.post(GO_ON)

    def _pass_time(self, record):
        """A standing thread has nothing to do: the main one lets the program's windows live. Seconds until the next time."""
        loop = self._gui_loop
        if record.ident != _main or loop == "none" or loop == "matplotlib" and "matplotlib.pyplot" not in sys.modules:
            return -1
        if self._gui is None:
            from dapper.adapter.debugger.gui import Gui

            self._gui = Gui(loop, self._say)
        return self._gui.turn(record)

    def _runs(self):
        raise DapError("not_stopped")

    def _announce_next(self):
        """Tell the client of a thread that stands for a reason of its own, if it knows of no other."""
        with self._lock:
            standing = [record for record in self if record.stop is not None]
            waiting = [record for record in standing if not (record.stop.announced or record.stop.parked)]
            if not waiting or any(record.stop.announced for record in standing):
                return
            waiting[0].stop.announced = True
        self._announce(waiting[0])
        self._on_announced(waiting[0])

    def _announce(self, record):
        stop = record.stop
        body = {
            "reason": stop.reason,
            "threadId": record.id,
            "allThreadsStopped": self.all_stop,
            "preserveFocusHint": stop.reason == "pause",
        }
        if stop.description:
            body["description"] = stop.description
        if stop.text:
            body["text"] = stop.text
        if stop.hit:
            body["hitBreakpointIds"] = stop.hit
        self._say("stopped", body)
