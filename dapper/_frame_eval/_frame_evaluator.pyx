# cython: language_level=3, binding=False, embedsignature=False, always_allow_keywords=False, auto_pickle=False
"""The native core: what Python cannot do, or not fast enough, for the engines.

Everything is optional: `dapper._frame_eval.core` is the only importer and has the twins in pure Python. Each part is a
file of its own, joined here into one extension module.

Errors: an exception of the debugger's own callables never reaches the program. It goes to the `fault` callable that was
given with them, as ``fault(error)``. What is no ``Exception`` (``SystemExit``, ``KeyboardInterrupt``) passes through:
that is how a debugger ends a program.
"""
from cpython.exc cimport PyErr_SetObject, PyErr_WriteUnraisable
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF, Py_XINCREF
from cpython.weakref cimport PyWeakref_NewRef
from libc.stdint cimport uintptr_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset
cimport cython

import sys
from _functools import partial
from time import perf_counter

cdef object settrace = sys.settrace
cdef object exc_info = sys.exc_info

#: Counts changes of what this module offers; core.py refuses a build of another count.
API = 19


cdef extern from "_core_compat.h":
    ctypedef struct PyThreadState:
        int (*c_tracefunc)(PyObject *, PyFrameObject *, int, PyObject *)
        PyObject *c_traceobj
        unsigned long thread_id
        PyInterpreterState *interp
    ctypedef struct PyInterpreterState
    ctypedef struct PyFrameObject
    ctypedef struct PyCodeObject
    ctypedef struct core_frame
    ctypedef int (*Py_tracefunc)(PyObject *, PyFrameObject *, int, PyObject *)
    ctypedef PyObject *(*vectorcallfunc)(PyObject *, PyObject *const *, size_t, PyObject *)
    ctypedef int (*Py_AuditHookFunction)(const char *, PyObject *, void *)

    int PyTrace_CALL, PyTrace_EXCEPTION, PyTrace_LINE, PyTrace_RETURN, CORE_SETS_OTHER_THREADS, CORE_SUSPENDS, CORE_LOSES_VERSION
    size_t PY_VECTORCALL_ARGUMENTS_OFFSET

    PyThreadState *PyThreadState_Get() noexcept
    int PyThreadState_SetAsyncExc(unsigned long, PyObject *) noexcept
    PyThreadState *PyInterpreterState_ThreadHead(PyInterpreterState *) noexcept
    PyThreadState *PyThreadState_Next(PyThreadState *) noexcept
    PyObject *Py_None
    PyObject *Py_TYPE(object) noexcept
    unsigned long PyThread_get_thread_ident() noexcept
    PyFrameObject *PyEval_GetFrame() noexcept
    PyObject *PyObject_RichCompare(PyObject *, PyObject *, int) noexcept
    object rich_compare "PyObject_RichCompare"(object, object, int)
    PyObject *PyCell_GET(PyObject *) noexcept
    int PyCell_Check(PyObject *) noexcept
    long PyLong_AsLong(PyObject *) noexcept
    PyObject *PyErr_Occurred() noexcept
    int PyObject_IsTrue(PyObject *) noexcept
    int PyCode_Check(object) noexcept
    int PyFunction_Check(object) noexcept
    PyObject *PyFunction_GetCode(object) noexcept
    int PyGen_CheckExact(object) noexcept
    int PyCoro_CheckExact(object) noexcept
    int PyAsyncGen_CheckExact(object) noexcept
    int PyFrame_Check(object) noexcept
    Py_ssize_t PyVectorcall_NARGS(size_t) noexcept
    PyObject *PyTuple_GET_ITEM(object, Py_ssize_t) noexcept
    void PyTuple_SET_ITEM(object, Py_ssize_t, PyObject *) noexcept
    int PySys_AddAuditHook(Py_AuditHookFunction, void *) except -1
    int PySys_Audit(const char *, const char *) except -1

    core_frame *core_running() noexcept
    core_frame *core_raw(PyFrameObject *) noexcept
    PyCodeObject *core_code(core_frame *) noexcept
    PyObject *core_filename(PyCodeObject *) noexcept
    bint core_readable(core_frame *) noexcept
    PyObject *core_slot(core_frame *, int) noexcept
    object core_slot_names(PyCodeObject *)
    bint core_is_optimized(PyCodeObject *) noexcept
    bint core_is_made_in_python(PyObject *) noexcept
    bint core_looks_in(core_frame *, PyObject *) noexcept
    PyObject *core_traceback(PyObject *) noexcept
    bint core_came_up(PyObject *) noexcept
    bint core_slot_is_cell(PyCodeObject *, int) noexcept
    PyObject *core_local_trace(PyFrameObject *) noexcept
    void core_set_local_trace(PyFrameObject *, PyObject *) noexcept
    int core_set_trace(PyThreadState *, Py_tracefunc, PyObject *) except -1
    void core_set_trace_everywhere(Py_tracefunc, PyObject *) noexcept
    void core_hide(PyThreadState *) noexcept
    void core_show(PyThreadState *) noexcept
    Py_ssize_t core_request_note_index() noexcept
    int core_get_note(PyObject *, Py_ssize_t, void **) except -1
    int core_set_note(PyObject *, Py_ssize_t, void *) except -1
    bint core_has_first_version(object) noexcept
    bint core_give_version(object) noexcept
    PyObject *core_vectorcall(PyObject *, PyObject *const *, size_t, PyObject *) noexcept
    void core_make_callable(PyTypeObject *, Py_ssize_t) noexcept

