"""User code that runs for a request: on which thread it runs now, and how it is called off.

A thread of the program makes a *visit* to the user's code when it works for the client. Where the visit takes too long
or is not wanted any more, `Interrupted` is raised in that code: in the main thread by a signal, which ends blocking
system calls and waits for locks, too; in others by CPython's asynchronous exceptions, which wait for the next bytecode.
Nothing is raised in code of ours, which may be in the middle of a message.

The garbage collector can rest between the pieces of the user's code: what we make for an answer would be what brings the
next full collection on, which takes as long as the program's heap is large.
"""
import gc
import os
import sys
from _thread import allocate_lock, get_ident

from dapper._frame_eval.calling_off import raise_in, take

try:
    import _signal
except ImportError:  # an interpreter without signals
    _signal = None

_collects, _collect_again, _rest = gc.isenabled, gc.enable, gc.disable
signals = _signal
_current_frames = sys._current_frames
_OURS = __file__.rsplit(os.sep, 3)[0] + os.sep  # loaded late: the program may have replaced os.path by then

#: Signals that do nothing by default, so that one too many does no harm.
_SIGNALS = [getattr(_signal, name) for name in ("SIGURG", "SIGWINCH") if hasattr(_signal, name)]
if not hasattr(_signal, "pthread_kill"):
    _SIGNALS = []

_visits = {}  # ident → the Visit of a thread
resident = None  # the handler of ours that the main thread has for longer than a visit, or None


class Interrupted(BaseException):
    """Raised into user code from outside, because the request it runs for was cancelled or took too long.

    It passes through every place here that shows an error of user code as text.
    """


def user_call(function, *args):
    """Run a piece of the user's code. Every such call passes here.

    Args:
        function: what to call; it may hang, raise anything or change anything.
        args: its positional arguments.

    Raises:
        Interrupted: the visit was called off.
    """
    visit = _visits.get(get_ident())
    if visit is None:
        return function(*args)
    if visit.called_off:
        raise Interrupted
    depth = visit.depth
    visit.depth = depth + 1
    if visit.rests and not depth:
        _collect_again()
    try:
        return function(*args)
    except KeyboardInterrupt:
        visit.had_ctrl_c = True
        raise
    finally:
        visit.depth = depth
        if visit.rests and not depth:
            visit.rest()
        if visit.called_off and not depth:
            visit.calm()


def visit_here():
    """The Visit of the calling thread, or None."""
    return _visits.get(get_ident())


class Visit:
    """The work of the calling thread for one request; a context manager.

    Args:
        is_main: whether it is the main thread.

    Attributes:
        depth: how many calls of user code we are in.
        called_off: whether no more user code is to run.
        had_ctrl_c: whether KeyboardInterrupt came out of user code.
        rests: whether the garbage collector rests while no user code runs.
        awaited: the coroutine that is finished on the program's own event loop, or None. While something else runs there,
            the loop itself or a task of the program, nothing is raised: it would be lost to the program.
    """

    __slots__ = (
        "ident", "depth", "called_off", "had_ctrl_c", "rests", "awaited", "_lock", "_shot", "_signal", "_before", "_outer",
    )

    def __init__(self, is_main):
        self.ident = get_ident()
        self.depth = 0
        self.called_off = False
        self.had_ctrl_c = False
        self.rests = False
        self.awaited = None
        self._lock = allocate_lock()
        self._shot = False
        self._signal = free_signal() if is_main else None
        self._outer = _visits.get(self.ident)

    def __enter__(self):
        if self._signal is not None:
            try:
                self._before = _signal.signal(self._signal, self._on_signal)
            except ValueError:  # not the main thread as signals see it
                self._signal = None
        _visits[self.ident] = self
        return self

    def __exit__(self, kind, error, tb):
        self.depth = 0
        if self._outer is None:
            _visits.pop(self.ident, None)
        else:
            _visits[self.ident] = self._outer
        self.calm()
        if self._signal is not None:
            _signal.signal(self._signal, self._before)
            self._signal = None
        return kind is Interrupted

    def rest(self):
        """Let the garbage collector rest, if the program has it on, until `wake`. No other thread of the program runs."""
        self.rests = _collects()
        if self.rests:
            _rest()

    def wake(self):
        """Have it go on."""
        if self.rests:
            _collect_again()  # first: a Ctrl-C may come in between
            self.rests = False

    def call_off(self):
        """Have the user's code end. From another thread, again and again: it may swallow that, or not listen yet."""
        self.called_off = True
        with self._lock:
            if not self.depth or not self._may_raise_in(_current_frames().get(self.ident)):
                return
            if self._signal is not None:
                _signal.pthread_kill(self.ident, self._signal)
            else:
                self._shot = raise_in(self.ident, Interrupted)

    def calm(self):
        """Nothing is raised from now on."""
        with self._lock:
            if self._shot:
                self._shot = False
                take(self.ident, Interrupted)

    def place(self):
        """Where the user's code is at the moment."""
        return place_of(self.ident)

    def _on_signal(self, number, frame):
        if self.called_off and self.depth and self._may_raise_in(frame):
            raise Interrupted

    def _may_raise_in(self, frame):
        return _is_theirs(frame) and (self.awaited is None or self.awaited.cr_running)


def place_of(ident):
    """Where in the user's code a thread is at the moment: ``function, file:line``."""
    frame = _current_frames().get(ident)
    while frame is not None and is_ours(frame):
        frame = frame.f_back
    if frame is None:
        return "the program"
    code = frame.f_code
    name = getattr(code, "co_qualname", code.co_name)
    return "%s, %s:%d" % (name, os.path.basename(code.co_filename), frame.f_lineno or code.co_firstlineno)


def is_ours(frame):
    """Whether a frame runs code of dapper."""
    return frame.f_code.co_filename.startswith(_OURS)


def _is_theirs(frame):
    """Whether an exception may be raised in ``frame``."""
    return frame is not None and (not is_ours(frame) or frame.f_code is user_call.__code__)


def free_signal():
    """A signal that the program does not use, or None."""
    for number in _SIGNALS:
        handler = _signal.getsignal(number)
        if handler == _signal.SIG_DFL or resident is not None and handler is resident:
            return number
    return None
