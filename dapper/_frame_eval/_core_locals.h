/* The dict of a function's locals that its frame keeps once somebody has read them (before 3.13). */
#ifndef DAPPER_CORE_LOCALS_H
#define DAPPER_CORE_LOCALS_H

#include "_core_compat.h"

#define CORE_KEEPS_LOCALS (PY_VERSION_HEX < 0x030D0000)

/* That dict, borrowed, or NULL. */
static inline PyObject *core_kept_locals(PyFrameObject *frame)
{
#if CORE_KEEPS_LOCALS
    return core_raw(frame)->f_locals;
#else
    (void)frame;
    return NULL;
#endif
}

/* Takes the dict off a frame, if it is the frame's alone and holds nothing but the locals. What CPython calls a trace
 * function with is copied back when that returns, and what the dict lacks then is unbound: so it is not emptied, and
 * without one nothing is copied. Returns whether there is none any more. */
static inline int core_drop_locals(PyFrameObject *frame)
{
#if !CORE_KEEPS_LOCALS
    (void)frame;
    return 1;
#else
    core_frame *raw = core_raw(frame);
    PyObject *locals = raw->f_locals, *names, *name, *value;
    Py_ssize_t at = 0;
    int ours = 1;
    if (!core_is_optimized(core_code(raw)) || locals == NULL) {
        return locals == NULL;
    }
    if (!PyDict_CheckExact(locals) || Py_REFCNT(locals) != 1) {
        return 0; /* the program has it from locals() */
    }
    names = core_slot_names(core_code(raw));
    if (names == NULL) {
        return -1;
    }
    while (ours > 0 && PyDict_Next(locals, &at, &name, &value)) {
        ours = PySequence_Contains(names, name);
    }
    Py_DECREF(names);
    if (ours <= 0) {
        return ours;
    }
    raw->f_locals = NULL;
#if PY_VERSION_HEX >= 0x030B0000
    frame->f_fast_as_locals = 0;
#endif
    Py_DECREF(locals);
    return 1;
#endif
}

#endif
