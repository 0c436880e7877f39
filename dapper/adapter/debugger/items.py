"""Values as DAP Variables, and what stands behind the number of one with children: pages, groups, lazy values."""
from keyword import iskeyword

from dapper.adapter.debugger.originals import monotonic
from dapper.adapter.debugger.groups import Group, grouped
from dapper.adapter.debugger.kinds import view_of
from dapper.adapter.debugger.locations import Declaration, Definition, has_definition
from dapper.adapter.debugger.members import Lazy, hidden_names, is_function, member, members, tells_more
from dapper.adapter.debugger.memory import Buffer, is_buffer
from dapper.adapter.debugger.texts import Text, cut
from dapper.adapter.debugger.values import (
    MISSING,
    Interrupted,
    error_text,
    instance_dict,
    is_a,
    key_of,
    type_name,
    type_of,
    user_call,
)
from dapper.adapter.debugger.views import Child
from dapper.protocol.errors import DapError

#: Seconds the user's ``__repr__`` methods may take in one answer; what comes after is lazy.
REPR_SECONDS = 0.5

_CHILDLESS = frozenset((int, float, complex, bool, str, bytes, type(None), type(...), type(NotImplemented)))
_RAW = (str, bytes, bytearray)
_MOST_RANGES = 200


class Look:
    """One answer in the making.

    Args:
        handles: gives numbers for containers.
        display: Display.
        hex: whole numbers in base 16.
        raw_string: strings as they are, without quotes and escapes.
        frame: the frame the values were reached through, for setting them; or None.
    """

    def __init__(self, handles, display, hex=False, raw_string=False, frame=None):
        self.handles = handles
        self.display = display
        self.hex = hex
        self.raw_string = raw_string
        self.frame = frame
        self._text = Text(display.limits, hex, user_code=False)
        self._pending = []
        self._named = {}  # class → how many named children its values have, where none has attributes of its own

    def entry(self, name, value, evaluate_name=None, level=0, attributes=(), kind=None):
        """The Variable for a value. Until ``finish``, one that needs the user's ``__repr__`` is lazy."""
        entry = {"name": name, "value": "", "variablesReference": 0}
        if evaluate_name:
            entry["evaluateName"] = evaluate_name
        if type_of(value) is Lazy:
            self._make_lazy(entry, value, "property")
            return entry
        if self.display.types:
            entry["type"] = type_name(type_of(value))
        hint = _hint(name, value, attributes, kind)
        if hint:
            entry["presentationHint"] = hint
        self._text.incomplete = False
        entry["value"] = self._value(self._text, value, level)
        if self._text.incomplete:
            self._pending.append((entry, value, level))
            self._make_lazy(entry, _LazyText(value))
        else:
            self._refer(entry, value)
        return entry

    def child(self, child, expression):
        """The Variable for a Child, a Group or an Item; ``expression`` names the parent."""
        if isinstance(child, Child):
            path = child.path
            if expression is None or path is None:
                name = None
            else:
                name = path[0] + expression + path[1] if type_of(path) is tuple else expression + path
            entry = self.entry(child.name, child.value, name, 0, child.attributes, child.kind)
            if child.declared is not None:
                place = Declaration(child.declared, child.name)
                entry["declarationLocationReference"] = self.handles.give(place)
            if child.rename is not None:
                self._pending.append((entry, child, None))
            return entry
        number = self.handles.give(child)
        return {"name": child.title, "value": "", "variablesReference": number, "presentationHint": {"kind": "virtual"}}

    def finish(self):
        """Run what user code the texts need, within REPR_SECONDS; what is left then, or known as slow, stays lazy."""
        until = monotonic() + REPR_SECONDS
        text = Text(self.display.limits, self.hex, until=until, slow=self.display)
        for entry, value, level in self._pending:
            if monotonic() > until:
                break
            if level is None:
                entry["name"] = value.rename(text)
            elif not self.display.is_slow(type_of(value)):
                self.settle(entry, value, self._value(text, value, level))

    def settle(self, entry, value, shown):
        """Give a lazy entry its text, made elsewhere, and its children."""
        done = dict(entry, value=shown)
        hint = dict(entry.get("presentationHint", ()))
        hint.pop("lazy", None)
        if hint:
            done["presentationHint"] = hint
        self._refer(done, value)
        entry.update(done)  # at once: another thread may be sending what is there
        if not hint:
            entry.pop("presentationHint", None)

    def _value(self, text, value, level):
        if self.raw_string and is_a(value, str):
            return cut(value, self.display.limits.string)
        return text.of(value, level)

    def _make_lazy(self, entry, lazy, kind=None):
        hint = dict(entry.get("presentationHint", ()), lazy=True)
        if kind:
            hint["kind"] = kind
        entry["presentationHint"] = hint
        item = LazyItem(lazy, entry["name"], entry.get("evaluateName"), self.frame)
        entry["variablesReference"] = self.handles.give(item)

    def _refer(self, entry, value):
        """Add the reference to the children, their number where it is large, and the other references."""
        cls = type_of(value)
        if self.display.memory and is_buffer(value):
            entry["memoryReference"] = str(self.handles.give(Buffer(value)))
        if has_definition(value):
            entry["valueLocationReference"] = self.handles.give(Definition(value))
        entry["variablesReference"] = 0
        if key_of(cls) in _CHILDLESS and (cls is not str and cls is not bytes or len(value) <= self.display.limits.string):
            return
        item = ValueItem(value, entry.get("evaluateName"), self.frame)
        entry["variablesReference"] = self.handles.give(item)
        if self.display.paging:
            length = item.length(self.display)
            if length > self.display.first:
                entry["indexedVariables"] = length
                count = self._named.get(key_of(cls))
                if count is None:
                    count = len(item.named(self.display, False)) + len(item.last())
                    if instance_dict(value) is None:
                        self._named[key_of(cls)] = count
                entry["namedVariables"] = count


