/* The two uses of the eval-frame hook (PEP 523), each for a short time: a call that is stepped over runs untraced; code
 * that exec is about to run is replaced. */
#ifndef DAPPER_CORE_SUSPEND_H
#define DAPPER_CORE_SUSPEND_H

#include "_core_compat.h"

#if CORE_SUSPENDS

static Py_tracefunc core_our_trace = NULL;             /* the trace function that is suspended; no other ever is */
static int (*core_stays_traced)(PyCodeObject *) = NULL; /* code whose frames are never suspended */
static int core_kept = 0;                               /* whether there is any such code */
static int core_suspending = 0;
static PyObject *core_replaced = NULL;                  /* the code object whose next frame is not to run, ... */
static PyObject *core_replacement = NULL;               /* ... but this code in its place, ... */
static PyThreadState *core_replacing_thread = NULL;     /* ... on this thread */
static int core_patience = 0;                           /* so many other frames may begin there before that one does */
static int core_hooked = 0;
static _PyFrameEvalFunction core_next_eval = NULL;

static inline int core_frame_stays(core_frame *raw)
{
    return core_raw_local_trace(raw) != NULL || (core_kept && core_stays_traced(core_code(raw)));
}

static void core_hook(int on);

static void core_forget_replacement(void)
{
    PyObject *replaced = core_replaced, *replacement = core_replacement;
    core_replaced = core_replacement = NULL;
    core_hook(core_suspending);
    Py_XDECREF(replaced);
    Py_XDECREF(replacement);
}

/* Runs the replacement as exec would have done: the frame that was made never begins. NULL without an exception set
 * means that this frame is not the one. */
static PyObject *core_evaluate_instead(core_frame *frame)
{
    PyObject *result, *replacement;
    if ((PyObject *)core_code(frame) != core_replaced) {
        if (--core_patience == 0) {
            core_forget_replacement();
        }
        return NULL;
    }
    replacement = core_replacement;
    Py_INCREF(replacement);
    core_forget_replacement();
    result = PyEval_EvalCode(replacement, frame->f_globals, frame->f_locals);
    Py_DECREF(replacement);
    return result;
}

static PyObject *core_eval(CORE_EVAL_PARAMETERS)
{
    PyThreadState *state = CORE_EVAL_STATE;
    PyObject *result, *object;
    core_frame *caller;
    int ours, suspended, stays;
    if (core_replaced != NULL && state == core_replacing_thread && !throwing && !state->tracing) {
        result = core_evaluate_instead(frame);
        if (result != NULL || PyErr_Occurred()) {
            return result;
        }
    }
    object = state->c_traceobj;
    ours = state->c_tracefunc == core_our_trace;
    suspended = state->c_tracefunc == NULL && object != NULL; /* CPython itself sets and clears both together */
    if (!core_suspending || state->tracing || !(ours || suspended) || (stays = core_frame_stays(frame)) == ours) {
        return core_next_eval(CORE_EVAL_ARGUMENTS);
    }
    caller = core_running();
    Py_INCREF(object);
    core_switch_tracing(state, stays ? core_our_trace : NULL);
    result = core_next_eval(CORE_EVAL_ARGUMENTS);
    /* Back to what the caller had, unless somebody set another trace function or the debugger now wants the caller. */
    if (state->c_traceobj == object) {
        if (!stays && state->c_tracefunc == NULL) {
            core_switch_tracing(state, core_our_trace);
        }
        else if (stays && state->c_tracefunc == core_our_trace && core_suspending
                 && !(caller != NULL && core_frame_stays(caller))) {
            core_switch_tracing(state, NULL);
        }
    }
    Py_DECREF(object);
    return result;
}

/* Puts the hook in, or takes it off. One that somebody put over ours is left, and ours then only passes calls on. */
static void core_hook(int on)
{
    if (on && (!core_hooked || core_get_eval() == _PyEval_EvalFrameDefault)) { /* or taken off by somebody else */
        core_next_eval = core_get_eval();
        core_set_eval(core_eval);
        core_hooked = 1;
    }
    else if (!on && core_hooked && core_get_eval() == core_eval) {
        core_set_eval(core_next_eval); /* and keep it: who saved our function may still call it */
        core_hooked = 0;
    }
}

/* Switches the suspension. */
static inline void core_suspend(int on, int kept, Py_tracefunc our_trace, int (*stays_traced)(PyCodeObject *))
{
    core_our_trace = our_trace;
    core_stays_traced = stays_traced;
    core_kept = kept;
    core_suspending = on;
    core_hook(on || core_replaced != NULL);
}

/* Has the calling thread run `new` in place of the next frame of `old`; NULL for `new` takes that back. */
static inline void core_run_instead(PyObject *old, PyObject *new)
{
    Py_XINCREF(old);
    Py_XINCREF(new);
    core_forget_replacement();
    if (new == NULL) {
        Py_XDECREF(old);
        return;
    }
    core_replaced = old;
    core_replacement = new;
    core_replacing_thread = PyThreadState_Get();
    core_patience = 100;
    core_hook(1);
}

static inline int core_has_foreign_eval_hook(void)
{
    _PyFrameEvalFunction now = core_get_eval();
    return (now == core_eval ? core_next_eval : now) != _PyEval_EvalFrameDefault;
}

#else

static inline int core_has_foreign_eval_hook(void)
{
    return core_get_eval() != _PyEval_EvalFrameDefault;
}

static inline void core_suspend(int on, int kept, Py_tracefunc our_trace, int (*stays_traced)(PyCodeObject *))
{
    (void)on;
    (void)kept;
    (void)our_trace;
    (void)stays_traced;
}

static inline void core_run_instead(PyObject *old, PyObject *new)
{
    (void)old;
    (void)new;
}

#endif
#endif
