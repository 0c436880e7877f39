"""What a value looks like in text: bounded, and with no more of the user's code than the value's own ``__repr__``."""
from _collections import OrderedDict, defaultdict, deque
from itertools import islice

from dapper.adapter.debugger.originals import monotonic
from dapper.adapter.debugger import arrays
from dapper.adapter.debugger.descriptions import text_maker
from dapper.adapter.debugger.values import (
    AsyncGeneratorType,
    CodeType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    Interrupted,
    MappingProxyType,
    MethodType,
    ModuleType,
    callable_name,
    error_text,
    exact_text,
    full_type_name,
    generator_state,
    instance_dict,
    is_a,
    key_of,
    module_dict,
    mro_of,
    plain,
    plain_running,
    proxied,
    stored,
    type_attribute,
    type_name,
    type_of,
    user_call,
)

SLOW = 0.045  #: seconds after which a ``__repr__`` is slow: with one such no answer comes at once


def cut(text, limit):
    """``text``, or its head with a mark behind it that cannot be taken for data."""
    length = str.__len__(text)
    if length <= limit:
        return exact_text(text)
    return "%s... (%d characters)" % (exact_text(text, 0, limit), length)


class Text:
    """Makes texts of values for one answer.

    Args:
        limits: Limits.
        hex: whole numbers in base 16.
        user_code: False: a value that could only be shown by running its ``__repr__`` is shown by type facts, and
            ``incomplete`` says so.
        until: a time of ``time.monotonic``; no ``__repr__`` of the user is started after it.
        summaries: large arrays and tables in one line instead of their own ``__repr__``.
        slow: a Display, which knows the classes whose ``__repr__`` takes long: inside of containers theirs are not run,
            and new ones are noted.
    """

    __slots__ = (
        "limits", "hex", "user_code", "incomplete", "_until", "_summaries", "_slow", "_open", "_used", "_makers",
    )

    def __init__(self, limits, hex=False, user_code=True, until=None, summaries=True, slow=None):
        self.limits = limits
        self.hex = hex
        self.user_code = user_code
        self.incomplete = False
        self._until = until
        self._summaries = summaries
        self._slow = slow
        self._open = []
        self._used = 0
        self._makers = {}  # class → maker

    def of(self, value, level=0):
        """The text of ``value``; ``level`` counts the containers around it."""
        if not level:
            self._used = 0
        cls = type_of(value)
        key = key_of(cls)
        maker = self._makers.get(key)
        if maker is None:
            maker = self._makers[key] = _maker(cls)
        try:
            return maker(self, value, level)
        except (RuntimeError, AttributeError, ValueError) as error:  # it changes while it is read, or is half made
            return "<%s can't be shown: %s>" % (type_name(cls), error_text(error))

    def foreign(self, value, level, make=repr):
        """The text that code of the user or of a library makes."""
        limit = self.limits.inner_string if level else self.limits.string
        slow, began = self._slow, monotonic()
        if not self.user_code or self._until is not None and began > self._until:
            self.incomplete = True
            return plain(value)
        if level and slow is not None and slow.is_slow(type_of(value)):
            self.incomplete = True
            return plain(value)
        try:
            kind = arrays.kind_of(type_of(value)) if self._summaries and make is repr else None
            if kind is not None and not arrays.speaks_for_itself(type_of(value)):
                if kind.columns is not None or level or arrays.size(kind, value) > self.limits.items:
                    return arrays.summary(kind, value, lambda item: self.of(item, level + 1))
            return cut(user_call(make, value), limit)
        except Interrupted:
            raise
        except BaseException as error:  # boundary: a failing __repr__ is shown and never fails a request
            return "<repr of %s failed: %s>" % (type_name(type_of(value)), cut(error_text(error), limit))
        finally:
            if slow is not None and monotonic() - began > SLOW:
                slow.note_slow(type_of(value))

    # -- builtin values -------------------------------------------------------------------------------------------

    def _int(self, value, level):
        bits = int.bit_length(value)
        if self.hex:
            return int.__format__(value, "#x")
        if bits <= 13000:  # beyond, base 10 takes quadratic time, and Python refuses it from 4300 digits on
            try:
                return int.__repr__(value)
            except ValueError:  # the user has set that limit lower
                pass
        limit = self.limits.inner_string if level else self.limits.string
        if bits // 4 < limit:
            return int.__format__(value, "#x")
        head = abs(int.__index__(value)) >> (bits - 128)
        return "%s%#x... (%d bits)" % ("-" if int.__lt__(value, 0) else "", head, bits)

    def _str(self, value, level):
        limit = self.limits.inner_string if level else self.limits.string
        length = str.__len__(value)
        if length <= limit:
            return str.__repr__(value)
        return "%s... (%d characters)" % (repr(exact_text(value, 0, limit)), length)

    def _bytes(self, value, level):
        return self._octets(value, level, bytes, "%s")

    def _bytearray(self, value, level):
        return self._octets(value, level, bytearray, "bytearray(%s)")

    def _octets(self, value, level, cls, form):
        limit = self.limits.inner_string if level else self.limits.string
        length = cls.__len__(value)
        text = form % repr(bytes(cls.__getitem__(value, slice(0, limit))))
        return text if length <= limit else "%s... (%d bytes)" % (text, length)

    def _plain(self, value, level):
        return plain(value)

    def _memoryview(self, value, level):
        try:
            return "<memory at 0x%x, %s %s>" % (id(value), value.format, list(value.shape))
        except ValueError:
            return "<released memory at 0x%x>" % id(value)

    def _type(self, value, level):
        return "<class '%s'>" % full_type_name(value)

    def _method(self, value, level):
        return "<bound method %s of %s>" % (callable_name(value.__func__), self._short(value.__self__))

    def _short(self, value):
        return "<class '%s'>" % full_type_name(value) if is_a(value, type) else plain(value)

    def _module(self, value, level):
        facts = module_dict(value) or {}
        name, path = facts.get("__name__"), facts.get("__file__")
        name = name if type_of(name) is str else "?"
        return "<module %r from %r>" % (name, path) if type_of(path) is str else "<module %r>" % name

    def _exception(self, value, level):
        args = BaseException.args.__get__(value)
        return "%s(%s)" % (type_name(type_of(value)), ", ".join(self._each(args, len(args), level)))

    def _slice(self, value, level):
        return "slice(%s)" % ", ".join(self._each((value.start, value.stop, value.step), 3, level))

    def _range(self, value, level):
        parts = (value.start, value.stop, value.step)[: 2 if value.step == 1 else 3]
        return "range(%s)" % ", ".join(self._each(parts, len(parts), level))

    def _generator(self, value, level):
        return "%s, %s>" % (plain_running(value)[:-1], generator_state(value)[0])

    # -- containers -----------------------------------------------------------------------------------------------

    def _shown(self, level):
        return self.limits.inner_items if level else self.limits.items

    def _each(self, items, length, level):
        """The texts of the first ``items``, and ``...`` when there are more."""
        texts = []
        for item in islice(items, min(self._shown(level), length)):
            texts.append(self.of(item, level + 1))
            self._used += len(texts[-1])
            if self._used > self.limits.total:
                break
        return texts if len(texts) == length else texts + ["..."]

    def _pairs(self, pairs, length, level):
        texts = []
        for key, value in islice(pairs, min(self._shown(level), length)):
            texts.append("%s: %s" % (self.of(key, level + 1), self.of(value, level + 1)))
            self._used += len(texts[-1])
            if self._used > self.limits.total:
                break
        return texts if len(texts) == length else texts + ["..."]

    def _inside(self, value, level, length, opening, closing, make, items):
        """The texts of what is inside ``value`` between brackets, unless it is too deep or inside itself."""
        if not length:
            return opening + closing
        if level >= self.limits.depth or any(value is other for other in self._open):
            return opening + "..." + closing
        self._open.append(value)
        try:
            return opening + ", ".join(make(items(value), length, level)) + closing
        finally:
            self._open.pop()

    def _list(self, value, level):
        return self._inside(value, level, list.__len__(value), "[", "]", self._each, list.__iter__)

    def _tuple(self, value, level):
        length = tuple.__len__(value)
        return self._inside(value, level, length, "(", ",)" if length == 1 else ")", self._each, tuple.__iter__)

    def _dict(self, value, level):
        return self._inside(value, level, dict.__len__(value), "{", "}", self._pairs, _dict_items)

    def _set(self, value, level):
        length, cls = set.__len__(value), type_of(value)
        if length and cls is set:
            return self._inside(value, level, length, "{", "}", self._each, set.__iter__)
        return self._named(value, level, length, self._each, set.__iter__)

    def _frozenset(self, value, level):
        return self._named(value, level, frozenset.__len__(value), self._each, frozenset.__iter__)

    def _named(self, value, level, length, make, items):
        name = type_name(type_of(value))
        brackets = (name + "({", "})") if length else (name + "(", ")")
        return self._inside(value, level, length, *brackets, make, items)

    def _deque(self, value, level):
        maxlen = deque.maxlen.__get__(value)
        end = "])" if maxlen is None else "], maxlen=%d)" % maxlen
        start = type_name(type_of(value)) + "(["
        return self._inside(value, level, deque.__len__(value), start, end, self._each, deque.__iter__)

    def _ordered(self, value, level):
        return self._named(value, level, dict.__len__(value), self._pairs, _dict_items)

    def _defaultdict(self, value, level):
        factory = self.of(defaultdict.default_factory.__get__(value), level + 1)
        start = "%s(%s, {" % (type_name(type_of(value)), factory)
        return self._inside(value, level, dict.__len__(value), start, "})", self._pairs, _dict_items)

    def _dict_view(self, value, level):
        return self._inside(value, level, len(value), type_name(type_of(value)) + "([", "])", self._each, iter)

    def _proxy(self, value, level):
        inner = proxied(value)
        if type_of(inner) is not dict:
            return self.foreign(value, level)
        return "mappingproxy(%s)" % self._dict(inner, level)

    # -- classes made by the standard library -----------------------------------------------------------------------

    def _named_tuple(self, value, level):
        names = type_attribute(type_of(value), "_fields")
        return self._fields(value, level, zip(names, tuple.__iter__(value)))

    def _enum(self, value, level):
        facts = instance_dict(value) or {}
        return "<%s.%s: %s>" % (type_name(type_of(value)), facts.get("_name_"), self.of(facts.get("_value_"), level))

    def _dataclass(self, value, level):
        facts = type_attribute(type_of(value), "__dataclass_fields__")
        pairs = []
        for name, field in facts.items():
            if field.repr and field._field_type.name == "_FIELD":
                pairs.append((name, stored(value, name)))
        return self._fields(value, level, pairs)

    def _fields(self, value, level, pairs):
        def make(pairs, length, level):
            return ["%s=%s" % (name, self.of(item, level + 1)) for name, item in islice(pairs, self._shown(level))]

        return self._inside(value, level, 1, type_name(type_of(value)) + "(", ")", make, lambda _: pairs)


