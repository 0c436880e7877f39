"""Values as DAP shows them: real values, real frames."""

import collections
import dataclasses
import enum
import gc
import sys
import time
import types
import weakref
from array import array

import pytest

from dapper.adapter.debugger import descriptions
from dapper.adapter.debugger.memory import Buffer
from dapper.protocol.errors import DapError
from tests.unit.looking_at import Looker


@pytest.fixture
def look():
    return Looker()


class Plain:
    kind = "class"

    class Inner:
        pass

    def __init__(self):
        self.a = 1
        self._b = 2
        self.__c = 3

    def method(self):
        return self

    @staticmethod
    def static():
        return 1

    @property
    def loud(self):
        RAN.append(self)
        return "heard"

    @property
    def deadly(self):
        raise SystemExit(3)


RAN = []


class BadRepr:
    def __repr__(self):
        raise ValueError("boom")


@dataclasses.dataclass
class Point:
    y: int
    x: list
    hidden: int = dataclasses.field(default=3, repr=False)


Pair = collections.namedtuple("Pair", "left right")


class Colour(enum.Enum):
    RED = 1


class Slots:
    __slots__ = ("x", "unset")

    def __init__(self):
        self.x = 1


def a_generator():
    held = 1
    yield held
    yield 2


# -- texts ------------------------------------------------------------


@pytest.mark.parametrize(
    "value, text",
    [
        (1, "1"),
        (True, "True"),
        (1.5, "1.5"),
        (None, "None"),
        (..., "Ellipsis"),
        ("it's", '"it\'s"'),
        (b"\x00a", "b'\\x00a'"),
        (bytearray(b"a"), "bytearray(b'a')"),
        ([1, [2, [3]]], "[1, [2, [...]]]"),
        ((1,), "(1,)"),
        ({}, "{}"),
        ({"a": {1}}, "{'a': {1}}"),
        (set(), "set()"),
        (frozenset([1]), "frozenset({1})"),
        (collections.deque([1], 3), "deque([1], maxlen=3)"),
        (collections.OrderedDict(a=1), "OrderedDict({'a': 1})"),
        (collections.defaultdict(int, {1: 2}), "defaultdict(<class 'int'>, {1: 2})"),
        (collections.Counter("a"), "Counter({'a': 1})"),
        ({1: 2}.keys(), "dict_keys([1])"),
        ({1: 2}.items(), "dict_items([(1, 2)])"),
        (types.MappingProxyType({1: 2}), "mappingproxy({1: 2})"),
        (range(3), "range(0, 3)"),
        (slice(1, None), "slice(1, None, None)"),
        (Point(1, [2]), "Point(y=1, x=[2])"),
        (Pair(1, 2), "Pair(left=1, right=2)"),
        (Colour.RED, "<Colour.RED: 1>"),
        (ValueError("x", 1), "ValueError('x', 1)"),
        (BadRepr(), "<repr of BadRepr failed: ValueError: boom>"),
        ([BadRepr()], "[<repr of BadRepr failed: ValueError: boom>]"),
        (Plain, "<class 'tests.unit.test_variables.Plain'>"),
    ],
)
def test_texts(look, value, text):
    assert look.describe(value)["value"] == text


def test_a_text_that_is_cut_says_so_outside_of_the_data(look):
    assert look.describe("ab" * 50_000_000)["value"].endswith("ab'... (100000000 characters)")
    assert look.describe(["a" * 200])["value"] == "['%s'... (200 characters)]" % ("a" * 128)
    assert look.describe(b"a" * 70000)["value"].endswith("'... (70000 bytes)")
    assert look.describe(list(range(61)))["value"].endswith("58, 59, ...]")
    assert look.describe([list(range(21))])["value"].endswith("18, 19, ...]]")
    assert look.describe(1 << 10**6)["value"].endswith("... (1000001 bits)")


def test_limits_are_settings():
    look = Looker({"valueLimits": {"string": 3, "items": 2, "innerItems": None, "innerString": "x"}})
    assert look.describe("abcd")["value"] == "'abc'... (4 characters)"
    assert look.describe([1, 2, 3])["value"] == "[1, 2, ...]"


