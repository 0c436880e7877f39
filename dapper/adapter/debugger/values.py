"""Facts about values, asked so that none of the user's code runs; what does run it passes through ``user_call``.

Types are asked, never instances: ``obj.__class__`` may lie and ``getattr`` may run a property.
"""
import sys

from dapper.adapter.debugger.visits import Interrupted, user_call

type_of = type
_is_below = type.__dict__["__subclasscheck__"]
_HASH, _EQ = object.__dict__["__hash__"], object.__dict__["__eq__"]
mro_of = type.__dict__["__mro__"].__get__
namespace_of = type.__dict__["__dict__"].__get__
_name_of = type.__dict__["__name__"].__get__
_qualname_of = type.__dict__["__qualname__"].__get__
_module_of = type.__dict__["__module__"].__get__
module_dict = type(sys).__dict__["__dict__"].__get__

FunctionType = type(lambda: None)
MethodType = type(FunctionType.__get__(lambda: None, 0))
BuiltinType = type(len)
ModuleType = type(sys)
GeneratorType = type((lambda: (yield))())
MappingProxyType = type(type.__dict__)
GetSetType = type(FunctionType.__code__)
MemberType = type(FunctionType.__globals__)
CodeType = type((lambda: None).__code__)


async def _coroutine():
    return None


async def _async_generator():
    yield None


_probe = _coroutine()
CoroutineType = type(_probe)
_probe.close()
AsyncGeneratorType = type(_async_generator())
_probe = (lambda: (yield))()
_NEW_LASTI = _probe.gi_frame.f_lasti
del _probe, _coroutine, _async_generator

MISSING = type("Missing", (), {"__slots__": (), "__repr__": lambda self: "<missing>"})()


def type_attribute(cls, name):
    """What ``name`` is in ``cls`` or the nearest of its bases, raw, or MISSING. Runs no code of a metaclass."""
    for base in mro_of(cls):
        found = namespace_of(base).get(name, MISSING)
        if found is not MISSING:
            return found
    return MISSING


def is_a(value, cls):
    """``isinstance`` by the real type alone."""
    return _is_below(cls, type_of(value))


def key_of(cls):
    """A class as a key of dicts and sets: itself, or its id where its metaclass says what is equal to it."""
    meta = type_of(cls)
    if meta is type or type_attribute(meta, "__hash__") is _HASH and type_attribute(meta, "__eq__") is _EQ:
        return cls
    return id(cls)


def type_name(cls):
    """The plain name of a class."""
    return _name_of(cls)


def full_type_name(cls):
    """The name of a class with its module, the way Python's own messages give it: builtins have no module."""
    module = module_of(cls)
    return _qualname_of(cls) if module in ("", "builtins") else "%s.%s" % (module, _qualname_of(cls))


def module_of(cls):
    """The name of the module a class says it is from, or ``""``."""
    try:
        module = _module_of(cls)
    except AttributeError:  # a class whose __module__ was deleted
        return ""
    return module if type_of(module) is str else ""


def plain(value):
    """A text for any value by type facts alone: ``<package.Class object at 0x…>``."""
    return "<%s object at 0x%x>" % (full_type_name(type_of(value)), id(value))


def exact_text(text, start=0, stop=None):
    """A piece of a str or str subclass as an exact str."""
    return str.__getitem__(text, slice(start, stop))


def error_text(error):
    """``Type: message`` of an exception whose ``__str__`` may be broken too."""
    name = full_type_name(type_of(error))
    try:
        message = exact_text(user_call(str, error), 0, 65536)
    except Interrupted:
        raise
    except BaseException as broken:  # boundary: a broken __str__ must not hide the error it belongs to
        message = "<str failed: %s>" % type_name(type_of(broken))
    return "%s: %s" % (name, message) if message else name


def stored(value, name):
    """What an instance holds under ``name`` in its ``__dict__`` or a slot; MISSING if nothing, or only by user code."""
    facts = instance_dict(value)
    if facts is not None and name in facts:
        return facts[name]
    slot = type_attribute(type_of(value), name)
    if type_of(slot) is not MemberType:
        return slot
    try:
        return slot.__get__(value)
    except AttributeError:
        return MISSING


def instance_dict(value):
    """The ``__dict__`` of an instance, or None. Properties of that name are passed over."""
    for base in mro_of(type_of(value)):
        found = namespace_of(base).get("__dict__")
        if key_of(type_of(found)) in (GetSetType, MemberType):
            try:
                facts = found.__get__(value)
            except (AttributeError, TypeError):
                return None
            return facts if is_a(facts, dict) or type_of(facts) is MappingProxyType else None
    return None


def proxied(proxy):
    """The mapping behind a mappingproxy."""
    from gc import get_referents

    return get_referents(proxy)[0]


def callable_name(function):
    """The qualified name of a function or whatever stands in its place."""
    name = function.__qualname__ if key_of(type_of(function)) in (FunctionType, BuiltinType) else None
    return name if type_of(name) is str else type_name(type_of(function))


def plain_running(value):
    """``<generator object f at 0x…>`` for generators, coroutines and asynchronous generators."""
    return "<%s object %s at 0x%x>" % (type_name(type_of(value)), value.__qualname__, id(value))


def generator_state(value):
    """(state, line) of a generator, coroutine or asynchronous generator: created, running, suspended or closed."""
    prefix = {GeneratorType: "gi", CoroutineType: "cr", AsyncGeneratorType: "ag"}[type_of(value)]
    frame = getattr(value, prefix + "_frame")
    if frame is None:
        return "closed", None
    line = frame.f_lineno
    if getattr(value, prefix + "_running"):
        return "running", line
    suspended = getattr(value, prefix + "_suspended", None)  # since 3.11 and 3.12
    if suspended is None:
        suspended = frame.f_lasti > _NEW_LASTI
    return ("suspended at line %s" % line, line) if suspended else ("created", line)
