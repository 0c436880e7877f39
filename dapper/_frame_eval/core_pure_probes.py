"""What code with probes holds as constants, in pure Python; with `core_pure` the native core's twin."""
import sys
from _functools import partial
from _thread import RLock
from time import perf_counter

_getframe = sys._getframe


def report(fault, error):
    """Hand an error of the debugger's to ``fault``; what fails in there goes to sys.unraisablehook."""
    try:
        if fault is not None:
            fault(error)
            return
    except Exception as another:  # boundary: the last place an error of ours can go to
        error = another
    sys.unraisablehook(_Unraisable(error, fault))


class _Unraisable:
    """What sys.unraisablehook takes."""

    def __init__(self, error, place):
        self.exc_type, self.exc_value, self.exc_traceback = type(error), error, error.__traceback__
        self.err_msg, self.object = None, place


class Landing:
    """What a probe calls: one method of a Trap with one number, as a constant in code."""

    __slots__ = ("_method", "_number")

    def __init__(self, method, number):
        self._method = method
        self._number = number

    def __call__(self, *values):
        return self._method(self._number, *values) is True

    def __reduce__(self):
        return partial, (bool,)


class Stopwatch:
    """Times an expression in code with a probe: ``watch(watch(), value)`` is the value."""

    def __init__(self, limit, late, fault=None):
        self._limit, self._late, self._fault = limit, late, fault
        self.count = 0

    def __call__(self, *begin_and_value):
        if not begin_and_value:
            self.count += 1
            return perf_counter()
        if len(begin_and_value) != 2:
            raise TypeError("a stopwatch takes nothing, or a time and a value")
        begin, value = begin_and_value
        taken = perf_counter() - begin
        if taken > self._limit:
            try:
                self._late(taken)
            except Exception as error:  # boundary: an error of the debugger's must not reach the program
                report(self._fault, error)
        return value

    def __reduce__(self):
        return partial, (bool,)


class Trap:
    """What a probe calls when its condition holds or fails."""

    def __init__(self, hit, failed, fault=None):
        self._hit = hit
        self._failed = failed
        self._fault = fault

    def trap(self, number):
        """The condition of probe ``number`` holds in the calling frame. Returns what ``hit`` does."""
        try:
            return self._hit(_program_frame(), number)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self._fault, error)

    def error(self, number):
        """The exception that is being handled came out of probe ``number`` in the calling frame."""
        error = sys.exc_info()[1]
        if isinstance(error, (RecursionError, MemoryError)):
            return
        try:
            self._failed(_program_frame(), number, error)
        except Exception as another:  # boundary: an error of the debugger's must not reach the program
            report(self._fault, another)

    def __reduce__(self):
        return type(sys.implementation), (), {"trap": bool, "error": bool}


def _program_frame():
    frame = _getframe(2)
    return frame.f_back if frame.f_code is Landing.__call__.__code__ else frame


class LogRing:
    """Log messages on their way from the program to whoever sends them. None is lost."""

    def __init__(self, wake=None, capacity=1 << 20, full=None, fault=None):
        self.pending = self.count = 0
        self._entries = []
        self._lock = RLock()  # re-entrant: a signal handler may log, too
        self._wake, self._capacity, self._full, self._fault = wake, capacity, full, fault

    def put(self, key, text):
        """Add a message; ``key`` tells where it comes from."""
        with self._lock:
            first = not self._entries
            self._entries.append((key, text))
            self.pending += len(text)
            self.count += 1
        if first and self._wake is not None:
            self._call(self._wake)
        if self.pending > self._capacity and self._full is not None:
            self._call(self._full)

    def _call(self, function):
        try:
            function()
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self._fault, error)

    def drain(self):
        """Take all messages out: a list of (key, text), those that follow each other with one key joined."""
        with self._lock:
            entries, self._entries, self.pending = self._entries, [], 0
        out = []
        for key, text in entries:
            if out and out[-1][0] is key:
                out[-1][1].append(text)
            else:
                out.append((key, [text]))
        return [(key, "".join(texts)) for key, texts in out]


class LogPoint:
    """A log message: called with a tuple of its parts, it puts the text into a ring."""

    def __init__(self, ring, key):
        self._ring = ring
        self._key = key

    def __call__(self, parts):
        self._ring.put(self._key, "".join([part if type(part) is str else _text(part) for part in parts]))

    def __reduce__(self):
        return partial, (bool,)


def _text(value):
    try:
        return str(value)
    except (Exception, GeneratorExit) as error:  # boundary: user __str__; its failure is what there is to show
        return "<%s: %s>" % (type(error).__name__, error)


class Lookout:
    """A local trace function of frames that matter at some of their lines only."""

    def __init__(self, function, fault=None):
        self._function = function
        self._fault = fault
        self._actions = {}  # id(code) → (code, actions)
        self.suspensions = False

    def arm(self, code, actions):
        """Say which lines of a code object matter."""
        self._actions[id(code)] = code, dict(actions)

    def disarm(self, code):
        """Forget what matters in a code object: the function gets all its lines."""
        self._actions.pop(id(code), None)

    def __call__(self, frame, event, arg):
        if event != "line" or not self._line(frame):
            self._function(frame, event, arg)

    def _line(self, frame):
        code, actions = self._actions.get(id(frame.f_code), (None, None))
        if code is None or frame.f_lasti not in actions:
            return code is not None
        gate = actions[frame.f_lasti]
        if gate is None:
            return False
        if gate.passes(frame):
            try:
                gate.action(frame, frame.f_lasti)
            except Exception as error:  # boundary: an error of the debugger's must not reach the program
                report(self._fault, error)
        return True
