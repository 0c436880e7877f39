# Part of _frame_evaluator.pyx: whether somebody profiles.

cdef extern from "_core_profilers.h":
    bint core_is_profiled(PyThreadState *) noexcept


def is_profiled():
    """Whether any thread has a profile function: sys.setprofile's, or one in C."""
    cdef PyThreadState *state = PyInterpreterState_ThreadHead(PyThreadState_Get().interp)
    while state != NULL:
        if core_is_profiled(state):
            return True
        state = PyThreadState_Next(state)
    return False
