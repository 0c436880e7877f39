"""What is looked out for in frames whose breakpoints no probe serves: at which offsets, and whether C can decide there."""
from dapper._frame_eval import opcodes
from dapper._frame_eval.implant import breakpoints_of
from dapper._frame_eval.telemetry import Reason, telemetry


class Lookouts:
    """Keeps the Lookout of an engine armed.

    Args:
        kit: the native core.
        lookout: its Lookout.
        implants: the Implants.
        port: see Implants.
        config: the FrameEvalConfig.
        passed: called as ``passed(frame, line, breakpoint, behind)`` when a condition and a hit count that were asked
            in C let a breakpoint pass; ``behind`` is where its line begins if a probe without meaning stands before, as
            an offset in the original code, else None.
    """

    def __init__(self, kit, lookout, implants, port, config, passed):
        self._kit = kit
        self._lookout = lookout
        self._implants = implants
        self._port = port
        self._config = config
        self._passed = passed
        self._gates = None
        self._late = {}
        self._armed = {}  # id(code) → (code, line → what stops there)

    def follow(self, late):
        """Look out for these and nothing else, from when `see` is told of a frame.

        Args:
            late: id of a code object → its Late.
        """
        self._late = late
        for number, (code, lines) in list(self._armed.items()):
            if number not in late or late[number].lines is not lines:
                self._lookout.disarm(code)
                del self._armed[number]

    def see(self, frame):
        """A frame runs that has, or is to have, the Lookout."""
        number = id(frame.f_code)
        late = self._late.get(number)
        if late is not None and number not in self._armed:
            self._lookout.arm(late.code, self._actions(late.code, frame.f_globals, late.lines))
            self._armed[number] = late.code, late.lines

    def _actions(self, code, globals, lines):
        """Offset → a Gate, or None for the engine to decide."""
        implant = self._implants.implant_of(code)
        gates, actions, probed = {}, {}, set()
        for item in opcodes.instructions(code):
            offset, line = item.offset, item.line
            stops = lines.get(line)
            if stops is None:
                continue
            home = offset if implant is None else implant.home(offset)
            if home in stops.branches:
                actions[offset] = None  # only the next instruction tells whether the line runs
            elif stops.begins_at(home):
                behind = home if implant is not None and implant.is_probe(offset) else None
                if home in probed:
                    continue  # up to 3.9 there are more events in a line that a probe has begun
                if behind is not None:
                    probed.add(home)
                if (line, behind) not in gates:
                    gates[line, behind] = self._gate(code, globals, line, stops, behind)
                actions[offset] = gates[line, behind]
        return actions

    def _gate(self, code, globals, line, stops, behind):
        breakpoints = breakpoints_of(stops)
        if not any(one.condition is not None or one.counter is not None or one.log is not None for one in breakpoints):
            return None
        if self._gates is None:
            from dapper._frame_eval.line_gates import Gates  # of no use while there are no conditions

            self._gates = Gates(self._kit, self._port, self._config)

        def passed(frame, offset, breakpoint):
            self._passed(frame, line, breakpoint, behind)

        gate = self._gates.at(code, globals, line, breakpoints[0], passed) if len(breakpoints) == 1 else None
        if gate is None:
            telemetry.record(Reason.CONDITION_NOT_IN_C, "%s, line %s" % (code.co_filename, line))
        return gate
