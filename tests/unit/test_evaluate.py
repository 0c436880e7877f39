"""Text that runs inside real frames."""
import gc
import sys
import threading
import types
import warnings
import weakref

import pytest

from dapper.adapter.debugger import evaluate as evaluating
from dapper.adapter.debugger import frame_locals
from dapper.adapter.debugger.frames import Handles
from dapper.adapter.debugger.variables import Display
from dapper.protocol.errors import DapError

GLOBAL = 100


def value_of(text, frame, context="watch", **more):
    return evaluating.evaluate(text, frame, context, **more)


def console(text, frame, namespace=None):
    return evaluating.evaluate(text, frame, "repl", {} if namespace is None else namespace)


def error_of(text, frame, context="watch", **more):
    with pytest.raises(DapError) as caught:
        evaluating.evaluate(text, frame, context, **more)
    assert caught.value.__context__ is None  # it holds no frame of the program
    return caught.value


def shown(text, frame, context="watch", **more):
    display = Display.from_config({}, {"supportsVariableType": True})
    value = evaluating.evaluate(text, frame, context, **more)
    return evaluating.render(value, context, Handles(), display, expression=text, frame=frame)


# -- reading ------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a + b", 3),
        ("[a + n for n in items]", [2, 3]),
        ("{n: a for n in items}", {1: 1, 2: 1}),
        ("sum(n * b for n in items)", 6),
        ("[[a, m, n] for n in items for m in [n]]", [[1, 1, 1], [1, 2, 2]]),
        ("(lambda x: x + a + free)(1)", 12),
        ("list(map(lambda n: n + b, items))", [3, 4]),
        ("GLOBAL + a", 101),
        ("[GLOBAL for _ in items]", [100, 100]),
        ("(a,\n b)", (1, 2)),
        ("a\n+ b", 3),
        ("   a  ", 1),
        ("len(items)", 2),
        ("free", 10),
        ("sorted(locals())", ["a", "b", "free", "items", "text"]),
        ("[w := a, w]", [1, 1]),
    ],
)
def test_an_expression_in_a_function(text, expected):
    free = 10

    def function(a, b):
        items = [1, 2]
        return value_of(text, sys._getframe()) if free else items

    assert function(1, 2) == expected


class Base:
    def name(self):
        return "base"


class Derived(Base):
    __secret = "class"

    def __init__(self):
        self.__hidden = "mangled"

    def name(self):
        return sys._getframe()

    @property
    def prop(self):
        return sys._getframe()

    @classmethod
    def make(cls):
        return sys._getframe()

    def with_super(self):
        super().name()
        return sys._getframe()

    def nested(self):
        def inner():
            return self and sys._getframe()

        return inner()


@pytest.mark.parametrize("frame_of", [Derived.name, Derived.prop.fget, Derived.with_super])
def test_inside_a_method(frame_of):
    frame = frame_of(Derived())
    assert value_of("self.__hidden", frame) == "mangled"
    assert value_of("self.__hidden", frame, "hover") == "mangled"
    assert value_of("[self.__hidden for _ in '1']", frame) == ["mangled"]
    assert value_of("super().name()", frame) == "base"
    assert value_of("__class__", frame) is Derived
    assert console("self.__new = 1; self._Derived__new", frame) == 1


def test_inside_a_class_method():
    frame = Derived.make()
    assert value_of("cls.__secret", frame) == "class"
    assert value_of("__class__", frame) is Derived


def test_a_class_body_sees_its_names_and_its_function():
    def function():
        free = 5

        class Body:
            own = 1
            seen = value_of("own + free", sys._getframe()), value_of("[own + free for _ in '1']", sys._getframe())
            console("own = own + 1; added = 3", sys._getframe())
            uses = free

        return Body

    body = function()
    assert (body.seen, body.own, body.added) == ((6, [6]), 2, 3)


def test_a_module():
    space = {"sys": sys}
    exec("a = 1\nframe = sys._getframe()", space)
    frame = space["frame"]
    assert value_of("[a for _ in '12']", frame) == [1, 1]
    console("b: int = 2\ndef f(): return b\nfrom math import *", frame)
    assert space["b"] == space["f"]() == 2 and space["pi"]
    console("a = [a for _ in '1']; del b", frame)
    assert space["a"] == [1] and "b" not in space


