"""The native core's twin in pure Python: the same names, the same behaviour, slower. What Python can't do is None here.

The sentences about arguments stand with the core (`_core_*.pxi`).
"""
import operator
import sys
from _thread import RLock
from functools import partial

_getframe = sys._getframe
_settrace = sys.settrace
_CO_OPTIMIZED = 1
_COMPARE = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge,
}
DISABLE = sys.monitoring.DISABLE if hasattr(sys, "monitoring") else None

# Only the core can do these.
trace_thread = trace_threads = thread_trace = is_shared = suspend_callees = keep_tracing = None
restore_func_version = replace_const = watch_exec = has_foreign_eval_hook = None


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


def call_with_locals(frame, function, names):
    """Call ``function`` with the values that the ``names`` have in a frame."""
    return function(*[_local(frame, name) for name in names])


def _local(frame, name):
    places = [frame.f_locals]
    if not frame.f_code.co_flags & _CO_OPTIMIZED:
        places += [frame.f_globals, frame.f_builtins]
    for names in places:
        try:
            return names[name]
        except KeyError:
            continue
    raise NameError("name '%s' is not defined" % name)


class Condition:
    """A condition as a function of the locals it uses."""

    def __init__(self, function, code, names, slow=None):
        self._function = function
        self._names = tuple(names)
        self._slow = slow
        if len(self._names) > 24:
            raise ValueError("a condition takes at most 24 locals")

    def __call__(self, frame):
        try:
            values = [_local(frame, name) for name in self._names]
        except NameError:
            if self._slow is None:
                raise
            return self._slow(frame)
        return self._function(*values)


class Compare:
    """The comparison of a local with a constant."""

    def __init__(self, code, name, sign, constant):
        self._name = name
        self._compare = _COMPARE.get(sign)
        self._constant = constant
        if self._compare is None:
            raise ValueError("no such sign: %s" % sign)
        names = code.co_varnames + code.co_cellvars + code.co_freevars
        if name not in names or not code.co_flags & _CO_OPTIMIZED:
            raise ValueError("%r is no local of %s" % (name, code.co_name))

    def __call__(self, frame):
        return self._compare(_local(frame, self._name), self._constant)


class Counter:
    """Counts its calls and tells which of them are wanted."""

    def __init__(self, test):
        self.test = test
        self.count = 0
        if type(test) is tuple:
            sign, number = test
            if sign == "%":
                if number < 1:
                    raise ValueError("every how many? %d" % number)
                self._check = lambda count: count % number == 0
            elif sign in _COMPARE:
                compare = _COMPARE[sign]
                self._check = lambda count: compare(count, number)
            else:
                raise ValueError("no such sign: %s" % sign)
        elif callable(test):
            self._check = test
        else:
            raise TypeError("a test is a pair or a callable")

    def __call__(self):
        self.count += 1
        return bool(self._check(self.count))

    def __reduce__(self):
        return partial, (bool,)


class Gate:
    """An action for a line that is taken only when a test and a counter let it pass."""

    def __init__(self, action, test=None, counter=None, failed=None):
        self.action = action
        self.test = test
        self.counter = counter
        self.failed = failed

    def passes(self, frame):
        """Whether the action is due in ``frame``; counts."""
        try:
            if self.test is not None and not self.test(frame):
                return False
            return self.counter is None or self.counter()
        except (RecursionError, MemoryError):
            return False
        except Exception as error:  # boundary: the user's condition
            if self.failed is not None:
                try:
                    self.failed(frame, error)
                except Exception as another:  # boundary: an error of the debugger's must not reach the program
                    report(None, another)
        return False


