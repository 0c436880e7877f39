"""What is known of code objects: which of them run here, and what was decided about each (derived, droppable)."""
from _functools import partial
from _weakref import ref

_UNDECIDED = (0, 0, None)


class Entry(ref):
    """A code object, held weakly, and the newest decision about it.

    Attributes:
        state: ``(stamp, generation, decision)``: for which stamp it was last found valid, and the generation of the
            breakpoints it was made from. One tuple, so that a thread never sees half of another's.
        derived: name → (generation, value), what else was made from the code object and those breakpoints, or None.
    """

    __slots__ = ("state", "derived")

    def __new__(cls, code, gone):
        return ref.__new__(cls, code, gone)

    def __init__(self, code, gone):
        ref.__init__(self, code, gone)
        self.state = _UNDECIDED
        self.derived = None


class CacheManager:
    """Code objects by identity (hashing one hashes its whole content) and what is derived from them.

    A code object that dies takes its entry with it, so an identity is never used twice.
    """

    def __init__(self):
        self.entries = {}  # id(code) → Entry
        self._stamp = 0
        self.hits = self.misses = self.fast = 0

    def stamp(self):
        """A number that no decision made so far carries."""
        self._stamp += 1
        return self._stamp

    def entry(self, code):
        """The Entry of ``code``; from now on it counts as seen."""
        found = self.entries.get(id(code))
        if found is None:
            # Not in Python, where tools that look at the program would see it: it happens wherever code dies.
            found = self.entries[id(code)] = Entry(code, partial(self.entries.pop, id(code)))
        return found

    def codes(self):
        """The code objects seen so far and alive."""
        codes = [entry() for entry in self.entries.copy().values()]
        return [code for code in codes if code is not None]

    def find(self, code, generation, name):
        """What was kept under ``name`` for this code object and this generation of its breakpoints, or None."""
        kept = self.entry(code).derived
        kept = kept and kept.get(name)
        return kept[1] if kept and kept[0] == generation else None

    def keep(self, code, generation, name, value):
        """Keep something that is made from a code object and its breakpoints: until they change, or it is dropped."""
        entry = self.entry(code)
        entry.derived = dict(entry.derived or (), **{name: (generation, value)})

    def forget(self, code):
        """Forget a code object that nobody runs any more, and what is derived from it may hold it back."""
        self.entries.pop(id(code), None)

    def drop(self):
        """Forget all that can be derived again. At any moment; it changes speed only."""
        for entry in self.entries.copy().values():
            entry.state, entry.derived = _UNDECIDED, None

    def stats(self):
        """A dict: ``codes`` seen, ``trace_rate`` (the share of them that is watched), ``cache_hits`` and
        ``cache_misses`` (decisions taken over or made), ``fast_path_hits`` (dismissed by a look at the file alone).

        Asking again within one breakpoint table is not counted: it happens at every call that sys.settrace reports.
        """
        decisions = [entry.state[2] for entry in self.entries.copy().values()]
        watched = sum(1 for decision in decisions if decision)
        return {
            "codes": len(decisions),
            "trace_rate": watched / len(decisions) if decisions else 0.0,
            "cache_hits": self.hits,
            "cache_misses": self.misses,
            "fast_path_hits": self.fast,
        }
