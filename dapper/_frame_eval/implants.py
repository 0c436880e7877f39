"""Implants: making copies of code objects with probes at their breakpoints, and what happens when a probe is hit.

"The probe arms, the event stops": a probe whose condition holds switches line events on in its frame; the genuine
event of the same line follows at once, and there the thread stops, as it does without probes.

A copy has a probe at each line with breakpoints, or there is no copy. So the lines of a copy that is in use need no
events; only frames of a copy that is out of date need them.
"""
import sys
from _thread import get_ident
from _weakref import ref

from dapper._frame_eval.bytecode_safety import ENTRY, PLACES, Probe, Refused, build
from dapper._frame_eval.compatibility_policy import counts_branches
from dapper._frame_eval.copies import COPIES
from dapper._frame_eval.implant import Implant, Plant, breakpoints_of
from dapper._frame_eval.telemetry import Reason, telemetry

_MONITORING = hasattr(sys, "monitoring")
_ONLY_AST = 0x400
_NOTHING = object()  # in the cache: there is no implant, and why has been said


class Implants:
    """Makes implants, knows those that exist, and hears of their hits.

    Args:
        kit: from `core.kit`.
        port: the debugger's side. If its breakpoints are more than lines: ``judge(breakpoints, frame, line)`` gives
            the ids of those that stop there now; ``on_condition_error(breakpoint, error, frame, line)``;
            ``on_slow_condition(breakpoint, seconds)`` makes its ``slow`` true and its file's breakpoints those of
            another generation; ``log_here(breakpoint, frame, line)`` sends its log message; ``log_point(breakpoint, code)`` gives a
            callable for a tuple of that message's parts.
        caches: the CacheManager.
        config: the FrameEvalConfig.
        arm: called as ``arm(frame, plant)`` when a probe is hit: have the next line event of this frame told.
        worth: called as ``worth(code, line, stops, fast)``: whether a probe at this line is better than what the engine
            can do without; ``fast`` tells if the probe decides itself whether to stop. None: always.
        at_entry: whether function breakpoints are to have probes, too; without, code they name has no implant.
    """

    def __init__(self, kit, port, caches, config, arm, worth=None, at_entry=True):
        self._kit = kit
        self._port = port
        self._caches = caches
        self._config = config
        self._arm = arm
        self._worth = worth
        self._at_entry = at_entry
        self._judge = getattr(port, "judge", None)
        self._by_copy = COPIES
        self._pending = {}  # thread → (frame, plant, ids)
        self._traps = kit.Trap(self._hit, self._failed, self._fault)
        self.calling = False  # whether some condition calls functions

    # Which code

    def of(self, code, interest):
        """The implant for an original code object, or None where there can or need not be one.

        Args:
            code: the original.
            interest: its Interest.
        """
        if not interest or not self._config.injection or interest.entry and not self._at_entry:
            return None
        found = self._caches.find(code, interest, "implant")
        if found is None or found is not _NOTHING and found.retired:
            found = self._make(code, interest)
            self._caches.keep(code, interest, "implant", found or _NOTHING)
        return None if found is _NOTHING else found

    def original_of(self, code):
        """The original of a copy; any other code object itself."""
        found = self._by_copy.get(id(code))
        return code if found is None else found[1].original

    def implant_of(self, code):
        """The Implant whose copy this is, or None."""
        found = self._by_copy.get(id(code))
        return None if found is None else found[1]

    def existing(self):
        """All implants whose copies somebody may run."""
        return [implant for reference, implant in list(self._by_copy.values()) if reference() is not None]

    @property
    def has_copies(self):
        """Whether somebody may run a copy."""
        return bool(self._by_copy)

    def is_inside(self, frame):
        """Whether a frame runs on behalf of a probe: it is in one, or called from one."""
        by_copy = self._by_copy
        if by_copy:
            while frame is not None:
                found = by_copy.get(id(frame.f_code))
                if found is not None and found[1].is_probe(frame.f_lasti):
                    return True
                frame = frame.f_back
        return False

    def close(self):
        """No probe means anything any more."""
        for implant in self.existing():
            for plant in list(implant.plants.values()) + [implant.entry]:
                if plant is not None:
                    plant.active = False
            implant.retire()
        self._pending = {}

    # Making one

    def _make(self, code, interest):
        if _MONITORING and counts_branches(code):
            telemetry.record(Reason.BRANCH_EVENTS_ON, _place(code))
            return None
        slow = set()  # lines whose breakpoints can't be decided on in the code
        while True:
            fast = {line: line not in slow and self._is_fast(stops) for line, stops in interest.lines.items()}
            worth = self._worth
            if worth is not None and not any(worth(code, line, interest.lines[line], fast[line]) for line in fast):
                return None
            plants, wanted = self._wanted(code, interest, fast)
            try:
                built = self._build(code, interest, wanted)
            except Refused as refusal:
                return self._refused(code, None, refusal)
            again = False
            for key, refusal in built.refused.items():
                self._refused(code, key, refusal)
                if refusal.reason in PLACES or key in slow or not fast.get(key):
                    return None
                slow.add(key)
                again = True
            if again:
                continue
            entry = plants.pop(ENTRY, None)
            implant = Implant(code, built, plants, entry)
            copy = built.code
            self._by_copy[id(copy)] = ref(copy, _Gone(self._by_copy, id(copy))), implant
            return implant

    def _build(self, code, interest, wanted):
        offsets = {}
        for line, stops in interest.lines.items():
            entries = getattr(stops, "entries", None)
            if entries:
                offsets[line] = sorted(entries)
        every = len(offsets) < len(interest.lines)
        return build(code, wanted, self._traps, (), (), every, offsets, self._kit.Landing)

    def _wanted(self, code, interest, fast):
        """(line or ENTRY → Plant, the same → Probe)."""
        plants, wanted = {}, {}
        for line, stops in interest.lines.items():
            if fast[line]:
                plants[line], wanted[line] = self._fast(code, line, stops)
            else:
                plant = Plant(line, stops, None if breakpoints_of(stops) else ())
                plants[line], wanted[line] = plant, Probe(plant)
        if interest.entry:
            plant = Plant(None, None, ())
            plants[ENTRY], wanted[ENTRY] = plant, Probe(plant)
        return plants, wanted

    def _is_fast(self, stops):
        """Whether the probe itself can decide."""
        breakpoints = breakpoints_of(stops)
        if len(breakpoints) != 1:
            return not breakpoints
        breakpoint, = breakpoints
        if breakpoint.condition_text is None and breakpoint.counter is None and breakpoint.log_parts is None:
            return True
        if not self._config.fast_conditions:
            return False
        return not self._may_take_long(breakpoint) or self._config.condition_budget > 0 and not breakpoint.slow

    @staticmethod
    def _may_take_long(breakpoint):
        return breakpoint.condition_text is not None and calls(breakpoint.condition_text)

    def _fast(self, code, line, stops):
        breakpoints = breakpoints_of(stops)
        if not breakpoints:
            plant = Plant(line, stops, ())
            return plant, Probe(plant)
        breakpoint, = breakpoints
        plant = Plant(line, stops, (breakpoint.id,))
        plant.logs = breakpoint.log_parts is not None
        counter = breakpoint.counter_in(self._kit)
        # An error in a probe with a message has to be the message's.
        quiet = breakpoint.condition_text is None and (counter is None or type(counter.test) is tuple)
        if not plant.logs or not quiet:
            watch = None
            if self._may_take_long(breakpoint):
                self.calling = True
                watch = self._kit.Stopwatch(self._config.condition_budget / 1000, self._late(breakpoint), self._fault)
            return plant, Probe(plant, breakpoint.condition_text, counter, watch=watch)
        message = list(breakpoint.log_parts) + [("text", "\n")]
        return plant, Probe(plant, None, counter, message, self._port.log_point(breakpoint, code))

    def _late(self, breakpoint):
        def late(seconds):
            if not breakpoint.slow:
                telemetry.record(Reason.CONDITION_SLOW, "%s: %.0f ms" % (breakpoint.condition_text, seconds * 1000))
                self._port.on_slow_condition(breakpoint, seconds)

        return late

    def _refused(self, code, key, refusal):
        detail = "%s, %s: %s" % (_place(code), "line %s" % key if key is not None else "all of it", refusal)
        telemetry.record(Reason.BYTECODE_INJECTION_FAILED, detail)

    # Hits, on the program's threads

    def arrive(self, frame, line):
        """A line event: was it a probe that called for it?

        Returns:
            ``(stops, ids of the breakpoints that stop there)``, or None. Stops is None at the entry of a function.
        """
        pending = self._pending.get(get_ident())
        if pending is None or pending[0] is not frame:
            return None
        plant = pending[1]
        if plant.line is not None and plant.line != line:
            return None
        del self._pending[get_ident()]
        return plant.stops, pending[2]

    def awaits(self, code):
        """Whether a line event of some frame of this code is due because of a probe."""
        return any(frame.f_code is code for frame, _, _ in list(self._pending.values()))

    def _hit(self, frame, plant):
        if not plant.active or self.calling and self.is_inside(frame.f_back):
            return
        passed = plant.passed
        if plant.logs:
            return self._port.log_here(plant.breakpoints[0], frame, plant.line)
        if plant.line is None:
            self._port.on_enter(frame)
        elif passed is None:
            passed = self._judge(plant.breakpoints, frame, plant.line)
            if not passed:
                return
        self._pending[get_ident()] = frame, plant, passed
        self._arm(frame, plant)

    def _failed(self, frame, plant, error):
        if plant.active and plant.breakpoints:
            self._port.on_condition_error(plant.breakpoints[0], error, frame, plant.line)

    def _fault(self, error):
        if not isinstance(error, (RecursionError, MemoryError)):
            telemetry.record(Reason.ENGINE_FAULT, repr(error))
            self._port.on_fault(error)


class _Gone:
    """Forgets a copy that is gone."""

    __slots__ = ("_by_copy", "_number")

    def __init__(self, by_copy, number):
        self._by_copy = by_copy
        self._number = number

    def __call__(self, reference):
        found = self._by_copy.get(self._number)
        if found is not None and found[0] is reference:
            del self._by_copy[self._number]


def calls(text):
    """Whether an expression calls something, and so may take any time."""
    todo = [compile(text.strip(), "<condition>", "eval", _ONLY_AST, True)]
    while todo:
        node = todo.pop()
        if type(node).__name__ == "Call":
            return True
        for field in node._fields:
            value = getattr(node, field, None)
            todo += [one for one in (value if isinstance(value, list) else (value,)) if hasattr(one, "_fields")]
    return False


def _place(code):
    return "%s in %s" % (code.co_name, code.co_filename)