def test_hex_and_raw_strings(look):
    assert look.describe([255, True], hex=True)["value"] == "[0xff, True]"
    assert look.describe("a\n'b'", raw_string=True)["value"] == "a\n'b'"
    assert list(look.of([1] * 11, hex=True))[-3:] == ["0x9", "0xa", "len()"]


def test_a_class_of_the_user_is_asked_for_its_own_repr(look):
    class Named(list):
        def __repr__(self):
            return "mine"

    assert look.describe(Named())["value"] == "mine"
    assert look.describe([Named()])["value"] == "[mine]"


def test_an_object_that_lies_about_its_class(look):
    class Liar:
        __class__ = property(lambda self: 1 / 0)
        __dict__ = property(lambda self: 1 / 0)

    shown = look.describe(Liar())
    assert shown["type"] == "Liar"
    assert look.rows(shown)


def test_a_list_inside_itself(look):
    knot = [1]
    knot.append(knot)
    assert look.describe(knot)["value"] == "[1, [...]]"
    assert look.of(knot)["1"]["value"] == "[1, [...]]"


def test_time_for_the_users_reprs_is_bounded(look):
    class Slow:
        def __repr__(self):
            until = time.monotonic() + 0.15
            while time.monotonic() < until:
                pass
            return "slow"

    start = time.monotonic()
    rows = look.of([Slow() for _ in range(50)])
    assert time.monotonic() - start < 1.0
    for late in rows["00"], rows["49"]:  # how slow they are was found out with the text of the list
        assert late["presentationHint"]["lazy"] and "Slow object at" in late["value"]
        assert [row["value"] for row in look.rows(late).values()] == ["slow"]


def test_what_is_there_of_an_answer_can_be_sent_at_any_moment(look):
    out, seen = [], []

    class Watching:
        def __repr__(self):
            seen.append([dict(row) for row in out])
            return "asked"

    item = look.handles.get(look.describe([1, Watching()])["variablesReference"])
    seen.clear()
    item.children(handles=look.handles, display=look.display, out=out)
    early = {row["name"]: row for row in seen[0]}
    assert early["0"]["value"] == "1"
    assert early["1"]["presentationHint"]["lazy"] and "Watching object at" in early["1"]["value"]
    assert [row["value"] for row in look.rows(early["1"]).values()] == ["asked"]
    assert {row["name"]: row for row in out}["1"]["value"] == "asked"


# -- children ------------------------------------------------------------


def test_an_object_is_taken_apart_without_running_its_properties(look):
    RAN.clear()
    rows = look.of(Plain())
    assert not RAN
    assert list(rows)[:3] == ["special variables", "function variables", "class variables"]
    assert list(rows)[3:] == ["a", "deadly", "kind", "loud", "_Plain__c", "_b"]
    assert rows["loud"]["presentationHint"] == {"lazy": True, "kind": "property"}
    assert rows["a"]["evaluateName"] == "x.a"
    assert look.rows(rows["loud"])["loud"]["value"] == "'heard'"
    assert RAN
    assert look.rows(rows["deadly"])["deadly"]["value"] == "SystemExit: 3"
    functions = look.rows(rows["function variables"])
    assert functions["method"]["value"].startswith("<bound method Plain.method of <")
    assert functions["static"]["evaluateName"] == "x.static"
    assert look.rows(rows["class variables"])["Inner"]["presentationHint"]["kind"] == "class"
    assert "__class__" in look.rows(rows["special variables"])


@pytest.mark.parametrize(
    "wanted, expected",
    [
        ({"all": "hide"}, []),
        ({"all": "hide", "protected": "group"}, ["protected variables"]),
        ({"all": "inline"}, ["Inner", "method", "_b", "__class__"]),
        ({"special": None, "protected": 3}, ["protected variables", "special variables"]),
    ],
)
def test_groups_as_the_user_wants_them(wanted, expected):
    rows = Looker({"variablePresentation": wanted}).of(Plain())
    assert [name for name in expected if name not in rows] == []
    if wanted.get("all") == "hide":
        assert [name for name in rows if name.endswith("variables") or name.startswith("_")] == expected


