"""One record a thread: its plan, its stop, and the queue of jobs it does while it stands."""
from _collections import deque  # collections would load five modules more
from _thread import allocate_lock


class Stop:
    """Where and why a thread stands.

    Attributes:
        frames: list of (frame, line), innermost first, as shown to the user.
        reason: a DAP stop reason.
        text, description: more for the `stopped` event, or None.
        hit: ids of the breakpoints that were hit.
        exception: (type, exception, traceback), or None.
        returned: name → value to show above the locals.
        at_line: whether the thread is at the start of a line, so that it may be sent elsewhere (goto).
        parked: whether it stands only because another thread stopped.
        announced: whether the client was told.
        released: whether the thread was told to go on, and will as soon as it is scheduled.
    """

    __slots__ = ("frames", "reason", "text", "description", "hit", "exception", "returned", "at_line", "parked", "announced",
                 "released")

    def __init__(self, frames, reason, text=None, description=None, hit=(), exception=None, returned=None,
                 at_line=False, parked=False):
        self.frames = frames
        self.reason = reason
        self.text = text
        self.description = description
        self.hit = list(hit)
        self.exception = exception
        self.returned = returned or {}
        self.at_line = at_line
        self.parked = parked
        self.announced = False
        self.released = False


class Job:
    """Work for a stopped thread.

    Args:
        run: called on the thread; a true result lets the thread go on.
        refuse: called, on some thread, when the job will never run.
        waits: whether it may wait for the next stop (a step that was asked for while another was under way).
    """

    __slots__ = ("run", "refuse", "waits")

    def __init__(self, run, refuse, waits=False):
        self.run = run
        self.refuse = refuse
        self.waits = waits


class ThreadRecord:
    """What the debugger knows of one thread.

    Attributes:
        id: the DAP thread id, counted from 1.
        ident: the interpreter's thread identity.
        plan: the Plan of the step under way, or None.
        pausing: None, or the stop reason for which the thread is asked to stop at its next line.
        entering: a frame that has just started and whose code a function breakpoint names, or None.
        interrupted: whether it is to raise KeyboardInterrupt when it goes on.
        ends: whether it is to raise SystemExit then.
        doing: the work it does for the client now, or None; it has ``is_late``, ``is_deaf`` and ``place()``.
        stop: the Stop it stands at, or None while it runs.
    """

    def __init__(self, number, ident):
        self.id = number
        self.ident = ident
        self.plan = None
        self.pausing = None
        self.stop = None
        self.entering = None
        self.interrupted = False
        self.ends = False
        self.doing = None
        self._jobs = deque()
        self._wake = allocate_lock()
        self._wake.acquire()

    @property
    def hangs(self):
        """Whether it hangs in the user's code that it runs for the client."""
        doing = self.doing  # which may be over at any moment
        return doing is not None and doing.is_late

    @property
    def has_jobs(self):
        """Whether jobs wait for it."""
        return bool(self._jobs)

    def post(self, job):
        """Hand a Job to the thread. From any thread."""
        self._jobs.append(job)
        try:
            self._wake.release()
        except RuntimeError:
            pass  # it is awake already and will find the job

    def work(self, pass_time):
        """Do jobs until one of them says to go on. Called by the thread itself.

        Args:
            pass_time: ``pass_time(record)``, called when there is nothing to do; gives the seconds until it is to be
                called again, or -1.
        """
        while True:
            job = self._next_job()
            while job is not None:
                if job.run():
                    return
                job = self._next_job()
            try:
                while not self._wake.acquire(True, pass_time(self)):
                    pass
            except KeyboardInterrupt:
                self.interrupted = True  # Ctrl-C while standing: the program gets it when it goes on

    def refuse_jobs(self, all_of_them=False):
        """Refuse the jobs that can't be done any more; steps stay for the next stop unless told otherwise."""
        kept = deque()
        job = self._next_job()
        while job is not None:
            if job.waits and not all_of_them:
                kept.append(job)
            else:
                job.refuse()
            job = self._next_job()
        self._jobs.extend(kept)

    def _next_job(self):
        """The next job, off the queue, or None; another thread may take the last one at the same moment."""
        try:
            return self._jobs.popleft()
        except IndexError:
            return None


GO_ON = Job(lambda: True, lambda: None)  #: lets a thread go on; nobody waits for an answer
