# Part of _frame_evaluator.pyx: callbacks that concern few of the threads or exceptions that come by.

cdef enum:
    MOST_KEPT = 1000  # code objects in which exceptions were raised


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
        action: called as ``action(frame, exception)``; by a Tracer with (type, exception, traceback) instead: the exception
            does not know its traceback yet.
        wants_type: called as ``wants_type(type)``.
        wants_code: called as ``wants_code(code)``; None: all code matters.
        fault: takes errors of these; what could not be asked passes.
        gate_of: called as ``gate_of(frame)`` once for each code object that matters; gives the Gate whose condition is
            asked there before its action, likewise called, or None if `action` has to decide. An exception that has come
            up from other code that matters was asked about there.
    """

    cdef object action, wants_type, wants_code, fault, gate_of
    cdef AddressMap verdicts, homes
    cdef list types, kept

    def __init__(self, action, wants_type, wants_code=None, fault=None, gate_of=None):
        self.gate_of = gate_of
        self.action = action
        self.wants_type = wants_type
        self.wants_code = wants_code
        self.fault = fault
        self.forget()

    def forget(self):
        """Ask about types and code anew."""
        self.verdicts = AddressMap()
        self.types = []
        self.homes = AddressMap()
        self.kept = []

    @property
    def on_raise(self):
        """Callback for RAISE events; an object of its own, as a LineTable's."""
        return RaiseCallback(self)

    cdef inline int look_at(
        self, PyObject *code, object exc_type, PyObject *exception, PyObject *traceback, object told
    ) except -1:
        """An exception was raised in the frame that runs, or came up to it; `told` is what actions get."""
        cdef Gate gate
        cdef void *home
        cdef void *verdict = self.verdicts.get(<void *>exc_type)
        if verdict == NULL:
            verdict = self.judge(exc_type)
        if verdict == <void *>Py_None:
            return 0
        home = self.homes.get(code)
        if home == NULL:
            home = self.meet(<object>code)
        if home == <void *>self:
            return 0
        if home == <void *>Py_None:
            return self.act(self.action, told)
        gate = <Gate><PyObject *>home  # stays alive, whatever its test does
        return self.ask(gate, exception, traceback, told)

    cdef void *meet(self, object code) except NULL:
        """Who decides on exceptions in a code object: a Gate; None stands for the action, the gate itself for nobody."""
        cdef object home = None
        if not self.concerns(code):
            home = self
        elif self.gate_of is not None:
            try:
                home = self.gate_of(<object>PyEval_GetFrame())
            except Exception as error:  # boundary: an error of the debugger's must not reach the program
                report(self.fault, error)
        if len(self.kept) >= MOST_KEPT:
            self.homes, self.kept = AddressMap(), []
        self.kept.append((code, None if home is self else home))  # keeps their addresses their own
        self.homes.put(<void *>code, <void *>home)
        return <void *>home

    cdef int ask(self, Gate gate, PyObject *exception, PyObject *traceback, object told) except -1:
        global raised
        if core_came_up(traceback) and self.was_told((<object>traceback).tb_next):
            return 0
        raised = exception
        if gate.opens(NULL, NULL):
            self.act(gate.action, told)
        return 0

    cdef bint was_told(self, object traceback) except -1:
        """Whether code that matters is among that of a traceback."""
        cdef void *home
        while traceback is not None:
            code = traceback.tb_frame.f_code
            home = self.homes.get(<void *>code)
            if home != <void *>self and (home != NULL or self.concerns(code)):
                return True
            traceback = traceback.tb_next
        return False

    cdef void *judge(self, object exc_type) except NULL:
        """Ask about a type; None stands for no, the gate for yes."""
        cdef void *verdict = <void *>self
        try:
            if not self.wants_type(exc_type):
                verdict = <void *>Py_None
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        self.types.append(exc_type)  # keeps its address its own
        self.verdicts.put(<void *>exc_type, verdict)
        return verdict

    cdef bint concerns(self, object code) except -1:
        try:
            return self.wants_code is None or bool(self.wants_code(code))
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        return True

    cdef int act(self, object action, object told) except -1:
        try:
            action(<object>PyEval_GetFrame(), told)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        return 0


@cython.final
cdef class RaiseCallback:
    """``gate.on_raise``: called with a code object, an offset and an exception."""

    cdef vectorcallfunc vectorcall
    cdef RaiseGate gate

    def __cinit__(self, RaiseGate gate):
        self.vectorcall = <vectorcallfunc>call_raise_callback
        self.gate = gate


cdef object call_raise_callback(PyObject *self, PyObject *const *values, size_t count, PyObject *names):
    if PyVectorcall_NARGS(count) != 3:
        raise TypeError("a code object, an offset and an exception are needed")
    cdef object exception = <object>values[2]
    (<RaiseCallback>self).gate.look_at(
        values[0], type(exception), <PyObject *>exception, core_traceback(<PyObject *>exception), exception
    )
    return None
