"""Values → DAP Variables: scopes, children in pages, groups, lazy values, and changing them."""
from keyword import iskeyword
from time import monotonic

from dapper.adapter.debugger import frame_locals, inside
from dapper.adapter.debugger.display import Display  # noqa: F401  the face of this module shows it too
from dapper.adapter.debugger.members import Lazy, hidden_names, is_function, member, members, tells_more
from dapper.adapter.debugger.texts import Text, cut
from dapper.adapter.debugger.values import (
    MISSING,
    FunctionType,
    Interrupted,
    error_text,
    is_a,
    plain,
    type_name,
    type_of,
    user_call,
)
from dapper.adapter.debugger.views import Child, view_of
from dapper.protocol.errors import DapError

#: Seconds the user's ``__repr__`` methods may take in one answer; what comes after is lazy.
REPR_SECONDS = 0.5

_CHILDLESS = frozenset((int, float, complex, bool, str, bytes, type(None), type(...), type(NotImplemented)))
_RAW = (str, bytes, bytearray)
_GROUP_TITLES = (
    ("special", "special variables"),
    ("function", "function variables"),
    ("class", "class variables"),
    ("protected", "protected variables"),
)


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

    def entry(self, name, value, evaluate_name=None, level=0, attributes=(), kind=None):
        """The Variable for a value. Until ``finish``, one that needs the user's ``__repr__`` is lazy."""
        entry = {"name": name, "value": "", "variablesReference": 0}
        if evaluate_name:
            entry["evaluateName"] = evaluate_name
        if type_of(value) is Lazy:
            self._make_lazy(entry, value)
            return entry
        cls = type_of(value)
        if self.display.types:
            entry["type"] = type_name(cls)
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

    def settle(self, entry, value):
        """Complete an entry whose text was made elsewhere."""
        hint = entry.get("presentationHint", {})
        if hint.pop("lazy", False) and not hint:
            del entry["presentationHint"]
        self._refer(entry, value)

    def finish(self):
        """Run what user code the texts need, within REPR_SECONDS; what is left then stays lazy."""
        text = Text(self.display.limits, self.hex)
        until = monotonic() + REPR_SECONDS
        for entry, value, level in self._pending:
            if monotonic() > until:
                return
            shown = self._value(text, value, level)
            hint = dict(entry["presentationHint"])
            del hint["lazy"]
            done = {"value": shown, "presentationHint": hint}
            self._refer(done, value, entry.get("evaluateName"))
            entry.update(done)
            if not hint:
                del entry["presentationHint"]

    def _value(self, text, value, level):
        if self.raw_string and is_a(value, str):
            return cut(value, self.display.limits.string)
        return text.of(value, level)

    def _make_lazy(self, entry, lazy):
        hint = dict(entry.get("presentationHint", ()))
        hint["lazy"] = True
        if type_of(lazy) is Lazy:
            hint["kind"] = "property"
        entry["presentationHint"] = hint
        item = LazyItem(lazy, entry["name"], entry.get("evaluateName"), self.frame)
        entry["variablesReference"] = self.handles.give(item)

    def _refer(self, entry, value, evaluate_name=None):
        """Add the reference to the children, and their number where it is large."""
        cls = type_of(value)
        entry["variablesReference"] = 0
        if cls in _CHILDLESS and (cls not in (str, bytes) or len(value) <= self.display.limits.string):
            return
        item = ValueItem(value, evaluate_name or entry.get("evaluateName"), self.frame)
        entry["variablesReference"] = self.handles.give(item)
        if self.display.paging:
            length = item.length(self.display)
            if length > self.display.first:
                entry["indexedVariables"] = length
                entry["namedVariables"] = len(item.named(self.display))


def _hint(name, value, attributes, kind):
    hint = {}
    if kind is None and is_function(value):
        kind = "method"
    elif kind is None and is_a(value, type):
        kind = "class"
    if kind:
        hint["kind"] = kind
    if type_of(value) in _RAW:
        attributes = tuple(attributes) + ("rawString",)
    if attributes:
        hint["attributes"] = list(attributes)
    if name.startswith("__") and not name.endswith("__"):
        hint["visibility"] = "private"
    elif name.startswith("_") and not name.startswith("__"):
        hint["visibility"] = "protected"
    return hint


def describe(name, value, evaluate_name, handles, display, hex=False, in_container=False, raw_string=False, frame=None):
    """The DAP Variable for one value.

    Args:
        evaluate_name: an expression for the value that can be followed by ``.x`` and ``[0]``, or None.
        in_container: shorten it as inside a container.
        frame: where its expression makes sense.
    """
    look = Look(handles, display, hex, raw_string, frame)
    entry = look.entry(name, value, evaluate_name, 1 if in_container else 0)
    look.finish()
    return entry


