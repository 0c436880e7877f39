/* Watching dictionaries (3.12): the interpreter calls us before it changes one that is watched. */
#ifndef DAPPER_CORE_WATCH_H
#define DAPPER_CORE_WATCH_H

#include <Python.h>

#if PY_VERSION_HEX >= 0x030C0000
#define CORE_WATCHES_DICTS 1
typedef PyDict_WatchEvent core_watch_event;
#define core_watch_cleared PyDict_EVENT_CLEARED
#define core_watch_deallocated PyDict_EVENT_DEALLOCATED
#define core_watch_cloned PyDict_EVENT_CLONED
#define core_add_watcher PyDict_AddWatcher
#define core_watch PyDict_Watch
#define core_unwatch PyDict_Unwatch
#define core_take_error PyErr_GetRaisedException
#define core_give_error PyErr_SetRaisedException
/* From 3.13 on an attribute is stored past its dictionary, untold, while the dictionary uses the object's own slots. */
#define CORE_STORES_PAST_DICTS (PY_VERSION_HEX >= 0x030D0000)
#else
#define CORE_STORES_PAST_DICTS 0
#define CORE_WATCHES_DICTS 0
typedef int core_watch_event;
#define core_watch_cleared 0
#define core_watch_deallocated 0
#define core_watch_cloned 0
#define core_add_watcher(callback) ((void)(callback), -1)
#define core_watch(number, dict) (-1)
#define core_unwatch(number, dict) (-1)
#define core_take_error() NULL
#define core_give_error(error) ((void)(error))
#endif

/* The value of a key, borrowed, or NULL; no error stays behind. */
static inline PyObject *core_dict_value(PyObject *dict, PyObject *key)
{
    PyObject *value = PyDict_GetItemWithError(dict, key);
    if (value == NULL) {
        PyErr_Clear();
    }
    return value;
}

/* Whether the calling thread is in a trace function or a callback of sys.monitoring: the debugger itself is at work. */
static inline int core_is_in_callback(void)
{
    return PyThreadState_Get()->tracing != 0;
}

/* The running frame as an object, borrowed, or NULL. */
static inline PyObject *core_running_object(void)
{
    return (PyObject *)PyEval_GetFrame();
}

/* Its line. */
static inline int core_line_of(PyObject *frame)
{
    return PyFrame_GetLineNumber((PyFrameObject *)frame);
}

/* Its code, a new reference. */
static inline PyObject *core_code_of(PyObject *frame)
{
#if PY_VERSION_HEX >= 0x03090000
    return (PyObject *)PyFrame_GetCode((PyFrameObject *)frame);
#else
    return NULL;
#endif
}
#endif