def _hint(name, value, attributes, kind):
    hint = {}
    if kind is None:
        kind = "method" if is_function(value) else "class" if is_a(value, type) else None
    if kind:
        hint["kind"] = kind
    if key_of(type_of(value)) in _RAW:
        attributes = tuple(attributes) + ("rawString",)
    if attributes:
        hint["attributes"] = list(attributes)
    if name.startswith("_") and not name.endswith("__"):
        hint["visibility"] = "private" if name.startswith("__") else "protected"
    return hint


class Item:
    """Something with children, behind a number that was given to the client. Its subclasses say what they are.

    ``expression`` names it in the program, or is None; ``frame`` is where it was reached through, or None.
    """

    expression = None
    frame = None

    def named(self, display, hex):
        """Children that are no items: Child objects, groups and other Items."""
        return []

    def last(self):
        """The child behind the items, or none: a list of Child."""
        return []

    def length(self, display):
        """How many items there are."""
        return 0

    def page(self, start, stop, hex):
        """Some of the items."""
        return []

    def find(self, name, hex):
        """The child shown as ``name``, or None."""
        return None

    def children(self, start=None, count=None, filter=None, hex=False, raw_string=False, handles=None, display=None,
                 out=None):
        """The children as DAP Variables.

        Args:
            start, count: the part that is wanted; None or 0: all, a long container in ranges.
            filter: "indexed", "named" or None.
            out: the list to fill. From its first filling on it is an answer at every moment: what user code has still
                to tell is lazy in it.
        """
        out = [] if out is None else out
        look = Look(handles, display, hex, raw_string, self.frame)
        chosen = self._select(start or 0, count or 0, filter, hex, display)
        out.extend([look.child(child, self.expression) for child in chosen])
        look.finish()
        return out

    def _select(self, start, count, filter, hex, display):
        first, last = [], []
        if filter != "indexed":
            first, last = self.named(display, hex), self.last()
        length = 0 if filter == "named" else self.length(display)
        if not start and not count:
            if length <= display.first:
                return first + self.page(0, length, hex) + last
            rest = GroupItem(Group("more", lambda hex: ranges(self, display.first, length, display.range)), self)
            return first + self.page(0, display.first, hex) + [rest] + last
        first = first + last
        stop = start + count if count else len(first) + length
        chosen, start, stop = first[start:stop], max(start - len(first), 0), min(stop - len(first), length)
        return chosen + (self.page(start, stop, hex) if stop > start else [])

    def set(self, name, value, hex=False):
        """Change the child shown as ``name``.

        Raises:
            DapError: it can't be changed.
        """
        child = self.find(name, hex)
        if child is None:
            raise DapError("cannot_set", name=name, why="there is no such variable")
        if child.store is None:
            raise DapError("cannot_set", name=name, why=child.refusal)
        try:
            child.store(value)
            return
        except (DapError, Interrupted):
            raise
        except BaseException as error:  # boundary: __setattr__ and __setitem__ may be the user's
            why = error_text(error)
        raise DapError("cannot_set", name=name, why=why)


