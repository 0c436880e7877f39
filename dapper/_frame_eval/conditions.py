"""Conditions, hit conditions and log messages, compiled once and run many times."""
import sys

import _warnings


class _Name:
    """Stands where a filter of warnings has a pattern."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def match(self, text):
        return text == self.name


def compile_quietly(source, filename, mode, flags=0):
    """`compile` without warnings, of text that the program compiles itself, or that is none of its own.

    To shut the module warnings up takes loading it, which nothing else at our start does, and makes it forget what it has
    said once. A filter for this very file does neither.
    """
    module = filename[:-3] if filename.endswith(".py") else filename  # as a warning of the compiler's says
    quiet = "ignore", None, Warning, _Name(module), 0
    filters = sys.modules.get("warnings", _warnings).filters
    filters.insert(0, quiet)
    try:
        return compile(source, filename, mode, flags, True)
    finally:
        filters.remove(quiet)


def tree_of(text):
    """The syntax tree of an expression; not to be changed.

    Raises:
        SyntaxError, ValueError, MemoryError, RecursionError: it is none.
    """
    found = _trees.get(text)
    if found is None:
        if len(_trees) >= _KEPT:
            _trees.clear()
        found = _trees[text] = compile_quietly(text.strip(), "<condition>", "eval", _ONLY_AST)
    return found


#: Trees of the last expressions: several questions about one follow each other.
_trees = {}
_KEPT = 8
_ONLY_AST = 0x400


def compile_condition(text):
    """A condition as a code object.

    Raises:
        SyntaxError, ValueError: it is no expression.
    """
    return compile(text.strip(), "<condition>", "eval", 0, True)


_SIGNS = ("==", ">=", "<=", ">", "<", "%")


def compile_hit_condition(text):
    """A hit condition, as what a Counter (see core) tests: ``(sign, number)`` or ``test(count) -> bool``.

    ``N`` and ``==N`` mean the N-th hit, ``>N >=N <N <=N`` compare, ``%N`` is every N-th; anything else is an
    expression in which ``@HIT@`` stands for the count.

    Raises:
        SyntaxError, ValueError: it is none of these.
    """
    text = text.strip()
    if text.isdigit():
        return "==", int(text)
    for sign in _SIGNS:
        rest = text[len(sign) :].strip()
        if text.startswith(sign) and rest.isdigit() and (sign != "%" or int(rest)):
            return sign, int(rest)
    if "@HIT@" not in text:
        raise ValueError("a hit condition is N, ==N, >N, >=N, <N, <=N, %N or an expression with @HIT@")
    code = compile(text.replace("@HIT@", "(_count)"), "<hit condition>", "eval", 0, True)
    return lambda count: bool(eval(code, {"_count": count}))


def parse_log_message(text):
    """The parts of a log message: ``("text", str)`` or ``("expression", str)``; ``{expression}`` is replaced, ``{{`` is
    a brace.

    Raises:
        ValueError: a brace stays open.
    """
    parts, plain, position = [], [], 0
    while position < len(text):
        char = text[position]
        if text[position : position + 2] in ("{{", "}}"):
            plain.append(char)
            position += 2
        elif char == "{":
            end = _closing(text, position)
            if plain:
                parts.append(("text", "".join(plain)))
                plain = []
            parts.append(("expression", text[position + 1 : end].strip()))
            position = end + 1
        else:
            plain.append(char)
            position += 1
    if plain:
        parts.append(("text", "".join(plain)))
    return parts


def compile_log_message(text):
    """A log message as a list of strings and code objects.

    Raises:
        SyntaxError, ValueError: an expression in it is none, or a brace stays open.
    """
    return [
        part if kind == "text" else compile(part, "<log message>", "eval", 0, True)
        for kind, part in parse_log_message(text)
    ]


def _closing(text, start):
    depth, quote, position = 0, None, start
    while position < len(text):
        char = text[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = None
        elif char in "'\"":
            quote = char
        elif char in "{[(":
            depth += 1
        elif char in "}])":
            depth -= 1
            if not depth:
                return position
        position += 1
    raise ValueError("an opening brace in the log message is never closed")


def render_log(parts, frame):
    """The text of a log message in ``frame``; an expression that fails shows its exception."""
    from dapper._frame_eval.calling_off import CalledOff, run  # few programs have log points

    out = []
    for part in parts:
        if type(part) is not str:
            try:
                part = run(_text_of, part, frame)
            except (Exception, CalledOff) as error:  # boundary: user expression; its failure is what there is to show
                part = "<%s: %s>" % (type(error).__name__, error)
        out.append(part)
    return "".join(out)


def _text_of(code, frame):
    return str(eval(code, frame.f_globals, frame.f_locals))


#: The code of a frame that makes a part of a log message.
TEXT_OF = _text_of.__code__
