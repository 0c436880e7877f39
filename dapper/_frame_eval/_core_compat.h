/* What differs between CPython 3.8 and 3.15 for the native core: one name a fact, one version test a name.
 *
 * Needs the full API of the very minor version it is compiled for, and the GIL. Names begin with core_. A function
 * returns borrowed references unless its comment says "new".
 */
#ifndef DAPPER_CORE_COMPAT_H
#define DAPPER_CORE_COMPAT_H

#include <Python.h>
#include <frameobject.h>

#if PY_VERSION_HEX < 0x03080000
#error "dapper needs Python 3.8 or newer"
#endif
#ifdef Py_GIL_DISABLED
#error "not proven on free-threaded builds: they run dapper's engines in pure Python"
#endif

#if PY_VERSION_HEX < 0x030A0000 || PY_VERSION_HEX >= 0x030B0000
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#define CORE_DEFINED_BUILD_CORE
#endif
#if PY_VERSION_HEX < 0x03090000
#include "internal/pycore_pystate.h" /* _PyRuntime, interp->eval_frame */
#elif PY_VERSION_HEX < 0x030A0000
#undef _PyGC_FINALIZED /* defined in the public headers, too */
#include "internal/pycore_interp.h" /* interp->ceval */
#else
#include "internal/pycore_frame.h"   /* struct _frame, _PyInterpreterFrame */
#include "internal/pycore_code.h"    /* CO_FAST_CELL, CO_FAST_FREE */
#endif
#if PY_VERSION_HEX >= 0x030E0000
#include "internal/pycore_interpframe_structs.h"
#include "internal/pycore_stackref.h"
#endif
#ifdef CORE_DEFINED_BUILD_CORE
#undef Py_BUILD_CORE
#endif
#endif

/* ---- Frames. From 3.11 on the frame that runs is a C structure, and a frame object is made for it on request. ---- */

#if PY_VERSION_HEX >= 0x030B0000
typedef struct _PyInterpreterFrame core_frame;
#else
typedef PyFrameObject core_frame;
#endif

/* The frame the calling thread runs; NULL when there is none. */
static inline core_frame *core_running(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    return PyThreadState_Get()->current_frame;
#elif PY_VERSION_HEX >= 0x030B0000
    return PyThreadState_Get()->cframe->current_frame;
#else
    return PyEval_GetFrame();
#endif
}

static inline core_frame *core_raw(PyFrameObject *frame)
{
#if PY_VERSION_HEX >= 0x030B0000
    return frame->f_frame;
#else
    return frame;
#endif
}

static inline PyCodeObject *core_code(core_frame *raw)
{
#if PY_VERSION_HEX >= 0x030E0000
    return (PyCodeObject *)PyStackRef_AsPyObjectBorrow(raw->f_executable);
#elif PY_VERSION_HEX >= 0x030D0000
    return (PyCodeObject *)raw->f_executable;
#else
    return raw->f_code;
#endif
}

static inline PyObject *core_filename(PyCodeObject *code)
{
    return code->co_filename;
}

/* Whether the slots of a frame may be read: from 3.11 on those of one that was cleared dangle, so it has to be on the
 * calling thread's stack. */
static inline int core_readable(core_frame *raw)
{
#if PY_VERSION_HEX >= 0x030B0000
    core_frame *at;
    for (at = core_running(); at != NULL; at = at->previous) {
        if (at == raw) {
            return 1;
        }
    }
    return 0;
#else
    return raw != NULL;
#endif
}

/* Whether a name that is in none of a frame's slots is looked up in `globals`, and then in the builtins. */
static inline int core_looks_in(core_frame *raw, PyObject *globals)
{
    return raw->f_globals == globals && (core_code(raw)->co_flags & CO_OPTIMIZED || raw->f_locals == globals);
}

/* The traceback that an exception knows, or NULL. */
static inline PyObject *core_traceback(PyObject *exception)
{
    return ((PyBaseExceptionObject *)exception)->traceback;
}

/* Whether the exception of a traceback has come up through other frames to the one that runs. */
static inline int core_came_up(PyObject *traceback)
{
    return traceback != NULL && traceback != Py_None && ((PyTracebackObject *)traceback)->tb_next != NULL;
}

/* What slot `index` of a readable frame holds: a value, a cell, or NULL while the name is unbound. */
static inline PyObject *core_slot(core_frame *raw, int index)
{
#if PY_VERSION_HEX >= 0x030E0000
    _PyStackRef ref = raw->localsplus[index];
    return PyStackRef_IsNullOrInt(ref) ? NULL : PyStackRef_AsPyObjectBorrow(ref);
#elif PY_VERSION_HEX >= 0x030B0000
    return raw->localsplus[index];
#else
    return raw->f_localsplus[index];
#endif
}

/* The names of the slots in their order, a new tuple. Up to 3.10 an argument that is also a cell is there twice; the
 * later slot is the right one. */
