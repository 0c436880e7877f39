"""Which lines of a code object matter, decided once per code object and breakpoint table."""


class Interest:
    """What an engine has to watch in one code object.

    Attributes:
        lines: line → anything true, for each line with a breakpoint.
        entry: whether starting this code is of interest (function breakpoint).
    """

    __slots__ = ("code", "lines", "entry")

    def __init__(self, code, lines, entry):
        self.code = code
        self.lines = lines
        self.entry = entry

    def __bool__(self):
        return self.entry or bool(self.lines)


class Selector:
    """Decisions by code object for one breakpoint table; droppable at any moment.

    Args:
        table: has ``lines_of(code) -> dict`` and ``enters(code) -> bool``.

    Code objects are keyed by identity (hashing one hashes its whole content) and kept alive by the decision,
    so that an identity is never used twice within one Selector.
    """

    def __init__(self, table):
        self.table = table
        self._decisions = {}

    def interest(self, code):
        """The Interest in ``code``; from the cache after the first time."""
        found = self._decisions.get(id(code))
        if found is None:
            found = Interest(code, self.table.lines_of(code), self.table.enters(code))
            self._decisions[id(code)] = found
        return found

    def codes(self):
        """Every code object decided on so far."""
        return [decision.code for decision in list(self._decisions.values())]

    def drop_caches(self):
        self._decisions = {}