def test_a_comprehension_frame():
    def function():
        own = 1
        return [(sys._getframe(), own) for n in [7]][0][0]

    frame = function()
    assert value_of("n if 'n' in locals() else 7", frame) == 7


def test_more_names_are_hidden_by_those_of_the_program():
    a = 1
    frame = sys._getframe()
    extra = {"a": "hidden", "__exception__": (ValueError, 3, None), "_": 4}
    assert value_of("a", frame, extra=extra) == a
    assert value_of("[__exception__[1] for _ in '1']", frame, extra=extra) == [3]
    assert value_of("_", frame, extra=extra) == 4
    assert "__exception__" not in frame_locals.read(frame)


# -- changing ------------------------------------------------------------


def test_assignments_reach_the_running_function():
    def function(arg):
        local, items = 1, [1]

        def inner():
            return cell

        cell = 1
        frame = sys._getframe()
        console("arg = 10; local += 1; cell = 30", frame)
        console("items = [n + local for n in items]", frame)
        console("for local in range(5): pass", frame)
        console("import math as cell2; cell += 1", frame)
        return arg, local, items, cell, inner(), console("cell2.pi > 3", frame)

    assert function(0) == (10, 4, [3], 31, 31, True)


def test_what_a_comprehension_or_a_lambda_assigns_beside_reaches_too():
    def function():
        a = items = None
        console("a = 5; items = [a for _ in range(2)]; f = lambda: a", sys._getframe())
        return a, items, console("f()", sys._getframe())

    assert function() == (5, [5, 5], 5)


def test_a_generator_goes_on_with_the_new_value():
    def generate(n):
        yield sys._getframe()
        yield n

    steps = generate(1)
    console("n = 'new'", next(steps))
    assert next(steps) == "new"


def test_what_the_text_did_before_it_failed_stays():
    def function():
        a = 1
        error_of("a = 2; 1 / 0", sys._getframe(), "repl")
        return a

    assert function() == 2


def test_a_cell_that_evaluated_code_changed_is_left_as_it_is():
    def function():
        count = 0

        def bump():
            nonlocal count
            count += 1
            return count

        console("x = bump()", sys._getframe())
        console("[bump() for _ in '12']", sys._getframe())
        return count

    assert function() == 3


def test_deleting_a_local():
    def function():
        a = b = 1
        frame = sys._getframe()
        try:
            console("del a", frame)
        except DapError as error:
            assert error.code == "cannot_set" and "delete" in str(error)
            return a + b
        return "a" not in locals() and b

    assert function() in (True, 1, 2)


def test_text_that_is_a_block():
    frame = sys._getframe()
    assert console("    if True:\n        x = '''a\n  b'''\n    x", frame) == "a\n  b"
    assert console("y = 1\n        if y:\n            y = 2\n        y", frame) == 2
    assert console("def f(n):\n    return n and n + f(n - 1)\nf(3)", None) == 6
    assert console("x = 1", frame) is None
    assert console("", frame) is None and console("   ", frame) is console("# nothing", frame) is None


def test_the_console_remembers_its_last_value():
    names = {}
    frame = sys._getframe()
    assert console("40", frame, names) == 40
    assert console("_ + 2", frame, names) == 42
    assert console("None", frame, names) is None
    assert console("[_ for x in '1']", frame, names) == [42]
    _ = "own"
    assert console("_", frame, names) == _


def test_without_a_frame():
    names = {}
    assert console("x = 1\n[x for _ in '1']", None, names) == [1]
    assert value_of("x + 1", None, namespace=names) == 2
    assert console("def f(): return x\nf()", None, names) == 1
    assert console("__name__", None, {"__name__": "__console__"}) == "__console__"


# -- errors ------------------------------------------------------------


