"""Which exceptions stop the program: the three filters, with conditions, and whether somebody handles one."""
import sys

_NOISE = (StopIteration, StopAsyncIteration, GeneratorExit)  # how loops and generators end, not errors


class Filters:
    """What the client asked for in setExceptionBreakpoints.

    Attributes:
        raised, uncaught, user_unhandled: None when off, else a condition: a string of exception types separated by
            commas or blanks, or "".
    """

    def __init__(self, arguments=None):
        arguments = arguments or {}
        wanted = {name: "" for name in arguments.get("filters") or ()}
        for option in arguments.get("filterOptions") or ():
            wanted[option.get("filterId")] = option.get("condition") or ""
        for option in arguments.get("exceptionOptions") or ():
            self._option(option, wanted)
        self.raised = wanted.get("raised")
        self.uncaught = wanted.get("uncaught")
        self.user_unhandled = wanted.get("userUnhandled")

    def _option(self, option, wanted):
        names = [name for segment in (option.get("path") or ())[1:] for name in segment.get("names") or ()]
        mode = {"always": "raised", "unhandled": "uncaught", "userUnhandled": "userUnhandled"}.get(option.get("breakMode"))
        for name in ("raised", "uncaught", "userUnhandled"):
            wanted.pop(name, None) if not names and name != mode else None
        if mode:
            wanted[mode] = ", ".join(names)

    @property
    def at_raise(self):
        """Whether raising an exception has to be watched at all."""
        return self.raised is not None or self.user_unhandled is not None


def is_noise(exc_type):
    """Whether exceptions of this type end loops and generators as a matter of course."""
    return issubclass(exc_type, _NOISE)


def matches(condition, exc_type):
    """Whether ``exc_type`` or one of its bases is named in ``condition``; an empty one names all."""
    if not condition:
        return True
    names = condition.replace(",", " ").split()
    for base in exc_type.__mro__:
        if base.__name__ in names or "%s.%s" % (base.__module__, base.__qualname__) in names:
            return True
    return False


def passed_before(tb, is_user):
    """Whether the traceback holds one of the user's frames further in, which had its own chance to stop."""
    tb = tb.tb_next if tb is not None else None
    while tb is not None:
        if is_user(tb.tb_frame.f_code):
            return True
        tb = tb.tb_next
    return False


def leaves_user_code(frame, line, exc_type, is_user, maps, key):
    """Whether the exception, now in the user's ``frame``, is handled by none of the user's frames below the library.

    Args:
        maps: LineMaps, which know where the ``try`` statements are.
        key: ``key(filename)``, the file's key.
    """
    while frame is not None and is_user(frame.f_code):
        line_map = maps.of(key(frame.f_code.co_filename))
        if line_map is not None and line_map.handles(line, lambda node: _types(node, frame), exc_type):
            return False
        frame = frame.f_back
        line = frame.f_lineno if frame is not None else 0
    return True


def _types(node, frame):
    """The classes an ``except`` clause names, found without running anything; None when that can't be told."""
    kind = type(node).__name__
    if kind == "Tuple":
        found = [_types(item, frame) for item in node.elts]
        return None if None in found else tuple(cls for some in found for cls in some)
    value = _look_up(node, kind, frame)
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, type) else None


def _look_up(node, kind, frame):
    if kind == "Name":
        for space in (frame.f_locals, frame.f_globals, vars(sys.modules["builtins"])):
            if node.id in space:
                return space[node.id]
    elif kind == "Attribute":
        owner = _look_up(node.value, type(node.value).__name__, frame)
        return vars(owner).get(node.attr) if isinstance(owner, (type(sys), type)) else None
    return None
