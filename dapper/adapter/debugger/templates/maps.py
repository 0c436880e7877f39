"""Lines of a template that a breakpoint can stand on, in place of the LineMap of a Python file."""
from dapper._frame_eval.copies import implant_of
from dapper.adapter.debugger.breakpoints import LineStops, Starts
from dapper.adapter.debugger.linemap import LineMap

CODE = type(compile("0", "", "eval"))


class TemplateMap(LineMap):
    """The lines of one template, as far as they are known.

    Args:
        lines: those that a thread can stop at.
        pending: why they are not known yet, as a sentence for the user; or None.
    """

    is_template = True

    def __init__(self, lines=(), pending=None):
        self._known = frozenset(lines)
        self.pending = pending
        self.problem = None
        self.statements = []
        self._names = {}
        self._shadowed = {}

    def has(self, line):
        """See LineMap."""
        return line in self._known

    def stops(self, code, breakpoints):
        """What stops in a code object of the template: line of the code → LineStops. See Table.lines_of."""
        return {}


class PlacedStops(LineStops):
    """The breakpoints on one line of a template, where generated code begins with it.

    An engine sees a line to stop at and no breakpoint: what they evaluate are names of the template, not of the code.
    """

    __slots__ = ("_found", "_view")

    def __init__(self, code, line, found, view):
        super().__init__(Starts(code, None), line, ())
        self._found = found
        self._view = view

    def hit(self, hits, frame, line):
        """See LineStops."""
        view = self._view(frame, line)
        return hits.of(self._found, view, view.f_lineno)


def original_of(code):
    """The code object that a copy with probes was made of; any other one itself."""
    implant = implant_of(code)
    return code if implant is None else implant.original