@pytest.mark.parametrize(
    "text, message",
    [
        ("nope", "NameError: name 'nope' is not defined"),
        ("1 +", "SyntaxError: "),
        ("x = 1", "SyntaxError: "),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("exit_()", "SystemExit: 3"),
        ("[nope for _ in '1']", "NameError: name 'nope' is not defined"),
        ("'\\ud800'.encode()", "UnicodeEncodeError: "),
        ("\0", ""),
        ("broken()", "tests.unit.test_evaluate.Broken: <str failed: ValueError>"),
        ("deep()", "RecursionError: "),
    ],
)
def test_errors_tell_type_and_text(text, message):
    def exit_():
        sys.exit(3)

    def broken():
        raise Broken

    def deep():
        deep()

    error = error_of(text, sys._getframe())
    assert error.code == "cannot_evaluate"
    assert str(error).startswith(message)
    assert exit_ and broken and deep


class Broken(Exception):
    def __str__(self):
        raise ValueError("no")


def test_the_long_form_of_an_error_starts_at_the_users_text():
    def fail():
        raise ValueError("because")

    text = error_of("fail()", sys._getframe(), "repl").facts["traceback"]
    lines = text.split("\n")
    assert lines[0] == "Traceback (most recent call last):" and lines[1].startswith('  File "<console>", line 1')
    assert "in fail" in text and text.endswith("ValueError: because\n")
    assert "evaluate.py" not in text.replace(__file__, "")
    assert fail


def test_nothing_of_a_failure_is_kept():
    class Thing:
        pass

    def fail():
        thing = Thing()
        gone.append(weakref.ref(thing))
        raise ValueError(thing)

    gone = []
    frame = sys._getframe()
    gc.disable()
    try:
        error_of("fail()", frame)
        assert gone[0]() is None
    finally:
        gc.enable()
    assert fail


def test_warnings_are_kept_out_of_the_way_and_the_filters_stay():
    frame = sys._getframe()

    def warn():
        warnings.warn("careful")
        return 1

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        filters = list(warnings.filters)
        assert value_of("warn()", frame) == 1
        value_of("warn is 1", frame)
        assert warnings.filters == filters and not caught
        warn()
        assert len(caught) == 1
    theirs = warnings.showwarning
    value_of("warn()", frame)
    assert warnings.showwarning is theirs


def test_the_warnings_of_other_threads_are_shown_meanwhile():
    frame = sys._getframe()
    seen = []

    def elsewhere():
        thread = threading.Thread(target=warnings.warn, args=("from elsewhere",))
        thread.start()
        thread.join()

    def show(message, *_):
        seen.append(str(message))

    theirs, warnings.showwarning = warnings.showwarning, show
    try:
        value_of("elsewhere()", frame)
        assert warnings.showwarning is show
    finally:
        warnings.showwarning = theirs
    assert seen == ["from elsewhere"] and elsewhere


# -- contexts ------------------------------------------------------------


@pytest.mark.parametrize("text", ["f()", "(a := 1)", "[n() for n in []]", "x.y().z"])
def test_hovering_calls_nothing(text):
    assert "hover" in str(error_of(text, sys._getframe(), "hover"))


def test_hovering_sees_names_attributes_and_items():
    item = types.SimpleNamespace(x=[1, {"k": 2}])
    assert value_of("item.x[1]['k'] + 1", sys._getframe(), "hover") == 3
    assert item


def test_no_context_runs_statements_and_shows_none():
    frame = sys._getframe()
    assert evaluating.evaluate("a = 3", frame) is None
    assert shown("None", frame, None)["result"] == "None"
    assert shown("None", frame, "repl") == {"result": "", "variablesReference": 0}


def test_clipboard_and_variables_are_uncut():
    frame = sys._getframe()
    value = {"k" * 200: list(range(5000)), 1: "x" * 200000}
    for context in ("clipboard", "variables"):
        assert eval(shown("value", frame, context)["result"]) == value
    assert eval(shown("value", frame, "repl")["result"]) == value
    assert len(shown("value", frame, "watch")["result"]) < 5000
    assert shown("10 ** 5000", frame, "clipboard")["result"].startswith("0x")


def test_one_bad_repr_does_not_hide_the_rest():
    class Bad:
        def __repr__(self):
            raise ValueError("boom")

    value = [1, Bad()]
    assert shown("value", sys._getframe(), "clipboard")["result"] == "[1, <repr of Bad failed: ValueError: boom>]"
    assert value


