"""A request that a thread of the program works at: how long it may take, and what is answered when it takes longer.

The thread may hang in the user's code, and not even be interruptible there. So the thread that reads looks after it
(`tick`): it sends what is there in time, calls the work off, and answers in the thread's place.
"""
from _thread import allocate_lock, get_ident

from dapper.adapter.debugger.crew import main_ident
from dapper.adapter.debugger.originals import monotonic
from dapper.adapter.debugger.threads import Job
from dapper.adapter.debugger.visits import Interrupted, Visit
from dapper.protocol.errors import DapError, failure, success

EARLY = 0.05  #: seconds after which an answer that is useful though unfinished is sent
GRACE = 0.1  #: seconds to finish in for a thread that was told to go on
PATIENCE = 0.25  #: seconds from calling off to answering in the thread's place
ARRIVING = 0.08  #: seconds in which a thread that was just told to stand may do so, and do the work itself
UNHEARD = 0.5  #: seconds that work goes on when its answer is sent already: it is rather finished than broken off
CROWDED = 0.12  #: the same, when others wait for the thread
_SOON, _LATER = 0.02, 0.25  # seconds between two looks
_NEVER = float("inf")


class Task:
    """One request and the thread that works at it.

    Args:
        session: where it came from.
        request: the Request.
        run: makes the body of the response.
        record: the ThreadRecord of the thread that will run it, or None if it is a hidden one.
        stands_in: whether that thread stands in for another, so that any would do.
        limit: seconds user code may take; None: the session's limit for looking.
        early: gives the body of a useful answer before ``run`` is done, or None; called on the reading thread.
        early_after: seconds until then.
        then: called with the record after a successful answer.
    """

    def __init__(self, session, request, run, record, stands_in=False, limit=None, early=None, early_after=EARLY,
                 then=None):
        self.cancelled = False
        self._session = session
        self._request = request
        self._run = run
        self._record = record
        self._stands_in = stands_in
        self._limit = session.display.seconds if limit is None else limit
        self._early = early
        self._early_after = early_after
        self._then = then
        self._lock = allocate_lock()
        self._answered = False
        self._taken = False
        self._visit = None
        self._made = monotonic()
        self._began = None
        self._leave_by = _NEVER
        self._called_off = None  # when

    def post(self):
        """Hand it to its thread."""
        record = self._record
        record.post(Job(lambda: self.work(record), lambda: self.refuse(record)))

    # The thread that works

    def work(self, record=None):
        """Work it out and answer. Called on the thread it is for."""
        with self._lock:
            if record is not self._record:
                return  # another has taken it over
            self._taken = True
        if not self._answered:
            self._began = monotonic()
            if self._record is not None:
                self._record.doing = self
                self._visit_for(get_ident() == main_ident())
                self._record.doing = None
            else:
                hidden = self._session.debugger.crew.hidden
                hidden.add(get_ident())
                self._visit_for(False)
                hidden.discard(get_ident())
        self._forget()

    def refuse(self, record):
        """It will never be worked at."""
        if record is not self._record:
            return
        self._answer(failure(self._request.message, DapError("not_stopped")))
        self._forget()

    def _visit_for(self, is_main):
        self._visit = visit = Visit(is_main)
        try:
            if self._record is not None and self._session.debugger.crew.all_stop:
                visit.rest()
            is_done = self._answer_from(visit, is_main)
        finally:
            visit.wake()
        if is_done and self._then is not None:
            self._then(self._record)

    def _answer_from(self, visit, is_main):
        """Work it out and answer; whether that was a success that nobody had been told before."""
        response = None
        try:
            with visit:
                response = self._response()
        except Interrupted:
            visit.__exit__(None, None, None)  # it came in the last moment
        if response is None:
            response = failure(self._request.message, self._why())
        if visit.had_ctrl_c and is_main and self._record is not None:
            self._record.interrupted = True  # Ctrl-C in the midst of our work is meant for the program
        return self._answer(response) and response["success"]

    def _response(self):
        message = self._request.message
        try:
            return success(message, self._run())
        except DapError as error:
            return failure(message, error)
        except KeyboardInterrupt:
            self._visit.had_ctrl_c = True
            return failure(message, DapError("cancelled"))
        except Exception as error:  # boundary: session dispatch; our bug is answered, and the session lives
            self._session.log.fault()
            return failure(message, error)

    def _why(self):
        """Why it was called off."""
        if self.cancelled:
            return DapError("cancelled")
        if self._leave_by != _NEVER:
            return DapError("not_stopped")
        return DapError("too_slow", seconds="%g" % self._limit)

    def _answer(self, response):
        with self._lock:
            if self._answered:
                return False
            self._answered = True
        self._session.send(response)
        return True

    def _forget(self):
        self._session.tasks.pop(self._request.seq, None)
        self._run = self._early = self._then = None

    # The thread that reads

    @property
    def is_late(self):
        """Whether it takes longer than an answer should."""
        return self._answered or self.lasts(EARLY)

    def lasts(self, seconds):
        """Whether it has been worked at for longer than that."""
        return self._began is not None and monotonic() > self._began + seconds

    @property
    def is_deaf(self):
        """Whether it was called off and does not end."""
        return self._called_off is not None and monotonic() > self._called_off + PATIENCE

    def place(self):
        """Where in the program it is."""
        return self._visit.place()

    def leave(self):
        """The thread is wanted elsewhere: end it."""
        self._leave_by = monotonic()

    def tick(self):
        """Do what is due.

        Returns:
            Seconds until there may be more to do.
        """
        now = monotonic()
        record = self._record
        if self._leave_by == _NEVER and record is not None and (record.stop is None or record.stop.released):
            self._leave_by = now + GRACE
        if self._began is None:
            return self._wait(now, record)
        if self._visit is None:
            return _SOON
        elapsed = now - self._began
        if not self._answered and elapsed >= self._early_after:
            early = self._early
            body = early() if early is not None else None
            if body is not None:
                self._answer(success(self._request.message, body))
        limit = self._limit
        if self._answered:
            limit = CROWDED if record is not None and record.has_jobs else UNHEARD
        due = min(self._began + limit, self._leave_by)
        if self.cancelled or now >= due:
            return self._call_off(now)
        next_look = self._early_after - elapsed if elapsed < self._early_after and not self._answered else _LATER
        return min(next_look, due - now)

    def _call_off(self, now):
        if self._called_off is None:
            self._called_off = now
        self._visit.call_off()
        if now - self._called_off < PATIENCE:
            return _SOON
        self._answer(failure(self._request.message, self._why()))
        return _LATER

    def _wait(self, now, record):
        """Somebody else's work stands before it."""
        doing = record.doing if record is not None else None
        if self.cancelled or now >= self._leave_by:
            self._answer(failure(self._request.message, self._why()))
        elif doing is not None and doing.is_late and self._stands_in and self._move():
            return _SOON
        elif doing is not None and now > self._made + ARRIVING and (
            doing.is_deaf or self._stands_in and doing.lasts(PATIENCE)
        ):
            self._answer(failure(self._request.message, DapError("busy", thread=record.id, where=doing.place())))
        return _SOON

    def _move(self):
        """Have another thread stand in, if one is free."""
        other = self._session.debugger.crew.any_standing()
        if other is None or other.hangs:
            return False
        with self._lock:
            if self._taken:
                return True
            self._record = other
        self.post()
        return True
