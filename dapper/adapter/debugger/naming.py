"""What an expression of a source file names in a frame, found without running any of the program."""
import builtins

from dapper.adapter.debugger import frame_locals
from dapper.adapter.debugger.values import (
    MISSING,
    FunctionType,
    ModuleType,
    is_a,
    key_of,
    mro_of,
    namespace_of,
    stored,
    type_attribute,
    type_of,
)


def value_of(node, frame):
    """The object an expression stands for, if it is a name, an attribute of one or a constant; else MISSING.

    Args:
        node: its syntax tree.
        frame: where its names are looked up.
    """
    kind = type_of(node).__name__
    if kind == "Constant":
        return node.value
    if kind == "Name":
        return _named(node.id, frame)
    if kind == "Attribute":
        owner = value_of(node.value, frame)
        return MISSING if owner is MISSING else _attribute(owner, node.attr)
    return MISSING


def _named(name, frame):
    for space in (frame_locals.read(frame), frame.f_globals, vars(builtins)):
        if name in space:
            return space[name]
    return MISSING


def _attribute(owner, name):
    if is_a(owner, ModuleType):
        return ModuleType.__dict__["__dict__"].__get__(owner).get(name, MISSING)
    found = type_attribute(owner, name) if is_a(owner, type) else stored(owner, name)
    return found.__func__ if key_of(type_of(found)) in (staticmethod, classmethod) else found


def classes_of(node, frame):
    """The classes an expression names, as a tuple, also nested ones; None when that can't be told."""
    if type_of(node).__name__ == "Tuple":
        found = [classes_of(item, frame) for item in node.elts]
        return None if None in found else tuple(cls for some in found for cls in some)
    return flat_classes(value_of(node, frame))


def flat_classes(value):
    """A class, or a tuple of such, as one tuple of classes; None if it is something else."""
    if is_a(value, tuple):
        found = [flat_classes(item) for item in tuple.__iter__(value)]
        return None if None in found else tuple(cls for some in found for cls in some)
    return (value,) if is_a(value, type) else None


def is_subclass(cls, classes):
    """``issubclass`` without the hooks a metaclass may have, as ``except`` itself does it."""
    return any(one in mro_of(cls) for one in classes)


def plain_function(value):
    """The Python function behind a value that a class holds, or None."""
    if key_of(type_of(value)) in (staticmethod, classmethod):
        value = value.__func__
    return value if type_of(value) is FunctionType else None


def has(cls, name):
    """Whether a class or one of its bases defines ``name``."""
    return any(name in namespace_of(base) for base in mro_of(cls))