static inline PyObject *core_slot_names(PyCodeObject *code)
{
#if PY_VERSION_HEX >= 0x030B0000
    Py_INCREF(code->co_localsplusnames);
    return code->co_localsplusnames;
#else
    PyObject *all = NULL, *some = PySequence_Concat(code->co_varnames, code->co_cellvars);
    if (some != NULL) {
        all = PySequence_Concat(some, code->co_freevars);
        Py_DECREF(some);
    }
    return all;
#endif
}

/* Whether the locals live in slots; else in a mapping (modules, class bodies). */
static inline int core_is_optimized(PyCodeObject *code)
{
    return (code->co_flags & CO_OPTIMIZED) != 0;
}

/* Whether slot `index` holds a cell once the function's first instructions ran. */
static inline int core_slot_is_cell(PyCodeObject *code, int index)
{
#if PY_VERSION_HEX >= 0x030B0000
    return (PyBytes_AS_STRING(code->co_localspluskinds)[index] & (CO_FAST_CELL | CO_FAST_FREE)) != 0;
#else
    return index >= code->co_nlocals;
#endif
}

static inline PyObject *core_local_trace(PyFrameObject *frame)
{
    return frame->f_trace;
}

static inline void core_set_local_trace(PyFrameObject *frame, PyObject *function)
{
    Py_XINCREF(function);
    Py_XSETREF(frame->f_trace, function);
}

/* ---- Trace functions of threads ---- */

/* Whether the trace function of a thread can be set from another one; if not, only that of all threads at once. */
#if PY_VERSION_HEX >= 0x030D0000
#define CORE_SETS_OTHER_THREADS 0
#else
#define CORE_SETS_OTHER_THREADS 1
#endif

/* Gives `state` a C trace function; NULL takes it away. Returns -1 with an exception set if an audit hook objects. */
static inline int core_set_trace(PyThreadState *state, Py_tracefunc function, PyObject *object)
{
#if PY_VERSION_HEX >= 0x030D0000
    if (state != PyThreadState_Get()) {
        PyErr_SetString(PyExc_RuntimeError, "a trace function is set by its own thread here");
        return -1;
    }
    PyEval_SetTrace(function, object);
    return 0;
#elif PY_VERSION_HEX >= 0x03090000
    return _PyEval_SetTrace(state, function, object);
#else
    PyObject *old = state->c_traceobj;
    if (PySys_Audit("sys.settrace", NULL) < 0) {
        return -1;
    }
    _PyRuntime.ceval.tracing_possible += (function != NULL) - (state->c_tracefunc != NULL);
    Py_XINCREF(object);
    state->c_tracefunc = NULL;
    state->c_traceobj = NULL;
    state->use_tracing = state->c_profilefunc != NULL; /* freeing `old` may run code, which is to be profiled */
    Py_XDECREF(old);
    state->c_tracefunc = function;
    state->c_traceobj = object;
    state->use_tracing = function != NULL || state->c_profilefunc != NULL;
    return 0;
#endif
}

static inline void core_set_trace_everywhere(Py_tracefunc function, PyObject *object)
{
#if PY_VERSION_HEX >= 0x030C0000
    PyEval_SetTraceAllThreads(function, object);
#else
    (void)function;
    (void)object;
    Py_FatalError("threads are set one by one here");
#endif
}

/* ---- Notes on code objects: one word that lives as long as the code object ---- */

#if PY_VERSION_HEX >= 0x030C0000
#define core_request_note_index() PyUnstable_Eval_RequestCodeExtraIndex(NULL)
#define core_get_note PyUnstable_Code_GetExtra
#define core_set_note PyUnstable_Code_SetExtra
#else
#define core_request_note_index() _PyEval_RequestCodeExtraIndex(NULL)
#define core_get_note _PyCode_GetExtra
#define core_set_note _PyCode_SetExtra
#endif

/* ---- Function versions: from 3.13 on a function that got other code is never specialised for again ---- */

#if PY_VERSION_HEX >= 0x030D0000
#define CORE_LOSES_VERSION 1
#else
#define CORE_LOSES_VERSION 0
#endif

/* Whether the function still is as its `def` made it: its version is its code's. */
static inline int core_has_first_version(PyObject *function)
{
#if CORE_LOSES_VERSION
    PyFunctionObject *made = (PyFunctionObject *)function;
    return made->func_version != 0 && made->func_version == ((PyCodeObject *)made->func_code)->co_version;
#else
    (void)function;
    return 0;
#endif
}

/* Gives the function its code's version, as `def` does. Returns whether there was one to give. */
static inline int core_give_version(PyObject *function)
{
#if CORE_LOSES_VERSION
    PyFunctionObject *made = (PyFunctionObject *)function;
    uint32_t version = ((PyCodeObject *)made->func_code)->co_version;
    if (version == 0) {
        return 0; /* the interpreter has used all numbers up */
    }
    made->func_version = version;
    return 1;
#else
    (void)function;
    return 0;
#endif
}

