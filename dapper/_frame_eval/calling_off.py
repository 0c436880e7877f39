"""Conditions, hit conditions and log messages that are called off: `CalledOff` is raised in them, and nowhere else.

To raise in another thread takes effect at one of its next bytecodes, by when it may be out of the condition. So a thread
at which that was aimed (`aim`) goes past `settle` when its evaluation is over, before anything else runs on it: whatever
has not come by then comes there. `run` sees to that in Python, a Gate of the native core by ``on_end``.
"""
import sys
from _thread import RLock, get_ident
from time import sleep

_MANY = 10 ** 6
_FLAG_STAYS_UP = sys.version_info[:2] == (3, 11)  # see raise_in
_TURN = 0.01  # seconds in which a thread that can raises
_lock = RLock()
_aimed = set()  # threads that have to settle
_set_async_exc = _object = None
_tell_core = None


class CalledOff(GeneratorExit):
    """It took too long. It is a GeneratorExit because code with probes, which may be pickled, catches it by that name."""

    def __str__(self):
        return "it took too long"


def run(function, *args):
    """What ``function(*args)`` gives: a piece of the user's code that decides on a stop.

    Raises:
        CalledOff: it took too long.
        BaseException: what it raises.
    """
    try:
        try:
            return _evaluate(function, args)
        finally:
            if _aimed:
                settle()
    except CalledOff:
        settle()  # it may have come before that had begun
        raise


def _evaluate(function, args):
    return function(*args)


#: The code of a frame below which all is an evaluation that can be called off.
MARK = _evaluate.__code__


def aim(ident, is_inside, native=None):
    """Have a thread raise CalledOff in what it evaluates, or behind that in `settle`.

    Args:
        ident: the thread.
        is_inside: tells whether it is still in the evaluation.
        native: the native core, if that may have asked for the evaluation.

    Returns:
        Whether that was done.
    """
    global _tell_core
    with _lock:
        again = ident in _aimed  # the first may still be on its way
        _aimed.add(ident)  # from now on nobody leaves an evaluation without asking for the lock
        if native is not None:
            native.on_end(settle)
            _tell_core = native.on_end
        done = is_inside() and raise_in(ident, CalledOff)
        if not done and not again:
            _forget(ident)
    return done


def settle():
    """The calling thread is done with an evaluation: nothing is raised in it from now on."""
    me = get_ident()
    while True:
        try:
            with _lock:
                if me in _aimed:
                    _forget(me)
                    take(me, CalledOff)
            return
        except CalledOff:  # it came here, and comes once
            if _lock._is_owned():  # from 3.14 on even between taking the lock and what gives it back
                _lock.release()


def _forget(ident):
    global _tell_core
    _aimed.discard(ident)
    if not _aimed and _tell_core is not None:
        _tell_core(None)
        _tell_core = None


def forget_inherited():
    """In a forked child: the lock may be held, and whoever was aimed at is not here."""
    global _lock
    _lock = RLock()
    for ident in list(_aimed):
        _forget(ident)


def take(ident, kind):
    """Have no exception from outside come any more to the calling thread, whose ident that is.

    To set none leaves the interpreter's flag up, see `raise_in`.
    """
    try:
        if raise_in(ident, kind):
            for _ in range(_MANY):  # it comes at once
                pass
    except kind:
        pass


def raise_in(ident, kind):
    """Have a thread raise ``kind`` at its next bytecode; whether that is possible.

    As long as it does not come to one, traced threads of 3.11 turn in circles where functions begin, the calling one,
    too. So it gets a moment, and then the flag that says so is taken down by something that is raised here.
    """
    global _set_async_exc, _object
    if _set_async_exc is None:
        try:
            from ctypes import c_int, c_ulong, py_object, pythonapi

            function = pythonapi["PyThreadState_SetAsyncExc"]  # a fresh object: the attribute is shared with the user
        except (ImportError, AttributeError):
            return False
        function.argtypes, function.restype = (c_ulong, py_object), c_int
        _set_async_exc, _object = function, py_object
    aimed, ours, me = _object(kind), _object(CalledOff), get_ident()
    done = _set_async_exc(ident, aimed)
    if done and _FLAG_STAYS_UP and ident != me:
        try:
            sleep(_TURN)
            _set_async_exc(me, ours)
            for _ in range(_MANY):
                pass
        except CalledOff:
            pass
    return bool(done)
