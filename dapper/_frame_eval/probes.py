"""A condition, hit count or log message → instructions to insert, compiled by CPython itself.

The probe is compiled in a made-up function that has the variables of the target, and taken apart again with names in
place of numbers. So every operator, call convention and version is right by construction.

What it does: false or nothing to do → the end; true → the trap. An exception in it goes to the error trap and never
to the program; only Ctrl-C, SystemExit and the like pass through.
"""
from dapper._frame_eval import core, opcodes, opsets, tables
from dapper._frame_eval.conditions import compile_quietly, tree_of
from dapper._frame_eval.modify_bytecode import CELL, CONST, LOCAL, NAME, RAW, Snippet, Step

#: Key of a probe that goes to the entry of a function instead of a line.
ENTRY = "entry"

_FILE = "<dapper probe>"
_CO_OPTIMIZED = 1

# Stand-ins for constants that can't be written in a source text.
_TRAP, _ERROR, _COUNT, _WATCH, _QUIET, _ANY, _PASSING = [
    "\0dapper %s" % name for name in ("trap", "error", "count", "watch", "quiet", "any", "passing")
]

# What a probe does. ERROR is called while the exception is handled; QUIET is no error of the condition; PASSING must
# not be swallowed; what follows COLD runs only if the trap says that a line event is due.
_SIMPLE = """
try:
 if TEST: TRAP(VALUES)
PASS
except QUIET: pass
except ANY:
 try: ERROR()
 PASS
 except ANY: pass
"""
_TRAP_APART = """try:
 if not TRAP(): return
PASS
except ANY: return
COLD
pass
"""
_ALWAYS_APART = "\n" + _TRAP_APART
_APART = """
try:
 if not TEST: return
PASS
except QUIET: return
except ANY:
 try: ERROR()
 PASS
 except ANY: pass
 return
""" + _TRAP_APART
_ALWAYS = """
try: TRAP()
PASS
except ANY: pass
"""


class Refused(Exception):
    """A probe can't be inserted.

    Args:
        reason: a stable name, one of REASONS or of ``bytecode_safety``'s checks.
        detail: what exactly, in words.
    """

    def __init__(self, reason, detail=""):
        super().__init__("%s: %s" % (reason, detail) if detail else reason)
        self.reason = reason
        self.detail = detail


#: Why an expression can't become a probe.
REASONS = {
    "syntax": "it is not an expression",
    "walrus": "it assigns a name",
    "own_scope": "it has a scope of its own (lambda, comprehension)",
    "suspends": "it awaits or yields",
    "private_name": "Python would change the private name inside a class",
    "not_captured": "the function does not hold that variable of the function around it",
    "class_variable": "the variable belongs to a function around the class body",
    "comprehension_variable": "the name is a variable of a comprehension here, and something else around it",
}

_REFUSED_NODES = {
    "NamedExpr": "walrus", "Lambda": "own_scope", "ListComp": "own_scope", "SetComp": "own_scope",
    "DictComp": "own_scope", "GeneratorExp": "own_scope", "Await": "suspends", "Yield": "suspends",
    "YieldFrom": "suspends",
}


class Probe:
    """What to do at a place.

    Args:
        number: what the traps are called with.
        condition: text of an expression; None: always true.
        counter: called without arguments when the condition is true; the probe goes on if it returns something true.
            It stands in the code as it is, so it should be a C callable, and picklable.
        message: parts of a log message, each ``("text", str)`` or ``("expression", str)``; None: this is no log
            point. The values go to ``trap.log(number, values)`` as a tuple, texts included.
        log: takes the tuple instead of the trap; stands in the code like ``counter``.
        watch: a Stopwatch for the condition, which stands in the code, too; or None.
    """

    __slots__ = ("number", "condition", "counter", "message", "log", "watch")

    def __init__(self, number, condition=None, counter=None, message=None, log=None, watch=None):
        self.number = number
        self.condition = condition
        self.counter = counter
        self.message = message
        self.log = log
        self.watch = watch


def compile_probe(code, probe, trap, enclosing=(), cleared=(), landing=None):
    """Compile a probe for a code object.

    Args:
        code: where it is to go.
        probe: a Probe.
        trap: has ``trap(number)``, ``error(number)`` (called while the exception is handled) and, for log messages,
            ``log(number, values)``. The frame is the one above their caller. They have to tell of their own faults:
            what leaves them goes nowhere, unless it is no Exception.
        enclosing: names of variables of the functions around ``code``.
        cleared: names in ``code`` that a comprehension uses for itself.
        landing: makes a callable of a method of the trap and the probe's number, to stand in the code; that of a kit (see
            core), by default of the pure one.

    Returns:
        A Snippet.

    Raises:
        Refused: it can't be done; the reason is one of REASONS.
    """
    landing = landing or core.kit(False).Landing
    constants = {
        _TRAP: _log(probe, trap, landing) if probe.message is not None else landing(trap.trap, probe.number),
        _ERROR: landing(trap.error, probe.number),
        _COUNT: probe.counter,
        _WATCH: probe.watch,
        _QUIET: (RecursionError, MemoryError),
        _ANY: (Exception, GeneratorExit),  # see calling_off
        _PASSING: RecursionError,
    }
    names = set()
    test = _test(probe, names)
    values = "" if probe.message is None else _values(probe.message, names)
    if values and not test:
        test = "True"
    optimized = code.co_flags & _CO_OPTIMIZED
    apart = not values and not opcodes.LINE_CAN_BE_NONE
    if apart:
        template = _APART if test else _ALWAYS_APART
    else:
        template = _SIMPLE if test else _ALWAYS
    local, cells = _variables(code, names, enclosing, cleared)
    try:
        pattern = _pattern(template, test, values, tuple(local), tuple(cells), bool(optimized or apart), not optimized)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise Refused("syntax", str(error)) from None  # as deep as the compiler goes by itself, too deep in a probe
    return _filled(pattern, constants)


