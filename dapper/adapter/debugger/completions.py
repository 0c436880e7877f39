"""What could follow the cursor in the console: names, attributes and keys, told by type facts where those suffice."""
import builtins
from itertools import islice
from keyword import iskeyword, kwlist

from dapper.adapter.debugger import frame_locals, inside, trees
from dapper.adapter.debugger.members import Lazy, hidden_names, is_function, member, members, tells_more
from dapper.adapter.debugger.values import (
    MISSING,
    Interrupted,
    ModuleType,
    callable_name,
    full_type_name,
    is_a,
    type_name,
    type_of,
)
from dapper.protocol.errors import DapError

_MOST = 2000
_CALLS = (
    "Call", "Await", "Yield", "YieldFrom", "NamedExpr", "Lambda", "ListComp", "SetComp", "DictComp", "GeneratorExp",
)
_CLOSING = {")": "(", "]": "[", "}": "{"}


def complete(text, column, line=None, frame=None, namespace=None):
    """CompletionItems for a place in a text.

    Args:
        text: one or more lines.
        column: from 1, in UTF-16 units, of the cursor; line: from 1.
        frame: whose names count; None: those of ``namespace``.
    """
    before = _before(text, column, line)
    typed = _last_name(before)
    rest = before[: len(before) - len(typed)]
    if rest.endswith("."):
        found = _attributes(_primary(rest[:-1]), frame, namespace)
        found = [entry for entry in found if entry[0].startswith("_") == typed.startswith("_")]
    elif _inside_text(before):
        found, typed = _keys(before, frame, namespace)
    else:
        found = _names(frame, namespace)
    start = _utf16(before) - _utf16(typed)
    items = []
    for label, value, kind in found:
        if label.startswith(typed):
            items.append({"label": label, "type": kind, "start": start, "length": _utf16(typed)})
            detail = _detail(value)
            if detail:
                items[-1]["detail"] = detail
    items.sort(key=lambda item: (item["label"].startswith("_"), item["label"].lower(), item["label"]))
    return items[:_MOST]


def _utf16(text):
    return len(text) + sum(char > "\uffff" for char in text)


def _before(text, column, line):
    """What stands before the cursor in its line."""
    lines = text.split("\n")
    row = lines[min(max((line or 1) - 1, 0), len(lines) - 1)]
    wanted, units = max((column or 1) - 1, 0), 0
    for index, char in enumerate(row):
        if units >= wanted:
            return row[:index]
        units += 2 if char > "\uffff" else 1
    return row


def _last_name(text):
    start = len(text)
    while start and (text[start - 1].isidentifier() or text[start - 1].isdigit()):
        start -= 1
    while start < len(text) and text[start].isdigit():
        start += 1
    return text[start:]


def _primary(text):
    """The expression at the end of ``text`` that an attribute would belong to: ``b[0].c`` of ``f(a + b[0].c``."""
    end = len(text.rstrip())
    start, quote, wanted = end, None, []
    while start:
        char = text[start - 1]
        if quote:
            if char == quote:
                quote = None
        elif char in "'\"":
            quote = char
        elif char in ")]}":
            wanted.append(_CLOSING[char])
        elif wanted:
            if char == wanted[-1]:
                wanted.pop()
        elif not (char == "." or char.isidentifier() or char.isdigit()):
            break
        start -= 1
    return text[start:end]


def _value_of(expression, frame, namespace):
    """The value of an expression that calls nothing, or MISSING. Properties on the way are run."""
    try:
        tree = trees.parse(expression, False)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return MISSING
    if trees.contains(tree, _CALLS):
        return MISSING
    try:
        return inside.run(expression, frame, namespace)
    except DapError:
        return MISSING


def _attributes(expression, frame, namespace):
    owner = _value_of(expression, frame, namespace) if expression else MISSING
    if owner is MISSING:
        return []
    found = [(name, value, _kind(value, "property")) for name, value in members(owner)]
    if is_a(owner, ModuleType):
        found += [(name, None, "method") for name in ("__class__", "__dir__") if member(owner, name) is not MISSING]
    if tells_more(owner):
        try:
            found += [(name, MISSING, "property") for name in hidden_names(owner)]
        except Interrupted:
            raise
        except BaseException:  # boundary: __dir__ may be the user's
            return found
    return found


def _names(frame, namespace):
    found = {word: (MISSING, "keyword") for word in kwlist}
    spaces = [vars(builtins)]
    if frame is None:
        spaces.append(namespace or {})
    else:
        spaces += [dict(frame.f_globals), frame_locals.read(frame)]
    for space in spaces:
        for name, value in space.items():
            if type_of(name) is str and name.isidentifier() and not iskeyword(name):
                found[name] = value, _kind(value, "variable")
    return [(name, value, kind) for name, (value, kind) in found.items()]


def _kind(value, otherwise):
    if type_of(value) is Lazy:
        return "property"
    if is_a(value, type):
        return "class"
    if is_a(value, ModuleType):
        return "module"
    if is_function(value):
        return "method" if otherwise == "property" else "function"
    return "field" if otherwise == "property" else "variable"


def _detail(value):
    if value is MISSING or type_of(value) is Lazy or value is None:
        return None
    if is_function(value):
        return callable_name(value)
    if is_a(value, type):
        return full_type_name(value)
    return type_name(type_of(value))


def _inside_text(before):
    """Whether the cursor stands in a string that was begun in this line."""
    quote = None
    for char in before:
        if quote is None and char in "'\"":
            quote = char
        elif char == quote:
            quote = None
    return quote is not None


def _keys(before, frame, namespace):
    """(keys, what is typed of one) for a cursor behind ``name['``."""
    at = max(before.rfind("'"), before.rfind('"'))
    typed, quote, rest = before[at + 1 :], before[at], before[:at].rstrip()
    if not rest.endswith("["):
        return [], typed
    owner = _value_of(_primary(rest[:-1]), frame, namespace)
    if not is_a(owner, dict):
        return [], typed
    found = []
    for key, value in islice(dict.items(owner), _MOST):
        if type_of(key) is str and len(key) < 200:
            shown = repr(key)
            shown = shown[1:-1] if shown[0] == quote else key.replace("\\", "\\\\").replace(quote, "\\" + quote)
            found.append((shown, value, "value"))
    return found, typed