def test_pages_of_a_long_list(look):
    shown = look.describe(list(range(5_000_000)))
    assert shown["indexedVariables"] == 5_000_000
    start = time.perf_counter()
    rows = look.rows(shown, filter="indexed", start=4_999_990, count=100)
    assert time.perf_counter() - start < 0.02
    assert list(rows) == [str(n) for n in range(4_999_990, 5_000_000)]
    assert rows["4999990"]["evaluateName"] == "x[4999990]"
    assert look.rows(shown, filter="indexed", start=5_000_000, count=3) == {}
    named = look.rows(shown, filter="named")
    assert list(named)[-1] == "len()" and len(named) == shown["namedVariables"]


def test_a_client_that_does_not_page_gets_ranges():
    look = Looker(supportsVariablePaging=False)
    shown = look.describe(list(range(5_000_000)))
    assert "indexedVariables" not in shown
    rows = look.rows(shown)
    assert rows["0000099"]["value"] == "99" and "0000100" not in rows
    outer = look.rows(rows["more"])
    assert len(outer) < 200
    inner = look.rows(list(outer.values())[-1])
    assert look.rows(list(inner.values())[-1])["4999999"]["value"] == "4999999"


@pytest.mark.parametrize(
    "make",
    [list, tuple, collections.deque, set, frozenset, bytearray, dict.fromkeys, collections.OrderedDict.fromkeys],
)
def test_pages_are_the_same_as_the_whole(look, make):
    value = make(range(90))
    whole = look.of(value, filter="indexed")
    pieces = {}
    for start in range(0, 90, 30):
        pieces.update(look.of(value, filter="indexed", start=start, count=30))
    assert pieces == whole and len(whole) == 90


def test_a_page_without_a_filter_counts_the_named_children_first(look):
    whole = look.of([10, 11, 12])
    named = [name for name in whole if not name.isdigit()]
    assert list(look.of([10, 11, 12], start=len(named), count=2)) == ["0", "1"]
    assert list(look.of([10, 11, 12], start=0, count=len(named))) == named


def test_the_last_page_of_a_large_dict(look):
    value = dict.fromkeys(range(1_000_000))
    shown = look.describe(value)
    start = time.perf_counter()
    rows = look.rows(shown, filter="indexed", start=999_990, count=10)
    assert time.perf_counter() - start < 0.1
    assert list(rows) == [str(n) for n in range(999_990, 1_000_000)]


@pytest.mark.parametrize("name", ["keys", "values", "items"])
def test_a_view_of_a_large_dict_is_reached_from_the_nearer_end(look, name):
    table = {"k%d" % number: number for number in range(1000)}
    view = getattr(table, name)()
    found = look.describe(view)
    assert found["indexedVariables"] == 1000
    for start in (0, 3, 500, 989, 995):
        page = look.rows(found, filter="indexed", start=start, count=10)
        assert [(row["name"], row["value"]) for row in page.values()] == [
            ("%03d" % number, repr(list(view)[number])) for number in range(start, min(start + 10, 1000))
        ]
        assert all(eval(row["evaluateName"], {"x": view}) == list(view)[int(row["name"])] for row in page.values())


def test_an_ordered_dict_has_its_own_order(look):
    value = collections.OrderedDict.fromkeys("abcd")
    value.move_to_end("a")
    assert [name for name in look.of(value, filter="indexed")] == ["'b'", "'c'", "'d'", "'a'"]
    assert [name for name in look.of(value, filter="indexed", start=2, count=2)] == ["'d'", "'a'"]


class Asks(type):
    """A metaclass that minds being compared."""

    def __eq__(cls, other):
        raise ValueError("compared")

    def __hash__(cls):
        raise ValueError("hashed")


class Asked(metaclass=Asks):
    def __init__(self):
        self.inner = [self.__class__]


def test_a_class_that_cant_be_compared(look):
    rows = look.of(Asked())
    assert rows["inner"]["type"] == "list"
    assert look.of([Asked, Asked()])["0"]["type"] == "Asks"


def test_keys_of_a_dict(look):
    class Key:
        def __repr__(self):
            return "'a'"

    rows = look.of({"a": 1, (1, "b"): 2, Key(): 3, float("nan"): 4, Colour.RED: 5})
    assert rows["'a'"]["evaluateName"] == "x['a']"
    assert eval(rows["(1, 'b')"]["evaluateName"], {"x": {(1, "b"): 2}}) == 2
    (twin,) = [name for name in rows if name.startswith("'a' (id: ")]
    assert rows[twin]["value"] == "3" and "evaluateName" not in rows[twin]
    assert "evaluateName" not in rows["nan"]
    assert rows["<Colour.RED: 1>"]["value"] == "5"
    assert rows["len()"]["evaluateName"] == "len(x)"
    assert rows["len()"]["presentationHint"]["attributes"] == ["readOnly"]