def _dict_items(value):
    return iter(dict.items(value))


def _maker(cls):
    """The function ``(text, value, level)`` that makes the texts of instances of ``cls``."""
    described = text_maker(cls)
    if described is not None:
        return lambda text, value, level: text.foreign(value, level, described)
    representation = type_attribute(cls, "__repr__")
    maker = None
    if key_of(type_of(representation)) in _C_REPRS:
        maker = _BY_REPR.get(representation)
    elif type_of(representation) is FunctionType:
        maker = _generated(cls, representation)
    return maker or Text.foreign


def _generated(cls, function):
    """The maker for a ``__repr__`` the standard library wrote: namedtuple, dataclass, Counter."""
    home = function.__globals__.get("__name__")
    if home == "enum":
        return Text._enum if function.__qualname__ == "Enum.__repr__" else None
    if home == "collections":
        if function.__qualname__ == "Counter.__repr__":
            return Text._ordered
        if any(base is tuple for base in mro_of(cls)) and is_a(type_attribute(cls, "_fields"), tuple):
            return Text._named_tuple
    elif home in ("dataclasses", "reprlib"):
        inner = getattr(function, "__wrapped__", None)
        if type_of(inner) is FunctionType and inner.__code__.co_filename == "<string>":
            return Text._dataclass
    return None