/* ---- Calls ---- */

/* Whether a value's class may be one made by a class statement, so that its operators may be Python code. */
static inline int core_is_made_in_python(PyObject *value)
{
    return PyType_HasFeature(Py_TYPE(value), Py_TPFLAGS_HEAPTYPE);
}

#if PY_VERSION_HEX >= 0x03090000
#define core_vectorcall PyObject_Vectorcall
#define CORE_HAVE_VECTORCALL Py_TPFLAGS_HAVE_VECTORCALL
#else
#define core_vectorcall _PyObject_Vectorcall
#define CORE_HAVE_VECTORCALL _Py_TPFLAGS_HAVE_VECTORCALL
#endif

/* Makes the instances of a type callable by the vectorcallfunc they have at `offset`. Before the first call only. */
static inline void core_make_callable(PyTypeObject *type, Py_ssize_t offset)
{
    type->tp_vectorcall_offset = offset;
    type->tp_call = PyVectorcall_Call;
    type->tp_flags |= CORE_HAVE_VECTORCALL;
    PyType_Modified(type);
}

/* ---- The eval-frame hook (PEP 523) ---- */

static inline _PyFrameEvalFunction core_get_eval(void)
{
#if PY_VERSION_HEX >= 0x03090000
    return _PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Get());
#else
    return PyThreadState_Get()->interp->eval_frame;
#endif
}

static inline void core_set_eval(_PyFrameEvalFunction function)
{
#if PY_VERSION_HEX >= 0x03090000
    _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(), function);
#else
    PyThreadState_Get()->interp->eval_frame = function;
#endif
}

/* Whether callees are run untraced while a thread steps (_core_suspend.h). From 3.12 on sys.monitoring does better. */

#if PY_VERSION_HEX < 0x030C0000
#define CORE_SUSPENDS 1

#if PY_VERSION_HEX < 0x03090000
#define CORE_EVAL_PARAMETERS PyFrameObject *frame, int throwing
#define CORE_EVAL_ARGUMENTS frame, throwing
#define CORE_EVAL_STATE PyThreadState_Get()
#elif PY_VERSION_HEX < 0x030B0000
#define CORE_EVAL_PARAMETERS PyThreadState *its_state, PyFrameObject *frame, int throwing
#define CORE_EVAL_ARGUMENTS its_state, frame, throwing
#define CORE_EVAL_STATE its_state
#else
#define CORE_EVAL_PARAMETERS PyThreadState *its_state, struct _PyInterpreterFrame *frame, int throwing
#define CORE_EVAL_ARGUMENTS its_state, frame, throwing
#define CORE_EVAL_STATE its_state
#endif

/* Has the interpreter look at the thread's trace and profile function again. */
static inline void core_refresh_tracing(PyThreadState *state)
{
    int on = state->c_tracefunc != NULL || state->c_profilefunc != NULL;
#if PY_VERSION_HEX >= 0x030B0000
    state->cframe->use_tracing = on ? 255 : 0;
#elif PY_VERSION_HEX >= 0x030A0000
    state->cframe->use_tracing = on;
#else
    state->use_tracing = on;
#endif
}

/* Gives a thread a trace function, or none, while its object stays. */
static inline void core_switch_tracing(PyThreadState *state, Py_tracefunc function)
{
    int more = (function != NULL) - (state->c_tracefunc != NULL);
#if PY_VERSION_HEX < 0x03090000
    _PyRuntime.ceval.tracing_possible += more; /* how many threads are traced: if any is, all code runs slower */
#elif PY_VERSION_HEX < 0x030A0000
    state->interp->ceval.tracing_possible += more;
#else
    (void)more;
#endif
    state->c_tracefunc = function;
    core_refresh_tracing(state);
}

static inline PyObject *core_raw_local_trace(core_frame *raw)
{
#if PY_VERSION_HEX >= 0x030B0000
    return raw->frame_obj != NULL ? raw->frame_obj->f_trace : NULL;
#else
    return raw->f_trace;
#endif
}

#else
#define CORE_SUSPENDS 0
#endif

/* ---- What is between the two is told to no trace or profile function and to no tool of sys.monitoring ---- */

static inline void core_hide(PyThreadState *state)
{
#if PY_VERSION_HEX >= 0x030B0000
    PyThreadState_EnterTracing(state);
#elif PY_VERSION_HEX >= 0x030A0000
    state->tracing++;
    state->cframe->use_tracing = 0;
#else
    state->tracing++;
    state->use_tracing = 0;
#endif
}

static inline void core_show(PyThreadState *state)
{
#if PY_VERSION_HEX >= 0x030B0000
    PyThreadState_LeaveTracing(state);
#else
    state->tracing--;
    core_refresh_tracing(state);
#endif
}
#endif
