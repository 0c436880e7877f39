# Part of _frame_evaluator.pyx: which lines of which code objects have something to do.

cdef object DISABLE = sys.monitoring.DISABLE if hasattr(sys, "monitoring") else None


@cython.final
cdef class Gate:
    """An action for a line that is taken only when a test and a counter let it pass; both are asked in C.

    Args:
        action: called as ``action(frame, line)``.
        test: a Condition, a Compare or None.
        counter: a Counter or None; it counts what the test let pass.
        failed: called as ``failed(frame, error)`` when the test or the counter raises an Exception, or a GeneratorExit
            (see calling_off), which counts as false. RecursionError and MemoryError count as false and nothing more:
            there is no room for a report.
    """

    cdef readonly object action, failed
    cdef readonly Test test
    cdef readonly Counter counter

    def __init__(self, action, Test test=None, Counter counter=None, failed=None):
        self.action = action
        self.test = test
        self.counter = counter
        self.failed = failed

    def passes(self, frame):
        """Whether the action is due in `frame`; counts."""
        if not PyFrame_Check(frame):
            raise TypeError("a frame is needed, not %s" % type(frame).__name__)
        cdef core_frame *raw = core_raw(<PyFrameObject *>frame)
        return self.opens(raw if core_readable(raw) else NULL, <PyFrameObject *>frame)

    cdef bint opens(self, core_frame *raw, PyFrameObject *frame) except -1:
        """As passes(). `raw` is NULL if it is not readable; `frame` is NULL for the running one, whatever `raw` is."""
        cdef int verdict = 1
        if self.test is not None:
            verdict = -2
            if frame == NULL:
                raw = core_running()
            if raw != NULL and <PyObject *>core_code(raw) == <PyObject *>self.test.code:
                verdict = self.test.holds(raw)
            if verdict < 0:
                verdict = self.settle(verdict, frame)
            elif at_end is not None:
                leave()
        if verdict and self.counter is not None:
            if self.counter.sign == -1:
                return self.count_slowly(frame)
            return self.counter.hit()
        return verdict

    cdef bint settle(self, int verdict, PyFrameObject *frame) except -1:
        """Ask the slow way, or report what went wrong."""
        cdef bint result = False
        cdef object failure = None
        if frame == NULL:
            frame = PyEval_GetFrame()
        try:
            if verdict == -1:
                pass_on_error()
            result = self.test.ask(<object>frame)
        except BaseException as error:  # boundary: the user's condition
            failure = error
        self.come_back(frame, failure)
        return result

    cdef bint count_slowly(self, PyFrameObject *frame) except -1:
        cdef bint result = False
        cdef object failure = None
        try:
            result = self.counter.hit()
        except BaseException as error:  # boundary: the user's hit condition
            failure = error
        self.come_back(PyEval_GetFrame() if frame == NULL else frame, failure)
        return result

    cdef int come_back(self, PyFrameObject *frame, object failure) except -1:
        """The user's code is over; `failure` is what it raised, or None."""
        if at_end is not None:
            leave()
        if failure is not None:
            if not isinstance(failure, (Exception, GeneratorExit)):
                raise failure
            self.report(frame, failure)
        return 0

    cdef int report(self, PyFrameObject *frame, object error) except -1:
        if self.failed is None or isinstance(error, (RecursionError, MemoryError)):
            return 0
        try:
            self.failed(<object>frame, error)
        except Exception as another:  # boundary: an error of the debugger's must not reach the program
            report(None, another)
        return 0


@cython.final
cdef class Lines:
    """The actions in one code object, by line or by offset."""

    cdef object code, entry, other
    cdef tuple actions
    cdef int *numbers
    cdef int count
    cdef Py_ssize_t joined  # see core_join_at_line

    def __cinit__(self, code, dict actions, entry=None, other=None):
        self.code = code
        self.entry = entry
        self.other = other
        self.count = len(actions)
        self.numbers = <int *>malloc((self.count + 1) * sizeof(int))
        if self.numbers == NULL:
            raise MemoryError()
        numbers = sorted(actions)
        for at in range(self.count):
            self.numbers[at] = numbers[at]
        self.actions = tuple([actions[number] for number in numbers])

    def __dealloc__(self):
        free(self.numbers)

    cdef inline PyObject *find(self, int number) noexcept:
        """The action for a line or an offset, or NULL."""
        cdef int low = 0, high = self.count, middle
        while low < high:
            middle = (low + high) >> 1
            if self.numbers[middle] < number:
                low = middle + 1
            else:
                high = middle
        if low < self.count and self.numbers[low] == number:
            return PyTuple_GET_ITEM(self.actions, low)
        return <PyObject *>self.other if self.other is not None else NULL


cdef list alive(object references):
    return [code for code in [reference() for reference in references] if code is not None]


cdef int remember(list references, object code) except -1:
    cdef Py_ssize_t count = len(references)
    if count >= 64 and count & (count - 1) == 0:  # at every doubling, so that it costs next to nothing each time
        references[:] = [reference for reference in references if reference() is not None]
    references.append(PyWeakref_NewRef(code, None))
    return 0


