# Part of _frame_evaluator.pyx: trace functions in C for any thread, and their suspension while it steps over calls.


@cython.final
cdef class Tracer:
    """A trace function that rejects in C what is of no interest.

    It follows the protocol of sys.settrace, local functions in ``frame.f_trace`` included, with these differences: an
    Exception from the function goes to `fault` and tracing goes on; frames keep no copy of their locals. It is itself
    callable as a trace function (for ``threading.settrace``) and puts its C function in place at the first call.

    Args:
        function: the global trace function. In threads where another tool traces in Python as well (``is_shared``) it
            gets every event of every frame, because ``f_trace`` is the other's.
        fault: takes errors of the functions.
        lookout: a Lookout, which is asked in C about the frames that have it in ``f_trace``, or None.
        raises: a RaiseGate that is asked about exceptions in frames without a local function, or None.
        copies: id of a code object → (a reference, what tells by ``is_landing(offset)`` whether a line event there is
            one that only the debugger makes), of which other tools in the thread are not told; or None.
        local: the only object in ``f_trace`` that is called, others being another tool's (coverage leaves its tracer in
            every frame it has seen); None: whatever is there.
    """

    cdef public object function, fault, local
    cdef readonly Lookout lookout
    cdef public RaiseGate raises
    cdef public dict copies

    def __init__(self, function, fault=None, Lookout lookout=None, local=None, RaiseGate raises=None):
        self.function = function
        self.fault = fault
        self.lookout = lookout
        self.local = local
        self.raises = raises

    def ignore(self, code):
        """Never call the function again when a frame of this code object starts."""
        mark(checked_code(code), IGNORED)

    def forget_ignored(self):
        """Take back every ``ignore``."""
        unmark_all(IGNORED)

    def __call__(self, frame, event, arg):
        cdef PyThreadState *state = PyThreadState_Get()
        install(state, self)
        try:
            return self.function(frame, event, arg)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        return None

    cdef int event(self, PyFrameObject *frame, int what, PyObject *arg, PyObject *other) except -1:
        """Deal with an event. `other` is the object of the tool that is chained to this thread, or NULL."""
        cdef PyObject *local = core_local_trace(frame)
        cdef RaiseGate raises
        cdef tuple raised
        if local != NULL and local == <PyObject *>self.lookout and self.lookout.sees_to(frame, what, arg):
            return 0
        if what == PyTrace_CALL:
            if not is_marked(core_code(core_raw(frame)), IGNORED):
                self.keep(frame, call_tracing(self.function, frame, what, arg, self.fault))
        elif local != NULL and local != other and (self.local is None or local == <PyObject *>self.local):
            self.keep(frame, call_tracing(<object>local, frame, what, arg, self.fault))
        elif what == PyTrace_EXCEPTION and self.raises is not None:
            raises = self.raises  # which another thread may replace
            raised = <tuple><object>arg
            raises.look_at(
                <PyObject *>core_code(core_raw(frame)), <object>PyTuple_GET_ITEM(raised, 0), PyTuple_GET_ITEM(raised, 1),
                PyTuple_GET_ITEM(raised, 2), raised,
            )
        return 0

    cdef bint is_landing(self, PyFrameObject *frame) except -1:
        """Whether a line event is the debugger's own."""
        found = self.copies.get(<uintptr_t>core_code(core_raw(frame)))
        return found is not None and found[1].is_landing(core_offset(frame))

    cdef int keep(self, PyFrameObject *frame, object local) except -1:
        if local is not None and <PyObject *>local != core_local_trace(frame):
            core_set_local_trace(frame, <PyObject *>local)
        return 0


@cython.final
cdef class Standing:
    """A C trace function with its object, as a thread has it; without function: no tracing."""

    cdef Py_tracefunc function
    cdef object object

    cdef int apply(self, PyThreadState *state) except -1:
        return core_set_trace(state, self.function, NULL if self.function == NULL else <PyObject *>self.object)


@cython.final
cdef class Chain:
    """A Tracer in a thread that another tool traces too. The other one sees each event first, as if it were alone."""

    cdef Tracer tracer
    cdef Standing next
    cdef bint shared, dropped

    def __call__(self, frame, event, arg):
        return self.tracer(frame, event, arg)

    cdef int forward(self, PyFrameObject *frame, int what, PyObject *arg) except -1:
        cdef PyThreadState *state = PyThreadState_Get()
        cdef Tracer tracer = self.tracer
        try:
            return call_traced(self.next.function, <PyObject *>self.next.object, frame, what, arg)
        finally:
            # It took itself off, or put another one in its place; unless that was us, called by it.
            if state.c_traceobj != <PyObject *>self and not self.dropped:
                install(state, tracer)


@cython.final
cdef class Relay:
    """The trace function of all threads until each of them has seen one event and put its own in place.

    For versions on which a thread's trace function can't be set from another thread.
    """

    cdef dict plans  # address of the thread's state → Standing

    def __call__(self, frame, event, arg):
        cdef Standing plan = self.plan(PyThreadState_Get())
        return plan.object(frame, event, arg) if plan.function != NULL else None

    cdef Standing plan(self, PyThreadState *state):
        found = self.plans.get(<uintptr_t>state)
        return Standing.__new__(Standing) if found is None else found


