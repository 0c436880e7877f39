/* Suspension of tracing in callees by the eval-frame hook (PEP 523): a call that is stepped over runs untraced. */
#ifndef DAPPER_CORE_SUSPEND_H
#define DAPPER_CORE_SUSPEND_H

#include "_core_compat.h"

#if CORE_SUSPENDS

static Py_tracefunc core_our_trace = NULL;             /* the trace function that is suspended; no other ever is */
static int (*core_stays_traced)(PyCodeObject *) = NULL; /* code whose frames are never suspended */
static int core_kept = 0;                               /* whether there is any such code */
static int core_suspending = 0;
static int core_hooked = 0;
static _PyFrameEvalFunction core_next_eval = NULL;

static inline int core_frame_stays(core_frame *raw)
{
    return core_raw_local_trace(raw) != NULL || (core_kept && core_stays_traced(core_code(raw)));
}

static PyObject *core_suspending_eval(CORE_EVAL_PARAMETERS)
{
    PyThreadState *state = CORE_EVAL_STATE;
    PyObject *result, *object = state->c_traceobj;
    core_frame *caller;
    int ours = state->c_tracefunc == core_our_trace;
    int suspended = state->c_tracefunc == NULL && object != NULL; /* CPython itself sets and clears both together */
    int stays;
    if (!core_suspending || state->tracing || !(ours || suspended) || (stays = core_frame_stays(frame)) == ours) {
        return core_next_eval(CORE_EVAL_ARGUMENTS);
    }
    caller = core_running();
    Py_INCREF(object);
    state->c_tracefunc = stays ? core_our_trace : NULL;
    core_refresh_tracing(state);
    result = core_next_eval(CORE_EVAL_ARGUMENTS);
    /* Back to what the caller had, unless somebody set another trace function or the debugger now wants the caller. */
    if (state->c_traceobj == object) {
        if (!stays && state->c_tracefunc == NULL) {
            state->c_tracefunc = core_our_trace;
        }
        else if (stays && state->c_tracefunc == core_our_trace && core_suspending
                 && !(caller != NULL && core_frame_stays(caller))) {
            state->c_tracefunc = NULL;
        }
        core_refresh_tracing(state);
    }
    Py_DECREF(object);
    return result;
}

/* Switches the suspension. A hook that somebody put over ours is left, and ours then only passes calls on. */
static inline void core_suspend(int on, int kept, Py_tracefunc our_trace, int (*stays_traced)(PyCodeObject *))
{
    core_our_trace = our_trace;
    core_stays_traced = stays_traced;
    core_kept = kept;
    core_suspending = on;
    if (on && (!core_hooked || core_get_eval() == _PyEval_EvalFrameDefault)) { /* or taken off by somebody else */
        core_next_eval = core_get_eval();
        core_set_eval(core_suspending_eval);
        core_hooked = 1;
    }
    else if (!on && core_hooked && core_get_eval() == core_suspending_eval) {
        core_set_eval(core_next_eval); /* and keep it: who saved our function may still call it */
        core_hooked = 0;
    }
}

static inline int core_has_foreign_eval_hook(void)
{
    _PyFrameEvalFunction now = core_get_eval();
    return (now == core_suspending_eval ? core_next_eval : now) != _PyEval_EvalFrameDefault;
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

#endif
#endif