def _log(probe, trap, landing):
    return probe.log if probe.log is not None else landing(trap.log, probe.number)


# ---- syntax --------------------------------------------------------------------------------------------------------


def _expression(text, names):
    """An expression as it can stand in other source; the names it reads go to ``names``.

    Raises:
        Refused: it is none, or can't be inserted.
    """
    text = text.strip()
    try:
        _checked(tree_of(text), names)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise Refused("syntax", str(error)) from None
    return "(%s\n)" % text  # whatever is an expression by itself is one in parentheses, a comment behind it included


def names_of(text):
    """The names an expression reads.

    Raises:
        Refused: it is none, or can't be inserted.
    """
    names = set()
    _expression(text, names)
    return names


def _checked(node, names):
    """Add the names ``node`` reads to ``names``; refuse what can't be inserted."""
    todo = [node]
    while todo:
        node = todo.pop()
        kind = type(node).__name__
        if kind in _REFUSED_NODES:
            raise Refused(_REFUSED_NODES[kind], kind)
        name = node.id if kind == "Name" else node.attr if kind == "Attribute" else None
        if name is not None:
            if name.startswith("__") and not name.endswith("__"):
                raise Refused("private_name", name)
            if kind == "Name":
                names.add(name)
        for field in node._fields:
            value = getattr(node, field, None)
            for item in value if isinstance(value, list) else (value,):
                if hasattr(item, "_fields"):
                    todo.append(item)


def _test(probe, names):
    """The source of condition and counter; empty: always true."""
    tests = []
    if probe.condition is not None:
        test = _expression(probe.condition, names)
        tests.append("%r(%r(), %s)" % (_WATCH, _WATCH, test) if probe.watch is not None else test)
    if probe.counter is not None:
        tests.append("%r()" % _COUNT)
    return "(%s)" % " and ".join(tests) if tests else ""


def _values(message, names):
    """The source of a tuple of the message's parts."""
    parts = [repr(text) if kind == "text" else _expression(text, names) for kind, text in message]
    return "(%s,)" % ", ".join(parts) if parts else "()"


# ---- scopes --------------------------------------------------------------------------------------------------------


def _variables(code, names, enclosing, cleared):
    """Which of ``names`` are locals and which are cells of ``code``; the others are global."""
    cells = set(code.co_cellvars + code.co_freevars)
    own = set(code.co_varnames)
    if not code.co_flags & _CO_OPTIMIZED:
        for name in sorted(names & (cells | own)):
            raise Refused("class_variable" if name in cells else "comprehension_variable", name)
        return (), ()
    if "__classdict__" in cells and names - cells - own:
        raise Refused("class_variable", sorted(names - cells - own)[0])
    arguments = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    for name in sorted(names & set(cleared) - set(code.co_varnames[:arguments])):
        raise Refused("comprehension_variable", name)
    for name in sorted(names & set(enclosing) - cells - own):
        raise Refused("not_captured", name)
    return sorted(names & own - cells), sorted(names & cells)


def _pattern(template, test, values, local, cells, in_function, by_name):
    """The Snippet of a probe with stand-ins for constants; ``local`` are parameters, ``cells`` variables of a closure."""
    key = template, test, values, local, cells, in_function, by_name
    if key not in _patterns:
        if len(_patterns) >= _KEPT:
            _patterns.clear()
        compiled, cold = _compile(template, test, values, local, cells, in_function)
        _patterns[key] = _snippet(compiled, cold, by_name)
    return _patterns[key]


#: What was compiled lately: one function breakpoint is like the other, and so is one condition in many functions.
_patterns = {}
_KEPT = 64


def _filled(pattern, constants):
    """A Snippet with constants in place of the stand-ins."""
    steps = list(pattern.steps)
    for number, step in enumerate(steps):
        if step.kind == CONST and type(step.value) is str and step.value in constants:
            steps[number] = Step(step.opcode, CONST, constants[step.value])
    return Snippet(steps, pattern.handlers, pattern.stack)


