"""Implants: copies of code objects with probes at their breakpoints: which there are, and what happens at a hit.

"The probe arms, the event stops": a probe whose condition holds switches line events on in its frame; the genuine
event of the same line follows at once, and there the thread stops, as it does without probes.

A copy has a probe at each line with breakpoints, or there is no copy. So the lines of a copy that is in use need no
events; only frames of a copy that is out of date need them.
"""
from _functools import partial
from _thread import get_ident
from _weakref import ref

from dapper._frame_eval.copies import COPIES
from dapper._frame_eval.faults import Faults

_NOTHING = object()  # in the cache: there is no implant, and why has been said


class Implants:
    """Knows the implants that exist, has them made, and hears of their hits.

    Args:
        kit: from `core.kit`.
        port: the debugger's side. If its breakpoints are more than lines: ``judge(breakpoints, frame, line)`` gives
            the ids of those that stop there now; ``on_condition_error(breakpoint, error, frame, line)``;
            ``on_slow_condition(breakpoint, seconds)`` makes its ``slow`` true and its file's breakpoints those of
            another generation; ``log_here(breakpoint, frame, line)`` sends its log message; ``log_point(breakpoint, code)`` gives a
            callable for a tuple of that message's parts.
        caches: the CacheManager.
        config: the FrameEvalConfig.
        arm: called as ``arm(frame, plant)`` when a probe is hit: have the next line event of this frame told. False:
            there is no need.
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
        self._maker = None
        self._judge = getattr(port, "judge", None)
        self._fault = Faults(port)
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

    def adopts(self, code):
        """Whether a code object is what another tool has made of a copy (line_profiler does), its probes included."""
        traps = self._kit.Landing, self._kit.LogPoint
        if self._by_copy and any(type(one) in traps for one in code.co_consts) and id(code) not in self._by_copy:
            for implant in self.existing():
                copy = implant.code
                if copy is not None and copy.co_consts == code.co_consts and code.co_code.startswith(copy.co_code):
                    self._by_copy[id(code)] = ref(code, partial(self._by_copy.pop, id(code))), implant
        return id(code) in self._by_copy

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

    def expect(self):
        """Load what makes implants: some will be wanted, and then the program waits."""
        if self._maker is None:
            from dapper._frame_eval.making import Maker  # large, and of no use while no breakpoint needs an implant

            self._maker = Maker(self._kit, self._port, self._config, self._traps, self._fault, self._worth)

    def _make(self, code, interest):
        self.expect()
        implant = self._maker.make(code, interest)
        if implant is not None:
            self.calling = self.calling or self._maker.calling
            copy = implant.code
            self._by_copy[id(copy)] = ref(copy, partial(self._by_copy.pop, id(copy))), implant
        return implant

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
        """Returns whether the next line event is needed; up to 3.9 the probe makes one then."""
        if not plant.active or self.calling and self.is_inside(frame.f_back):
            return False
        passed = plant.passed
        if plant.logs:
            self._port.log_here(plant.breakpoints[0], frame, plant.line)
            return False
        if plant.line is None:
            self._port.on_enter(frame)
        elif passed is None:
            passed = self._judge(plant.breakpoints, frame, plant.line)
            if not passed:
                return False
        self._pending[get_ident()] = frame, plant, passed
        return self._arm(frame, plant) is not False

    def _failed(self, frame, plant, error):
        if plant.active and plant.breakpoints:
            self._port.on_condition_error(plant.breakpoints[0], error, frame, plant.line)
