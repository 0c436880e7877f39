# Part of _frame_evaluator.pyx: frames that matter at few of their lines, which are looked up in C.

cdef tuple EVENTS = ("call", "exception", "line", "return", "c_call", "c_exception", "c_return", "opcode")


cdef object call_tracing(object function, PyFrameObject *frame, int what, PyObject *arg, object fault):
    """Call a trace function of ours."""
    try:
        return function(<object>frame, EVENTS[what], None if arg == NULL else <object>arg)
    except Exception as error:  # boundary: an error of the debugger's must not reach the program
        report(fault, error)
    return None


@cython.final
cdef class Lookout:
    """A local trace function of frames that matter at some of their lines only: no other line calls anything.

    It stands in ``frame.f_trace``. The Tracer that knows it asks it in C; for everybody else it is a trace function.

    Args:
        function: the local trace function behind it. It gets all events but those of lines; and lines where it is
            wanted, or of code that is not armed.
        fault: takes errors of what it calls.

    Attributes:
        suspensions: whether the function is also told that a generator is suspended, and a Tracer's that one goes on.
    """

    cdef object function, fault
    cdef AddressMap map
    cdef dict owned
    cdef public bint suspensions

    def __init__(self, function, fault=None):
        self.function = function
        self.fault = fault
        self.map = AddressMap()
        self.owned = {}

    def arm(self, code, dict actions):
        """Say which lines of a code object matter.

        Args:
            code: the code object; it is kept alive until ``disarm``.
            actions: offset at which a line begins, as in ``f_lasti`` → a Gate, its action called as
                ``action(frame, offset)``; or None, for the function.
        """
        lines = Lines(checked_code(code), actions)
        self.map.put(<void *>code, <void *>lines)
        self.owned[<uintptr_t><void *>code] = lines

    def disarm(self, code):
        """Forget what matters in a code object: the function gets all its lines."""
        self.map.pop(<void *>code)
        self.owned.pop(<uintptr_t><void *>code, None)

    def __call__(self, frame, event, arg):
        if not PyFrame_Check(frame):
            raise TypeError("a frame is needed, not %s" % type(frame).__name__)
        cdef core_frame *raw = core_raw(<PyFrameObject *>frame)
        if event != "line" or not self.line(<PyFrameObject *>frame, raw if core_readable(raw) else NULL, frame.f_code):
            self.function(frame, event, arg)

    cdef inline bint sees_to(self, PyFrameObject *frame, int what, PyObject *arg) except -1:
        """Deal with an event of a running frame; false for a call that the Tracer's function is to hear of."""
        cdef core_frame *raw = core_raw(frame)
        if what == PyTrace_LINE:
            if self.line(frame, raw, <object><PyObject *>core_code(raw)):
                return True
        elif what == PyTrace_CALL:
            return not self.suspensions
        elif what == PyTrace_RETURN and not self.suspensions and arg != NULL and core_is_suspended(frame):
            return True
        call_tracing(self.function, frame, what, arg, self.fault)
        return True

    cdef inline bint line(self, PyFrameObject *frame, core_frame *raw, object code) except -1:
        """Look a line up; false if the function has to. `raw` is NULL if it is not readable."""
        cdef PyObject *found
        cdef Gate gate
        cdef int offset
        cdef void *lines = self.map.get(<void *>code)
        if lines == NULL:
            return False
        offset = core_offset(frame)
        found = (<Lines><PyObject *>lines).find(offset)
        if found == NULL:
            return True
        if found == Py_None:
            return False
        gate = <Gate?><object>found  # held: whoever is asked may disarm the code
        if gate.opens(raw, frame):
            try:
                gate.action(<object>frame, offset)
            except Exception as error:  # boundary: an error of the debugger's must not reach the program
                report(self.fault, error)
        return True
