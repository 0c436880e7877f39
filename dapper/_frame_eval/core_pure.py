"""The native core's twin in pure Python: the same names, the same behaviour, slower. What Python can't do is None here.

The sentences about arguments stand with the core (`_core_*.pxi`).
"""
import sys
from _functools import partial
from _weakref import ref

import _operator

from dapper._frame_eval.calling_off import CalledOff, run
from dapper._frame_eval.core_pure_probes import (  # noqa: F401  the other half
    Landing,
    LogPoint,
    LogRing,
    Lookout,
    Stopwatch,
    Trap,
    report,
)

_getframe = sys._getframe
_CO_OPTIMIZED = 1
_COMPARE = {
    "<": _operator.lt, "<=": _operator.le, "==": _operator.eq, "!=": _operator.ne, ">": _operator.gt, ">=": _operator.ge,
    "is": _operator.is_, "is not": _operator.is_not,
}
DISABLE = sys.monitoring.DISABLE if hasattr(sys, "monitoring") else None

set_local_events = getattr(getattr(sys, "monitoring", None), "set_local_events", None)

# Only the core can do these.
trace_thread = trace_threads = thread_trace = is_shared = suspend_callees = keep_tracing = ThreadGate = None
raise_at = on_end = drop_locals = read_locals = stop_tracing = None
restore_func_version = replace_const = watch_exec = has_foreign_eval_hook = run_instead = None
ask_aside = go_on = main_stands = give_way = await_input = call_soon = None


def carry_out(tool, codes):
    """Nothing: what a change of global events takes apart stays so without the core."""


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

    def __init__(self, function, code, names, slow=None, globals=None):
        self._function = function
        self._globals = globals
        self._names = tuple(names)
        self._slow = slow
        if len(self._names) > 24:
            raise ValueError("a condition takes at most 24 locals")

    def __call__(self, frame):
        if self._globals is not None and not _looks_in(frame, self._globals):
            return self._slow(frame)
        try:
            values = [_local(frame, name) for name in self._names]
        except NameError:
            if self._slow is None:
                raise
            return self._slow(frame)
        return self._function(*values)


def _looks_in(frame, globals):
    optimized = frame.f_code.co_flags & _CO_OPTIMIZED
    return frame.f_globals is globals and (optimized or frame.f_locals is globals)


class Compare:
    """The comparison of a local with a constant."""

    def __init__(self, code, name, sign, constant, function=None):
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
            if self.test is not None and not run(_is_true, self.test, frame):
                return False
            return self.counter is None or run(self.counter)
        except (RecursionError, MemoryError):
            return False
        except (Exception, CalledOff) as error:  # boundary: the user's condition
            if self.failed is not None:
                try:
                    self.failed(frame, error)
                except Exception as another:  # boundary: an error of the debugger's must not reach the program
                    report(None, another)
        return False


def _is_true(test, frame):
    return bool(test(frame))


class LineTable:
    """Actions by code object and line, and the sys.monitoring callbacks that look them up."""

    def __init__(self, discover=None, fault=None):
        self.discover = discover
        self.fault = fault
        self._actions = {}  # id(code) → (code, actions)
        self._seen = {}
        self._skipped = {}  # co_filename → weak references to code

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

    def skip_file(self, filename):
        """Only remember code of a file, without discovering it."""
        self._skipped.setdefault(filename, [])

    def unskip_file(self, filename):
        """Skip a file no longer. Returns the code objects that were remembered and still exist, some of them twice."""
        codes = [reference() for reference in self._skipped.pop(filename, ())]
        return [code for code in codes if code is not None]

    def skipped_files(self):
        """The names of the files that are skipped."""
        return list(self._skipped)

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
        if ref is None:
            return  # the interpreter is about to end, and has taken this module's names
        known = self._skipped.get(code.co_filename)
        if known is not None:
            if len(known) >= 64 and len(known) & (len(known) - 1) == 0:
                known[:] = [reference for reference in known if reference() is not None]
            known.append(ref(code))
            return
        if self.discover is None or id(code) in self._seen:
            return
        self._seen[id(code)] = ref(code, lambda gone, number=id(code): self._seen.pop(number, None))
        try:
            self.discover(code)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)


class RaiseGate:
    """Passes exceptions on by their type and by the code they are raised in."""

    def __init__(self, action, wants_type, wants_code=None, fault=None, gate_of=None):
        self._action = action
        self._wants = wants_type, wants_code
        self._fault = fault
        self.forget()

    def forget(self):
        """Ask about types and code anew."""
        self._verdicts = {}, {}  # id → (the type or code object, the verdict)

    def on_raise(self, code, offset, exception):
        """Callback for RAISE events."""
        self.raised(_getframe(1), exception, type(exception))

    def raised(self, frame, exception, kind):
        """Deal with an exception of that type, or what sys.exc_info() would say of it."""
        if self._opens(0, kind) and (self._wants[1] is None or self._opens(1, frame.f_code)):
            try:
                self._action(frame, exception)
            except Exception as error:  # boundary: an error of the debugger's must not reach the program
                report(self._fault, error)

    def _opens(self, which, subject):
        found = self._verdicts[which].get(id(subject))
        if found is None:
            verdict = True
            try:
                verdict = bool(self._wants[which](subject))
            except Exception as error:  # boundary: an error of the debugger's must not reach the program
                report(self._fault, error)
            found = self._verdicts[which][id(subject)] = subject, verdict
        return found[1]


class Tracer:
    """A trace function that rejects what is of no interest."""

    def __init__(self, function, fault=None, lookout=None, local=None, raises=None):
        self.function = function
        self.fault = fault
        self.lookout = lookout
        self.local = local
        self.raises = raises
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
        return self._event if self.raises is not None else None

    def _guarded(self, local):
        def call(frame, event, arg):
            result = self._call(local, frame, event, arg)
            return None if result is None or result is local else self._guarded(result)

        return call

    def _event(self, frame, event, arg):
        if event == "exception" and self.raises is not None:
            self.raises.raised(frame, arg, arg[0])

    def _call(self, function, frame, event, arg):
        try:
            return function(frame, event, arg)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        return None


def codes_of_functions(objects, suspended):
    """The code objects that functions have, each once; generators and their like are appended to ``suspended``."""
    found = {}
    kind = type(codes_of_functions)
    for thing in objects:
        if type(thing) is kind:
            code = thing.__code__
            found[id(code)] = code
        elif type(thing) in _SUSPENDABLE:
            suspended.append(thing)
    return list(found.values())


def functions_with(objects, codes):
    """The functions that have one of some code objects."""
    kind = type(functions_with)
    wanted = {id(code) for code in codes}
    return [thing for thing in objects if type(thing) is kind and id(thing.__code__) in wanted]


def has_code_named(code, names):
    """Whether there is a code object with one of some names among the constants of another, at any depth."""
    for constant in code.co_consts:
        if type(constant) is type(code) and (constant.co_name in names or has_code_named(constant, names)):
            return True
    return False


async def _coroutine():
    """Only its type matters."""


async def _async_generator():
    yield


_one = _coroutine()
_one.close()
_SUSPENDABLE = {type((lambda: (yield))()), type(_one), type(_async_generator())}
del _one


def repoint(function, code):
    """Give a function other code. Returns False: whether later calls are as fast as before is not known."""
    function.__code__ = code
    return False
