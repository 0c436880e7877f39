"""Local events of sys.monitoring, that leave the instructions without events as fast as they were.

CPython 3.12 runs some pairs of instructions as one, until their code object gets or loses an event: then it takes all of
its pairs apart for good. The native core joins them again; without it, loops stay slower by some per cent.
"""
import sys

from dapper._frame_eval import core


def set_local_events(tool, code, events):
    """As ``sys.monitoring.set_local_events``."""
    sys.monitoring.set_local_events(tool, code, events)
    join_pairs(code)


def join_pairs(code):
    """Join the pairs of a code object."""
    native = core.loaded()
    if native is not None:
        native.join_pairs(code)


def carry_out(tool, codes):
    """Carry out a change of global events in code, which else happens when it is called next; and join its pairs then.

    Args:
        tool: one that has PY_START as a global event, or no global events at all.
        codes: code objects, as many as may be called again.
    """
    native = core.loaded()
    if native is None or not native.EVENTS_TAKE_PAIRS_APART:
        return
    monitoring = sys.monitoring
    for code in codes:
        native.carry_out(
            code, tool, monitoring.events.PY_START, monitoring.get_local_events, monitoring.set_local_events
        )
