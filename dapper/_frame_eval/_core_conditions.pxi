# Part of _frame_evaluator.pyx: what is tested at a line before anything of the debugger in Python is called.

cdef enum:
    MOST_NAMES = 24  # arguments of a condition's function
    IDENTITY = 6  # the first of a Compare's signs that is none of Python's numbers

cdef PyObject *raised = NULL  # borrowed: the exception about which a Condition is being asked

cdef object at_end = None  # what is called when a Gate has asked the user's code


def on_end(function):
    """Have ``function()`` called on a thread whenever a Gate has asked the user's code there; None: no more."""
    global at_end
    at_end = function


cdef int leave() except -1:
    """The user's code has been asked, and may have been called off."""
    function = at_end
    try:
        function()
    except GeneratorExit:  # before the function had begun
        function()
    return 0


cdef object local_of(core_frame *raw, PyObject *code, object name, object frame):
    """The value of a name in a frame, as the code there sees it.

    Raises:
        NameError: it is unbound.
    """
    cdef PyObject *value
    if not core_is_optimized(<PyCodeObject *>code):  # a module or a class body: the names are looked up one by one
        for names in (frame.f_locals, frame.f_globals, frame.f_builtins):
            try:
                return names[name]
            except KeyError:
                continue
    elif core_readable(raw):
        value = bound_slot(raw, find_slot(<PyCodeObject *>code, name))
        if value != NULL:
            return <object>value
    elif name in frame.f_locals:
        return frame.f_locals[name]
    raise NameError("name '%s' is not defined" % name)


cdef int slot_of(PyCodeObject *code, object name) except -2:
    """The number of the slot of a local, or -1."""
    cdef object names = core_slot_names(code)
    cdef Py_ssize_t at = len(names)
    while at:
        at -= 1
        if names[at] == name:
            return <int>at
    return -1


cdef struct Slot:
    int number  # -1: there is none
    bint holds_cell


cdef Slot find_slot(PyCodeObject *code, object name) except *:
    cdef Slot slot
    slot.number = slot_of(code, name)
    slot.holds_cell = slot.number >= 0 and core_slot_is_cell(code, slot.number)
    return slot


cdef inline PyObject *bound_slot(core_frame *raw, Slot slot) noexcept:
    """The value in a slot of a readable frame, taken out of its cell; NULL if unbound."""
    cdef PyObject *value
    if slot.number < 0:
        return NULL
    value = core_slot(raw, slot.number)
    if slot.holds_cell and value != NULL and PyCell_Check(value):
        value = PyCell_GET(value)
    return value


def call_with_locals(frame, function, names):
    """Call `function` with the values that the `names` have in a frame, without making a dict of its locals.

    Args:
        frame: a frame object.
        function: takes one positional argument for each name.
        names: a sequence of str.

    Raises:
        NameError: a name is unbound. Otherwise what the function raises.
    """
    if not PyFrame_Check(frame):
        raise TypeError("a frame is needed, not %s" % type(frame).__name__)
    code = frame.f_code
    return function(*[local_of(core_raw(<PyFrameObject *>frame), <PyObject *>code, name, frame) for name in names])


cdef class Test:
    """Something that is true or not in a frame. Base of Condition and Compare; not for use by itself."""

    cdef object code

    cdef int holds(self, core_frame *raw) noexcept:
        """1, 0, or -1 with an exception set, in a readable frame of `self.code`; -2 if it can't be told here."""
        return -2

    cdef object ask(self, object frame):
        """The slow way, for every frame."""
        raise TypeError("Test is a base only")

    def __call__(self, frame):
        """The value in `frame`; raises what evaluating raises."""
        return self.ask(frame)


@cython.final
cdef class Condition(Test):
    """A condition as a function of the locals it uses.

    Args:
        function: takes the values of `names` and returns something to be tested for truth.
        code: the code object whose frames it is for. In frames of another one it is right, but slower.
        names: the locals it takes, a sequence of str.
        slow: called as ``slow(frame)`` instead when a name is unbound, for one that the condition may not get to, or
            when other names mean something else in the frame; if it is None, the condition then raises NameError.
        globals: where `function` finds other names, with the builtins behind it; None if there are none. In a frame that
            looks elsewhere `slow` is called.
        of_raise: whether it is for RaiseGates: the exception is the last argument, and that of ``slow(frame, exception)``.

    Raises:
        ValueError: too many names.
    """

    cdef object function, slow, globals
    cdef bint of_raise
    cdef tuple names
    cdef int count
    cdef Slot slots[MOST_NAMES]

    def __init__(self, function, code, names, slow=None, globals=None, bint of_raise=False):
        self.function = function
        self.of_raise = of_raise
        self.globals = globals
        self.code = checked_code(code)
        self.names = tuple(names)
        self.slow = slow
        self.count = 0
        if len(self.names) > MOST_NAMES:
            raise ValueError("a condition takes at most %d locals" % MOST_NAMES)
        if not core_is_optimized(<PyCodeObject *>code) and self.names:
            self.code = None  # no frame has this code: every one is asked the slow way
            return
        for name in self.names:
            self.slots[self.count] = find_slot(<PyCodeObject *>code, name)
            self.count += 1

    cdef int holds(self, core_frame *raw) noexcept:
        cdef PyObject *stack[MOST_NAMES + 2]
        cdef PyObject *result
        cdef size_t count
        cdef int at, truth
        cdef int last = self.count
        if self.globals is not None and not core_looks_in(raw, <PyObject *>self.globals):
            return -2
        for at in range(self.count):
            stack[at + 1] = bound_slot(raw, self.slots[at])
            if stack[at + 1] == NULL:
                return -2
        if self.of_raise:
            last += 1
            stack[last] = raised
        for at in range(1, last + 1):
            Py_XINCREF(stack[at])  # the function may rebind the variable
        count = <size_t>last | PY_VECTORCALL_ARGUMENTS_OFFSET
        result = core_vectorcall(<PyObject *>self.function, &stack[1], count, NULL)
        for at in range(1, last + 1):
            Py_XDECREF(stack[at])
        if result == NULL:
            return -1
        truth = PyObject_IsTrue(result)
        Py_XDECREF(result)
        return truth

    cdef object ask(self, object frame):
        if self.of_raise:
            return self.slow(frame, <object>raised)
        if self.globals is not None:
            return self.slow(frame)
        try:
            values = [
                local_of(core_raw(<PyFrameObject *>frame), <PyObject *>frame.f_code, name, frame) for name in self.names
            ]
        except NameError:
            if self.slow is None:
                raise
            return self.slow(frame)
        return self.function(*values)


