/* Pairs of instructions that 3.12 runs as one. It joins them when it makes a code object, takes all of them apart when
 * that gets or loses an event of sys.monitoring (_Py_Instrument in Python/instrumentation.c), and never joins them again,
 * which makes loops slower by some per cent. So they are joined here by the same rule (_PyCode_Quicken in
 * Python/specialize.c). Only the byte of a plain instruction before a plain one is changed, and the interpreter takes
 * pairs apart before it puts other events in. From 3.13 on the compiler makes such instructions itself. */
#ifndef DAPPER_CORE_SUPERS_H
#define DAPPER_CORE_SUPERS_H

#include "_core_compat.h"

#if PY_VERSION_HEX >= 0x030C0000 && PY_VERSION_HEX < 0x030D0000
#define CORE_TAKES_PAIRS_APART 1

#define NEED_OPCODE_TABLES /* a copy of our own: the interpreter does not export its tables */
#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#define CORE_DEFINED_BUILD_CORE
#endif
#include "opcode.h"
#include "internal/pycore_opcode.h"
#ifdef CORE_DEFINED_BUILD_CORE
#undef Py_BUILD_CORE
#endif

/* The instruction at a place, without its events and without what made it faster. */
static inline int core_plain_opcode(PyCodeObject *code, Py_ssize_t at)
{
    int opcode = _PyCode_CODE(code)[at].op.code;
    if (opcode == INSTRUMENTED_LINE) {
        opcode = code->_co_monitoring->lines[at].original_opcode;
    }
    if (opcode == INSTRUMENTED_INSTRUCTION) {
        opcode = code->_co_monitoring->per_instruction_opcodes[at];
    }
    switch (opcode) { /* the only ones that have events and caches */
    case INSTRUMENTED_CALL:
        return CALL;
    case INSTRUMENTED_FOR_ITER:
        return FOR_ITER;
    case INSTRUMENTED_LOAD_SUPER_ATTR:
        return LOAD_SUPER_ATTR;
    default:
        return opcode < MIN_INSTRUMENTED_OPCODE ? _PyOpcode_Deopt[opcode] : opcode;
    }
}

/* What two instructions are as one, or 0. */
static inline int core_pair(int first, int second)
{
    switch (first << 8 | second) {
    case LOAD_CONST << 8 | LOAD_FAST:
        return LOAD_CONST__LOAD_FAST;
    case LOAD_FAST << 8 | LOAD_CONST:
        return LOAD_FAST__LOAD_CONST;
    case LOAD_FAST << 8 | LOAD_FAST:
        return LOAD_FAST__LOAD_FAST;
    case STORE_FAST << 8 | LOAD_FAST:
        return STORE_FAST__LOAD_FAST;
    case STORE_FAST << 8 | STORE_FAST:
        return STORE_FAST__STORE_FAST;
    default:
        return 0;
    }
}

/* Joins the pairs of a code object, which may be running, from the instruction `at` on: all of them, or up to those around
 * the unit `told`, whose line event is about to be taken away. Returns where the instruction in front of that one begins. */
static inline Py_ssize_t core_join(PyCodeObject *code, Py_ssize_t at, Py_ssize_t told)
{
    _Py_CODEUNIT *units = _PyCode_CODE(code);
    Py_ssize_t end = told < 0 ? Py_SIZE(code) : Py_MIN(told + 2, Py_SIZE(code)), front = at;
    int before = 0; /* the plain instruction in front, or 0 if it has an event */
    while (at < end) {
        uint8_t *place = at == told ? &code->_co_monitoring->lines[at].original_opcode : &units[at].op.code;
        int plain = core_plain_opcode(code, at);
        int here = *place < MIN_INSTRUMENTED_OPCODE ? plain : 0;
        int pair = core_pair(before, here);
        if (pair) { /* the one in front has no caches, so it is one unit long */
            *(at - 1 == told ? &code->_co_monitoring->lines[told].original_opcode : &units[at - 1].op.code) = pair;
        }
        if (at < told) {
            front = at;
        }
        before = here;
        at += 1 + _PyOpcode_Caches[plain];
    }
    return front;
}

static inline void core_join_pairs(PyCodeObject *code)
{
    core_join(code, 0, -1);
}

/* The callback of the only tool that has the line event at which `frame` stands is about to return DISABLE: the two
 * pairs which that instruction may be in can be joined then. `*from` is 0 at first, and of this code object: it has to be
 * gone through up to that instruction, and is from where it was last time. */
static inline void core_join_at_line(core_frame *frame, Py_ssize_t *from)
{
    PyCodeObject *code = frame->f_code;
    Py_ssize_t at = frame->prev_instr - _PyCode_CODE(code);
    if (at >= 0 && _PyCode_CODE(code)[at].op.code == INSTRUMENTED_LINE) {
        uint8_t *tools = code->_co_monitoring->line_tools;
        if (tools == NULL || (tools[at] & (tools[at] - 1)) == 0) {
            *from = core_join(code, at < *from ? 0 : *from, at);
        }
    }
}
#else
#define CORE_TAKES_PAIRS_APART 0
#define core_join_pairs(code) ((void)(code))
#define core_join_at_line(frame, from) ((void)(frame), (void)(from))
#endif
#endif
