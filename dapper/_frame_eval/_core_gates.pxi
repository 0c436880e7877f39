# Part of _frame_evaluator.pyx: callbacks that concern few of the threads or exceptions that come by.


@cython.final
cdef class ThreadGate:
    """Passes calls on to a callback in some threads only; in the others it costs next to nothing.

    For sys.monitoring, whose events can't be limited to a thread. The callback is called as if there were no gate, its
    caller's frame being the program's; in other threads the answer is None.

    Args:
        callback: takes what the event gives.
    """

    cdef vectorcallfunc vectorcall
    cdef object callback
    cdef AddressMap idents

    def __cinit__(self, callback):
        self.vectorcall = <vectorcallfunc>call_thread_gate
        self.callback = callback
        self.idents = AddressMap()

    def add(self, unsigned long ident):
        """Let a thread pass, named as threading.get_ident() does."""
        self.idents.put(thread_key(ident), <void *>self)

    def discard(self, unsigned long ident):
        """Let a thread pass no more."""
        self.idents.pop(thread_key(ident))


cdef inline void *thread_key(unsigned long ident) noexcept:
    return <void *>(<uintptr_t>ident + 1)  # no address is 0


cdef PyObject *call_thread_gate(PyObject *self, PyObject *const *values, size_t count, PyObject *names) noexcept:
    if (<ThreadGate>self).idents.get(thread_key(PyThread_get_thread_ident())) == NULL:
        return new_none()
    return core_vectorcall(<PyObject *>(<ThreadGate>self).callback, values, count, names)


@cython.final
cdef class RaiseGate:
    """Passes exceptions on by their type and by the code they are raised in, both asked about once.

    Register ``on_raise`` for RAISE events; or give it to a Tracer, which asks it about frames without a local function.

    Args:
        action: called as ``action(frame, exception)``.
        wants_type: called as ``wants_type(type)``.
        wants_code: called as ``wants_code(code)`` until it says no once; None: all code matters.
        fault: takes errors of these; what could not be asked passes.
    """

    cdef object action, wants_type, wants_code, fault
    cdef AddressMap verdicts
    cdef list types

    def __init__(self, action, wants_type, wants_code=None, fault=None):
        self.action = action
        self.wants_type = wants_type
        self.wants_code = wants_code
        self.fault = fault
        self.forget()

    def forget(self):
        """Ask about types anew; and about code, as Tracer.forget_ignored does."""
        self.verdicts = AddressMap()
        self.types = []
        unmark_all(IGNORED)

    def on_raise(self, code, offset, exception):
        """Callback for RAISE events."""
        if self.opens(<void *>code, Py_TYPE(exception)):
            self.act(PyEval_GetFrame(), exception)

    cdef inline bint opens(self, void *code, void *exception_type) except -1:
        cdef void *verdict = self.verdicts.get(exception_type)
        if verdict == NULL:
            verdict = self.judge(<object><PyObject *>exception_type)
        if verdict == <void *>Py_None:
            return False
        if self.wants_code is None:
            return True
        return not is_marked(code, IGNORED) and self.concerns(<object><PyObject *>code)

    cdef void *judge(self, object exception_type) except NULL:
        """Ask about a type; None stands for no, the gate for yes."""
        cdef void *verdict = <void *>self
        try:
            if not self.wants_type(exception_type):
                verdict = <void *>Py_None
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        self.types.append(exception_type)  # keeps its address its own
        self.verdicts.put(<void *>exception_type, verdict)
        return verdict

    cdef bint concerns(self, object code) except -1:
        try:
            if not self.wants_code(code):
                mark(code, IGNORED)
                return False
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        return True

    cdef int act(self, PyFrameObject *frame, object exception) except -1:
        try:
            self.action(<object>frame, exception)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        return 0