def test_a_long_string_is_read_in_pieces(look):
    text = "a" * 40000 + "b" * 40000
    rows = look.of(text)
    assert rows["[0:32768]"]["value"] == repr("a" * 32768)
    assert eval(rows["[65536:80000]"]["evaluateName"], {"x": text}) == "b" * 14464
    assert look.describe("short")["variablesReference"] == 0


def test_special_kinds_show_what_matters(look):
    point = look.of(Point(1, [2]))
    assert [name for name in point if "variables" not in name] == ["y", "x", "hidden"]
    pair = look.of(Pair(1, 2))
    assert pair["left"]["evaluateName"] == "x.left" and pair["0"]["value"] == "1"
    colour = look.of(Colour.RED)
    assert colour["name"]["value"] == "'RED'" and colour["value"]["value"] == "1"
    slots = look.of(Slots())
    assert slots["x"]["value"] == "1" and "unset" not in slots
    generator = a_generator()
    assert look.of(generator)["(state)"]["value"] == "'created'"
    next(generator)
    assert look.of(generator)["(state)"]["value"] == "'suspended at line %d'" % generator.gi_frame.f_lineno
    generator.close()
    assert look.of(generator)["(state)"]["value"] == "'closed'"
    free = 5
    assert look.of(lambda: free)["(closure) free"]["value"] == "5"
    assert look.of(array("i", [7]))["0"]["value"] == "7"
    assert look.of(memoryview(b"ab"))["1"]["value"] == "98"
    assert look.of(types.MappingProxyType({"a": 1}))["'a'"]["value"] == "1"
    assert look.of(sys)["special variables"]


def test_an_exception_shows_its_chain(look):
    try:
        try:
            raise KeyError("a")
        except KeyError as error:
            raise ValueError("b") from error
    except ValueError as error:
        rows = look.of(error)
    assert rows["args"]["value"] == "('b',)"
    assert rows["__cause__"]["value"] == "KeyError('a')"
    assert rows["__traceback__"]["type"] == "traceback"


def test_classes_modules_and_slots_of_bases(look):
    class Base:
        __slots__ = ("inner",)

    class Derived(Base):
        pass

    value = Derived()
    value.inner, value.outer = 1, 2
    rows = look.of(value)
    assert (rows["inner"]["value"], rows["outer"]["value"]) == ("1", "2")
    rows = look.of(Plain)
    assert rows["kind"]["value"] == "'class'" and rows["loud"]["type"] == "property"
    assert "lazy" not in rows["loud"].get("presentationHint", {})


def test_a_proxy_tells_more_only_when_it_is_opened(look):
    asked = []

    class Proxy:
        def __dir__(self):
            asked.append(1)
            return ["far", "__class__"]

        def __getattr__(self, name):
            return "fetched " + name

    rows = look.of(Proxy())
    assert not asked
    far = look.rows(rows["dynamic variables"])["far"]
    assert look.rows(far)["far"]["value"] == "'fetched far'"


def test_optional_fields_only_for_clients_that_know_them():
    look = Looker(supportsVariableType=False, supportsVariablePaging=False)
    shown = look.describe(b"abc")
    assert not {"type", "indexedVariables", "memoryReference"} & set(shown)
    assert "memoryReference" in Looker(supportsMemoryReferences=True).describe(b"abc")


def test_memory_is_read_and_written():
    look = Looker(supportsMemoryReferences=True)
    data = bytearray(b"abcdef")
    buffer = look.handles.get(int(look.describe(data)["memoryReference"]))
    assert type(buffer) is Buffer
    assert buffer.read(2, 3) == b"cde" and buffer.read(4, 99) == b"ef" and buffer.read(-2, 3) == b"a"
    assert buffer.write(4, b"XYZ") == 2 and data == b"abcdXY"
    data.append(1)  # nothing is held
    with pytest.raises(DapError, match="read-only"):
        Buffer(b"abc").write(0, b"x")


