"""Whether a context manager keeps an exception from leaving its block; told without running any of it."""
from dapper.adapter.debugger import naming
from dapper.adapter.debugger.guards import kind, walk
from dapper.adapter.debugger.values import (
    MISSING,
    FunctionType,
    GeneratorType,
    instance_dict,
    is_a,
    module_of,
    stored,
    type_attribute,
    type_name,
    type_of,
)

_EXPECTING = ("raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp")


def stops(statement, frame, exc_type, judge):
    """Whether one of the managers of a ``with`` statement swallows an exception of its block.

    Args:
        statement: the With or AsyncWith.
        frame: the frame it runs in.
        exc_type: the exception's class.
        judge: a Judge, for generators that manage a context.
    """
    leave = "__aexit__" if kind(statement) == "AsyncWith" else "__exit__"
    return any(_swallows(item, frame, exc_type, leave, judge) for item in reversed(statement.items))


def _swallows(item, frame, exc_type, leave, judge):
    node = item.context_expr
    if kind(node) != "Call":
        manager = naming.value_of(node, frame)
        return manager is not MISSING and _object_swallows(manager, exc_type, leave, judge)
    maker = naming.value_of(node.func, frame)
    name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
    if name in _EXPECTING or is_a(maker, type) and type_name(maker) == "suppress" and module_of(maker) == "contextlib":
        wanted = node.args[:1] if name in _EXPECTING else node.args
        wanted = wanted or [word.value for word in node.keywords if word.arg in ("expected_exception", "exception")]
        classes = [naming.classes_of(one, frame) for one in wanted]
        if None in classes:
            return True  # it expects something, and what can't be told
        return any(naming.is_subclass(exc_type, some) for some in classes)
    target = naming.value_of(item.optional_vars, frame) if item.optional_vars is not None else MISSING
    if target is not MISSING and naming.has(type_of(target), leave):
        if maker is MISSING or type_of(target) is maker:
            return _object_swallows(target, exc_type, leave, judge)
    if is_a(maker, type):
        return _class_swallows(maker, leave, judge)
    if type_of(maker) is FunctionType:
        inner = (instance_dict(maker) or {}).get("__wrapped__")
        if type_of(inner) is FunctionType and maker.__code__.co_filename.endswith("contextlib.py"):
            return judge.generator_swallows(inner.__code__, inner.__globals__, exc_type)
    return False


def _object_swallows(manager, exc_type, leave, judge):
    """The same for a manager that is at hand."""
    for name in ("_exceptions", "expected", "expected_exception", "expected_exceptions"):
        classes = naming.flat_classes(stored(manager, name))
        if classes:
            return naming.is_subclass(exc_type, classes)
    generator = stored(manager, "gen")
    if type_of(generator) is GeneratorType:
        return generator.gi_frame is not None and judge.would_handle(generator.gi_frame, exc_type)
    callbacks = stored(manager, "_exit_callbacks")
    if callbacks is not MISSING and module_of(type_of(manager)) == "contextlib":
        managers = [getattr(callback, "__self__", MISSING) for _, callback in callbacks]
        return any(_object_swallows(one, exc_type, leave, judge) for one in managers if one is not MISSING)
    return _class_swallows(type_of(manager), leave, judge)


def _class_swallows(cls, leave, judge):
    """The same for any manager of a class: whether its exit method may give a true value."""
    function = naming.plain_function(type_attribute(cls, leave))
    guards = judge.guards.of_file(function.__code__.co_filename) if function is not None else None
    tree = guards.function(function.__code__) if guards is not None else None
    if tree is None:
        return False  # written in C; those that come with Python let everything pass
    return any(kind(node) == "Return" and _may_be_true(node.value) for node in walk(tree.body))


def _may_be_true(node):
    """Whether an exit method means to swallow; one that hands on what another one returned does not by itself."""
    what = kind(node)
    if what in ("Constant", "NameConstant"):
        return bool(node.value)
    if what == "Call":
        return getattr(node.func, "id", "") in ("issubclass", "isinstance", "bool")
    return what in ("Compare", "BoolOp", "UnaryOp")
