/* What is asked about a frame at each of its events, while it is traced because of breakpoints that came late. */
#ifndef DAPPER_CORE_LOOKOUT_H
#define DAPPER_CORE_LOOKOUT_H

#include <opcode.h>
#include "_core_compat.h"

/* Where a running frame is in its code, in bytes. */
static inline int core_offset(PyFrameObject *frame)
{
#if PY_VERSION_HEX >= 0x030B0000
    return PyFrame_GetLasti(frame);
#elif PY_VERSION_HEX >= 0x030A0000
    return frame->f_lasti * (int)sizeof(_Py_CODEUNIT);
#else
    return frame->f_lasti;
#endif
}

/* Whether a thread's innermost frame is this one, at this offset. */
static inline int core_stands_at(PyThreadState *state, PyFrameObject *frame, int offset)
{
#if PY_VERSION_HEX >= 0x030D0000
    int innermost = state->current_frame == core_raw(frame);
#elif PY_VERSION_HEX >= 0x030B0000
    int innermost = state->cframe->current_frame == core_raw(frame);
#else
    int innermost = state->frame == frame;
#endif
    return innermost && core_offset(frame) == offset;
}

/* Whether a frame that tells "return" with a value, not with an exception, is only suspended. Unknown from 3.12 on: no. */
static inline int core_is_suspended(PyFrameObject *frame)
{
#if PY_VERSION_HEX >= 0x030C0000
    (void)frame;
    return 0;
#elif PY_VERSION_HEX >= 0x030B0000
    return _Py_OPCODE(*frame->f_frame->prev_instr) == YIELD_VALUE;
#elif PY_VERSION_HEX >= 0x030A0000
    return frame->f_state == FRAME_SUSPENDED;
#else
    return frame->f_stacktop != NULL;
#endif
}

#endif