_C_REPRS = {type(object.__repr__), type(list.__repr__), type(type.__repr__)}

_BY_REPR = {
    int.__repr__: Text._int,
    bool.__repr__: lambda text, value, level: "True" if value else "False",
    float.__repr__: lambda text, value, level: float.__repr__(value),
    complex.__repr__: lambda text, value, level: complex.__repr__(value),
    type(None).__repr__: lambda text, value, level: "None",
    type(...).__repr__: lambda text, value, level: "Ellipsis",
    type(NotImplemented).__repr__: lambda text, value, level: "NotImplemented",
    str.__repr__: Text._str,
    bytes.__repr__: Text._bytes,
    bytearray.__repr__: Text._bytearray,
    memoryview.__repr__: Text._memoryview,
    list.__repr__: Text._list,
    tuple.__repr__: Text._tuple,
    dict.__repr__: Text._dict,
    set.__repr__: Text._set,
    frozenset.__repr__: Text._frozenset,
    deque.__repr__: Text._deque,
    OrderedDict.__repr__: Text._ordered,
    defaultdict.__repr__: Text._defaultdict,
    type({}.keys()).__repr__: Text._dict_view,
    type({}.values()).__repr__: Text._dict_view,
    type({}.items()).__repr__: Text._dict_view,
    MappingProxyType.__repr__: Text._proxy,
    range.__repr__: Text._range,
    slice.__repr__: Text._slice,
    object.__repr__: Text._plain,
    type.__repr__: Text._type,
    FunctionType.__repr__: lambda text, value, level: "<function %s at 0x%x>" % (callable_name(value), id(value)),
    MethodType.__repr__: Text._method,
    ModuleType.__repr__: Text._module,
    BaseException.__repr__: Text._exception,
    GeneratorType.__repr__: Text._generator,
    CoroutineType.__repr__: Text._generator,
    AsyncGeneratorType.__repr__: Text._generator,
    CodeType.__repr__: lambda text, value, level: repr(value),
}
