"""Making implants: which breakpoints of a code object get which probes, and whether the copy is good for anything."""
import sys

from dapper._frame_eval.bytecode_safety import ENTRY, PLACES, Probe, Refused, build
from dapper._frame_eval.compatibility_policy import counts_branches
from dapper._frame_eval.conditions import tree_of
from dapper._frame_eval.implant import Implant, Plant
from dapper._frame_eval.selective_tracer import breakpoints_of
from dapper._frame_eval.telemetry import Reason, telemetry

_MONITORING = hasattr(sys, "monitoring")
_open = open


class Maker:
    """Makes implants, for one engine.

    Args:
        kit, port, config, worth: see Implants.
        traps: the Trap its probes call.
        fault: takes errors of ours.

    Attributes:
        calling: whether a condition in some implant calls functions.
    """

    def __init__(self, kit, port, config, traps, fault, worth=None):
        self._kit = kit
        self._port = port
        self._config = config
        self._traps = traps
        self._fault = fault
        self._worth = worth
        self.calling = False
        self._compiled = {}  # file → whether its functions may be compiled

    def make(self, code, interest):
        """A new Implant, or None where there can be none or it would be no better.

        Args:
            code: the original.
            interest: its Interest.
        """
        if self._is_compiled_elsewhere(code):
            telemetry.record(Reason.COMPILED_ELSEWHERE, _place(code))
            return None
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
            return Implant(code, built, plants, entry)

    def _is_compiled_elsewhere(self, code):
        """Whether its file speaks of a tool that compiles functions from their bytecode, and can't compile a probe."""
        name = code.co_filename
        if name not in self._compiled:
            try:
                with _open(name, "rb") as file:
                    self._compiled[name] = b"numba" in file.read()
            except (OSError, ValueError):  # it is no file
                self._compiled[name] = False
        return self._compiled[name]

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
                plant.watch = watch
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


def calls(text):
    """Whether an expression calls something, and so may take any time."""
    todo = [tree_of(text)]
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