def test_where_functions_and_classes_come_from(look):
    path, line = look.handles.get(look.describe(a_generator)["valueLocationReference"]).find()
    assert (path, line) == (__file__, a_generator.__code__.co_firstlineno)
    path, line = look.handles.get(look.describe(Plain)["valueLocationReference"]).find()
    with open(path) as file:
        assert file.read().split("\n")[line - 1] == "class Plain:"


def test_a_type_that_describes_itself(look):
    class Told(list):
        def __debug_repr__(self):
            return "told"

        def __debug_children__(self):
            return [("first", 1), (2, "second")]

    assert look.describe([Told()])["value"] == "[told]"
    rows = look.of(Told())
    assert (rows["first"]["value"], rows["2"]["value"]) == ("1", "'second'")


def test_a_type_that_is_described_from_outside(look):
    class Far:
        hidden = 1

    class Farther(Far):
        pass

    descriptions.describe(Far, text=lambda far: "far %d" % far.hidden, children=lambda far: {"shown": far.hidden})
    assert look.describe(Farther())["value"] == "far 1"
    assert look.of(Farther())["shown"]["value"] == "1"
    descriptions.describe(Far, text=lambda far: far.nope, children=lambda far: 1)
    assert "AttributeError" in look.describe(Far())["value"]
    assert "TypeError" in look.of(Far())["(description)"]["value"]
    with pytest.raises(TypeError):
        descriptions.describe(Far())


# -- scopes ------------------------------------------------------------


def test_the_scopes_of_a_function(look):
    def function(second, first):
        _private = 3
        cell = 4
        return sys._getframe(), lambda: cell

    frame, _keep = function(2, 1)
    local, everything = look.scopes(frame, {"(return) f": 9, "__exception__": (1,)})
    assert (local["name"], local["presentationHint"], local["expensive"]) == ("Locals", "locals", False)
    assert (everything["name"], everything["expensive"]) == ("Globals", False)
    rows = look.rows(local)
    assert list(rows) == ["(return) f", "__exception__", "cell", "first", "second", "_private"]
    assert len(rows) == local["namedVariables"]
    assert rows["(return) f"]["presentationHint"]["attributes"] == ["readOnly"]
    assert rows["__exception__"]["evaluateName"] == "__exception__"
    assert rows["first"]["evaluateName"] == "first"
    names = look.rows(everything)
    assert {"special variables", "function variables", "class variables"} < set(names)
    with pytest.raises(DapError, match="read-only"):
        look.set(local, "(return) f", "1")


def test_a_global_behind_a_local_of_the_same_name(look):
    space = {"sys": sys, "x": 1}
    exec("def f(x):\n    return sys._getframe()\nframe = f(2)", space)
    rows = look.rows(look.scopes(space["frame"])[1])
    assert rows["x"]["value"] == "1" and rows["x"]["evaluateName"] == "globals()['x']"


def test_the_scopes_of_a_module(look):
    space = {"sys": sys}
    exec("a = 1\nframe = sys._getframe()", space)
    local, everything = (look.rows(scope) for scope in look.scopes(space["frame"]))
    assert local["a"]["value"] == everything["a"]["value"] == "1"
    assert everything["a"]["evaluateName"] == "a"
    look.set(look.scopes(space["frame"])[0], "a", "a + 1", space["frame"])
    assert space["a"] == 2


# -- setting ------------------------------------------------------------


def test_locals_cells_and_globals_are_set_for_the_running_function(look):
    space = {"sys": sys}
    exec(
        "shared = 1\n"
        "def outer():\n"
        "    free = 1\n"
        "    def inner(arg):\n"
        "        nonlocal free\n"
        "        local = 1\n"
        "        own = 1\n"
        "        def deeper(): return own\n"
        "        yield sys._getframe()\n"
        "        yield (arg, local, free, deeper(), shared)\n"
        "    return inner\n",
        space,
    )
    steps = space["outer"]()(1)
    frame = next(steps)
    local, everything = look.scopes(frame)
    for name in ("arg", "local", "free", "own"):
        assert look.set(local, name, "%s + 41" % name, frame)["value"] == "42"
    assert look.set(everything, "shared", "[local]", frame) == {
        "value": "[42]",
        "type": "list",
        "variablesReference": look.handles._last,
    }
    assert next(steps) == (42, 42, 42, 42, [42])


