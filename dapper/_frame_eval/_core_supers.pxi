# Part of _frame_evaluator.pyx: pairs of instructions that are run as one, where events took them apart.

#: Whether events of sys.monitoring do so (3.12).
EVENTS_TAKE_PAIRS_APART = bool(CORE_TAKES_PAIRS_APART)


def join_pairs(code):
    """Join the pairs of a code object, which may be running."""
    checked_code(code)
    core_join_pairs(<PyCodeObject *>code)


def carry_out(code, tool, events, get_local_events, set_local_events):
    """Have a change of global events carried out in a code object now, which else happens when it is called next.

    No other thread runs meanwhile, as it would between two calls of ``sys.monitoring.set_local_events`` in Python.

    Args:
        code: the code object; its pairs are joined.
        tool: an id of sys.monitoring.
        events: a global event of that tool, so that it makes no difference as a local one.
        get_local_events, set_local_events: of sys.monitoring.
    """
    checked_code(code)
    before = get_local_events(tool, code)
    set_local_events(tool, code, before ^ events)
    set_local_events(tool, code, before)
    core_join_pairs(<PyCodeObject *>code)