cdef int call_traced(Py_tracefunc function, PyObject *object, PyFrameObject *frame, int what, PyObject *arg) except -1:
    return function(object, frame, what, arg)


cdef int trace(PyObject *self, PyFrameObject *frame, int what, PyObject *arg) except -1:
    """The C trace function of a Tracer."""
    return (<Tracer>self).event(frame, what, arg, NULL)


cdef int trace_chained(PyObject *self, PyFrameObject *frame, int what, PyObject *arg) except -1:
    """The C trace function of a Chain."""
    cdef Chain chain = <Chain>self
    cdef Tracer tracer = chain.tracer
    cdef bint own = what == PyTrace_LINE and tracer.copies is not None and tracer.is_landing(frame)
    if not own:
        chain.forward(frame, what, arg)  # which calls ours, if that stands in f_trace and the other is in Python
    if chain.shared and not (own and core_local_trace(frame) == <PyObject *>tracer.local):
        call_tracing(chain.tracer.function, frame, what, arg, chain.tracer.fault)
        return 0
    return chain.tracer.event(frame, what, arg, <PyObject *>chain.next.object)


cdef int trace_relayed(PyObject *self, PyFrameObject *frame, int what, PyObject *arg) except -1:
    """The C trace function of a Relay: makes way for the one that is meant for this thread; the event is not lost."""
    cdef PyThreadState *state = PyThreadState_Get()
    cdef Standing plan = (<Relay>self).plan(state)
    plan.apply(state)
    if plan.function == NULL:
        return 0
    return call_traced(plan.function, <PyObject *>plan.object, frame, what, arg)


cdef Standing standing(PyThreadState *state):
    """What a thread has, a Relay that waits for its first event looked through."""
    cdef Standing found = Standing.__new__(Standing)
    found.function = <Py_tracefunc>state.c_tracefunc
    if state.c_traceobj != NULL:
        found.object = <object>state.c_traceobj
        if type(found.object) is Relay:
            return (<Relay>found.object).plan(state)
    return found


cdef Standing wanted(Standing now, Tracer tracer):
    """What a thread is to have: the tracer, or without one what it had before; beside or over another tool's.

    An object tells whether it is ours, not its function: sys.settrace may have put it there, and the function is
    missing while the thread steps over a call.
    """
    cdef Standing under = now
    cdef Standing found = Standing.__new__(Standing)
    cdef Chain chain
    if type(now.object) is Chain:
        under = (<Chain>now.object).next
        (<Chain>now.object).dropped = tracer is None
    elif type(now.object) is Tracer:
        under = Standing.__new__(Standing)
    if tracer is None:
        return under
    if under.function == NULL:
        found.function = <Py_tracefunc>trace
        found.object = tracer
        return found
    chain = Chain.__new__(Chain)
    chain.tracer = tracer
    chain.next = under
    chain.shared = under.function == python_trace_function()
    found.function = <Py_tracefunc>trace_chained
    found.object = chain
    return found


cdef int install(PyThreadState *state, Tracer tracer) except -1:
    """Give the calling thread the tracer, or take it away."""
    return wanted(standing(state), tracer).apply(state)


cdef Py_tracefunc known_trace_function = NULL


cdef Py_tracefunc python_trace_function() except? NULL:
    """The C function by which CPython calls trace functions written in Python; sys.settrace shows it."""
    global known_trace_function
    cdef PyThreadState *state
    cdef Standing before
    if known_trace_function == NULL:
        state = PyThreadState_Get()
        before = Standing.__new__(Standing)
        before.function = <Py_tracefunc>state.c_tracefunc
        before.object = <object>state.c_traceobj if state.c_traceobj != NULL else None
        settrace(bool)
        known_trace_function = <Py_tracefunc>state.c_tracefunc
        before.apply(state)
    return known_trace_function


cdef Tracer as_tracer(object what):
    return what if what is None or type(what) is Tracer else Tracer(what)


cdef int install_in(dict wishes) except -1:
    """Give each thread named by the address of its state a Tracer, or with None what it had before."""
    cdef PyThreadState *here = PyThreadState_Get()
    cdef PyThreadState *state = PyInterpreterState_ThreadHead(here.interp)
    cdef Standing plan
    cdef Relay relay
    cdef dict plans = {}
    cdef bint everywhere = False
    while state != NULL:
        plan = standing(state)
        if <uintptr_t>state in wishes:
            plan = wanted(plan, wishes[<uintptr_t>state])
            if CORE_SETS_OTHER_THREADS:
                plan.apply(state)
            elif state != here:
                everywhere = True
        plans[<uintptr_t>state] = plan
        state = PyThreadState_Next(state)
    if everywhere:
        relay = Relay.__new__(Relay)
        relay.plans = plans
        core_set_trace_everywhere(<Py_tracefunc>trace_relayed, <PyObject *>relay)
    if not CORE_SETS_OTHER_THREADS:
        (<Standing>plans[<uintptr_t>here]).apply(here)
    return 0