@cython.final
cdef class LineTable:
    """Actions by code object and line, and the sys.monitoring callbacks that look them up.

    Register the methods ``on_line``, ``on_start`` and ``on_resume`` for LINE, PY_START and PY_RESUME. Which events a
    code object sends is the engine's business, not the table's.

    Args:
        discover: called as ``discover(code)`` the first time that a code object without actions starts or resumes; it
            may call ``arm``. None: nothing is called.
        fault: takes errors of the callables.
    """

    cdef AddressMap map
    cdef dict owned
    cdef dict skipped  # co_filename → list of weak references to code
    cdef public object discover, fault

    def __init__(self, discover=None, fault=None):
        self.map = AddressMap()
        self.owned = {}
        self.skipped = {}
        self.discover = discover
        self.fault = fault

    def arm(self, code, dict actions):
        """Set what is to be done in a code object.

        Args:
            code: the code object; it is kept alive until ``disarm``.
            actions: line → ``action(frame, line)`` or Gate. The key 0 is for starting the code, None for lines that are
                not named. An action that returns sys.monitoring.DISABLE is not called again for that line until the
                engine switches the events on anew.
        """
        rest = {line: action for line, action in actions.items() if line}
        lines = Lines(checked_code(code), rest, actions.get(0), actions.get(None))
        self.map.put(<void *>code, <void *>lines)
        self.owned[<uintptr_t><void *>code] = lines

    def disarm(self, code):
        """Forget the actions of a code object, if it has any."""
        self.map.pop(<void *>code)
        self.owned.pop(<uintptr_t><void *>code, None)

    def clear(self):
        """Forget all actions."""
        owned = self.owned
        self.map.clear()
        self.owned = {}

    def armed(self):
        """The list of code objects with actions."""
        return [(<Lines>lines).code for lines in self.owned.values()]

    def is_armed(self, code):
        """Whether a code object has actions."""
        return self.map.get(<void *>code) != NULL

    def forget_seen(self):
        """Have every code object discovered again."""
        unmark_all(SEEN)

    def skip_file(self, str filename):
        """Only remember code of a file, without discovering it; ``filename`` as in ``co_filename``."""
        self.skipped.setdefault(filename, [])

    def unskip_file(self, str filename):
        """Skip a file no longer. Returns the code objects that were remembered and still exist, some of them twice."""
        return alive(self.skipped.pop(filename, ()))

    def skipped_files(self):
        """The names of the files that are skipped."""
        return list(self.skipped)

    @property
    def on_line(self):
        """Callback for LINE events; an object of its own, because calling a method takes as long as all it does."""
        return LineCallback(self)

    def on_start(self, code, offset):
        """Callback for PY_START events."""
        cdef void *lines = self.map.get(<void *>code)
        if lines == NULL:
            self.meet(code)
            lines = self.map.get(<void *>code)
        if lines == NULL or (<Lines><PyObject *>lines).entry is None:
            core_join_pairs(<PyCodeObject *>code)
            return DISABLE
        return self.act((<Lines><PyObject *>lines).entry, NULL, NULL, 0)

    def on_resume(self, code, offset):
        """Callback for PY_RESUME events: a generator that was suspended when the engine started is met here."""
        if self.map.get(<void *>code) == NULL:
            self.meet(code)
        core_join_pairs(<PyCodeObject *>code)
        return DISABLE

    cdef int meet(self, object code) except -1:
        if self.skipped:
            known = self.skipped.get(<object>core_filename(<PyCodeObject *>code))
            if known is not None:
                remember(<list>known, code)
                return 0
        if self.discover is None or is_marked(<void *>code, SEEN):
            return 0
        mark(code, SEEN)
        try:
            self.discover(code)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        return 0

    cdef object act(self, object action, core_frame *raw, PyFrameObject *frame, int line):
        """Take an action. `raw` and `frame` as for Gate.opens. DISABLE if it wants no more."""
        if type(action) is Gate and not (<Gate>action).opens(raw, frame):
            return None
        return self.take(action, frame, line)

    cdef object take(self, object action, PyFrameObject *frame, int line):
        """Take an action that is due."""
        cdef object result
        if type(action) is Gate:
            action = (<Gate>action).action
        try:
            result = action(<object>(PyEval_GetFrame() if frame == NULL else frame), line)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
            return None
        return result if result is DISABLE else None


@cython.final
cdef class LineCallback:
    """``table.on_line``: called with a code object and a line."""

    cdef vectorcallfunc vectorcall
    cdef LineTable table

    def __cinit__(self, LineTable table):
        self.vectorcall = <vectorcallfunc>call_line_callback
        self.table = table


cdef object call_line_callback(PyObject *self, PyObject *const *values, size_t count, PyObject *names):
    # The hottest place of all: nothing is counted or looked up twice, and nothing made for a gate that stays shut.
    cdef void *lines
    cdef PyObject *found
    cdef object action
    cdef int line
    if PyVectorcall_NARGS(count) != 2:
        raise TypeError("a code object and a line are needed")
    lines = (<LineCallback>self).table.map.get(values[0])
    if lines == NULL:
        return DISABLE
    line = <int>PyLong_AsLong(values[1])
    if line == -1:
        pass_on_error_if_any()
    found = (<Lines><PyObject *>lines).find(line)
    if found == NULL:
        core_join_at_line(core_running(), &(<Lines><PyObject *>lines).joined)
        return DISABLE
    action = <object>found  # whoever is asked may disarm the code
    if type(action) is Gate and not (<Gate>action).opens(NULL, NULL):
        return None
    return (<LineCallback>self).table.take(action, NULL, line)
