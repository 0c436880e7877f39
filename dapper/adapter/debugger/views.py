"""How each kind of value is taken apart: its items, and the named children that matter most."""
from _collections import deque
from itertools import islice

from dapper.adapter.debugger.texts import Limits, Text
from dapper.adapter.debugger.values import (
    MISSING,
    AsyncGeneratorType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MappingProxyType,
    exact_text,
    generator_state,
    instance_dict,
    is_a,
    module_of,
    mro_of,
    stored,
    type_attribute,
    type_name,
    type_of,
    user_call,
)

_LITERALS = frozenset((int, bool, float, complex, str, bytes, type(None), type(...)))


class Child:
    """One child of a value.

    Args:
        name: as shown.
        value: the value, or a members.Lazy.
        path: what follows the parent's expression to name this child; None: no expression names it.
        store: ``store(new_value)`` changes it; None: it cannot be changed.
        refusal: why it cannot.
        kind, attributes: for the presentation hint.
    """

    __slots__ = ("name", "value", "path", "store", "refusal", "kind", "attributes")

    def __init__(self, name, value, path=None, store=None, refusal="it is read-only", kind=None, attributes=()):
        self.name = name
        self.value = value
        self.path = path
        self.store = store
        self.refusal = refusal
        self.kind = kind
        self.attributes = attributes


class View:
    """A value without items. The base of all views, and the view of whatever has none of its own."""

    def __init__(self, value):
        self.value = value

    def length(self):
        """How many items there are."""
        return 0

    def page(self, start, stop, hex=False):
        """The items from ``start`` to before ``stop`` as Child objects."""
        return []

    def find(self, name, hex=False):
        """The item shown as ``name``, or None."""
        return None

    def facts(self):
        """Named children before the attributes."""
        return []


def _length_child(length):
    return Child("len()", length, path=("len(", ")"), attributes=("readOnly",))


class SequenceView(View):
    """Lists, tuples and whatever else is reached by its position in constant time."""

    def __init__(self, value, length, get, put=None, refusal="its items are fixed"):
        super().__init__(value)
        self._length = length
        self._get = get
        self._put = put
        self._refusal = refusal

    def length(self):
        return self._length(self.value)

    def page(self, start, stop, hex=False):
        stop = min(stop, self.length())
        width = self._width(hex)
        children = []
        for index in range(start, stop):
            try:
                children.append(self._child(index, width, hex))
            except IndexError:  # another thread made it shorter
                break
        return children

    def _child(self, index, width, hex):
        name = ("0x%0*x" if hex else "%0*d") % (width, index)
        store = None
        if self._put is not None:

            def store(new, put=self._put, value=self.value):
                put(value, index, new)

        return Child(name, self._get(self.value, index), "[%d]" % index, store, self._refusal)

    def _width(self, hex):
        last = max(self.length() - 1, 0)
        return len("%x" % last if hex else "%d" % last)

    def find(self, name, hex=False):
        try:
            index = int(name, 16 if name.startswith("0x") else 10)
        except ValueError:
            return None
        return self._child(index, self._width(hex), hex) if 0 <= index < self.length() else None

    def facts(self):
        return [_length_child(self.length())]


