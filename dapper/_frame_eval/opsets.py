"""Sets of opcodes by what they do, as names and the ``opcode`` module tell; no version is asked here."""
import opcode as _opcode

_op = _opcode.opmap


def named(*names):
    """The opcodes of ``names`` that exist here, without the pseudo ones."""
    return frozenset(_op[name] for name in names if _op.get(name, 256) < 256)


def only(name):
    """The opcode ``name``, or -1, which is no opcode."""
    return _op.get(name, -1)


EXTENDED_ARG = _opcode.EXTENDED_ARG
RESUME = only("RESUME")
RETURN_VALUE = only("RETURN_VALUE")
RETURN_CONST = only("RETURN_CONST")
JUMP_FORWARD = only("JUMP_FORWARD")
JUMP_ABSOLUTE = only("JUMP_ABSOLUTE")
JUMP_BACKWARD = only("JUMP_BACKWARD")
NOP = only("NOP")
NOT_TAKEN = only("NOT_TAKEN")  #: 3.14: behind a conditional jump, for monitoring
GEN_START = only("GEN_START")
LOAD_GLOBAL = only("LOAD_GLOBAL")
LOAD_NAME = only("LOAD_NAME")
LOAD_FAST_CHECK = only("LOAD_FAST_CHECK")
LOAD_FAST_AND_CLEAR = only("LOAD_FAST_AND_CLEAR")
FOR_ITER = only("FOR_ITER")
CALL_FINALLY = only("CALL_FINALLY")  #: 3.8: jumps to the finally block, which comes back behind it
WITH_EXCEPT_START = only("WITH_EXCEPT_START")
RETURN_GENERATOR = only("RETURN_GENERATOR")
YIELD_VALUE = only("YIELD_VALUE")
YIELD_FROM = only("YIELD_FROM")
PREP_RERAISE_STAR = only("PREP_RERAISE_STAR")  #: 3.11: behind the last `except*`
RAISE_VARARGS = only("RAISE_VARARGS")

#: Behind these, when the interpreter's other threads have had their turn, what was to be raised is raised.
CALLS = named("CALL", "CALL_FUNCTION", "CALL_FUNCTION_EX", "CALL_FUNCTION_KW", "CALL_KW", "CALL_METHOD", "PRECALL")
HAS_ARG = frozenset(_opcode.hasarg) if hasattr(_opcode, "hasarg") else frozenset(range(_opcode.HAVE_ARGUMENT, 256))
HAS_CONST = frozenset(_opcode.hasconst)
HAS_NAME = frozenset(_opcode.hasname)
HAS_CELL = frozenset(_opcode.hasfree) | named("LOAD_DEREF")  # 3.14 lists LOAD_DEREF with the locals
HAS_LOCAL = frozenset(_opcode.haslocal) - HAS_CELL

JUMPS_ABSOLUTE = frozenset(_opcode.hasjabs)
JUMPS_RELATIVE = frozenset(op for op in _opcode.hasjrel if op < 256)
#: Names a place without going there: the SEND of its loop, for monitoring (3.14).
NOT_A_JUMP = named("END_ASYNC_FOR")
#: Relative jumps that count downwards.
JUMPS_BACKWARD = frozenset(op for op in JUMPS_RELATIVE if "BACKWARD" in _opcode.opname[op] or op in NOT_A_JUMP)
#: Pushes a block whose handler is the target (up to 3.10).
SETUPS = frozenset(op for name, op in _op.items() if name.startswith("SETUP_") and op in JUMPS_RELATIVE)
POPS_BLOCK = named("POP_BLOCK", "POP_EXCEPT", "END_FINALLY", "POP_FINALLY")
#: After these the next instruction is not reached.
ENDS_FLOW = named(
    "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_ABSOLUTE", "JUMP_BACKWARD",
    "JUMP_BACKWARD_NO_INTERRUPT", "INTERPRETER_EXIT",
)
BRANCHES = frozenset(number for name, number in _opcode.opmap.items() if name.startswith("POP_JUMP_") and number < 256)
#: Begins and ends the handling of an exception, and raises none itself.
NEVER_RAISES = named("PUSH_EXC_INFO", "COPY", "SWAP", "POP_EXCEPT")
NOT_TAKEN = only("NOT_TAKEN")  # where a conditional jump goes on that does not jump (3.14)
ENDS_ELSEWHERE = named("RETURN_VALUE", "END_ASYNC_FOR")  # may have the line of what they end
RETURNS = named("RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR")
#: What a function does before its first line.
PROLOGUE = named("RESUME", "COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR", "GEN_START")
#: Two loads in one (3.13) → the single load.
LOAD_FAST_TWICE = {
    _op[name]: _op[single] for name, single in (
        ("LOAD_FAST_LOAD_FAST", "LOAD_FAST"), ("LOAD_FAST_BORROW_LOAD_FAST_BORROW", "LOAD_FAST_BORROW"),
    ) if name in _op
}
LOADS_LOCAL = named("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW")
STORES_LOCAL = named("STORE_FAST")
STORES_TWO = named("STORE_FAST_LOAD_FAST", "STORE_FAST_STORE_FAST")  # what the first loads it may just have stored
UNBINDS_LOCAL = named("DELETE_FAST", "LOAD_FAST_AND_CLEAR")
#: No place to insert anything: the instruction before counts on this one being next, or jumps over it.
NO_PROBE_BEFORE = PROLOGUE | named(
    "END_FOR", "END_SEND", "END_ASYNC_FOR", "POP_ITER", "YIELD_FROM", "YIELD_VALUE", "JUMP_BACKWARD_NO_INTERRUPT",
    "CLEANUP_THROW",
)
#: What an expression, its guard and the calls of traps are made of: it changes nothing but the stack.
CHANGES_THE_STACK_ONLY = frozenset(
    number for name, number in _op.items() if number < 256 and not name.startswith((
        "STORE_", "DELETE_", "IMPORT_", "YIELD_", "RETURN_", "GET_A", "SEND", "END_", "MAKE_FUNCTION", "FOR_ITER",
        "SETUP_WITH", "SETUP_ASYNC", "SETUP_ANNOTATIONS", "BEFORE_", "INSTRUMENTED_", "PRINT_EXPR", "RESUME", "UNPACK_",
        "LOAD_FAST_AND_CLEAR", "RAISE_VARARGS", "EXTENDED_ARG", "CACHE", "RESERVED", "INTERPRETER_EXIT",
    ))
) | named("END_FINALLY")

_caches = getattr(_opcode, "_inline_cache_entries", {})
#: Bytes of inline cache behind each opcode.
CACHE_BYTES = [0] * 256
for _name, _number in _op.items():
    if _number < 256:
        CACHE_BYTES[_number] = 2 * (_caches.get(_name, 0) if hasattr(_caches, "get") else _caches[_number])

opname = _opcode.opname
compiler_stack_effect = _opcode.stack_effect
