"""The attributes of any object, found without running its code: what would need it is lazy."""
from dapper.adapter.debugger.values import (
    MISSING,
    BuiltinType,
    FunctionType,
    GetSetType,
    MappingProxyType,
    MemberType,
    MethodType,
    ModuleType,
    instance_dict,
    is_a,
    key_of,
    module_of,
    mro_of,
    namespace_of,
    type_attribute,
    type_of,
    user_call,
)

_MethodDescriptor = type(list.append)
_SlotWrapper = type(list.__repr__)
_ClassMethodDescriptor = type(dict.__dict__["fromkeys"])
_MethodWrapper = type([].__repr__)

FUNCTIONS = (
    FunctionType, BuiltinType, MethodType, _MethodDescriptor, _SlotWrapper, _ClassMethodDescriptor, _MethodWrapper,
    staticmethod, classmethod,
)
_BOUND_IN_C = (_MethodDescriptor, _SlotWrapper, _ClassMethodDescriptor)

#: C attributes that are more than a look: they warn, run annotations, or copy all locals of a frame.
_COSTLY = frozenset(("co_lnotab", "__annotations__", "__annotate__", "f_locals", "f_generator"))
_C_MODULES = frozenset((
    "builtins", "types", "collections", "_collections", "functools", "itertools", "operator", "weakref",
    "_thread", "_io", "io", "datetime", "decimal", "array", "re", "_sre", "mmap", "socket", "_socket", "ssl",
    "_ssl", "sqlite3", "time", "os", "posix", "sys", "_struct", "zlib", "hashlib", "_hashlib", "_asyncio",
    "asyncio", "_random", "_queue", "select", "ctypes", "_ctypes", "contextvars", "_contextvars", "uuid",
    "xml.etree.ElementTree", "typing", "string.templatelib",
))


class Lazy:
    """The value of an attribute that only user code can tell.

    Args:
        owner: whose attribute it is.
        name: the attribute.
    """

    __slots__ = ("owner", "name")

    def __init__(self, owner, name):
        self.owner = owner
        self.name = name

    def fetch(self):
        """Run it. Raises whatever the user's code raises."""
        return user_call(getattr, self.owner, self.name)


def member(owner, name):
    """One attribute: its value, a Lazy, or MISSING."""
    if is_a(owner, type):
        return _of_class(owner, name)
    found = type_attribute(type_of(owner), name)
    facts = instance_dict(owner)
    held = MISSING if facts is None else facts.get(name, MISSING)
    if found is MISSING:
        return held
    kind = type_of(found)
    if key_of(kind) in (MemberType, GetSetType):
        return _native(found, owner, name)
    if held is not MISSING and type_attribute(kind, "__set__") is MISSING:
        if type_attribute(kind, "__delete__") is MISSING:
            return held
    return _bound(found, owner, name)


def members(owner):
    """All attributes of ``owner``: [(name, value or Lazy)], in no order that means anything."""
    names = {}
    if is_a(owner, type):
        for base in mro_of(type_of(owner)):
            names.update(dict.fromkeys(namespace_of(base)))
        for base in mro_of(owner):
            names.update(dict.fromkeys(namespace_of(base)))
    elif is_a(owner, ModuleType):
        names.update(dict.fromkeys(instance_dict(owner) or ()))
    else:
        for base in mro_of(type_of(owner)):
            names.update(dict.fromkeys(namespace_of(base)))
        names.update(dict.fromkeys(instance_dict(owner) or ()))
    found = []
    for name in names:
        if type_of(name) is str:
            value = member(owner, name)
            if value is not MISSING:
                found.append((name, value))
    return found


def hidden_names(owner):
    """Names ``dir()`` of a class with its own ``__dir__`` tells besides those of ``members``; runs it."""
    known = {name for name, _ in members(owner)}
    return sorted(name for name in user_call(dir, owner) if type_of(name) is str and name not in known)


def tells_more(owner):
    """Whether the type of ``owner`` has written a ``__dir__`` of its own."""
    return type_of(type_attribute(type_of(owner), "__dir__")) is FunctionType


def is_function(value):
    """Whether ``value`` belongs to the functions of an object."""
    return key_of(type_of(value)) in FUNCTIONS or is_a(value, BuiltinType)  # C has kinds of methods of its own


def _of_class(cls, name):
    meta = type_attribute(type_of(cls), name)
    found = type_attribute(cls, name)
    if key_of(type_of(meta)) in (MemberType, GetSetType):
        return _native(meta, cls, name)
    if found is MISSING:
        return meta if meta is MISSING else _bound(meta, cls, name)
    kind = type_of(found)
    if kind is classmethod:
        return _method(found.__func__, cls)
    if kind is staticmethod:
        return found.__func__
    if kind is _ClassMethodDescriptor:
        return found.__get__(None, cls)
    if key_of(kind) in _PASSIVE or type_attribute(kind, "__get__") is MISSING:
        return found
    return Lazy(cls, name)


_PASSIVE = (FunctionType, MemberType, GetSetType, _MethodDescriptor, _SlotWrapper, property, BuiltinType, MethodType)


def _native(descriptor, owner, name):
    """Read an attribute that lives in C, if that is only a look."""
    if name in _COSTLY or module_of(descriptor.__objclass__) not in _C_MODULES and type_of(descriptor) is GetSetType:
        if name not in ("__dict__", "__weakref__"):
            return Lazy(owner, name)
    try:
        return descriptor.__get__(owner, type_of(owner))
    except Exception:  # boundary: an unset slot, or a C attribute that has no value now
        return MISSING


def _bound(found, owner, name):
    """What a class attribute is when it is looked up on an instance."""
    kind = type_of(found)
    if kind is FunctionType:
        return _method(found, owner)
    if key_of(kind) in _BOUND_IN_C:
        return found.__get__(owner, type_of(owner))
    if kind is staticmethod:
        return found.__func__
    if kind is classmethod:
        return _method(found.__func__, type_of(owner))
    if key_of(kind) in (BuiltinType, MethodType, MappingProxyType) or type_attribute(kind, "__get__") is MISSING:
        return found
    return Lazy(owner, name)


def _method(function, owner):
    """A bound method, when ``function`` is one that binds so."""
    return MethodType(function, owner) if type_of(function) is FunctionType else function
