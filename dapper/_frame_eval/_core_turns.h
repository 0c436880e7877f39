/* How the thread that reads the client's messages gets its turn at once, while the program computes.
 *
 * CPython gives a thread that waits for the GIL its turn when it has waited for the switch interval in one piece. A
 * program that makes a system call more often than that takes the GIL back before the other thread is awake, and starts
 * its wait anew: for seconds, at each file our thread looks at. So the main thread is asked to stand aside: by a
 * pending call, which it makes between two instructions, where it would switch threads anyway. It waits there without the GIL,
 * until it is told to go on, a signal comes or the time is over. Other threads can't be asked; the switch interval is a
 * microsecond for as long as we wait for the first turn.
 */
#ifndef DAPPER_CORE_TURNS_H
#define DAPPER_CORE_TURNS_H

#include "_core_compat.h" /* _PyRuntime of 3.8 */
#include <pythread.h>
#ifdef MS_WINDOWS
#include <windows.h>
#else
#include <errno.h>
#include <poll.h>
#include <time.h>
#endif

#if PY_VERSION_HEX >= 0x030B0000
#undef _PyGC_FINALIZED /* a macro of the public headers, a function of the internal ones */
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#include "internal/pycore_interp.h" /* interp->ceval */
#include "internal/pycore_runtime.h" /* _PyRuntime.ceval */
#undef Py_BUILD_CORE
#else
#include "internal/pycore_interp.h"
#endif
#endif

static long long core_now(void) /* microseconds */
{
#ifdef MS_WINDOWS
    return (long long)GetTickCount64() * 1000;
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
#endif
}

static PyThread_type_lock core_aside = NULL; /* held while the main thread is to stand aside */
static volatile int core_asks = 0;           /* whether it is held: written by the one thread that reads */
static volatile int core_asked = 0;          /* whether a call is pending */
static volatile long long core_until = 0;    /* when the main thread goes on in any case */
static volatile int core_main_stands = 0;    /* whether it does not compute anyway */

/* The pending call. Raises nothing. */
static int core_stand_aside(void *nothing)
{
    long long left;
    (void)nothing;
    core_asked = 0;
    left = core_until - core_now();
    if (core_asks && left > 0) {
        Py_BEGIN_ALLOW_THREADS
        if (PyThread_acquire_lock_timed(core_aside, left, 1) == PY_LOCK_ACQUIRED) {
            PyThread_release_lock(core_aside);
        }
        Py_END_ALLOW_THREADS
    }
    return 0;
}

static void core_note_standing(int stands)
{
    core_main_stands = stands;
}

static int core_may_ask(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    return !Py_IsFinalizing();
#elif PY_VERSION_HEX >= 0x03090000
    return !_Py_IsFinalizing();
#else
    return !_Py_IsFinalizing() && !_PyRuntime.ceval.pending.finishing; /* then it prints that it does not want to */
#endif
}

/* Ask the main thread to stand aside for at most so many microseconds. Needs no GIL. Returns whether it will, or stands. */
static int core_ask(long long most)
{
    if (core_main_stands) {
        return 1;
    }
    if (core_aside == NULL && (core_aside = PyThread_allocate_lock()) == NULL) {
        return 0;
    }
    if (!core_asks && PyThread_acquire_lock_timed(core_aside, 1000, 0) != PY_LOCK_ACQUIRED) {
        return 0; /* it is about to go on */
    }
    core_until = core_now() + most;
    core_asks = 1;
    if (!core_asked && core_may_ask()) {
        core_asked = 1;
        if (Py_AddPendingCall(core_stand_aside, NULL) < 0) {
            core_asked = 0; /* the queue is full: somebody else's calls */
        }
    }
    return core_asked;
}

#if PY_VERSION_HEX < 0x03090000
#define CORE_TAKES_BACK 1
typedef struct _ceval_runtime_state core_ceval;
#define core_its_ceval() (&_PyRuntime.ceval)
#elif PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030C0000
#define CORE_TAKES_BACK 1
typedef struct _ceval_state core_ceval;
#define core_its_ceval() (&PyInterpreterState_Main()->ceval)
#else
#define CORE_TAKES_BACK 0
#endif

#if CORE_TAKES_BACK
/* Whether there is anything the interpreter has to look at between two instructions. */
static int core_requests(core_ceval *ceval)
{
    return _Py_atomic_load(&ceval->gil_drop_request) || _Py_atomic_load(&_PyRuntime.ceval.signals_pending) ||
           _Py_atomic_load(&ceval->pending.calls_to_do) || ceval->pending.async_exc;
}

/* Take the pending call back. While there is one, all threads of 3.8 look for it between any two instructions, though only
 * the main one can make it, which may be blocked: they are slower by up to a half. And a thread of 3.11 that is traced
 * turns in circles at the beginning of each function that a pending call has called: it tries to make the call first, and it
 * is making one already. */