def test_children_of_a_result_are_named_after_it_where_that_is_the_same_object():
    items = {"k": [1]}
    frame, display, handles = sys._getframe(), Display(), Handles()

    def child_name(text):
        value = evaluating.evaluate(text, frame, "watch")
        body = evaluating.render(value, "watch", handles, display, expression=text, frame=frame)
        rows = handles.get(body["variablesReference"]).children(filter="indexed", handles=handles, display=display)
        return rows[0].get("evaluateName")

    assert child_name("items['k']") == "items['k'][0]"
    assert child_name(" items ") == "items['k']"
    assert child_name("list(items)") is None
    assert child_name("items['k'] + [2]") is None


def test_hex_and_type():
    frame, display = sys._getframe(), Display(types=True)
    body = evaluating.render([255], "watch", Handles(), display, hex=True, frame=frame)
    assert (body["result"], body["type"]) == ("[0xff]", "list")


# -- setExpression ------------------------------------------------------------


def assign(frame, expression, text, **more):
    return evaluating.set_expression(frame, expression, text, Handles(), Display(), **more)


def test_assigning_to_expressions():
    space = {"sys": sys, "x": 0}
    exec("def f(a, o):\n    yield sys._getframe()\n    yield a, o", space)
    steps = space["f"]([1, 2], types.SimpleNamespace())
    frame = next(steps)
    assert assign(frame, "a[0]", "a[1] + 40")["value"] == "42"
    assert assign(frame, "o.name", "'n'")["value"] == "'n'"
    assert assign(frame, "globals()['x']", "7")["value"] == "7"
    assert assign(frame, "a[1:], o.rest", "[5, 6], 8")["value"] == "([5, 6], 8)"
    a, o = next(steps)
    assert (a, o.name, o.rest, space["x"]) == ([42, 5, 6], "n", 8, 7)


def test_assigning_to_a_name_once_only_runs_its_parts_once():
    calls = []

    def place():
        calls.append(1)
        return {}

    assign(sys._getframe(), "place()['k']", "1")
    assert calls == [1] and place


@pytest.mark.parametrize("expression", ["1", "f()", "a + b", "not a", "1 +", "(1, 2)[0]", "nope.x"])
def test_what_can_not_be_assigned_to(expression):
    with pytest.raises(DapError) as caught:
        assign(sys._getframe(), expression, "1")
    assert caught.value.code == "cannot_set"


# -- leaving no trace ------------------------------------------------------------


def test_references_are_as_before():
    class Thing:
        pass

    thing = Thing()
    frame = sys._getframe()
    frame_locals.read(frame)
    before = sys.getrefcount(thing)
    value_of("thing", frame)
    value_of("[thing for _ in '12']", frame)
    value_of("(lambda: thing)()", frame)
    console("thing.x = 1", frame, {})
    assert sys.getrefcount(thing) == before


def test_a_frame_that_was_read_does_not_keep_its_locals():
    class Thing:
        pass

    def function():
        thing = Thing()
        gone = weakref.ref(thing)
        frame_locals.read(sys._getframe())
        frame_locals.forget(sys._getframe())
        del thing
        return gone() is None

    assert function()


def test_a_function_keeps_the_dict_of_its_locals_that_it_asked_for():
    def function():
        thing = 1
        mine = locals()
        frame_locals.read(sys._getframe())
        frame_locals.forget(sys._getframe())
        return mine

    assert function()["thing"] == 1


@pytest.mark.parametrize("takes_itself_off", [False, True])
def test_a_function_keeps_the_locals_that_its_trace_function_looked_at(takes_itself_off):
    before, looks = sys.gettrace(), []

    def trace(frame, event, arg):
        if frame.f_code is function.__code__:
            looks.append(frame_locals.read(frame))
            if takes_itself_off and event == "line":
                sys.settrace(None)
            frame_locals.forget(frame)
        return trace

    def function(first, second=2):
        cell = first + second
        return [lambda: cell, first, second, cell]

    sys.settrace(trace)
    try:
        got = function(1)
    finally:
        sys.settrace(before)
    assert looks and got[1:] == [1, 2, 3] and got[0]() == 3
