"""Which exceptions the client wants to stop at: three filters, each with a condition, and rules for single types."""

_NOISE = (StopIteration, StopAsyncIteration, GeneratorExit)  # how loops and generators end, not errors
_MODES = {"always": "raised", "unhandled": "uncaught", "userUnhandled": "userUnhandled"}
FILTERS = ("raised", "uncaught", "userUnhandled")


class Filters:
    """What the client asked for in setExceptionBreakpoints.

    ``exceptionOptions``, where there are any, say all that is wanted: ``filters`` are for clients that know no better.

    Args:
        arguments: those of the request.

    Attributes:
        answers: DAP Breakpoints, one for each filter, filter option and exception option, in this order.
    """

    def __init__(self, arguments=None):
        arguments = arguments or {}
        self.answers = []
        self._conditions = {}  # filter → Condition
        self._rules = []
        for name in arguments.get("filters") or ():
            self._add(name, "")
        for option in arguments.get("filterOptions") or ():
            self._add(option.get("filterId"), option.get("condition") or "")
        for option in arguments.get("exceptionOptions") or ():
            self._rules.append(_Rule(option))
            self.answers.append({"verified": True})
        if self._rules:
            self._conditions = {}

    def _add(self, name, text):
        if name not in FILTERS:
            problem = "There is no filter %r; there are %s." % (name, ", ".join(FILTERS))
            self.answers.append({"verified": False, "message": problem, "reason": "failed"})
            return
        try:
            self._conditions[name] = Condition(text)
            self.answers.append({"verified": True})
        except (SyntaxError, ValueError) as error:
            problem = "%s: %s" % (type(error).__name__, getattr(error, "msg", None) or error)
            self.answers.append({"verified": False, "message": problem, "reason": "failed"})

    def on(self, name):
        """Whether the filter is on for any exception at all."""
        return name in self._conditions or any(rule.filter == name for rule in self._rules)

    def condition(self, name):
        """The Condition of a filter; None if there is none, or rules for types say all that is wanted."""
        return self._conditions.get(name)

    def wants_type(self, name, exc_type):
        """Whether the filter may be on for exceptions of a type."""
        if self._rules:
            return self.want(name, (exc_type, None, None), None)
        condition = self._conditions.get(name)
        return condition is not None and condition.covers(exc_type)

    def reported_once(self, name):
        """Whether this is the first time that the filter's condition failed."""
        condition = self._conditions[name]
        first, condition.reported = not condition.reported, True
        return first

    def want(self, name, exc_info, frame):
        """Whether the filter is on for this exception.

        Args:
            exc_info: (type, exception, traceback)
            frame: where the thread stands; what a condition may mention.

        Raises:
            Exception: what the condition raises; the user's.
        """
        if self._rules:
            best = None
            for rule in self._rules:
                if rule.covers(exc_info[0]) and (best is None or rule.depth >= best.depth):
                    best = rule
            return best is not None and best.filter == name
        condition = self._conditions.get(name)
        return condition is not None and condition.holds(exc_info, frame)


class _Rule:
    """One of the client's exceptionOptions."""

    def __init__(self, option):
        self.filter = _MODES.get(option.get("breakMode"))
        segments = list(option.get("path") or ())
        if segments and "Python Exceptions" in (segments[0].get("names") or ()):
            segments.pop(0)  # the name of the whole tree
        self.depth = len(segments)
        self._segments = [(tuple(one.get("names") or ()), bool(one.get("negate"))) for one in segments]

    def covers(self, exc_type):
        return all(_is_named(exc_type, names) != negate for names, negate in self._segments)


class Condition:
    """Which exceptions, as a text.

    Names separated by commas or blanks: an exception is wanted if one of them is its class or a base of it
    (``ValueError, app.errors.NotFound``), or, after ``module:``, the module or package it was raised in. ``!`` in
    front leaves out. Any other text is an expression over the names of the frame and ``exc``, the exception.

    Raises:
        SyntaxError, ValueError: it is neither.
    """

    def __init__(self, text):
        self.text = text.strip()
        self.reported = False  # it has failed, which is said once
        self._code = None
        self._types, self._not_types, self._modules, self._not_modules = [], [], [], []
        words = self.text.replace(",", " ").split()
        if all(_is_term(word) for word in words):
            for word in words:
                self._term(word)
        else:
            self._code = compile(self.text, "<condition>", "eval", 0, True)

    def _term(self, word):
        leaves_out = word.startswith("!")
        name = word[leaves_out:]
        if name.startswith("module:"):
            (self._not_modules if leaves_out else self._modules).append(name[len("module:"):])
        else:
            (self._not_types if leaves_out else self._types).append(name)

    @property
    def code(self):
        """The compiled expression, or None if it consists of names."""
        return self._code

    def covers(self, exc_type):
        """Whether exceptions of this type may be wanted."""
        return not (self._types and not _is_named(exc_type, self._types) or _is_named(exc_type, self._not_types))

    def holds(self, exc_info, frame):
        """Whether this exception is wanted; see Filters.want."""
        exc_type, exception, tb = exc_info
        if self._code is not None:
            from dapper._frame_eval.calling_off import run

            names = dict(frame.f_locals)
            names["exc"] = exception
            return run(_is_true, self._code, frame.f_globals, names)
        if not self.covers(exc_type):
            return False
        if self._modules or self._not_modules:
            place = str(_raised_in(tb, frame).f_globals.get("__name__"))
            if self._modules and not _is_below(place, self._modules) or _is_below(place, self._not_modules):
                return False
        return True


def _is_true(code, globals, names):
    return bool(eval(code, globals, names))


def _is_term(word):
    word = word[word.startswith("!"):]
    if word.startswith("module:"):
        word = word[len("module:"):]
    return all(part.isidentifier() and part not in _OPERATORS for part in word.split("."))


_OPERATORS = ("and", "or", "not", "in", "is", "if", "else", "lambda", "await", "True", "False", "None")


def _is_named(exc_type, names):
    for base in type.__dict__["__mro__"].__get__(exc_type):
        if base.__name__ in names or "%s.%s" % (base.__module__, base.__qualname__) in names:
            return True
    return False


def _is_below(module, packages):
    return any(module == package or module.startswith(package + ".") for package in packages)


def _raised_in(tb, frame):
    while tb is not None:
        frame, tb = tb.tb_frame, tb.tb_next
    return frame


def is_noise(exc_type):
    """Whether exceptions of this type end loops and generators as a matter of course."""
    return issubclass(exc_type, _NOISE)


def passed_before(tb, is_user):
    """Whether the traceback holds one of the user's frames further in, which had its own chance to stop."""
    tb = tb.tb_next if tb is not None else None
    while tb is not None:
        if is_user(tb.tb_frame.f_code):
            return True
        tb = tb.tb_next
    return False