class Item:
    """Something with children, behind a number that was given to the client. Its subclasses say what they are."""

    expression = None
    frame = None

    def named(self, display):
        """Children that are no items: [Child or Group]."""
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
        out.extend([self._entry(look, child) for child in self._select(start, count, filter, hex, display)])
        look.finish()
        return out

    def _select(self, start, count, filter, hex, display):
        named = [] if filter == "indexed" else self.named(display)
        length = 0 if filter == "named" else self.length(display)
        start, paged = start or 0, bool(start or count)
        if not paged and length > display.first:
            head = self.page(0, display.first, hex)
            rest = Group("more", "", None, lambda: self._ranges(display.first, length, display))
            return _before_length(named) + head + [rest] + _length_of(named)
        stop = start + count if count else len(named) + length
        if not paged:
            return _before_length(named) + self.page(0, length, hex) + _length_of(named)
        chosen = named[start:stop]
        first = max(start - len(named), 0)
        last = min(stop - len(named), length)
        return chosen + (self.page(first, last, hex) if last > first else [])

    def _ranges(self, start, stop, display):
        size = display.range
        while (stop - start) / size > 200:
            size *= 100
        return [RangeItem(self, at, min(at + size, stop)) for at in range(start, stop, size)]

    def _entry(self, look, child):
        if not isinstance(child, Child):  # a group or a range
            item = GroupItem(child, self) if isinstance(child, Group) else child
            return {
                "name": child.title,
                "value": "",
                "variablesReference": look.handles.give(item),
                "presentationHint": {"kind": "virtual"},
            }
        expression = _join(self.expression, child.path)
        return look.entry(child.name, child.value, expression, 0, child.attributes, child.kind)

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


def _before_length(named):
    return [child for child in named if child not in _length_of(named)]


def _length_of(named):
    return [child for child in named[-1:] if isinstance(child, Child) and child.name == "len()"]


def _join(expression, path):
    if expression is None or path is None:
        return None
    return path[0] + expression + path[1] if type_of(path) is tuple else expression + path


class Group:
    """A heading with children below it. ``make()`` gives them when it is opened."""

    def __init__(self, title, expression, children, make=None):
        self.title = title
        self.expression = expression
        self._children = children
        self._make = make

    def members(self):
        return self._children if self._make is None else self._make()


class GroupItem(Item):
    """An opened group."""

    def __init__(self, group, parent):
        self._group = group
        self._parent = parent
        self.expression = parent.expression
        self.frame = parent.frame

    def named(self, display):
        return self._group.members()

    def find(self, name, hex):
        for child in self._group.members():
            if isinstance(child, Child) and child.name == name:
                return child
        return self._parent.find(name, hex)


class RangeItem(Item):
    """A stretch of the items of a long container."""

    def __init__(self, parent, start, stop):
        self.title = "[%d:%d]" % (start, stop)
        self.expression = parent.expression
        self.frame = parent.frame
        self._parent = parent
        self._start = start
        self._stop = stop

    def named(self, display):
        if self._stop - self._start > display.range:
            return self._parent._ranges(self._start, self._stop, display)
        return self._parent.page(self._start, self._stop, False)

    def find(self, name, hex):
        return self._parent.find(name, hex)


class ValueItem(Item):
    """The children of a value."""

    def __init__(self, value, expression, frame):
        self.value = value
        self.expression = expression
        self.frame = frame
        self._view = None

    def _look_at(self, display):
        if self._view is None:
            self._view = view_of(self.value, display.limits)
        return self._view

    def length(self, display):
        return self._look_at(display).length()

    def page(self, start, stop, hex):
        return self._view.page(start, stop, hex)

    def named(self, display):
        facts = self._look_at(display).facts()
        known = {child.name for child in facts}
        rest = [_attribute(self.value, name, held) for name, held in members(self.value) if name not in known]
        rows = grouped(rest, display, facts[:-1] if _length_of(facts) else facts)
        if tells_more(self.value):
            rows.append(Group("dynamic variables", None, None, lambda: _dynamic(self.value)))
        return rows + _length_of(facts)

    def find(self, name, hex):
        view = self._view
        if view is None:
            view = self._view = view_of(self.value, Display().limits)
        for child in view.facts():
            if child.name == name:
                return child
        child = view.find(name, hex)
        if child is not None:
            return child
        held = member(self.value, name)
        return None if held is MISSING else _attribute(self.value, name, held)


def _attribute(owner, name, held):
    path = "." + name if name.isidentifier() and not iskeyword(name) else None
    return Child(name, held, path, lambda new: user_call(setattr, owner, name, new))


