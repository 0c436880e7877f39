"""The breakpoints the user asked for: numbered, listed, and spelled for DAP. The program's side has the truth."""
import os

from dapper.terminal.syntax import Problem


class Breakpoint:
    """One breakpoint as the user sees it.

    Attributes:
        number: from 1.
        path, line: where it was asked for, when it is on a line.
        function: qualified name, when it is on a function; module: the only one it is meant in, or None.
        condition: str or None.
        ignore: how many hits are still to be passed over.
        enabled, temporary: bool.
        commands: what is done when it is hit; silent: without a word about the place.
        hits: how often it stopped the program.
        id, verified, reason, message: what the adapter said last; at: (path, line) it really is on, or None.
    """

    def __init__(self, number, path=None, line=None, function=None, module=None, condition=None, temporary=False):
        self.number = number
        self.path = path
        self.line = line
        self.function = function
        self.module = module
        self.condition = condition
        self.temporary = temporary
        self.ignore = 0
        self.enabled = True
        self.commands = []
        self.hits = 0
        self.forget()

    def forget(self):
        """The program it was told to is gone."""
        self.id = self.reason = self.message = self.at = None
        self.verified = False

    def learn(self, said):
        """Take in a DAP Breakpoint, from a response or an event."""
        self.id = said.get("id", self.id)
        self.verified = bool(said.get("verified"))
        self.reason = said.get("reason")
        self.message = said.get("message")
        path = (said.get("source") or {}).get("path") or self.path
        if said.get("line") and path:
            self.at = path, said["line"]

    def wire(self):
        """As a DAP SourceBreakpoint or FunctionBreakpoint."""
        if self.function:
            told = {"name": "%s:%s" % (self.module, self.function) if self.module else self.function}
        else:
            told = {"line": self.line}
        if self.condition:
            told["condition"] = self.condition
        if self.ignore:
            told["hitCondition"] = ">%d" % self.ignore
        return told

    @property
    def where(self):
        """Where it is, as far as is known: a text."""
        if self.at:
            place = "%s:%d" % self.at
            return "%s (%s)" % (place, self.function) if self.function else place
        return self.function or "%s:%d" % (self.path, self.line)

    def describe(self):
        """What the list says about it, as a list of lines."""
        kind = "del" if self.temporary else "keep"
        enabled = "yes" if self.enabled else "no"
        lines = ["%-4dbreakpoint   %-4s %-3s   at %s" % (self.number, kind, enabled, self.where)]
        if self.condition:
            lines.append("\tstop only if %s" % self.condition)
        if self.ignore:
            lines.append("\tignore next %s" % times(self.ignore))
        if self.hits:
            lines.append("\talready stopped here %d time%s" % (self.hits, "" if self.hits == 1 else "s"))
        if self.commands:
            lines.append("\tcommands: " + " ;; ".join(self.commands))
        if self.enabled and not self.verified and self.message:
            lines.append("\tnot set yet: %s" % self.message)
        return lines


class Breakpoints:
    """All of them, by number, and the lines something is waiting at without being asked for by name (`until`)."""

    def __init__(self):
        self._numbered = {}
        self._last = 0
        self._spelling = {}  # real path → the way it was given first
        self.passing = {}  # real path → lines

    def __iter__(self):
        return iter(list(self._numbered.values()))

    def add(self, **what):
        """A new one; the arguments are those of Breakpoint but for the number."""
        self._last += 1
        breakpoint_ = self._numbered[self._last] = Breakpoint(self._last, **what)
        if breakpoint_.path:
            self.spelled(breakpoint_.path)
        return breakpoint_

    def get(self, number):
        """The one with a number.

        Raises:
            Problem: there is none.
        """
        try:
            return self._numbered[number]
        except KeyError:
            raise Problem("There is no breakpoint %d." % number) from None

    def last(self):
        """The one that was made last and is still there.

        Raises:
            Problem: there are none.
        """
        if not self._numbered:
            raise Problem("There are no breakpoints.")
        return self._numbered[max(self._numbered)]

    def remove(self, number, forever=False):
        """Take one out of the list.

        Args:
            forever: it never was one: its number is free again.
        """
        self._numbered.pop(number, None)
        if forever and number == self._last:
            self._last -= 1

    def at(self, path, line):
        """Those on a line."""
        here = real(path)
        return [each for each in self if each.line is not None and real(each.path) == here
                and line in (each.line, each.at and each.at[1])]

    def marks(self, path):
        """Lines of a file that have an enabled breakpoint."""
        here = real(path)
        places = (each.at or (each.path, each.line) for each in self if each.enabled)
        return {line for place, line in places if place and real(place) == here}

    def by_ids(self, ids):
        """Those the adapter means."""
        return [each for each in self if each.id is not None and each.id in ids]

    def paths(self):
        """Files that have, or had, breakpoints; as `spelled`."""
        return list(self._spelling.values())

    def spelled(self, path):
        """The one spelling of a path its breakpoints are sent under: a second one would look like a second file."""
        return self._spelling.setdefault(real(path), path)

    def in_file(self, path):
        """Enabled ones of a file, in the order they were made."""
        here = real(path)
        return [each for each in self if each.enabled and each.line is not None and real(each.path) == here]

    def on_functions(self):
        """Enabled ones on functions."""
        return [each for each in self if each.enabled and each.function]

    def forget(self):
        """The program they were told to is gone; they stay wished for."""
        self.passing.clear()
        for each in self:
            each.forget()


def times(count):
    """``"hit"`` or ``"7 hits"``"""
    return "hit" if count == 1 else "%d hits" % count


def real(path):
    """A path by which two spellings of one file are equal."""
    return os.path.normcase(os.path.realpath(path))