class GroupItem(Item):
    """An opened group of the children of ``parent``."""

    def __init__(self, group, parent):
        self.title = group.title
        self.expression = parent.expression
        self.frame = parent.frame
        self._group = group
        self._parent = parent

    def named(self, display, hex):
        return placed(self._group.make(hex), self._parent)

    def find(self, name, hex):
        for child in self._group.make(hex):
            if isinstance(child, Child) and child.name == name:
                return child
        return self._parent.find(name, hex)


def placed(children, parent):
    """Children with their groups made into Items."""
    return [GroupItem(child, parent) if isinstance(child, Group) else child for child in children]


class RangeItem(Item):
    """A stretch of the items of a long container."""

    def __init__(self, parent, start, stop, size):
        self.title = "[%d:%d]" % (start, stop)
        self.expression = parent.expression
        self.frame = parent.frame
        self._parent = parent
        self._start = start
        self._stop = stop
        self._size = size

    def named(self, display, hex):
        if self._stop - self._start > self._size:
            return ranges(self._parent, self._start, self._stop, self._size)
        return self._parent.page(self._start, self._stop, hex)

    def find(self, name, hex):
        return self._parent.find(name, hex)


def ranges(parent, start, stop, size):
    """Items from ``start`` to ``stop`` cut into ranges of ``size``, or larger ones where those were too many."""
    step = size
    while (stop - start) / step > _MOST_RANGES:
        step *= _MOST_RANGES // 2
    return [RangeItem(parent, at, min(at + step, stop), size) for at in range(start, stop, step)]


class ValueItem(Item):
    """The children of a value."""

    def __init__(self, value, expression, frame):
        self.value = value
        self.expression = expression
        self.frame = frame
        self._known_view = None

    @property
    def _view(self):
        if self._known_view is None:
            self._known_view = view_of(self.value)
        return self._known_view

    def length(self, display):
        return self._view.length()

    def page(self, start, stop, hex):
        return self._view.page(start, stop, hex)

    def last(self):
        return self._view.last()

    def named(self, display, hex):
        facts = self._view.facts()
        known = {child.name for child in facts}
        rest = [_attribute(self.value, name, held) for name, held in members(self.value) if name not in known]
        rows = grouped(rest, display.groups, facts)
        if tells_more(self.value):
            rows.append(Group("dynamic variables", lambda hex: _dynamic(self.value)))
        return placed(rows, self)

    def find(self, name, hex):
        for child in self._view.facts() + self._view.last():
            if child.name == name:
                return child
        child = self._view.find(name, hex)
        if child is not None:
            return child
        held = member(self.value, name)
        return None if held is MISSING else _attribute(self.value, name, held)


def _attribute(owner, name, held):
    path = "." + name if name.isidentifier() and not iskeyword(name) else None
    return Child(name, held, path, lambda new: user_call(setattr, owner, name, new))


def _dynamic(owner):
    return [_attribute(owner, name, Lazy(owner, name)) for name in hidden_names(owner)]


class LazyItem(Item):
    """A value that is found out when somebody asks: its one child is the value."""

    def __init__(self, lazy, name, expression, frame):
        self._lazy = lazy
        self._name = name
        self.expression = expression
        self.frame = frame

    def children(self, start=None, count=None, filter=None, hex=False, raw_string=False, handles=None, display=None,
                 out=None):
        out = [] if out is None else out
        look = Look(handles, display, hex, raw_string, self.frame)
        try:
            value = self._lazy.fetch()
        except Interrupted:
            raise
        except BaseException as error:  # boundary: a failing property is shown as what it raised
            out.append({"name": self._name, "value": error_text(error), "variablesReference": 0})
            return out
        entry = look.entry(self._name, value, self.expression)
        if type_of(self._lazy) is _LazyText:  # whoever asks for this one waits for it
            look.settle(entry, value, Text(display.limits, hex, slow=display).of(value))
        else:
            look.finish()
        out.append(entry)
        return out


class _LazyText:
    """A value whose text is not known yet, because the user's ``__repr__`` has to make it."""

    __slots__ = ("_value",)

    def __init__(self, value):
        self._value = value

    def fetch(self):
        return self._value