cdef PyThreadState *thread_state(unsigned long ident) noexcept:
    # Until it runs, a new thread has the ident of the one that starts it (up to 3.11): the oldest is the right one.
    cdef PyThreadState *state = PyInterpreterState_ThreadHead(PyThreadState_Get().interp)
    cdef PyThreadState *found = NULL
    while state != NULL:
        if state.thread_id == ident:
            found = state
        state = PyThreadState_Next(state)
    return found


def raise_at(unsigned long ident, frame, int offset, kind):
    """Have a thread raise an exception, but only if it stands at an instruction; nothing runs between look and deed.

    Up to 3.12, one that stands at a call or a jump backward raises it right there: it gave the lock away there.

    Args:
        ident: another thread.
        frame, offset: the frame it has to be in, and ``f_lasti``.
        kind: the exception's class.

    Returns:
        Whether that was done.
    """
    cdef PyThreadState *state = thread_state(ident)
    if not PyFrame_Check(frame):
        raise TypeError("a frame is needed, not %s" % type(frame).__name__)
    if state == NULL or not core_stands_at(state, <PyFrameObject *>frame, offset):
        return False
    return PyThreadState_SetAsyncExc(ident, <PyObject *>kind) == 1


def trace_thread(unsigned long ident, what):
    """Trace a thread, from any thread; the frames it runs send events from their next line on.

    Args:
        ident: as threading.get_ident() tells it.
        what: a Tracer, a trace function to make one for, or None to stop. Another tool's tracing goes on beside ours.

    Returns: whether there is such a thread.
    """
    cdef PyThreadState *state = thread_state(ident)
    if state == NULL:
        return False
    install_in({<uintptr_t>state: as_tracer(what)})
    return True


def stop_tracing(unsigned long ident, function):
    """Take a trace function off a thread that sys.settrace has put there, if it is this one; from 3.13 on only off one's own.

    Returns: whether that was done.
    """
    cdef PyThreadState *state = thread_state(ident)
    if state == NULL or not (CORE_SETS_OTHER_THREADS or state == PyThreadState_Get()) or standing(state).object != function:
        return False
    (<Standing>Standing.__new__(Standing)).apply(state)
    return True


def trace_threads(what, skip=()):
    """Trace all threads of this interpreter, those that have not yet told their ident included.

    Args:
        what: as for trace_thread.
        skip: idents of threads to leave alone.

    Returns: how many threads it was done for.
    """
    cdef PyThreadState *state = PyInterpreterState_ThreadHead(PyThreadState_Get().interp)
    tracer, wishes = as_tracer(what), {}
    while state != NULL:
        if state.thread_id not in skip:
            wishes[<uintptr_t>state] = tracer
        state = PyThreadState_Next(state)
    install_in(wishes)
    return len(wishes)


def thread_trace(unsigned long ident):
    """What traces a thread: the Tracer given to trace_thread, another tool's object, or None."""
    cdef PyThreadState *state = thread_state(ident)
    if state == NULL:
        return None
    found = standing(state).object
    return (<Chain>found).tracer if type(found) is Chain else found


def is_shared(unsigned long ident):
    """Whether another tool traces that thread in Python, so that ``f_trace`` of its frames is not ours to set."""
    cdef PyThreadState *state = thread_state(ident)
    found = None if state == NULL else standing(state).object
    return type(found) is Chain and (<Chain>found).shared


cdef bint suspending = False
cdef bint has_kept = False  # whether keep_tracing ever named code; asking each code object takes time


cdef int stays_traced(PyCodeObject *code) noexcept:
    return read_note(code) & 1


def suspend_callees(bint on):
    """Run frames that begin from now on without tracing, until switched off; then their callers are traced as before.

    Frames with a local trace function are traced all the same, and those of code named by keep_tracing. Threads that
    another tool traces too are left alone. For 3.8 to 3.11; needless from 3.12 on.

    Returns: whether this Python needs and has it.
    """
    global suspending
    suspending = on
    core_suspend(suspending, has_kept, <Py_tracefunc>trace, stays_traced)
    return bool(CORE_SUSPENDS)


def keep_tracing(code, bint on=True):
    """Have suspend_callees leave the frames of a code object traced, or not."""
    global has_kept
    cdef uintptr_t note
    checked_code(code)
    note = read_note(<void *>code)
    core_set_note(<PyObject *>code, note_index, <void *>((note & ~<uintptr_t>1) | on))
    if on and not has_kept:
        has_kept = True
        core_suspend(suspending, has_kept, <Py_tracefunc>trace, stays_traced)


def has_foreign_eval_hook():
    """Whether another tool has put itself in front of every function call (PEP 523)."""
    return bool(core_has_foreign_eval_hook())
