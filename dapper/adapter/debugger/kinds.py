"""Which view a value gets, by its real type; and the named children that tell the most about it."""
from _collections import OrderedDict, deque

from dapper.adapter.debugger import arrays
from dapper.adapter.debugger.descriptions import children_maker, pairs
from dapper.adapter.debugger.values import (
    MISSING,
    AsyncGeneratorType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    Interrupted,
    MappingProxyType,
    exact_text,
    generator_state,
    instance_dict,
    is_a,
    key_of,
    module_of,
    mro_of,
    stored,
    type_attribute,
    type_name,
    type_of,
    user_call,
)
from dapper.adapter.debugger.views import (
    ArrayView,
    Child,
    KeysView,
    MappingView,
    SequenceView,
    SetView,
    SliceView,
    View,
    put_item,
)


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


def _described(maker, value):
    try:
        return [Child(name, child) for name, child in pairs(maker, value)]
    except Interrupted:
        raise
    except BaseException as error:  # boundary: a failing description is shown as what it raised
        return [Child("(description)", error, kind="virtual")]


def _setter(owner, name):
    return lambda new: user_call(setattr, owner, name, new)


def view_of(value):
    """The View for ``value``."""
    cls = type_of(value)
    bases = mro_of(cls)
    described = children_maker(cls)
    if described is not None:
        return FactsView(value, lambda value: _described(described, value))
    for base in bases:
        make = _VIEWS.get(key_of(base))
        if make is not None:
            return make(value)
    if is_a(value, str) and str.__len__(value) > SliceView.PIECE:
        return SliceView(value, str.__len__, lambda text, piece: exact_text(text, piece.start, piece.stop))
    if is_a(value, bytes) and bytes.__len__(value) > SliceView.PIECE:
        return SliceView(value, bytes.__len__, bytes.__getitem__)
    return _library_view(value, cls, bases)


def _library_view(value, cls, bases):
    """Views of classes that are recognised without importing the module they are from."""
    kind = arrays.kind_of(cls)
    if kind is not None:
        return ArrayView(value, kind)
    names = {(module_of(base), type_name(base)) for base in bases}
    if ("array", "array") in names:
        return SequenceView(value, len, lambda array, index: array[index], put_item)
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
        return named


def _memory(value):
    try:
        if value.ndim != 1:
            return View(value)
    except ValueError:  # released
        return View(value)
    put = None if value.readonly else put_item
    return SequenceView(value, len, lambda view, index: view[index], put, "the memory is read-only")


_VIEWS = {
    list: lambda value: SequenceView(value, list.__len__, list.__getitem__, put_item),
    tuple: _TupleView,
    deque: lambda value: SequenceView(value, deque.__len__, deque.__getitem__, put_item),
    range: lambda value: SequenceView(value, len, range.__getitem__, None, "a range can't be changed"),
    OrderedDict: lambda value: MappingView(value, OrderedDict.items, put_item),  # its order is its own
    dict: lambda value: MappingView(value, dict.items, put_item),
    type({}.keys()): KeysView,
    type({}.values()): KeysView,
    type({}.items()): KeysView,
    MappingProxyType: lambda value: MappingView(value, lambda mapping: mapping.items()),
    set: lambda value: SetView(value, set),
    frozenset: lambda value: SetView(value, frozenset),
    bytearray: lambda value: SequenceView(value, bytearray.__len__, bytearray.__getitem__, put_item),
    memoryview: _memory,
    BaseException: lambda value: FactsView(value, _exception_facts),
    GeneratorType: lambda value: FactsView(value, _generator_facts),
    CoroutineType: lambda value: FactsView(value, _generator_facts),
    AsyncGeneratorType: lambda value: FactsView(value, _generator_facts),
    FunctionType: lambda value: FactsView(value, _function_facts),
}
