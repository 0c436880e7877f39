"""Which threads are traced, because somebody needs it; and all that is switched on for that is off when nobody does."""
import sys
from _thread import RLock, get_ident

from dapper._frame_eval.new_threads import NewThreads

_current_frames = sys._current_frames
_IN_PYTHON = (type(lambda: None), type(NewThreads(None).install))
_ANY_THREAD = None
_SUSPENDS = 0x20 | 0x80 | 0x200  # inspect.CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR: may go on in any thread


class TraceNeeds:
    """Puts a trace function into threads, and takes it off again.

    Args:
        kit: the native core.
        tracer: the kit's Tracer.
        local: what stands in ``f_trace`` of frames that send every event.
        lookout: the kit's Lookout, which stands in ``f_trace`` of frames that matter at some lines only.
        may_suspend: whether callees may be run untraced by the eval-frame hook.
        skip: gives the idents of threads that are never traced: the debugger's own.

    Attributes:
        plans: thread → the Plan of its step.
        hurried: threads that are asked to pause.
        awaiting: threads that will tell of a line, or of a frame, at once.
        busy: threads that are in an event; nothing is taken off there.
        everybody: why all threads are traced: a set of names.
    """

    def __init__(self, kit, tracer, local, lookout, may_suspend, skip):
        self.plans = {}
        self.hurried = set()
        self.awaiting = set()
        self.busy = set()
        self.everybody = set()
        self._kit = kit
        self._tracer = tracer
        self._local = local
        self._lookout = lookout
        self._may_suspend = may_suspend
        self._skip = skip
        self._pinned = {}  # id(frame) → (frame, its thread)
        self._threads = set()  # of the pinned frames
        self._traced = set()
        self._all = False
        self._suspending = False
        self._new_threads = NewThreads(tracer, lambda: kit.trace_thread(get_ident(), tracer))
        self._lock = RLock()

    def pin(self, frame, ident):
        """Have a frame tell its end, and until then the lines that the Lookout knows of.

        Args:
            frame: the frame.
            ident: its thread; of no account for what can be suspended.
        """
        with self._lock:
            self._pinned[id(frame)] = frame, _ANY_THREAD if frame.f_code.co_flags & _SUSPENDS else ident
            self._count()
        if frame.f_trace is not self._local:  # only now: its thread could have taken a mark off that it knew no need of
            self._mark(frame, ident is None or self._kit.is_shared(ident), self._lookout)

    def unpin(self, frame):
        """The frame has ended. Returns whether it was pinned."""
        if id(frame) not in self._pinned:
            return False
        with self._lock:
            del self._pinned[id(frame)]
            self._count()
        return True

    def keep_pinned(self, frames):
        """Unpin all frames but these."""
        with self._lock:
            before = self._pinned
            self._pinned = {id(frame): before[id(frame)] for frame in frames if id(frame) in before}
            self._count()
            for number, (frame, _) in before.items():
                if number not in self._pinned and frame.f_trace is self._lookout:
                    frame.f_trace = None

    def _count(self):
        self._threads = {thread for _, thread in self._pinned.values()}

    def is_needed(self, ident):
        """Whether a thread has to be traced."""
        return (
            self._all or ident in self.awaiting or ident in self.plans or ident in self.hurried
            or ident in self._threads
        )

    def relax(self, frame, ident, matters):
        """Have a frame of the calling thread tell no more than it needs, now that its thread wants nothing of it.

        Args:
            matters: whether its code has lines that the Lookout knows of.
        """
        if not self.has_ours(frame):
            return  # another tool's, or the engine's that came after this one
        frame.f_trace = self._lookout if matters or id(frame) in self._pinned else None
        if ident in self.hurried or ident in self.plans:  # another thread has asked for this frame in between
            self.mark(ident, frame)
        elif id(frame) in self._pinned and frame.f_trace is None:  # or has set a breakpoint in it
            frame.f_trace = self._lookout

    def attend(self):
        """Have the Lookout pass on what only a step or a pause has to know."""
        self._lookout.suspensions = bool(self.plans or self.hurried)

    def trace(self, ident):
        """Have a thread traced now, even if another tool has taken our trace function off."""
        with self._lock:
            self._traced.add(ident)
            self._kit.trace_thread(ident, self._tracer)

    def mark(self, ident, frame):
        """Have a frame that runs on a thread, which is traced, send events."""
        self._mark(frame, self._kit.is_shared(ident))

    def trace_chain(self, ident, frame):
        """Have a frame of a thread and its callers send events."""
        shared = self._kit.is_shared(ident)
        while frame is not None:
            self._mark(frame, shared)
            frame = frame.f_back

    def _mark(self, frame, shared, how=None):
        """Have a frame send events; where another tool traces in Python, ``f_trace`` is its own, and all are sent."""
        trace = frame.f_trace
        if not shared or trace is None or type(trace) not in _IN_PYTHON or _is_ours(trace):
            frame.f_trace = how or self._local

    def settle(self):
        """Switch on what is needed, and the rest off."""
        self.attend()
        with self._lock:
            everybody = bool(self.everybody) or _ANY_THREAD in self._threads
            threads = self._threads.union(self.plans, self.hurried, self.awaiting, self.busy) - {_ANY_THREAD}
            self._suspend(everybody, threads)
            if everybody and not self._all:
                self._all = True
                self._new_threads.install()
                self._kit.trace_threads(self._tracer, self._skip())
            elif self._all and not everybody:
                self._all = False
                self._new_threads.remove()
                self._traced.update(_current_frames())
            if not self._all:
                for ident in self._traced - threads:
                    self._release(ident)
                for ident in threads - self._traced:
                    self.trace(ident)
                self._traced &= threads

    def stop(self):
        """Trace nobody."""
        with self._lock:
            self.plans, self.hurried, self.awaiting, self.busy, self.everybody = {}, set(), set(), set(), set()
            self.keep_pinned(())
            self._traced.update(_current_frames())
            self.settle()

    def forget_inherited(self):
        """In a forked child: no other thread is here that could release the lock."""
        self._lock = RLock()

    def _suspend(self, everybody, threads):
        on = (
            self._may_suspend and (everybody or bool(threads)) and not self.hurried
            and "raises" not in self.everybody
            and "greenlet" not in sys.modules  # it changes stacks within one thread
            and not any(plan.goes_in for plan in list(self.plans.values()))
        )
        if on is not self._suspending:
            self._suspending = on
            self._kit.suspend_callees(on)

    def has_ours(self, frame):
        """Whether a frame sends its events to this engine."""
        return frame.f_trace is self._local or frame.f_trace is self._lookout

    def _release(self, ident):
        if self._kit.thread_trace(ident) is self._tracer:
            self._kit.trace_thread(ident, None)
        frame = _current_frames().get(ident)
        while frame is not None:
            # Up to 3.9 a frame with a trace function says it is where the last event was.
            if self.has_ours(frame):
                frame.f_trace = None
            frame = frame.f_back


def _is_ours(trace):
    """Whether a trace function is that of an engine, this or an earlier one."""
    return getattr(trace, "__module__", "").startswith(__name__.partition(".")[0] + ".")