cdef extern from "_core_lookout.h":
    int core_offset(PyFrameObject *) noexcept
    bint core_is_suspended(PyFrameObject *) noexcept
    bint core_stands_at(PyThreadState *, PyFrameObject *, int) noexcept

cdef extern from "_core_supers.h":
    int CORE_TAKES_PAIRS_APART
    void core_join_pairs(PyCodeObject *) noexcept
    void core_join_at_line(core_frame *, Py_ssize_t *) noexcept

cdef extern from "_core_turns.h":
    ctypedef struct core_thing:
        int fd
        short events, revents
    int CORE_AWAITS, CORE_IN
    int core_ask(long long) noexcept
    void core_go_on() noexcept
    void core_note_standing(int) noexcept
    void core_give_way(long) noexcept
    int core_call_soon(object) noexcept
    int core_await(core_thing *, int, int, int) noexcept

cdef extern from "_core_suspend.h":
    bint core_has_foreign_eval_hook() noexcept
    void core_suspend(int, int, Py_tracefunc, int (*)(PyCodeObject *) noexcept) noexcept
    void core_run_instead(PyObject *, PyObject *) noexcept

cdef extern from *:
    ctypedef struct PyTypeObject


cdef int report(object fault, object error) except -1:
    """Hand an error of the debugger's to `fault`; what fails in there goes to sys.unraisablehook."""
    try:
        if fault is not None:
            fault(error)
            return 0
    except Exception as another:  # boundary: the last place an error of ours can go to
        error = another
    PyErr_SetObject(type(error), error)
    PyErr_WriteUnraisable(fault)
    return 0


cdef inline PyObject *new_none() noexcept:
    Py_XINCREF(Py_None)
    return Py_None


cdef int pass_on_error() except -1:
    """Raise the exception that a C function left behind."""
    return -1


cdef int pass_on_error_if_any() except -1:
    """Raise the exception that a C function may have left behind."""
    return -1 if PyErr_Occurred() != NULL else 0


include "_core_maps.pxi"
include "_core_conditions.pxi"
include "_core_supers.pxi"
include "_core_lines.pxi"
include "_core_gates.pxi"
include "_core_locals.pxi"
include "_core_lookout.pxi"
include "_core_tracing.pxi"
include "_core_patches.pxi"
include "_core_profilers.pxi"
include "_core_probes.pxi"
include "_core_watch.pxi"
include "_core_turns.pxi"


cdef int make_callable() except -1:
    """Let instances be called without making a tuple of arguments."""
    cdef Counter counter = Counter(("==", 1))
    cdef Landing landing = Landing(None, 0)
    cdef LogPoint point = LogPoint(LogRing(), None)
    cdef Stopwatch watch = Stopwatch(0, None)
    cdef LineCallback line = LineCallback(LineTable())
    cdef ThreadGate gate = ThreadGate(None)
    cdef RaiseCallback raising = RaiseCallback(None)
    core_make_callable(<PyTypeObject *>Counter, <char *>&counter.vectorcall - <char *><PyObject *>counter)
    core_make_callable(<PyTypeObject *>Landing, <char *>&landing.vectorcall - <char *><PyObject *>landing)
    core_make_callable(<PyTypeObject *>Stopwatch, <char *>&watch.vectorcall - <char *><PyObject *>watch)
    core_make_callable(<PyTypeObject *>LogPoint, <char *>&point.vectorcall - <char *><PyObject *>point)
    core_make_callable(<PyTypeObject *>LineCallback, <char *>&line.vectorcall - <char *><PyObject *>line)
    core_make_callable(<PyTypeObject *>ThreadGate, <char *>&gate.vectorcall - <char *><PyObject *>gate)
    core_make_callable(<PyTypeObject *>RaiseCallback, <char *>&raising.vectorcall - <char *><PyObject *>raising)
    return 0


make_callable()
