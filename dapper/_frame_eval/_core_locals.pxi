# Part of _frame_evaluator.pyx: what a frame keeps once its locals were read.

cdef extern from "_core_locals.h":
    int core_drop_locals(PyFrameObject *) except -1


def drop_locals(frame):
    """Take the dict of its locals off the frame of a function, unless the program has it, too, or has added to it.

    Also from a frame for which a trace function runs at the moment: its locals stay as they are.

    Returns:
        Whether there is none any more.
    """
    if not PyFrame_Check(frame):
        raise TypeError("a frame is needed, not %s" % type(frame).__name__)
    return bool(core_drop_locals(<PyFrameObject *>frame))
