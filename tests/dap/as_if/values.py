"""Objects that notice when they are touched; for test_as_if_nobody_looked."""
#: counting_methods
class Counts:
    calls = []
    def __len__(self): self.calls.append("len"); return 1
    def __bool__(self): self.calls.append("bool"); return True
    def __iter__(self): self.calls.append("iter"); return iter(())
    def __getitem__(self, key): self.calls.append("getitem"); raise IndexError
    def __contains__(self, key): self.calls.append("contains"); return False
    def __eq__(self, other): self.calls.append("eq"); return self is other
    def __hash__(self): self.calls.append("hash"); return 1
    def __call__(self): self.calls.append("call")
    def __repr__(self): return "Counts"
    def __str__(self): self.calls.append("str"); return "counts"
    def __format__(self, spec): self.calls.append("format"); return "counts"
    def __index__(self): self.calls.append("index"); return 1
    def __enter__(self): self.calls.append("enter")
    def __exit__(self, *args): self.calls.append("exit")
    def __dir__(self): self.calls.append("dir"); return []
def run():
    counts = Counts()
    inside = [counts, {"key": counts}]
    here = 1  # @look
    print(Counts.calls)
run()

#: counting_attribute_access
class Counts:
    calls = []
    def __getattr__(self, name): Counts.calls.append("getattr " + name); raise AttributeError(name)
    def __setattr__(self, name, value): Counts.calls.append("setattr"); object.__setattr__(self, name, value)
    def __delattr__(self, name): Counts.calls.append("delattr")
    def __repr__(self): return "Counts"
def run():
    counts = Counts()
    counts.value = [1]
    here = 1  # @look
    print(Counts.calls)
run()

#: counting_getattribute
calls = []
class Counts:
    def __getattribute__(self, name): calls.append(name); return object.__getattribute__(self, name)
    def __repr__(self): return "Counts"
def run():
    counts = Counts()
    here = 1  # @look
    print(calls)
run()

#: counting_a_lying_class
calls = []
class Liar:
    @property
    def __class__(self): calls.append("class"); return int
    @property
    def __dict__(self): calls.append("dict"); return {}
    def __repr__(self): return "Liar"
def run():
    liar = Liar()
    here = 1  # @look
    print(calls)
run()

#: counting_a_metaclass
calls = []
class Meta(type):
    def __instancecheck__(cls, instance): calls.append("instancecheck"); return False
    def __subclasscheck__(cls, other): calls.append("subclasscheck"); return False
    def __getattribute__(cls, name): calls.append(name); return type.__getattribute__(cls, name)
    def __repr__(cls): return "Meta"
    def __len__(cls): calls.append("len"); return 1
    def __call__(cls, *args): calls.append("call"); return type.__call__(cls, *args)
    def __eq__(cls, other): calls.append("eq"); return cls is other
    def __hash__(cls): calls.append("hash"); return 1
class Thing(metaclass=Meta):
    def __repr__(self): return "Thing"
def run():
    thing, kind = Thing(), Thing
    calls.clear()
    here = 1  # @look
    print(calls)
run()

#: properties_do_not_run
import functools
class Thing:
    ran = []
    @property
    def value(self): self.ran.append("property"); return 1
    @functools.cached_property
    def cached(self): self.ran.append("cached"); return 2
    @classmethod
    def kind(cls): cls.ran.append("classmethod")
    def __repr__(self): return "Thing"
def run():
    thing = Thing()
    here = 1  # @look
    print(Thing.ran, vars(thing))
    print(thing.value, thing.cached, sorted(vars(thing)))
run()

#: descriptors_do_not_run
calls = []
class Descriptor:
    def __get__(self, instance, owner): calls.append("get"); return 1
    def __set__(self, instance, value): calls.append("set")
    def __repr__(self): return "Descriptor"
class Thing:
    field = Descriptor()
    def __repr__(self): return "Thing"
def run():
    thing = Thing()
    here = 1  # @look
    print(calls)
run()

#: mapping_with_defaults
import collections
def run():
    table = collections.defaultdict(list, a=[1])
    counter, chain = collections.Counter("aab"), collections.ChainMap({"a": 1}, {"b": 2})
    here = 1  # @look
    print(table, counter, chain)
run()

#: mapping_that_makes_values
class Makes(dict):
    def __missing__(self, key): self[key] = made = len(self); return made
    def __iter__(self): seen.append("iter"); return dict.__iter__(self)
    def items(self): seen.append("items"); return dict.items(self)
    def keys(self): seen.append("keys"); return dict.keys(self)