def _compile(template, test, values, local, cells, in_function):
    """Compile a probe. Returns its code object, and the line behind which it is cold."""
    cold = 1 << 30
    out = []
    here = 0
    margin = "  " if in_function else ""
    if in_function:
        out.append("def o(%s):\n def p(%s):" % (", ".join(cells), ", ".join(local)))
        here = 2
    for line in template.strip().split("\n"):
        if line == "COLD":
            cold = here
            continue
        if line.strip() == "PASS":
            if not opcodes.RECURSION_ERROR_STICKS:
                continue
            line = line.replace("PASS", "except PASSING: raise")
        for name, value in _WORDS:
            line = line.replace(name, value)
        # No NUL can be in what takes their place, so neither finds itself in the other.
        line = line.replace("\0TEST", test).replace("\0VALUES", values)
        out.append(margin + line)
        here += 1 + line.count("\n")
    found = compile_quietly("\n".join(out), _FILE, "exec")
    if in_function:
        for _ in range(2):
            found = next(constant for constant in found.co_consts if hasattr(constant, "co_code"))
    return found, cold


_WORDS = [
    ("TRAP", repr(_TRAP)), ("ERROR", repr(_ERROR)), ("QUIET", repr(_QUIET)), ("ANY", repr(_ANY)),
    ("PASSING", repr(_PASSING)), ("TEST", "\0TEST"), ("VALUES", "\0VALUES"),
]


# ---- back from bytecode --------------------------------------------------------------------------------------------


def _snippet(code, cold, by_name):
    """The Snippet of a compiled probe.

    Args:
        code: the compiled probe.
        cold: the line behind which it is cold.
        by_name: whether its globals are to be looked up as in a class body.
    """
    found = opcodes.instructions(code)
    steps = []
    place = {len(code.co_code): 0}  # old offset → step there or behind
    ends = set()  # old offsets at which the probe is over
    number = 0
    while found[number].opcode in opsets.PROLOGUE:
        number += 1
    while number < len(found):
        item = found[number]
        place[item.offset] = len(steps)
        number += 1
        if item.opcode == opsets.NOP:
            continue
        over = item.opcode == opsets.RETURN_CONST
        if not over and number < len(found) and found[number].opcode == opsets.RETURN_VALUE:
            over = True  # the probe returns None; in the target it goes on behind the probe
            number += 1
        if not over:
            steps.extend(_steps(code, item, by_name))
        elif not opcodes.LINE_CAN_BE_NONE and item.line > cold:
            # Going back makes the line event that going on would not make. It lands behind all the try statements: 3.8
            # tells by its place in which of them a frame is, and takes their blocks off when it is sent elsewhere.
            landing = len(steps)
            steps.append(Step(opsets.JUMP_FORWARD, target=len(code.co_code)))
            place[item.offset] = len(steps)
            steps.append(Step(opsets.JUMP_ABSOLUTE, target=-1 - landing))
        else:
            ends.add(item.offset)
            if steps and steps[-1].opcode in opsets.ENDS_FLOW:
                continue
            steps.append(Step(opsets.JUMP_FORWARD, target=len(code.co_code)))
    last = steps[-1] if steps else None
    if last and last.opcode == opsets.JUMP_FORWARD and last.target == len(code.co_code):
        steps.pop()
    size = place[len(code.co_code)] = len(steps)
    for step in steps:
        target = step.target
        if target is not None:
            step.target = -1 - target if target < 0 else size if target in ends else place[target]
    handlers = []
    if opcodes.EXCEPTION_TABLE:
        for start, end, handler, depth, lasti in tables.decode_exceptions(code.co_exceptiontable):
            start, end = place[start], min(place[end], size)
            if start < end:
                handlers.append((start, end, place[handler], depth, lasti))
    return Snippet(steps, handlers, code.co_stacksize)


def _steps(code, item, by_name):
    """The steps for one instruction of a compiled probe."""
    op, arg = item.opcode, item.arg
    if op in opsets.HAS_CONST:
        return (Step(op, CONST, code.co_consts[arg], target=None),)
    if op in opsets.HAS_NAME:
        bits = opcodes.NAME_FLAG_BITS.get(op, 0)
        if by_name and op == opsets.LOAD_GLOBAL:
            op = opsets.LOAD_NAME
        return (Step(op, NAME, code.co_names[arg >> bits], arg & ((1 << bits) - 1)),)
    if op in opsets.LOAD_FAST_TWICE:
        single = opsets.LOAD_FAST_TWICE[op]
        return Step(single, LOCAL, code.co_varnames[arg >> 4]), Step(single, LOCAL, code.co_varnames[arg & 15])
    if op in opsets.HAS_CELL:
        variables = code.co_varnames if opcodes.ONE_LOCALS_ARRAY else ()
        return (Step(op, CELL, (variables + code.co_cellvars + code.co_freevars)[arg]),)
    if op in opsets.HAS_LOCAL:
        return (Step(op, LOCAL, code.co_varnames[arg]),)
    return (Step(op, RAW, arg, target=item.target),)