class SliceView(SequenceView):
    """Strings and bytes too long to be shown in one piece, in pieces."""

    PIECE = 32768

    def __init__(self, value, size, cut):
        super().__init__(value, lambda value: (size(value) + self.PIECE - 1) // self.PIECE, None)
        self._size = size
        self._cut = cut

    def _child(self, index, width, hex):
        start = index * self.PIECE
        stop = min(start + self.PIECE, self._size(self.value))
        piece = "[%d:%d]" % (start, stop)
        return Child(piece, self._cut(self.value, slice(start, stop)), piece, None, "strings can't be changed")

    def find(self, name, hex=False):
        start = name[1:].split(":")[0]
        index = int(start) // self.PIECE if start.isdigit() else -1
        return self._child(index, 0, hex) if 0 <= index < self.length() else None

    def facts(self):
        return [_length_child(self._size(self.value))]


class MappingView(View):
    """Dictionaries: a child a key, named by the text of the key."""

    def __init__(self, value, items, put=None):
        super().__init__(value)
        self._items = items
        self._put = put

    def length(self):
        return len(self.value) if not is_a(self.value, dict) else dict.__len__(self.value)

    def page(self, start, stop, hex=False):
        text = Text(Limits(string=1024), hex=hex)
        children, names = [], set()
        try:
            for key, value in islice(self._items(self.value), start, stop):
                children.append(self._child(key, value, text, names))
        except RuntimeError:  # another thread changed its size
            pass
        return children

    def _child(self, key, value, text, names):
        name = text.of(key)
        if name in names:
            name = "%s (id: %d)" % (name, id(key))
        names.add(name)
        literal = _literal(key)
        store = None
        if self._put is not None:

            def store(new, put=self._put, mapping=self.value):
                put(mapping, key, new)

        return Child(name, value, None if literal is None else "[%s]" % literal, store)

    def find(self, name, hex=False):
        text, names = Text(Limits(string=1024), hex=hex), set()
        for key, value in list(self._items(self.value)):
            if text.of(key) == name or name.endswith("(id: %d)" % id(key)):
                return self._child(key, value, text, names)
        return None

    def facts(self):
        return [_length_child(self.length())]


class SetView(View):
    """Sets: no order, no names, an item is replaced by another."""

    def __init__(self, value, cls):
        super().__init__(value)
        self._cls = cls

    def length(self):
        return self._cls.__len__(self.value)

    def page(self, start, stop, hex=False):
        children = []
        try:
            for item in islice(self._cls.__iter__(self.value), start, stop):
                children.append(self._child(item, hex))
        except RuntimeError:  # another thread changed its size
            pass
        return children

    def _child(self, item, hex):
        store = None
        if self._cls is set:

            def store(new, items=self.value):
                user_call(set.add, items, new)
                if new is not item and not user_call(lambda: new == item):
                    user_call(set.discard, items, item)

        return Child(("0x%x" if hex else "%d") % id(item), item, None, store, "a frozenset can't be changed")

    def find(self, name, hex=False):
        for item in list(self._cls.__iter__(self.value)):
            if name in (str(id(item)), "0x%x" % id(item)):
                return self._child(item, hex)
        return None

    def facts(self):
        return [_length_child(self.length())]


def _literal(key):
    """Text that evaluates to ``key``, or None."""
    if type_of(key) in (tuple, frozenset):
        if type_of(key) is frozenset:
            return None
        parts = [_literal(item) for item in key]
        return None if None in parts else "(%s)" % "".join(part + ", " for part in parts)
    if type_of(key) not in _LITERALS or key != key:
        return None
    if type_of(key) in (str, bytes) and len(key) > 1024:
        return None
    if type_of(key) in (float, complex) and ("inf" in repr(key) or "nan" in repr(key)):
        return None
    return repr(key) if type_of(key) is not int or key.bit_length() < 13000 else None


def _put_into_dict(mapping, key, new):
    user_call(_set_item, mapping, key, new)


def _set_item(container, key, new):
    container[key] = new


class FactsView(View):
    """Values whose most telling attributes stand first."""

    def __init__(self, value, children):
        super().__init__(value)
        self._children = children

    def facts(self):
        return self._children(self.value)


def _exception_facts(error):
    children = [Child("args", BaseException.args.__get__(error), ".args", _setter(error, "args"))]
    for name, descriptor in _EXCEPTION_PARTS:
        value = descriptor.__get__(error)
        if value is not None:
            children.append(Child(name, value, "." + name, _setter(error, name)))
    notes = (instance_dict(error) or {}).get("__notes__")
    if notes is not None:
        children.append(Child("__notes__", notes, ".__notes__", _setter(error, "__notes__")))
    parts = stored(error, "exceptions")
    if is_a(parts, tuple):
        children.append(Child("exceptions", parts, ".exceptions"))
    return children


_EXCEPTION_PARTS = [
    (name, BaseException.__dict__[name]) for name in ("__cause__", "__context__", "__traceback__")
]


def _generator_facts(value):
    state, line = generator_state(value)
    return [Child("(state)", state, None, kind="virtual")] + (
        [Child("(line)", line, None, kind="virtual")] if line is not None else []
    )


def _function_facts(function):
    children = []
    names, cells = function.__code__.co_freevars, function.__closure__ or ()
    for index, (name, cell) in enumerate(zip(names, cells)):
        try:
            held = cell.cell_contents
        except ValueError:
            continue  # not yet bound

        def store(new, cell=cell):
            cell.cell_contents = new

        children.append(Child("(closure) " + name, held, ".__closure__[%d].cell_contents" % index, store))
    return children


def _enum_facts(value):
    return [
        Child(shown, stored(value, held), "." + shown) for shown, held in (("name", "_name_"), ("value", "_value_"))
    ]


def _field_facts(names):
    def facts(value):
        children = []
        for name in names:
            held = stored(value, name)
            if held is not MISSING:
                children.append(Child(name, held, "." + name, _setter(value, name)))
        return children

    return facts


def _setter(owner, name):
    return lambda new: user_call(setattr, owner, name, new)


def _array_put(array, index, new):
    array[index] = new


def view_of(value, limits):
    """The View for ``value``."""
    cls = type_of(value)
    bases = mro_of(cls)
    for base in bases:
        make = _VIEWS.get(base)
        if make is not None:
            return make(value)
    if str in bases and str.__len__(value) > limits.string:
        return SliceView(value, str.__len__, lambda text, piece: exact_text(text, piece.start, piece.stop))
    if bytes in bases and bytes.__len__(value) > limits.string:
        return SliceView(value, bytes.__len__, bytes.__getitem__)
    return _library_view(value, cls, bases)


def _library_view(value, cls, bases):
    """Views of classes that are recognised without importing the module they are from."""
    names = {(module_of(base), type_name(base)) for base in bases}
    if ("array", "array") in names:
        return SequenceView(value, len, lambda array, index: array[index], _array_put)
    if ("enum", "Enum") in names:
        return FactsView(value, _enum_facts)
    fields = type_attribute(cls, "__dataclass_fields__")
    if type_of(fields) is dict and not is_a(value, type):
        return FactsView(value, _field_facts(list(fields)))
    fields = type_attribute(cls, "__attrs_attrs__")
    if is_a(fields, tuple) and not is_a(value, type):
        return FactsView(value, _field_facts([field.name for field in fields]))
    return View(value)


class _TupleView(SequenceView):
    """Tuples; a named tuple names its items."""

    def __init__(self, value):
        super().__init__(value, tuple.__len__, tuple.__getitem__, None, "the items of a tuple can't be changed")

    def facts(self):
        names = type_attribute(type_of(self.value), "_fields")
        named = []
        if is_a(names, tuple) and len(names) == self.length():
            pairs = zip(names, tuple.__iter__(self.value))
            named = [Child(name, item, "." + name, None, self._refusal) for name, item in pairs]
        return named + super().facts()


def _memory(value):
    try:
        if value.ndim != 1:
            return View(value)
    except ValueError:  # released
        return View(value)
    put = None if value.readonly else _array_put
    return SequenceView(value, len, lambda view, index: view[index], put, "the memory is read-only")


_VIEWS = {
    list: lambda value: SequenceView(value, list.__len__, list.__getitem__, _array_put),
    tuple: _TupleView,
    deque: lambda value: SequenceView(value, deque.__len__, deque.__getitem__, _array_put),
    range: lambda value: SequenceView(value, len, range.__getitem__, None, "a range can't be changed"),
    dict: lambda value: MappingView(value, lambda mapping: iter(dict.items(mapping)), _put_into_dict),
    MappingProxyType: lambda value: MappingView(value, lambda mapping: iter(mapping.items())),
    set: lambda value: SetView(value, set),
    frozenset: lambda value: SetView(value, frozenset),
    bytearray: lambda value: SequenceView(value, bytearray.__len__, bytearray.__getitem__, _array_put),
    memoryview: _memory,
    BaseException: lambda value: FactsView(value, _exception_facts),
    GeneratorType: lambda value: FactsView(value, _generator_facts),
    CoroutineType: lambda value: FactsView(value, _generator_facts),
    AsyncGeneratorType: lambda value: FactsView(value, _generator_facts),
    FunctionType: lambda value: FactsView(value, _function_facts),
}