def test_a_caller_is_changed_too(look):
    def callee():
        return look.set(look.scopes(sys._getframe(1))[0], "x", "'new'", sys._getframe(1))

    def caller():
        x = "old"
        callee()
        return x

    assert caller() == "new"


def test_a_class_body_is_changed(look):
    class Body:
        before = 1
        look.set(look.scopes(sys._getframe())[0], "before", "2", sys._getframe())
        after = before

    assert (Body.before, Body.after) == (2, 2)


@pytest.mark.parametrize(
    "value, name, text, expected",
    [
        ([1, 2], "1", "'b'", [1, "b"]),
        (collections.deque([1]), "0", "2", collections.deque([2])),
        ({"a": 1}, "'a'", "2", {"a": 2}),
        ({(1,): 1}, "(1,)", "2", {(1,): 2}),
        (bytearray(b"a"), "0", "98", bytearray(b"b")),
        (array("i", [1]), "0", "5", array("i", [5])),
    ],
)
def test_items_are_set(look, value, name, text, expected):
    shown = look.describe(value)
    look.rows(shown)
    body = look.set(shown, name, text)
    assert value == expected
    assert body["value"] == text


def test_a_key_that_was_never_shown_is_set(look):
    value = {n: 0 for n in range(500)}
    look.set(look.describe(value), "321", "1")
    assert value[321] == 1


def test_an_item_in_a_range_is_set():
    look = Looker(supportsVariablePaging=False)
    value = list(range(300))
    (part,) = look.rows(look.rows(look.describe(value))["more"]).values()
    look.set(part, "250", "'x'")
    assert value[250] == "x"


def test_a_set_item_is_replaced(look):
    value = {1, 2}
    shown = look.describe(value)
    (name,) = [name for name, row in look.rows(shown).items() if row["value"] == "2" and name != "len()"]
    look.set(shown, name, "7")
    assert value == {1, 7}
    with pytest.raises(DapError, match="unhashable"):
        name = next(iter(look.rows(shown, filter="indexed")))
        look.set(shown, name, "[]")
    assert len(value) == 2


def test_attributes_slots_and_closures_are_set(look):
    plain, slots, free = Plain(), Slots(), 1

    def function():
        return free

    look.set(look.describe(plain), "a", "9")
    look.set(look.describe(slots), "x", "9")
    look.set(look.describe(function), "(closure) free", "9")
    assert (plain.a, slots.x, free, function()) == (9, 9, 9, 9)
    point = Point(1, [])
    look.set(look.rows(look.scopes(sys._getframe())[0])["point"], "y", "3")
    assert point.y == 3


@pytest.mark.parametrize(
    "value, name, why",
    [
        ((1,), "0", "tuple"),
        (frozenset([1]), "len()", "read-only"),
        ([1], "len()", "read-only"),
        ([1], "7", "no such variable"),
        (Plain(), "loud", "AttributeError"),
        (range(3), "0", "range"),
        (b"a" * 70000, "[0:32768]", "can't be changed"),
    ],
)
def test_an_honest_refusal(look, value, name, why):
    with pytest.raises(DapError, match=why) as caught:
        look.set(look.describe(value), name, "1")
    assert caught.value.code == "cannot_set"


def test_a_new_value_that_can_not_be_computed(look):
    value = [1]
    with pytest.raises(DapError) as caught:
        look.set(look.describe(value), "0", "1 / 0")
    assert caught.value.code == "cannot_evaluate" and "ZeroDivisionError" in str(caught.value)
    assert value == [1]


# -- leaving no trace ------------------------------------------------------------


def test_nothing_is_kept_when_the_handles_are_gone(look):
    class Thing:
        def __init__(self):
            self.items = [object()]

    thing = Thing()
    gone = weakref.ref(thing)
    before = sys.getrefcount(thing)
    shown = look.describe({"thing": thing}["thing"])
    rows = look.rows(shown)
    look.rows(rows["items"])
    look.handles.forget(0)
    assert sys.getrefcount(thing) == before
    gc.disable()
    try:
        del thing
        assert gone() is None
    finally:
        gc.enable()
