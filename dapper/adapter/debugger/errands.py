"""User code that runs for a stop but for no request: it gets a time limit, and what takes longer is told once."""
from _thread import get_ident

from dapper.adapter.debugger.crew import main_ident
from dapper.adapter.debugger.originals import allocate_lock, start_new_thread
from dapper.adapter.debugger.visits import Visit, user_call

_OFTEN = 0.05  # seconds between two calls to end it


class TooSlow(Exception):
    """It was called off, or is known to take too long."""


class Errands:
    """Runs it on threads of the program, each looked after by a hidden thread for as long as it lasts.

    Args:
        hidden: identities of the debugger's own threads; ours are added.
        say: ``say(event, body)`` sends a DAP event.
        seconds: the limit.
    """

    def __init__(self, hidden, say, seconds):
        self._hidden = hidden
        self._say = say
        self._seconds = seconds
        self._under_way = []
        self._slow = set()  # what took too long

    def run(self, what, function, *args):
        """What ``function(*args)`` gives.

        Args:
            what: a name for it, for the user.

        Raises:
            TooSlow: it has taken too long, now or before.
            BaseException: what it raises.
        """
        if what in self._slow:
            raise TooSlow(what)
        errand = _Errand(what)
        errand.over.acquire()
        try:
            start_new_thread(self._look_after, (errand,))
        except RuntimeError:  # the interpreter ends, or there are too many threads
            return user_call(function, *args)
        self._under_way.append(errand)
        try:
            with errand.visit:
                return user_call(function, *args)
        finally:
            self._under_way.remove(errand)
            errand.over.release()
        raise TooSlow(what)  # the visit has taken Interrupted

    def end(self):
        """Nobody wants to know any more."""
        for errand in list(self._under_way):
            errand.visit.call_off()

    def _look_after(self, errand):
        me = get_ident()
        self._hidden.add(me)
        wait = self._seconds
        while not errand.over.acquire(True, wait):
            wait = _OFTEN
            if errand.what not in self._slow:
                self._slow.add(errand.what)
                text = "dapper: %s takes longer than %g s: %s\n" % (errand.what, self._seconds, errand.visit.place())
                self._say("output", {"category": "important", "output": text})
            errand.visit.call_off()
        self._hidden.discard(me)


class _Errand:
    """One call that is under way."""

    __slots__ = ("what", "visit", "over")

    def __init__(self, what):
        self.what = what
        self.visit = Visit(get_ident() == main_ident())
        self.over = allocate_lock()
