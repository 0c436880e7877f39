"""What becomes of an exception, told before it unwinds: who up the stack will really handle it."""
import sys

from dapper._frame_eval import opsets
from dapper.adapter.debugger import frameworks, managers, naming
from dapper.adapter.debugger.fates import HANDLED, NOBODY, ON, REPORTED
from dapper.adapter.debugger.guards import GuardMaps, kind, leaves_by_itself, looks_at_it, raises_again
from dapper.adapter.debugger.values import mro_of, type_of

_ATTRIBUTE_READS = opsets.named("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "LOAD_SUPER_METHOD", "IMPORT_FROM")
_SUBSCRIPTS = opsets.named("BINARY_SUBSCR", "BINARY_OP", "BINARY_SLICE")
_CACHE = opsets.only("CACHE")
_EVERYTHING = (Exception, BaseException)


class Judge:
    """Looks up the stack, by the source of each frame.

    Args:
        is_user: tells whether code is the user's.
        key: ``key(filename)`` gives the path of the file code says it is from.
    """

    def __init__(self, is_user, key):
        self.guards = GuardMaps(key)
        self._is_user = is_user

    def fate(self, frame, exc_info):
        """What becomes of an exception that was raised in ``frame``, or came up to it.

        Returns:
            HANDLED, REPORTED, NOBODY or ELSEWHERE.
        """
        exc_type, exception = exc_info[:2]
        kept = False  # a library has caught it, and may raise it again
        callee = None
        while frame is not None:
            if callee is not None and self._is_lost_between(callee, frame, exc_type):
                return NOBODY if callee.f_code.co_name == "__del__" else HANDLED
            found = self._known(frame, callee, exc_type, exception)
            if found is None:
                found = self._in_frame(frame, frame.f_lineno, exc_type)
            if found == REPORTED and not kept and not frameworks.is_end(frame):
                kept, found = True, ON
            if found != ON:
                return found
            callee, frame = frame, frame.f_back
        return REPORTED if kept else NOBODY

    def in_coroutine(self, coroutine, exc_type):
        """The same for an exception that comes up out of what a suspended coroutine awaits; ON if it lets it pass."""
        frames = []
        while coroutine is not None:
            frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
            if frame is not None:
                frames.append(frame)
            coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
        for frame in reversed(frames):
            found = self._in_frame(frame, frame.f_lineno, exc_type)
            if found != ON:
                return found
        return ON

    def would_handle(self, frame, exc_type):
        """Whether a suspended frame handles an exception that is thrown into it."""
        return self._in_frame(frame, frame.f_lineno, exc_type) != ON

    def generator_swallows(self, code, names, exc_type):
        """Whether a generator that manages a context handles an exception thrown into it, wherever it yields.

        Args:
            names: the globals of the function.
        """
        guards = self.guards.of_file(code.co_filename)
        tree = guards.function(code) if guards is not None else None
        if tree is None:
            return False
        frame = _Names(code, names)
        yields = [node.lineno for node in managers.walk(tree.body) if kind(node) == "Yield"]
        return any(self._guarded(guards.around(code, line), frame, exc_type) != ON for line in yields)

    # One frame

    def _in_frame(self, frame, line, exc_type):
        guards = self.guards.of(frame)
        if guards is None:
            return ON
        return self._guarded(guards.around(frame.f_code, line), frame, exc_type)

    def _guarded(self, statements, frame, exc_type):
        kept = False
        for statement in statements:
            if kind(statement) in ("With", "AsyncWith"):
                if managers.stops(statement, frame, exc_type, self):
                    return HANDLED
                continue
            handler = self._handler(statement, frame, exc_type)
            if handler is not None and not raises_again(handler):
                if self._is_user(frame.f_code) or not _is_for_everything(handler, frame) or not looks_at_it(handler):
                    return HANDLED
                kept = True
            if leaves_by_itself(statement.finalbody):
                return HANDLED
        return REPORTED if kept else ON

    def _handler(self, statement, frame, exc_type):
        for handler in statement.handlers:
            if handler.type is None:
                return handler
            classes = naming.classes_of(handler.type, frame)
            if classes is None or naming.is_subclass(exc_type, classes):
                return handler
            if kind(statement) == "TryStar" and naming.is_subclass(exc_type, _groups()):
                return handler  # it takes those out of the group that it is for
        return None

    def _is_lost_between(self, callee, frame, exc_type):
        """Whether C code between two frames swallows what comes out of the inner one, as its protocol has it."""
        name = callee.f_code.co_name
        if name == "__del__":
            return True
        guards = self.guards.of(frame)
        if AttributeError in mro_of(exc_type):
            if guards is not None and guards.probes(frame.f_code, frame.f_lineno):
                return True
            operation = _operation(frame)
            if name == "__getattr__":
                return operation not in _ATTRIBUTE_READS
            # A property or __getattribute__: the object has a second way to answer.
            return operation in _ATTRIBUTE_READS and _has_second_way(callee)
        if name == "__getitem__":
            return IndexError in mro_of(exc_type) and _operation(frame) not in _SUBSCRIPTS
        return name in ("__len__", "__length_hint__") and TypeError in mro_of(exc_type)

    # What is known by name

    def _known(self, frame, callee, exc_type, exception):
        module = frame.f_globals.get("__name__")
        if type_of(module) is not str or self._is_user(frame.f_code):
            return None
        top = module.partition(".")[0]
        if top in ("importlib", "runpy") or frame.f_code.co_filename.startswith(("<frozen importlib", "<frozen runpy")):
            return ON
        if top not in frameworks.KNOWN or callee is None:
            return None
        return frameworks.fate(self, module, frame, exc_type, exception)



class _Names:
    """What there is of a frame that does not run: the names its code can see, but no locals."""

    def __init__(self, code, names):
        self.f_code = code
        self.f_globals = names
        self.f_locals = {}
        self.f_back = None


def _groups():
    group = vars(sys.modules["builtins"]).get("BaseExceptionGroup")
    return (group,) if group is not None else ()


def _is_for_everything(handler, frame):
    if handler.type is None:
        return True
    classes = naming.classes_of(handler.type, frame)
    return classes is None or any(one in _EVERYTHING for one in classes)


def _operation(frame):
    """The instruction a frame is at."""
    code, offset = frame.f_code.co_code, frame.f_lasti
    while offset > 0 and code[offset] == _CACHE:  # 3.11 points behind the instruction while it calls
        offset -= 2
    return code[offset] if 0 <= offset < len(code) else -1


def _has_second_way(callee):
    """Whether the object a method belongs to answers by ``__getattr__`` what the method did not find."""
    code = callee.f_code
    if not code.co_argcount:
        return False
    owner = callee.f_locals.get(code.co_varnames[0])
    return owner is not None and naming.has(type_of(owner), "__getattr__") and (
        code.co_name == "__getattribute__" or _is_property(type_of(owner), code)
    )


def _is_property(cls, code):
    for base in mro_of(cls):
        for held in vars(base).values():
            if type_of(held) is property and getattr(held.fget, "__code__", None) is code:
                return True
    return False
