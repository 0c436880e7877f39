/* Profile functions of threads. */
#ifndef DAPPER_CORE_PROFILERS_H
#define DAPPER_CORE_PROFILERS_H

#include "_core_compat.h"

static inline int core_is_profiled(PyThreadState *state)
{
    return state->c_profilefunc != NULL;
}

#endif
