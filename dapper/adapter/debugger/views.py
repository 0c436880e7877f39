"""How the items of a value are reached: by position, by key, by identity, by column; in pages."""
from itertools import islice

from dapper.adapter.debugger import arrays
from dapper.adapter.debugger.display import Limits
from dapper.adapter.debugger.texts import Text
from dapper.adapter.debugger.values import (
    MISSING,
    is_a,
    key_of,
    type_of,
    user_call,
)

KEYS = Limits(inner_string=1024)
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

    ``rename`` is None, or a function that makes the name with a texts.Text that may run user code; ``declared`` is
    None, or the code in which the name is a variable.
    """

    __slots__ = ("name", "value", "path", "store", "refusal", "kind", "attributes", "rename", "declared")

    def __init__(self, name, value, path=None, store=None, refusal="it is read-only", kind=None, attributes=()):
        self.rename = None
        self.declared = None
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

    def last(self):
        """The child behind the items: the length of a container."""
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
        child = Child(name, self._get(self.value, index), "[%d]" % index, None, self._refusal)
        if self._put is not None:
            child.store = lambda new: user_call(self._put, self.value, index, new)
        return child

    def _width(self, hex):
        last = max(self.length() - 1, 0)
        return len("%x" % last if hex else "%d" % last)

    def find(self, name, hex=False):
        try:
            index = int(name, 16 if name.startswith("0x") else 10)
        except ValueError:
            return None
        return self._child(index, self._width(hex), hex) if 0 <= index < self.length() else None

    def last(self):
        return [_length_child(self.length())]


class KeysView(View):
    """The keys, values or items of a dict in its order, which have no index."""

    def length(self):
        return len(self.value)

    def page(self, start, stop, hex=False):
        value, length = self.value, self.length()
        stop = min(stop, length)
        width = len(str(max(length - 1, 0)))
        try:  # from the nearer end: there is no other way to one far inside
            if start <= length - stop:
                found = list(islice(value, start, stop))
            else:
                found = list(islice(reversed(value), length - stop, length - start))[::-1]
        except RuntimeError:  # another thread changed its size
            return []
        return [self._child(start + number, width, item) for number, item in enumerate(found)]

    def _child(self, index, width, item):
        return Child("%0*d" % (width, index), item, ("list(", ")[%d]" % index), None, "a view of a dict can't be changed")

    def find(self, name, hex=False):
        found = self.page(int(name), int(name) + 1) if name.isdigit() else ()
        return found[0] if found else None

    def last(self):
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

    def last(self):
        return [_length_child(self._size(self.value))]


class MappingView(View):
    """Dictionaries: a child a key, named by the text of the key."""

    def __init__(self, value, items, put=None, refusal="it is read-only"):
        super().__init__(value)
        self._items = items
        self._put = put
        self._refusal = refusal
        self._shown = {}  # name → key, of the children that were shown

    def length(self):
        return dict.__len__(self.value) if is_a(self.value, dict) else len(self.value)

    def page(self, start, stop, hex=False):
        text = Text(KEYS, hex, user_code=False)
        children, names = [], set()
        try:
            for key, value in self._between(start, stop):
                children.append(self._child(key, value, text, names))
        except RuntimeError:  # another thread changed its size
            pass
        return children

    def _between(self, start, stop):
        """Some of the items, counted from the nearer end: there is no other way to one far inside."""
        items, length = self._items(self.value), self.length()
        if start <= length - stop or not is_a(self.value, dict):
            return islice(items, start, stop)
        return list(islice(reversed(items), max(length - stop, 0), max(length - start, 0)))[::-1]

    def _child(self, key, value, text, names):
        text.incomplete = False
        name = self._name(key, text, names)
        literal = _literal(key)
        child = Child(name, value, None if literal is None else "[%s]" % literal, None, self._refusal)
        if text.incomplete:
            child.rename = lambda better: self._name(key, better, names)
        if self._put is not None:
            child.store = lambda new: user_call(self._put, self.value, key, new)
        return child

    def _name(self, key, text, names):
        name = text.of(key, 1)
        if name in names:
            name = "%s (id: %d)" % (name, id(key))
        names.add(name)
        self._shown[name] = key
        return name

    def find(self, name, hex=False):
        if name not in self._shown:  # the client asks for something it was not shown: look at all of it
            text, names = Text(KEYS, hex), set()
            for key, _ in list(self._items(self.value)):
                self._name(key, text, names)
        if name not in self._shown:
            return None
        key = self._shown[name]
        value = self.value
        held = user_call(lambda: dict.get(value, key, MISSING) if is_a(value, dict) else value.get(key, MISSING))
        return None if held is MISSING else self._child(key, held, Text(KEYS, hex), set())

    def last(self):
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
        child = Child(("0x%x" if hex else "%d") % id(item), item, None, None, "a frozenset can't be changed")
        if self._cls is set:
            child.store = lambda new: user_call(self._replace, item, new)
        return child

    def _replace(self, item, new):
        """Runs ``__hash__`` and ``__eq__`` of the items."""
        hash(new)  # before anything is taken out
        set.discard(self.value, item)
        set.add(self.value, new)

    def find(self, name, hex=False):
        for item in list(self._cls.__iter__(self.value)):
            if name in (str(id(item)), "0x%x" % id(item)):
                return self._child(item, hex)
        return None

    def last(self):
        return [_length_child(self.length())]


class ArrayView(View):
    """Arrays by their first dimension, tables by their columns."""

    def __init__(self, value, kind):
        super().__init__(value)
        self._kind = kind

    def length(self):
        return arrays.length(self._kind, self.value)

    def page(self, start, stop, hex=False):
        width = len(str(max(self.length() - 1, 0)))
        return [self._child(index, width) for index in range(start, min(stop, self.length()))]

    def _child(self, index, width):
        kind, value, key = self._kind, self.value, index
        item = user_call(kind.item, value, index)
        if kind.columns is not None:
            key, item = item
            literal = _literal(key)
            child = Child(Text(KEYS).of(key), item, None if literal is None else "[%s]" % literal)
        else:
            child = Child("%0*d" % (width, index), item, "[%d]" % index)
        if kind.put is not None:
            child.store = lambda new: user_call(kind.put, value, key, new)
        return child

    def find(self, name, hex=False):
        if self._kind.columns is None:
            return self._child(int(name), len(name)) if name.isdigit() and int(name) < self.length() else None
        return next((child for child in self.page(0, self.length()) if child.name == name), None)

    def facts(self):
        return [Child(name, held, "." + name) for name, held in arrays.facts(self._kind, self.value)]


def _literal(key):
    """Text that evaluates to ``key``, or None."""
    kind = key_of(type_of(key))
    if kind in (tuple, frozenset):
        if kind is frozenset:
            return None
        parts = [_literal(item) for item in key]
        return None if None in parts else "(%s)" % "".join(part + ", " for part in parts)
    if kind not in _LITERALS or key != key:
        return None
    if type_of(key) in (str, bytes) and len(key) > 1024:
        return None
    if type_of(key) in (float, complex) and ("inf" in repr(key) or "nan" in repr(key)):
        return None
    return repr(key) if type_of(key) is not int or key.bit_length() < 13000 else None


def put_item(container, key, new):
    container[key] = new
