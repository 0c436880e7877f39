# Part of _frame_evaluator.pyx: waiting for the client, and getting a turn while the program computes.


def ask_aside(long long most):
    """Ask the main thread to stand aside until `go_on`, so that the calling thread gets its turn.

    Args:
        most: microseconds after which it goes on in any case.

    Returns:
        Whether it was asked, or stands anyway.
    """
    return bool(core_ask(most))


def main_stands(bint stands):
    """Say whether the main thread stands at a stop, so that there is no need to ask it."""
    core_note_standing(stands)


def go_on():
    """Let the main thread go on, if it stands aside."""
    core_go_on()


def give_way(long microseconds):
    """If the main thread stands aside, let it run for so long, and then ask it for what is left of the time."""
    core_give_way(microseconds)


def call_soon(function):
    """Have the main thread call ``function()`` between two of its bytecode instructions; from any thread.

    Returns:
        Whether it will.
    """
    return bool(core_call_soon(function))


def _await_input(list descriptors, milliseconds, int most):
    """Wait until one of some descriptors can be read, and have a turn at once if it is the first of them.

    Args:
        descriptors: numbers.
        milliseconds: None to wait as long as it takes.
        most: microseconds for which the main thread stands aside, unless `go_on` is called before.

    Returns:
        [(descriptor, poll's events)], perhaps none.
    """
    cdef Py_ssize_t count = len(descriptors)
    cdef core_thing *things = <core_thing *>calloc(count + 1, sizeof(core_thing))
    cdef int found, at
    cdef list ready = []
    if things == NULL:
        raise MemoryError()
    try:
        for at in range(count):
            things[at].fd = descriptors[at]
            if things[at].fd < 0:
                raise ValueError("a descriptor is closed")
            things[at].events = <short>CORE_IN
        found = core_await(things, <int>count, -1 if milliseconds is None else milliseconds, most)
        for at in range(count):
            if found > 0 and things[at].revents:
                ready.append((things[at].fd, things[at].revents))
        return ready
    finally:
        free(things)


await_input = _await_input if CORE_AWAITS else None
