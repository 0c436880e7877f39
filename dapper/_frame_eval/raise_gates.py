"""Which raised exceptions an engine is told of: asked in C about their type, their code and, where it can be, a condition."""
from dapper._frame_eval.telemetry import Reason, telemetry


def raise_gate(kit, port, config, screen, action, fault, implant_of):
    """A RaiseGate (see core).

    Args:
        kit: the native core or its twin.
        port: see Implants.
        config: the FrameEvalConfig.
        screen: what the debugger wants to be told of, see MonitoringEngine.watch_raises; None: of all.
        action: called as ``action(frame, exception, wanted)``; ``wanted`` is True if the screen's condition holds, and None
            if it was not asked. A Tracer's gates give (type, exception, traceback) instead of the exception.
        fault: takes errors.
        implant_of: called as ``implant_of(code)``: the Implant if the code is a copy with probes, else None. What is raised
            in a copy may be the debugger's own, which only the action can tell.
    """
    gates = []

    def undecided(frame, exception):
        action(frame, exception, None)

    def wanted(frame, exception):
        action(frame, exception, True)

    def gate_of(frame):
        if not gates:
            from dapper._frame_eval.line_gates import Gates  # of no use while there are no conditions

            gates.append(Gates(kit, port, config))
        code, gate = frame.f_code, None
        if implant_of(code) is None:
            gate = gates[0].of_raise(frame, screen, wanted)
        if gate is None:
            telemetry.record(Reason.CONDITION_NOT_IN_C, "exceptions in %s" % code.co_filename)
        return gate

    if screen is None:
        return kit.RaiseGate(undecided, bool, None, fault)
    asks = None if screen.condition_text is None else gate_of
    return kit.RaiseGate(undecided, screen.wants_type, screen.wants_code, fault, asks)
