"""Run text inside a frame: its names are seen, also from a lambda or a comprehension, and what is assigned arrives.

Text without nested scopes runs on the frame's globals and a dict of its locals. Text with nested scopes becomes a
function whose free variables are those locals, because only so the nested scopes can see them.
"""
import builtins

from dapper.adapter.debugger import awaiting, frame_locals, trees
from dapper.adapter.debugger.values import (
    FunctionType,
    Interrupted,
    error_text,
    is_a,
    key_of,
    mro_of,
    namespace_of,
    type_name,
    type_of,
    user_call,
)
from dapper.protocol.errors import DapError

_COROUTINE = 0x80  # inspect.CO_COROUTINE
_UNBOUND = object()


def run(text, frame=None, namespace=None, extra=None, statements=False):
    """Run text and give the value of its last expression, or None.

    Args:
        text: an expression, or, if ``statements``, any number of statements.
        frame: the frame whose names it sees and changes; None: ``namespace`` alone.
        namespace: the dict to run in where there is no frame.
        extra: more names, for reading, that the names of the frame hide.

    Raises:
        DapError: the text is wrong or failed (``facts["traceback"]`` is the long form), or an assignment could not
            reach the frame.
    """
    try:
        return _run(trees.parse(text, statements), text, frame, namespace, extra or {})
    except (DapError, Interrupted):
        raise
    except BaseException as error:  # boundary: whatever the user's text raises is an answer
        failed = failure(error)
    try:
        raise failed
    finally:
        del failed  # it knows this frame by its traceback


def failure(error):
    """The DapError that tells about an exception of the user's text. The exception itself is let go."""
    short = error_text(error)
    if is_a(error, SyntaxError):
        short = "%s: %s" % (type_name(type_of(error)), error.msg)  # where in the text says the long form
    return DapError("cannot_evaluate", error=short, traceback=_traceback(error) or short)


def _traceback(error):
    """The traceback as Python prints it, without our own frames at its start."""
    import traceback

    shown = error.__traceback__
    while shown is not None and str(shown.tb_frame.f_globals.get("__name__")).startswith("dapper."):
        shown = shown.tb_next
    try:
        return "".join(user_call(traceback.format_exception, type_of(error), error, shown))
    except Interrupted:
        raise
    except BaseException:  # boundary: the exception's own code can't be trusted
        return None


def _run(tree, text, frame, namespace, extra):
    if frame is None:
        names = {} if namespace is None else namespace
        names.setdefault("__builtins__", builtins)
        return _run_in(tree, names, names, None, extra)
    if frame_locals.are_globals(frame):
        return _run_in(tree, frame.f_globals, frame.f_globals, frame, extra)
    if "__" in text:
        cls = _class_name(frame)
        if cls:
            trees.mangle(tree, cls)
    return _run_in(tree, frame.f_globals, frame_locals.read(frame), frame, extra)


def _run_in(tree, globals, names, frame, extra):
    flat = names is globals
    codes = trees.compiled(tree)
    used = set()
    for code in codes:
        trees.names_in(code, used)
    extra = {name: value for name, value in extra.items() if name in used and name not in names}
    if not flat:
        extra = {name: value for name, value in extra.items() if name not in globals}
    special = "super" in used or "__class__" in used
    nested = any(type_of(constant) is trees.Code for code in codes for constant in code.co_consts)
    if extra or not flat and (nested or special):
        return _run_nested(tree, globals, names, frame, used, extra)
    before = None if flat else dict(names)
    value = None
    try:
        for code in codes:
            value = user_call(eval, code, globals, names)
            if code.co_flags & _COROUTINE:
                value = user_call(awaiting.finish, value)
    finally:
        if not flat:
            _write_back(frame, before, names)
    return value


def _run_nested(tree, globals, names, frame, used, extra):
    flat = names is globals
    visible = dict(extra) if flat else dict(names, **extra)
    if "super" in used or "__class__" in used:
        owner = _owner_class(frame, names)
        if owner is not None:
            visible.setdefault("__class__", owner)
    visible = {name: value for name, value in visible.items() if name in used and _usable(name) or name == "__class__"}
    function, cells = trees.as_function(tree, globals, visible, flat)
    try:
        value = user_call(function, _first_argument(frame, names))
        return user_call(awaiting.finish, value) if function.__code__.co_flags & _COROUTINE else value
    finally:
        if not flat:
            after = dict(names)
            for name, cell in cells.items():
                try:
                    content = cell.cell_contents
                except ValueError:
                    after.pop(name, None)
                    continue
                if name in names or content is not visible.get(name, _UNBOUND):
                    after[name] = content
            _write_back(frame, names, after)


def _write_back(frame, before, after):
    """Give the frame what the text changed, and nothing else."""
    for name, value in after.items():
        if before.get(name, _UNBOUND) is not value:
            frame_locals.write(frame, name, value)
    for name in before:
        if name not in after:
            frame_locals.delete(frame, name)


def _usable(name):
    """Whether a name can be the parameter of a function: comprehensions call theirs ``.0``."""
    return name.isidentifier() and name not in ("None", "True", "False", "__debug__")


def _first_argument(frame, names):
    code = frame.f_code if frame is not None else None
    return names.get(code.co_varnames[0]) if code is not None and code.co_argcount else None


def _class_name(frame):
    """The name of the class whose body the code of ``frame`` was written in, or None."""
    code = frame.f_code
    qualname = getattr(code, "co_qualname", None)  # since 3.11
    if qualname is None:
        owner = _owner_class(frame, frame_locals.read(frame))
        return None if owner is None else type_name(owner)
    parts = qualname.split(".")
    for outer, inner in zip(parts[-2::-1], parts[:0:-1]):
        if "<locals>" not in (outer, inner):
            return outer
    return None


def _owner_class(frame, names):
    """The class whose method ``frame`` runs, or None."""
    if frame is None:
        return None
    if "__class__" in names:
        return names["__class__"]
    first = _first_argument(frame, names)
    for cls in mro_of(first if is_a(first, type) else type_of(first)):
        for held in namespace_of(cls).values():
            for function in (held, getattr(held, "__func__", None) if key_of(type_of(held)) in _WRAPPED else None):
                if type_of(function) is FunctionType and function.__code__ is frame.f_code:
                    return cls
            if type_of(held) is property and any(
                type_of(part) is FunctionType and part.__code__ is frame.f_code
                for part in (held.fget, held.fset, held.fdel)
            ):
                return cls
    return None


_WRAPPED = (staticmethod, classmethod)