class LineTable:
    """Actions by code object and line, and the sys.monitoring callbacks that look them up."""

    def __init__(self, discover=None, fault=None):
        self.discover = discover
        self.fault = fault
        self._actions = {}  # id(code) → (code, actions)
        self._seen = {}

    def arm(self, code, actions):
        """Set what is to be done in a code object."""
        if not hasattr(code, "co_code"):
            raise TypeError("a code object is needed, not %s" % type(code).__name__)
        self._actions[id(code)] = code, dict(actions)

    def disarm(self, code):
        """Forget the actions of a code object, if it has any."""
        self._actions.pop(id(code), None)

    def clear(self):
        """Forget all actions."""
        self._actions = {}

    def armed(self):
        """The list of code objects with actions."""
        return [code for code, _ in list(self._actions.values())]

    def is_armed(self, code):
        """Whether a code object has actions."""
        return id(code) in self._actions

    def forget_seen(self):
        """Have every code object discovered again."""
        self._seen = {}

    def on_line(self, code, line):
        """Callback for LINE events."""
        action = self.find(code, line)
        return DISABLE if action is None else self.act(action, _getframe(1), line)

    def on_start(self, code, offset):
        """Callback for PY_START events."""
        if id(code) not in self._actions:
            self._meet(code)
        found = self._actions.get(id(code))
        entry = found and found[1].get(0)
        return DISABLE if entry is None else self.act(entry, _getframe(1), 0)

    def on_resume(self, code, offset):
        """Callback for PY_RESUME events."""
        if id(code) not in self._actions:
            self._meet(code)
        return DISABLE

    def find(self, code, line):
        """The action for a line, or None."""
        found = self._actions.get(id(code))
        return found and found[1].get(line, found[1].get(None))

    def act(self, action, frame, line):
        """Take an action."""
        if type(action) is Gate:
            if not action.passes(frame):
                return None
            action = action.action
        try:
            result = action(frame, line)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
            return None
        return result if result is DISABLE else None

    def _meet(self, code):
        if self.discover is None or id(code) in self._seen:
            return
        self._seen[id(code)] = code
        try:
            self.discover(code)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)


class Tracer:
    """A trace function that rejects what is of no interest."""

    def __init__(self, function, fault=None, lines=None, local=None):
        self.function = function
        self.fault = fault
        self.lines = lines
        self.local = local
        self._ignored = {}

    def ignore(self, code):
        """Never call the function again when a frame of this code object starts."""
        self._ignored[id(code)] = code

    def forget_ignored(self):
        """Take back every ``ignore``."""
        self._ignored = {}

    def __call__(self, frame, event, arg):
        local = None
        if id(frame.f_code) not in self._ignored:
            local = self._call(self.function, frame, event, arg)
        if local is not None:
            return self._guarded(local)
        if self.lines is not None and self.lines.is_armed(frame.f_code):
            return self._line
        return None

    def _guarded(self, local):
        def call(frame, event, arg):
            result = self._call(local, frame, event, arg)
            return None if result is None or result is local else self._guarded(result)

        return call

    def _line(self, frame, event, arg):
        action = self.lines.find(frame.f_code, frame.f_lineno) if event == "line" else None
        if action is not None:
            self.lines.act(action, frame, frame.f_lineno)

    def _call(self, function, frame, event, arg):
        try:
            return function(frame, event, arg)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        return None


def repoint(function, code):
    """Give a function other code. Returns False: whether later calls are as fast as before is not known."""
    function.__code__ = code
    return False


class Landing:
    """What a probe calls: one method of a Trap with one number, as a constant in code."""

    __slots__ = ("_method", "_number")

    def __init__(self, method, number):
        self._method = method
        self._number = number

    def __call__(self, *values):
        self._method(self._number, *values)

    def __reduce__(self):
        return partial, (bool,)


class Trap:
    """What a probe calls when its condition holds or fails."""

    def __init__(self, hit, failed, fault=None):
        self._hit = hit
        self._failed = failed
        self._fault = fault

    def trap(self, number):
        """The condition of probe ``number`` holds in the calling frame."""
        try:
            self._hit(_program_frame(), number)
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
    except Exception as error:  # boundary: user __str__; its failure is what there is to show
        return "<%s: %s>" % (type(error).__name__, error)
