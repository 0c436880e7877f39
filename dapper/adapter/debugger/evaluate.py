"""The ``evaluate`` and ``setExpression`` requests: what each context may do, and how its answer looks."""
from _thread import allocate_lock, get_ident

from dapper.adapter.debugger import inside, trees
from dapper.adapter.debugger.display import UNCUT, Limits
from dapper.adapter.debugger.items import Look
from dapper.adapter.debugger.texts import Text
from dapper.adapter.debugger.values import Interrupted, is_a, user_call
from dapper.protocol.errors import DapError

#: What the console shows of one value: all of it, unless that would choke a client.
_CONSOLE = Limits(1 << 22, 1 << 22, 1 << 20, 1 << 20, 64, total=1 << 22)
_WHOLE = ("clipboard", "variables")
_STATEMENTS = ("repl", None)
_TARGETS = ("Name", "Attribute", "Subscript", "Starred", "Tuple", "List")
_ACTS = ("Call", "Await", "Yield", "YieldFrom", "NamedExpr")


def evaluate(text, frame, context=None, namespace=None, extra=None):
    """Run text and give its value.

    Args:
        text: an expression; in the console (``repl``, or no context at all) statements too.
        frame: where it runs; None: in ``namespace``.
        context: watch, hover, repl, clipboard, variables or None.
        namespace: the console's own dict; ``_`` in it is the last value the console has shown.
        extra: more names, read-only, such as ``__exception__``.

    Raises:
        DapError: it failed; ``facts["traceback"]`` is the long form.
    """
    if context == "hover":
        _refuse_acts(text)
    more = dict(extra or ())
    if namespace is not None and frame is not None and "_" in namespace:
        more["_"] = namespace["_"]
    if context == "repl":
        value = inside.run(text, frame, namespace, more, statements=True)
        if namespace is not None and value is not None:
            namespace["_"] = value
        return value
    with _silence:
        return inside.run(text, frame, namespace, more, statements=context in _STATEMENTS)


def _refuse_acts(text):
    """Moving the mouse must not change the program.

    Raises:
        DapError: the text would call or assign something.
    """
    try:
        tree = trees.parse(text, False)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        failed = inside.failure(error)
    else:
        if not trees.contains(tree, _ACTS):
            return
        why = "hovering neither calls nor assigns: evaluate it in the console"
        failed = DapError("cannot_evaluate", error=why, traceback=why)
    try:
        raise failed
    finally:
        del failed  # it knows this frame by its traceback


class _Silence:
    """Keeps warnings of evaluated text from being shown. The filters stay as they are: touching them would make the
    program show again what it has shown once."""

    def __init__(self):
        self._lock = allocate_lock()
        self._threads = []  # idents of the threads that evaluate now
        self._theirs = None

    def __enter__(self):
        import warnings

        with self._lock:
            if not self._threads:
                self._theirs = warnings.showwarning
                warnings.showwarning = self._show
            self._threads.append(get_ident())

    def __exit__(self, *_):
        import warnings

        with self._lock:
            self._threads.remove(get_ident())
            if not self._threads and warnings.showwarning == self._show:
                warnings.showwarning = self._theirs

    def _show(self, *args, **kwargs):
        if get_ident() not in self._threads:
            self._theirs(*args, **kwargs)


_silence = _Silence()  # there is one showwarning in a process


def render(value, context, handles, display, hex=False, raw_string=False, expression=None, frame=None, out=None):
    """The body of an EvaluateResponse.

    Args:
        expression: the text the value came from: its children are named after it where that names the same objects.
        frame: where it was evaluated.
        out: a dict to fill with what can be said without the user's code, before any of it runs.
    """
    if value is None and context == "repl":
        return {"result": "", "variablesReference": 0}
    look = Look(handles, display, hex, raw_string, frame)
    entry = look.entry("", value, _subject(expression))
    if context in _WHOLE or context == "repl":
        look.settle(entry, value, _long_text(value, context, hex, raw_string))
    else:
        if out is not None:
            out.update(_as_result(entry, "result"))
        look.finish()
    return _as_result(entry, "result")


def _as_result(entry, value_key):
    body = {value_key: entry["value"], "variablesReference": entry["variablesReference"]}
    for key, held in entry.items():
        if key not in ("name", "value", "evaluateName"):
            body[key] = held
    return body


def _long_text(value, context, hex, raw_string):
    if raw_string and is_a(value, str):
        return "".join((value,))
    if context == "repl":
        return Text(_CONSOLE, hex, summaries=False).of(value)
    if not hex:
        try:
            return "".join((user_call(repr, value),))
        except Interrupted:
            raise
        except BaseException:  # boundary: one failing __repr__ inside must not hide the rest
            return Text(UNCUT, summaries=False).of(value)
    return Text(UNCUT, hex, summaries=False).of(value)


def _subject(expression):
    """The expression if it names the same object each time, in a form that ``.x`` can follow; or None."""
    if not expression:
        return None
    try:
        tree = trees.parse(expression, False)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if trees.contains(tree, _ACTS + ("BinOp", "UnaryOp", "ListComp", "SetComp", "DictComp", "GeneratorExp", "Lambda")):
        return None
    text = expression.strip()
    return text if trees.kind(tree.body) in ("Name", "Attribute", "Subscript") and "\n" not in text else None


def set_expression(frame, expression, text, handles, display, hex=False, namespace=None, extra=None):
    """Assign to an expression: the body of a SetExpressionResponse.

    Args:
        expression: a name, attribute, subscript, or a tuple of such.
        text: the expression for the new value.

    Raises:
        DapError: one of the two fails, or the first can't be assigned to.
    """
    with _silence:
        try:
            tree = trees.parse(expression, False)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            tree, why = None, inside.failure(error).facts["error"]
        if tree is not None and trees.kind(tree.body) not in _TARGETS:
            tree, why = None, "it is neither a name nor an attribute nor an item"
        if tree is None:
            raise DapError("cannot_set", name=expression, why=why)
        value = inside.run(text, frame, namespace, extra)
        more = dict(extra or (), _new_value=value)
        try:
            inside.run("%s = _new_value" % expression.strip(), frame, namespace, more, statements=True)
        except DapError as error:
            why = error.facts.get("error") or error.facts.get("why")
            raise DapError("cannot_set", name=expression, why=why) from None
    look = Look(handles, display, hex, frame=frame)
    entry = look.entry("", value, _subject(expression))
    look.finish()
    return _as_result(entry, "value")
