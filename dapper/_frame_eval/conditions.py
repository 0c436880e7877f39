"""Conditions, hit conditions and log messages, compiled once and run many times."""
import _operator as operator  # the module operator is this one with documentation

_EMPTY = {}


def compile_condition(text):
    """A condition as a code object.

    Raises:
        SyntaxError, ValueError: it is no expression.
    """
    return compile(text.strip(), "<condition>", "eval", 0, True)


_COMPARE = (
    ("==", operator.eq),
    (">=", operator.ge),
    ("<=", operator.le),
    (">", operator.gt),
    ("<", operator.lt),
)


def compile_hit_condition(text):
    """A hit condition as ``test(count) -> bool``.

    ``N`` and ``==N`` mean the N-th hit, ``>N >=N <N <=N`` compare, ``%N`` is every N-th; anything else is an
    expression in which ``@HIT@`` stands for the count.

    Raises:
        SyntaxError, ValueError: it is none of these.
    """
    text = text.strip()
    if text.isdigit():
        return int(text).__eq__
    for sign, compare in _COMPARE:
        rest = text[len(sign) :].strip()
        if text.startswith(sign) and rest.isdigit():
            return lambda count, wanted=int(rest): compare(count, wanted)
    if text.startswith("%") and text[1:].strip().isdigit() and int(text[1:]):
        return lambda count, every=int(text[1:]): count % every == 0
    if "@HIT@" not in text:
        raise ValueError("a hit condition is N, ==N, >N, >=N, <N, <=N, %N or an expression with @HIT@")
    code = compile(text.replace("@HIT@", "(_count)"), "<hit condition>", "eval", 0, True)
    return lambda count: bool(eval(code, {"_count": count}))


def compile_log_message(text):
    """A log message as a list of strings and code objects; ``{expression}`` is replaced, ``{{`` is a brace.

    Raises:
        SyntaxError, ValueError: an expression in it is none, or a brace stays open.
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
                parts.append("".join(plain))
                plain = []
            parts.append(compile(text[position + 1 : end].strip(), "<log message>", "eval", 0, True))
            position = end + 1
        else:
            plain.append(char)
            position += 1
    if plain:
        parts.append("".join(plain))
    return parts


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
    out = []
    for part in parts:
        if type(part) is not str:
            try:
                part = str(eval(part, frame.f_globals, frame.f_locals))
            except Exception as error:  # boundary: user expression; its failure is what there is to show
                part = "<%s: %s>" % (type(error).__name__, error)
        out.append(part)
    return "".join(out)