seen = []
def run():
    table = Makes(a=1)
    here = 1  # @look
    print(seen, len(table))
run()

#: order_of_containers
import collections
def run():
    table = {"b": 1, "a": 2}
    ordered = collections.OrderedDict(table)
    ordered.move_to_end("b")
    queue = collections.deque([1, 2, 3], 3)
    queue.rotate(1)
    here = 1  # @look
    print(list(table), list(ordered), queue)
run()

#: mocks
import unittest.mock
def run():
    mock = unittest.mock.MagicMock()
    mock.method(1)
    here = 1  # @look
    print(mock.mock_calls, sorted(mock._mock_children))
run()

#: dataclasses_and_enums
import dataclasses, enum
@dataclasses.dataclass
class Point:
    x: int
    y: list = dataclasses.field(default_factory=list)
class Colour(enum.Enum):
    RED = 1
    BLUE = 2
class Flags(enum.Flag):
    A = 1
    B = 2
def run():
    point, colour, flags = Point(1), Colour.RED, Flags.A | Flags.B
    here = 1  # @look
    print(point, colour, flags.value, Point(1) == point, list(Colour))
run()

#: slots
class Slots:
    __slots__ = "a", "b"
    def __init__(self): self.a = 1
def run():
    slots = Slots()
    here = 1  # @look
    print(slots.a, hasattr(slots, "b"), hasattr(slots, "__dict__"))
run()

#: buffers
import array, mmap
def run():
    data = bytearray(b"abc")
    view, numbers = memoryview(data), array.array("i", [1, 2, 3])
    here = 1  # @look
    view.release()
    data.extend(b"d")
    numbers.append(4)
    print(data, numbers)
run()

#: buffers_can_grow
def run():
    data = bytearray(b"abc")
    here = 1  # @look
    data.extend(b"d" * 100)
    print(len(data))
run()

#: dictionary_changes_while_iterated
def run():
    table = {1: 2}
    for key in table:
        here = key  # @look
    made = iter(table)
    here = 1  # @look
    print(next(made))
    try:
        table[3] = 4
        next(made)
    except RuntimeError as error:
        print(error)
run()

#: sets_and_frozen
def run():
    values, frozen = {3, 1, 2}, frozenset("ab")
    here = 1  # @look
    values.discard(2)
    print(sorted(values), sorted(frozen), len(values))
run()

#: numbers_and_texts
def run():
    big, small, real, text, raw = 10 ** 30, -5, 0.1, "caf\u00e9\ud800", b"\x00\xff"
    here = 1  # @look
    print(big, small, real, ascii(text), raw)
run()

#: self_reference
def run():
    loop, table = [1], {}
    loop.append(loop)
    table["me"] = table
    here = 1  # @look
    print(loop, table)
run()

#: repr_that_fails
class Bad:
    def __repr__(self): raise ValueError("no repr")
class Exits:
    def __repr__(self): raise SystemExit(3)
def run():
    bad, exits = Bad(), Exits()
    here = 1  # @look
    try:
        repr(bad)
    except ValueError as error:
        print(error, error.__context__)
run()

#: repr_that_recurses
class Deep:
    def __repr__(self): return repr(self)
def run():
    deep = Deep()
    here = 1  # @look
    print("on")
run()

#: exceptions_as_values
def run():
    try:
        raise ValueError("kept")
    except ValueError as error:
        kept = error
    here = 1  # @look
    print(repr(kept), kept.__traceback__.tb_lineno > 0, kept.__context__, vars(kept))
run()

#: modules_with_lazy_attributes
import sys, types
class Lazy(types.ModuleType):
    asked = []
    def __getattr__(self, name): self.asked.append(name); raise AttributeError(name)
lazy = Lazy("lazy")
sys.modules["lazy"] = lazy
Lazy.asked.clear()
here = 1  # @look
del sys.modules["lazy"]
print(Lazy.asked)

#: pickles_and_copies
import copy, pickle
class Thing:
    def __init__(self): self.a = [1]
    def __reduce__(self): seen.append("reduce"); return (Thing, ())
    def __repr__(self): return "Thing"
seen = []
def run():
    thing = Thing()
    here = 1  # @look
    print(seen)
    copy.copy(thing)
    print(seen)
run()
