"""An implant: one code object's copy with probes, and what each of them stands for."""
from _weakref import ref

from dapper._frame_eval import opcodes
from dapper._frame_eval.selective_tracer import breakpoints_of


class Plant:
    """What one probe stands for.

    Attributes:
        line: its line; None at the entry of a function.
        stops: the LineStops there (see selective_tracer.EveryEvent for the least of them).
        breakpoints: theirs.
        passed: the ids of the breakpoints that stop whenever the probe is hit; None: that is to be judged then.
        active: whether a hit still means anything.
        logs: whether it is a log point, which stops nobody.
        watch: the Stopwatch of its condition, or None.
    """

    __slots__ = ("line", "stops", "breakpoints", "passed", "active", "logs", "watch")

    def __init__(self, line, stops, passed):
        self.line = line
        self.stops = stops
        self.breakpoints = breakpoints_of(stops)
        self.passed = passed
        self.active = True
        self.logs = False
        self.watch = None


class Implant:
    """A code object's copy with probes.

    Attributes:
        original: the code object.
        code: the copy; None once nobody uses it any more.
        plants: line → Plant.
        entry: the Plant at the entry, or None.
        done: the lines.
        entries: line → offsets in the copy at which it is executed anew.
        inserted: (start, end) ranges of the copy that are probes; what is raised there is none of the program's.
        retired: whether it is out of use; frames may still run the copy.
    """

    def __init__(self, original, built, plants, entry):
        self.original = original
        self.retired = False
        self.plants = plants
        self.entry = entry
        self.done = frozenset(plants)
        self.entries = built.entries
        self.inserted = built.inserted
        self._held = built.code
        self._code = ref(built.code)
        self._home = None  # offset → that in the original

    @property
    def code(self):
        return self._code()

    def serves(self, interest):
        """Whether it is right for an Interest: the same lines, with the same breakpoints."""
        plants = self.plants
        if plants.keys() != interest.lines.keys() or interest.entry != (self.entry is not None):
            return False
        return all(_same(plants[line], stops) for line, stops in interest.lines.items())

    def renew(self, interest):
        """Take over a newer Interest, as far as its breakpoints are the same ones.

        Returns:
            line → stops, for the lines whose breakpoints have no probe here.
        """
        rest = dict(interest.lines)
        for line, plant in self.plants.items():
            stops = rest.get(line)
            if stops is not None and plant.active and _same(plant, stops):
                plant.stops = stops
                del rest[line]
            else:
                plant.active = False  # for good: what is set there later has events
        if self.entry is not None:
            self.entry.active = interest.entry
        return rest

    def retire(self):
        """Nothing gets this copy any more."""
        self.retired = True
        self._held = None

    def is_probe(self, offset):
        """Whether an instruction of the copy belongs to a probe."""
        return any(start <= offset < end for start, end in self.inserted)

    def plant_at(self, offset):
        """The Plant whose probe an instruction of the copy belongs to, or None."""
        home = self.home(offset)
        for item in opcodes.instructions(self.original):
            if item.offset == home:
                return self.plants.get(item.line)
        return None

    def is_landing(self, offset):
        """Whether a line event there is one of a probe's own, which it makes up to 3.9 when it was hit."""
        return any(start < offset < end for start, end in self.inserted)

    def home(self, offset):
        """Where an instruction of the copy stands in the original; of one in a probe, what follows the probe."""
        if self._home is None:
            inserted = iter(self.inserted)
            start, end = next(inserted, (None, None))
            old = iter(opcodes.instructions(self.original))
            self._home = {}
            waiting = []
            for item in opcodes.instructions(self.code):
                while end is not None and item.offset >= end:
                    start, end = next(inserted, (None, None))
                waiting.append(item.offset)
                if start is None or item.offset < start:
                    there = next(old).offset
                    for one in waiting:
                        self._home[one] = there
                    waiting = []
        return self._home.get(offset, offset)


def _same(plant, stops):
    mine, its = plant.breakpoints, breakpoints_of(stops)
    return len(mine) == len(its) and all(one is other for one, other in zip(mine, its))
