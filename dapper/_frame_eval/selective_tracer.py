"""Which lines of a code object matter, and why: decided once per code object and state of its breakpoints."""
import os

from dapper._frame_eval import opcodes
from dapper._frame_eval.cache_manager import CacheManager
from dapper._frame_eval.telemetry import Reason

_normcase = os.path.normcase
_realpath = os.path.realpath


class Interest:
    """What an engine has to watch in one code object.

    Attributes:
        code: the code object; None where nothing is to be watched, so that a decision keeps no boring code alive.
        lines: line → what stops there (as `EveryEvent`), for each line with a breakpoint.
        entry: whether starting this code is of interest (function breakpoint).
        reason: why this was decided.
    """

    __slots__ = ("code", "lines", "entry", "reason")

    def __init__(self, code, lines, entry, reason):
        self.code = code
        self.lines = lines
        self.entry = entry
        self.reason = reason

    def __bool__(self):
        return self.entry or bool(self.lines)


_NOT_THIS_FILE = Interest(None, {}, False, Reason.NO_BREAKPOINTS_IN_FILE)
_NOT_THIS_CODE = Interest(None, {}, False, Reason.NO_BREAKPOINTS)


class Selector:
    """Decisions for one breakpoint table.

    Args:
        table: an immutable value with ``generation_of(code)`` (the generation at which what concerns the code object
            last changed, 0 if nothing does; cheap), ``lines_of(code)``, ``enters(code)`` and ``files`` (something for each
            file with breakpoints); and ``names``, if there are breakpoints in code of some names wherever it is.
        caches: the CacheManager; one of its own by default.
    """

    def __init__(self, table, caches=None):
        self.table = table
        self.caches = caches if caches is not None else CacheManager()
        self._entries = self.caches.entries
        self._stamp = self.caches.stamp()
        self._dismissed = (self._stamp, 0, _NOT_THIS_FILE)
        self.names = getattr(table, "names", ())

    @classmethod
    def of(cls, table):
        """``table`` as a Selector, which it may be already."""
        return table if isinstance(table, cls) else cls(table)

    def interest(self, code):
        """The Interest in ``code``."""
        entry = self._entries.get(id(code))
        if entry is not None:
            state = entry.state
            if state[0] == self._stamp:
                return state[2]
        return self._decide(code)

    def codes(self):
        """Every code object asked about so far that still exists."""
        return self.caches.codes()

    def _decide(self, code):
        caches = self.caches
        entry = caches.entry(code)
        generation = self.table.generation_of(code)
        if not generation:
            caches.fast += 1
            entry.state = self._dismissed
            return _NOT_THIS_FILE
        _, before, found = entry.state
        if found is not None and before == generation:
            caches.hits += 1
        else:
            caches.misses += 1
            lines, enters = self.table.lines_of(code), self.table.enters(code)
            found = Interest(code, lines, enters, Reason.HAS_BREAKPOINTS) if lines or enters else _NOT_THIS_CODE
        entry.state = (self._stamp, generation, found)
        return found


class EveryEvent:
    """What stops on a line: here, every event of it, even if it is a return to the middle of the line.

    Attributes:
        loops, branches: see LineStops in the debugger, which tells a new execution of a line from a return to it.
    """

    loops = False
    branches = ()

    @staticmethod
    def begins_at(offset):
        return True


_EVERY_EVENT = EveryEvent()


def breakpoints_of(stops):
    """The breakpoints of a line's stops; none where there are lines and nothing else."""
    return getattr(stops, "breakpoints", ())


class LineTable:
    """Breakpoints as files and lines and nothing else: an immutable value with a generation.

    Args:
        by_file: real path → (generation, frozenset of lines).
        names: name of a file in code objects → its real path, as far as known.
    """

    def __init__(self, by_file=None, generation=0, names=None):
        self.generation = generation
        self._by_file = by_file or {}
        self._names = {} if names is None else names

    def with_lines(self, file, lines):
        """A new table with other lines in one file.

        Args:
            file: its path, or the name its code objects carry.
            lines: numbers from 1; none removes the file.
        """
        by_file, generation = dict(self._by_file), self.generation + 1
        by_file.pop(_key(file), None)
        if lines:
            by_file[_key(file)] = generation, frozenset(lines)
        return LineTable(by_file, generation, self._names)

    @property
    def files(self):
        """What stands for each file with breakpoints."""
        return self._by_file.keys()

    def generation_of(self, code):
        """The generation at which the breakpoints of the file last changed, or 0."""
        return self._of(code)[0]

    def lines_of(self, code):
        """line → EveryEvent for the lines of ``code`` that have breakpoints."""
        own = opcodes.executable_lines(code)
        return {line: _EVERY_EVENT for line in self._of(code)[1] if line in own}

    def enters(self, code):
        """Whether starting ``code`` is of interest: never."""
        return False

    def _of(self, code):
        name = code.co_filename
        key = self._names.get(name)
        if key is None:
            key = self._names[name] = _key(name)
        return self._by_file.get(key, (0, ()))


def _key(file):
    return file if file[:1] == "<" else _normcase(_realpath(file))