@cython.final
cdef class Compare(Test):
    """The comparison of a local with a constant, which calls no Python function.

    Args:
        code, name: the code object and its local; None is the exception, for RaiseGates.
        sign: one of ``== != < <= > >= is``, or ``is not``.
        constant: what it is compared with.
        function: takes a value that may compare itself by Python code, and compares it; None: that is done here.

    Raises:
        ValueError: there is no such sign, or the code no such local.
    """

    cdef object name, constant, function
    cdef Slot slot
    cdef int sign

    def __init__(self, code, name, sign, constant, function=None):
        self.code = checked_code(code)
        self.function = function
        self.name = name
        self.sign = ("<", "<=", "==", "!=", ">", ">=", "is", "is not").index(sign)  # Py_LT is 0, and so on
        self.constant = constant
        if name is None:
            return
        self.slot = find_slot(<PyCodeObject *>code, name)
        if self.slot.number < 0 or not core_is_optimized(<PyCodeObject *>code):
            raise ValueError("%r is no local of %s" % (name, code.co_name))

    cdef int holds(self, core_frame *raw) noexcept:
        cdef PyObject *result
        cdef PyObject *stack[2]
        cdef int truth
        cdef PyObject *value = raised if self.name is None else bound_slot(raw, self.slot)
        if value == NULL:
            return -2
        if self.sign >= IDENTITY:
            return (value == <PyObject *>self.constant) == (self.sign == IDENTITY)
        Py_XINCREF(value)
        if self.function is not None and core_is_made_in_python(value):
            stack[1] = value
            result = core_vectorcall(<PyObject *>self.function, &stack[1], 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL)
        else:
            result = PyObject_RichCompare(value, <PyObject *>self.constant, self.sign)
        Py_XDECREF(value)
        if result == NULL:
            return -1
        truth = PyObject_IsTrue(result)
        Py_XDECREF(result)
        return truth

    cdef object ask(self, object frame):
        cdef object value
        if self.name is None:
            value = <object>raised
        else:
            value = local_of(core_raw(<PyFrameObject *>frame), <PyObject *>frame.f_code, self.name, frame)
        if self.sign >= IDENTITY:
            return (value is self.constant) == (self.sign == IDENTITY)
        if self.function is not None:
            return self.function(value)
        return rich_compare(value, self.constant, self.sign)


@cython.final
cdef class Counter:
    """Counts its calls and tells which of them are wanted. Call it without arguments.

    Args:
        test: ``(sign, number)``, sign one of ``== != < <= > >= %`` (the last is true for every number-th call), or a
            callable ``test(count) -> bool``.

    Attributes:
        count: the calls so far; may be set.
    """

    cdef vectorcallfunc vectorcall
    cdef readonly object test
    cdef long long calls, number
    cdef long long due  # of every number-th: the next count that is wanted
    cdef int sign

    def __cinit__(self, *args, **kwargs):
        self.vectorcall = <vectorcallfunc>call_counter

    def __init__(self, test):
        self.test = test
        self.sign = -1
        if type(test) is tuple:
            self.sign = ("<", "<=", "==", "!=", ">", ">=", "%").index(test[0])
            self.number = test[1]
            if self.sign == 6 and self.number < 1:
                raise ValueError("every how many? %d" % self.number)
            self.due = self.number
        elif not callable(test):
            raise TypeError("a test is a pair or a callable")

    def __reduce__(self):
        return partial, (bool,)  # a function with a probe may be pickled: elsewhere it counts nothing and is false

    @property
    def count(self):
        return self.calls

    @count.setter
    def count(self, long long calls):
        self.calls = calls
        if self.sign == 6:
            self.due = (calls // self.number + 1) * self.number

    cdef int hit(self) except -1:
        self.calls += 1
        if self.sign == 2:
            return self.calls == self.number
        if self.sign == 6:
            if self.calls != self.due:
                return 0
            self.due += self.number
            return 1
        if self.sign < 0:
            return bool(self.test(self.calls))
        if self.sign == 0:
            return self.calls < self.number
        if self.sign == 1:
            return self.calls <= self.number
        if self.sign == 3:
            return self.calls != self.number
        if self.sign == 4:
            return self.calls > self.number
        return self.calls >= self.number


cdef object call_counter(PyObject *self, PyObject *const *arguments, size_t count, PyObject *names):
    return True if (<Counter>self).hit() else False
