# Part of _frame_evaluator.pyx: events of sys.monitoring that leave the instructions without events as fast as they were.
#
# CPython 3.12 runs some pairs of instructions as one, until their code object gets or loses an event: then it takes all
# of its pairs apart for good. They are joined again here.

cdef object monitoring = getattr(sys, "monitoring", None)
cdef object get_events, set_events, start_event
if monitoring is not None:
    get_events, set_events, start_event = monitoring.get_local_events, monitoring.set_local_events, monitoring.events.PY_START


def set_local_events(tool, code, events):
    """As ``sys.monitoring.set_local_events``, which has checked the arguments."""
    set_events(tool, code, events)
    core_join_pairs(<PyCodeObject *>code)


def carry_out(tool, codes):
    """Carry out a change of global events in code, which else happens when it is called next; and join its pairs then.

    No other thread runs in the midst of a code object, as it would between two calls of sys.monitoring in Python.

    Args:
        tool: one that has PY_START as a global event, so that it makes no difference as a local one, or none at all.
        codes: code objects, as many as may be called again.
    """
    if not CORE_TAKES_PAIRS_APART:
        return
    for code in codes:
        checked_code(code)
        before = get_events(tool, code)
        set_events(tool, code, before ^ start_event)
        set_events(tool, code, before)
        core_join_pairs(<PyCodeObject *>code)


def join_pairs(code):
    """Join the pairs of a code object, which may be running."""
    checked_code(code)
    core_join_pairs(<PyCodeObject *>code)