def _dynamic(owner):
    return [_attribute(owner, name, Lazy(owner, name)) for name in hidden_names(owner)]


def _rank(name):
    if not name.startswith("_"):
        return 0
    return 1 if not name.startswith("__") else 3 if name.endswith("__") else 2


def grouped(children, display, first=()):
    """Children in the order they are shown in: groups, ``first``, then by name, underscores last."""
    piles = {"special": [], "function": [], "class": [], "protected": [], None: []}
    for child in sorted(children, key=lambda child: (_rank(child.name), child.name)):
        piles[_pile(child)].append(child)
    groups, inline = [], list(first) + piles[None]
    for pile, title in _GROUP_TITLES:
        way = display.groups[pile]
        if way == "inline":
            inline.extend(piles[pile])
        elif way == "group" and piles[pile]:
            groups.append(Group(title, None, piles[pile]))
    return groups + inline


def _pile(child):
    if _rank(child.name) == 3:
        return "special"
    if type_of(child.value) is not Lazy:
        if is_function(child.value):
            return "function"
        if is_a(child.value, type):
            return "class"
    return "protected" if child.name.startswith("_") else None


class ScopeItem(Item):
    """The variables of a frame: its locals or its globals."""

    def __init__(self, frame, local, extra):
        self.frame = frame
        self._local = local
        self._extra = extra

    def _names(self):
        return frame_locals.read(self.frame) if self._local else dict(self.frame.f_globals)

    def named(self, display):
        shown = [Child(name, value, None, None, attributes=("readOnly",)) for name, value in self._extra.items()]
        names = self._names()
        hidden = set(self.frame.f_locals) if not self._local and self.frame.f_locals is not self.frame.f_globals else ()
        rest = [self._variable(name, value, name in hidden) for name, value in names.items() if type_of(name) is str]
        rows = grouped(rest, display)
        for child in shown:
            child.path = child.name if child.name.isidentifier() and child.name not in names else None
        return shown + rows

    def _variable(self, name, value, hidden):
        if not name.isidentifier() or iskeyword(name):
            return Child(name, value, None, None, "it has no name a program could use")
        path = "globals()[%r]" % name if hidden else name
        return Child(name, value, path, lambda new: self._store(name, new))

    def _store(self, name, new):
        if self._local:
            frame_locals.write(self.frame, name, new)
        else:
            self.frame.f_globals[name] = new

    def _entry(self, look, child):
        if isinstance(child, Child):
            return look.entry(child.name, child.value, child.path, 0, child.attributes, child.kind)
        return super()._entry(look, child)

    def find(self, name, hex):
        if name in self._extra:
            return Child(name, self._extra[name])
        names = self._names()
        return self._variable(name, names[name], False) if name in names else None


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
        if type_of(self._lazy) is _LazyText:
            text = Text(display.limits, hex).of(value)
            entry = {"name": self._name, "value": text, "variablesReference": 0}
            if self.expression:
                entry["evaluateName"] = self.expression
            look._refer(entry, value)
            out.append(entry)
            return out
        out.append(look.entry(self._name, value, self.expression))
        look.finish()
        return out


class _LazyText:
    """A value whose text is not known yet, because the user's ``__repr__`` has to make it."""

    __slots__ = ("_value",)

    def __init__(self, value):
        self._value = value

    def fetch(self):
        return self._value


def scopes(frame, handles, display, extra=None):
    """The DAP Scopes of a frame.

    Args:
        extra: name → value of what is shown read-only before the locals: return values, ``__exception__``.
    """
    local = ScopeItem(frame, True, extra or {})
    body = {"name": "Locals", "presentationHint": "locals", "expensive": False}
    body["variablesReference"] = handles.give(local)
    if display.paging:
        body["namedVariables"] = len(local.named(display))
    return [
        body,
        {"name": "Globals", "expensive": False, "variablesReference": handles.give(ScopeItem(frame, False, {}))},
    ]


def set_variable(container, name, text, frame, handles, display, hex=False):
    """Evaluate ``text`` and give child ``name`` of ``container`` that value: the body of a SetVariableResponse.

    Args:
        container: an item from the handles.
        frame: where the text is evaluated; None: where the container came from.

    Raises:
        DapError: the text fails, or the child can't be changed.
    """
    frame = container.frame if frame is None else frame
    container.set(name, inside.run(text, frame), hex)
    child = container.find(name, hex)
    look = Look(handles, display, hex, frame=frame)
    if child is None:  # a set item has a new name now
        return {"value": text}
    entry = container._entry(look, child)
    look.finish()
    return {key: entry[key] for key in _SET_BODY if key in entry}


_SET_BODY = ("value", "type", "variablesReference", "namedVariables", "indexedVariables", "memoryReference")
