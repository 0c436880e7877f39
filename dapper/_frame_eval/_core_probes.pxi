# Part of _frame_evaluator.pyx: the objects that code with probes holds as constants.
#
# Functions with a probe can be pickled by value (cloudpickle and its like), so each of these leaves as something
# harmless of the standard library. What they call is ours: no profiler, coverage or trace function sees it.

cdef object Namespace = type(sys.implementation)


@cython.final
cdef class Landing:
    """What a probe calls: one method of a Trap with one number, as a constant in code. True if that says True.

    Args:
        method: called as ``method(number)`` or ``method(number, value)``.
        number: the probe's.
    """

    cdef vectorcallfunc vectorcall
    cdef object method, number

    def __cinit__(self, *args, **kwargs):
        self.vectorcall = <vectorcallfunc>call_landing

    def __init__(self, method, number):
        self.method = method
        self.number = number

    def __reduce__(self):
        return partial, (bool,)


cdef object call_landing(PyObject *self, PyObject *const *values, size_t count, PyObject *names):
    cdef Landing landing = <Landing>self
    if PyVectorcall_NARGS(count):
        return landing.method(landing.number, <object>values[0]) is True
    return landing.method(landing.number) is True


@cython.final
cdef class Stopwatch:
    """Times an expression in code with a probe: ``watch(watch(), value)`` is the value.

    Args:
        limit: seconds.
        late: called as ``late(seconds)`` when it took longer.
        fault: takes errors of that.

    Attributes:
        count: how often it was started.
    """

    cdef vectorcallfunc vectorcall
    cdef readonly long long count
    cdef double limit
    cdef object late, fault

    def __cinit__(self, *args, **kwargs):
        self.vectorcall = <vectorcallfunc>call_stopwatch

    def __init__(self, double limit, late, fault=None):
        self.limit = limit
        self.late = late
        self.fault = fault

    cdef int judge(self, double begin) except -1:
        cdef PyThreadState *state
        cdef double taken = <double>perf_counter() - begin
        if taken > self.limit:
            state = PyThreadState_Get()
            core_hide(state)
            try:
                self.late(taken)
            except Exception as error:  # boundary: an error of the debugger's must not reach the program
                report(self.fault, error)
            finally:
                core_show(state)
        return 0

    def __reduce__(self):
        return partial, (bool,)


cdef object call_stopwatch(PyObject *self, PyObject *const *values, size_t count, PyObject *names):
    if PyVectorcall_NARGS(count) == 0:
        (<Stopwatch>self).count += 1
        return perf_counter()
    if PyVectorcall_NARGS(count) != 2:
        raise TypeError("a stopwatch takes nothing, or a time and a value")
    value = <object>values[1]
    (<Stopwatch>self).judge(<object>values[0])
    return value


@cython.final
cdef class Trap:
    """What a probe calls when its condition holds or fails.

    Args:
        hit: called as ``hit(frame, k)``; returns whether a line event is due.
        failed: called as ``failed(frame, k, error)``, but not for RecursionError and MemoryError.
        fault: takes errors of the two.
    """

    cdef object hit, failed, fault

    def __init__(self, hit, failed, fault=None):
        self.hit = hit
        self.failed = failed
        self.fault = fault

    def trap(self, k):
        """The condition of probe `k` holds in the calling frame. Returns what ``hit`` does."""
        cdef PyThreadState *state = PyThreadState_Get()
        core_hide(state)
        try:
            return self.hit(<object>PyEval_GetFrame(), k)
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        finally:
            core_show(state)

    def error(self, k):
        """The exception that is being handled came out of probe `k` in the calling frame."""
        cdef PyThreadState *state = PyThreadState_Get()
        error = exc_info()[1]
        if isinstance(error, (RecursionError, MemoryError)):
            return
        core_hide(state)
        try:
            self.failed(<object>PyEval_GetFrame(), k, error)
        except Exception as another:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, another)
        finally:
            core_show(state)

    def __reduce__(self):
        return Namespace, (), {"trap": bool, "error": bool}


@cython.final
cdef class LogRing:
    """Log messages on their way from the program to whoever sends them. None is lost.

    Args:
        wake: called as ``wake()`` when the first message arrives in an empty ring.
        capacity: characters that may wait.
        full: called as ``full()`` in the program's thread when more wait; it should ``drain``.
        fault: takes errors of these.
    """

    cdef list keys, texts
    cdef Py_ssize_t capacity
    cdef readonly Py_ssize_t pending  # characters
    cdef readonly long long count  # messages so far
    cdef object wake, full, fault

    def __init__(self, wake=None, Py_ssize_t capacity=1 << 20, full=None, fault=None):
        self.keys = []
        self.texts = []
        self.capacity = capacity
        self.wake = wake
        self.full = full
        self.fault = fault

    def put(self, key, str text):
        """Add a message; `key` tells where it comes from."""
        self.add(key, text)

    cdef int add(self, object key, str text) except -1:
        cdef bint first = not self.texts
        self.keys.append(key)
        self.texts.append(text)
        self.pending += len(text)
        self.count += 1
        if first and self.wake is not None:
            self.call(self.wake)
        if self.pending > self.capacity and self.full is not None:
            self.call(self.full)
        return 0

    cdef int call(self, object function) except -1:
        cdef PyThreadState *state = PyThreadState_Get()
        core_hide(state)
        try:
            function()
        except Exception as error:  # boundary: an error of the debugger's must not reach the program
            report(self.fault, error)
        finally:
            core_show(state)
        return 0

    def drain(self):
        """Take all messages out: a list of (key, text), those that follow each other with one key joined."""
        cdef Py_ssize_t at, start = 0
        cdef list keys = self.keys
        cdef list texts = self.texts
        cdef list out = []
        self.keys, self.texts, self.pending = [], [], 0
        for at in range(1, len(keys) + 1):
            if at == len(keys) or keys[at] is not keys[start]:
                out.append((keys[start], "".join(texts[start:at])))
                start = at
        return out


@cython.final
cdef class LogPoint:
    """A log message: called with a tuple of its parts, it puts the text into a ring.

    Args:
        ring: a LogRing.
        key: what the ring shall say the message comes from.

    Parts are shown by ``str``; one that fails shows its exception, as ``<TypeName: text>``.
    """

    cdef vectorcallfunc vectorcall
    cdef LogRing ring
    cdef object key

    def __cinit__(self, *args, **kwargs):
        self.vectorcall = <vectorcallfunc>call_log_point

    def __init__(self, LogRing ring, key):
        self.ring = ring
        self.key = key

    def __reduce__(self):
        return partial, (bool,)


cdef object shown(object value):
    try:
        return str(value)
    except (Exception, GeneratorExit) as error:  # boundary: user __str__; its failure is what there is to show
        return "<%s: %s>" % (type(error).__name__, error)


cdef object call_log_point(PyObject *self, PyObject *const *values, size_t count, PyObject *names):
    if PyVectorcall_NARGS(count) != 1:
        raise TypeError("a log point takes a tuple")
    texts = [part if type(part) is str else shown(part) for part in <tuple?><object>values[0]]
    (<LogPoint>self).ring.add((<LogPoint>self).key, "".join(texts))
    return None