static void core_take_back(void)
{
    core_ceval *ceval = core_its_ceval();
    struct _pending_calls *pending = &ceval->pending;
    int at, others = 0;
    PyThread_acquire_lock(pending->lock, WAIT_LOCK);
    for (at = pending->first; at != pending->last; at = (at + 1) % NPENDINGCALLS) {
        others |= pending->calls[at].func != core_stand_aside;
    }
    if (!others) {
        pending->first = pending->last;
        core_asked = 0;
        _Py_atomic_store(&pending->calls_to_do, 0);
    }
    PyThread_release_lock(pending->lock);
    if (others) {
        return; /* they have to be made; ours with them */
    }
    _Py_atomic_store(&ceval->eval_breaker, core_requests(ceval));
    if (core_requests(ceval)) { /* a signal, say, between look and deed */
        _Py_atomic_store(&ceval->eval_breaker, 1);
    }
}
#endif

/* Let it go on. */
static void core_go_on(void)
{
    if (core_asks) {
        core_asks = 0;
        core_until = 0;
        PyThread_release_lock(core_aside);
    }
#if CORE_TAKES_BACK
    if (core_asked) {
        core_take_back();
    }
#endif
}

/* Let it run for so many microseconds, and then ask it for the rest of the time. The GIL is released and taken. */
static void core_give_way(long microseconds)
{
    long long until = core_until, left;
    if (!core_asks) {
        return;
    }
    Py_BEGIN_ALLOW_THREADS
    core_go_on();
#ifdef MS_WINDOWS
    Sleep((microseconds + 999) / 1000);
#else
    struct timespec pause = {0, microseconds * 1000};
    nanosleep(&pause, NULL);
#endif
    left = until - core_now();
    if (left > 0) {
        core_ask(left);
    }
    Py_END_ALLOW_THREADS
}

/* A pending call that calls a Python function. On 3.11 that is not traced: see core_take_back. */
static int core_call(void *function)
{
    PyObject *result;
#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030C0000
    PyThreadState *state = PyThreadState_Get();
    PyThreadState_EnterTracing(state);
    result = PyObject_CallObject((PyObject *)function, NULL);
    PyThreadState_LeaveTracing(state);
#else
    result = PyObject_CallObject((PyObject *)function, NULL);
#endif
    if (result == NULL) {
        PyErr_WriteUnraisable((PyObject *)function); /* it is not the program's */
    }
    Py_XDECREF(result);
    Py_DECREF((PyObject *)function);
    return 0;
}

/* Have the main thread call a function soon. Returns whether it will. */
static int core_call_soon(PyObject *function)
{
    Py_INCREF(function);
    if (!core_may_ask() || Py_AddPendingCall(core_call, function) < 0) {
        Py_DECREF(function);
        return 0;
    }
    return 1;
}

#ifdef MS_WINDOWS
#define CORE_AWAITS 0
typedef struct { int fd; short events, revents; } core_thing;
#define CORE_IN 0
static int core_await(core_thing *things, int count, int milliseconds, int most)
{
    (void)things; (void)count; (void)milliseconds; (void)most;
    return 0;
}
#else
#define CORE_AWAITS 1
#define CORE_IN POLLIN
typedef struct pollfd core_thing;

static unsigned long core_get_interval(PyInterpreterState *state)
{
#if PY_VERSION_HEX >= 0x030C0000
    return state->ceval.gil->interval;
#else
    (void)state;
    return _PyEval_GetSwitchInterval();
#endif
}

static void core_set_interval(PyInterpreterState *state, unsigned long microseconds)
{
#if PY_VERSION_HEX >= 0x030C0000
    state->ceval.gil->interval = microseconds;
#else
    (void)state;
    _PyEval_SetSwitchInterval(microseconds);
#endif
}

/* As poll(), without the GIL, which is then had at once. When there is something at the first of the things, the main
 * thread is asked to stand aside for at most so many microseconds. */
static int core_await(core_thing *things, int count, int milliseconds, int most)
{
    PyInterpreterState *state = PyThreadState_Get()->interp;
    unsigned long before = 0;
    int found;
    Py_BEGIN_ALLOW_THREADS
    do {
        found = poll(things, count, milliseconds);
    } while (found < 0 && errno == EINTR && milliseconds <= 0);
    if (found > 0 && things[0].revents && core_may_ask()) {
        core_ask(most);
        before = core_get_interval(state);
        core_set_interval(state, 1);
    }
    Py_END_ALLOW_THREADS
    if (before && core_get_interval(state) == 1) {
        core_set_interval(state, before);
    }
    return found;
}
#endif
#endif
