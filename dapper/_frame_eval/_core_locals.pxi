# Part of _frame_evaluator.pyx: what a frame keeps once its locals were read.

cdef extern from "_core_locals.h":
    int CORE_KEEPS_LOCALS
    PyObject *core_kept_locals(PyFrameObject *) noexcept
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


def read_locals(frame):
    """A new dict of the locals of a function that runs on the calling thread; its frame keeps none for it.

    With the names that the program has added to what ``locals()`` gave it.

    Returns:
        The dict, or None where only ``frame.f_locals`` has them: of modules and class bodies, of frames that are not on this
        thread's stack (3.11 and newer), and from 3.13 on, where reading that leaves nothing behind.
    """
    cdef core_frame *raw
    cdef PyObject *value
    cdef dict found = {}
    cdef int at = 0
    cdef bint is_cell
    if not PyFrame_Check(frame):
        raise TypeError("a frame is needed, not %s" % type(frame).__name__)
    raw = core_raw(<PyFrameObject *>frame)
    if not CORE_KEEPS_LOCALS or not core_readable(raw) or not core_is_optimized(core_code(raw)):
        return None
    names = core_slot_names(core_code(raw))
    for at in range(len(names)):
        value = core_slot(raw, at)
        is_cell = core_slot_is_cell(core_code(raw), at)
        if is_cell and value == NULL:
            return None  # the function has not come so far as to take its cells
        if is_cell and PyCell_Check(value):
            value = PyCell_GET(value)
        if value != NULL:
            found[names[at]] = <object>value
    value = core_kept_locals(<PyFrameObject *>frame)
    if value != NULL and type(<object>value) is dict:
        for name, more in (<dict><object>value).items():
            if name not in names:
                found[name] = more
    return found
