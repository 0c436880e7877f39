"""Data breakpoints: a stop right where a variable, attribute or item is changed, with the old and the new value."""

import sys

import pytest

from dapper._frame_eval import core

pytestmark = pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="data breakpoints: Python 3.12 and newer")
needs_core = pytest.mark.skipif(not hasattr(core.load()[0], "DictWatch"), reason="needs the native core")

TEXT = """
import collections, threading

class Box:
    shared = 0
    def __init__(self, n):
        self.n = n
        self.other = 0

class Slotted:
    __slots__ = ("n",)
    @property
    def made(self):
        return 1

total = 0

def local(n):
    x = n  # @local
    y = 1
    x = x + 1  # @local_write
    for x in (7,): pass  # @local_loop
    return y

def change(box):
    box.other = 5
    box.n = 2  # @attribute
    setattr(box, "n", 3)  # @setattr
    box.n = 3
    del box.n  # @delete

def add():
    global total
    total += 1  # @global

def item(d):
    d["b"] = 1
    d["a"] = 1  # @item
    d.update(a=2, c=3)  # @update
    d.clear()  # @clear

box, another, slotted, d, items = Box(1), Box(1), Slotted(), collections.OrderedDict(a=0), [1, 2]
ready = 1  # @ready
change(another)
change(box)
add()
Box.shared = 4  # @class_attribute
item({"a": 5})
item(d)
def work():
    add_too(box)
def add_too(box):
    box.late = 1  # @thread
t = threading.Thread(target=work)
t.start()
t.join()
local(1)
local(2)
end = 1  # @end
"""


SLOTS = """
class Slotted:
    __slots__ = ("n",)

def change(slotted):
    slotted.n = 1  # @first
    slotted.n = 2; x = 1  # @second
    del slotted.n  # @third

slotted = Slotted()
ready = 1  # @ready
change(Slotted())
change(slotted)
"""


def info(s, name, **more):
    return s.wire.request("dataBreakpointInfo", dict({"name": name, "frameId": s.stopped.frame}, **more))


def watch(s, *names, **more):
    """Set data breakpoints on expressions; the answers."""
    wanted = []
    for name in names:
        told = info(s, name)
        assert told["dataId"] and told["accessTypes"] == ["write"], told
        wanted.append(dict({"dataId": told["dataId"], "accessType": "write"}, **more))
    answers = s.wire.request("setDataBreakpoints", {"breakpoints": wanted})["breakpoints"]
    assert all(one["verified"] for one in answers), answers
    return answers


def changes(s):
    """[(mark, text)] of all data stops until the end."""
    found = []

    def look():
        return s.wire.peek("stopped") or s.wire.peek("terminated")

    s.continue_()
    while s.wire.wait(look, "a stop or the end")["event"] == "stopped":
        stop = s.wait_stop(reason="data breakpoint")
        found.append((stop.mark, stop.body["text"]))
        s.continue_()
    return found


def test_they_are_claimed(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        assert any(body["capabilities"].get("supportsDataBreakpoints") for body in s.wire.bodies("capabilities"))


@needs_core
def test_attribute_of_one_object(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        watch(s, "box.n")
        assert changes(s) == [
            ("attribute", "box.n: 1 → 2"),
            ("setattr", "box.n: 2 → 3"),
            ("delete", "box.n: 3 → nothing"),
        ]


@needs_core
def test_the_stop_shows_the_change(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        (told,) = watch(s, "box.n")
        s.continue_()
        stop = s.wait_stop("attribute", reason="data breakpoint")
        assert stop.body["hitBreakpointIds"] == [told["id"]]
        names = s.locals()
        assert names["(old value) box.n"]["value"] == "1" and names["(new value) box.n"]["value"] == "2"
        assert s.evaluate("box.n") == "2"
        s.next("setattr")
        s.wire.request("setDataBreakpoints", {"breakpoints": []})
        s.finish()


@needs_core
def test_globals_classes_items_and_threads(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        watch(s, "total", "Box.shared", "d['a']", "box.late")
        assert changes(s) == [
            ("global", "total: 0 → 1"),
            ("class_attribute", "Box.shared: 0 → 4"),
            ("item", "d['a']: 0 → 1"),
            ("update", "d['a']: 1 → 2"),
            ("clear", "d['a']: 2 → nothing"),
            ("thread", "box.late: nothing → 1"),
        ]


@needs_core
def test_by_a_variable_that_is_shown(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        globals_ = s.scopes()["Globals"]["variablesReference"]
        variables = s.variables(globals_)
        wanted = [info(s, "total", variablesReference=globals_)["dataId"]]
        reference = variables["box"]["variablesReference"]
        wanted.append(info(s, "n", variablesReference=reference)["dataId"])
        reference = variables["d"]["variablesReference"]
        wanted.append(info(s, "'a'", variablesReference=reference)["dataId"])
        s.wire.request("setDataBreakpoints", {"breakpoints": [{"dataId": one} for one in wanted]})
        marks = [mark for mark, _ in changes(s)]
        assert marks == ["attribute", "setattr", "delete", "global", "item", "update", "clear"]


@needs_core
def test_conditions_and_counts(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        watch(s, "box.n", condition="getattr(box, 'n', 0) == 3")
        assert [mark for mark, _ in changes(s)] == ["setattr"]
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        watch(s, "box.n", hitCondition="3")
        assert [mark for mark, _ in changes(s)] == ["delete"]


def test_local_variable_of_one_call(dap, program):
    with dap.launch(program(TEXT), ["local"]) as s:
        s.wait_stop("local")
        s.set_breakpoints(None, [])
        (told,) = watch(s, "x")
        assert changes(s) == [
            ("local", "x: nothing → 1"),
            ("local_write", "x: 1 → 2"),
            ("local_loop", "x: 2 → 7"),
        ]
        ended = [body["breakpoint"] for body in s.wire.bodies("breakpoint") if body["breakpoint"]["id"] == told["id"]]
        assert ended and not ended[-1]["verified"] and "over" in ended[-1]["message"]


def test_slots(dap, program):
    with dap.launch(program(SLOTS), ["ready"]) as s:
        s.wait_stop("ready")
        watch(s, "slotted.n")
        assert changes(s) == [("first", "slotted.n: nothing → 1"), ("second", "slotted.n: 1 → 2"),
                              ("third", "slotted.n: 2 → nothing")]


@pytest.mark.skipif(hasattr(core.load()[0], "DictWatch"), reason="the native core does this")
def test_without_the_core_statements_are_watched(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        assert "setattr" in info(s, "box.n")["description"]
        watch(s, "box.n", "total")
        assert changes(s) == [
            ("attribute", "box.n: 1 → 2"),
            ("delete", "box.n: 3 → nothing"),
            ("global", "total: 0 → 1"),
        ]


@pytest.mark.parametrize(
    "name, why", [("slotted.made", "property"), ("items[0]", "list"), ("1 + 1", "no variable")]
)
def test_what_cannot_be_watched_says_why(dap, program, name, why):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        told = info(s, name)
        assert told["dataId"] is None and why in told["description"]


@needs_core
def test_reading_and_what_is_gone_are_refused(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        told = info(s, "box.n")["dataId"]
        wanted = [{"dataId": told, "accessType": "read"}, {"dataId": "data:999"}]
        answers = s.wire.request("setDataBreakpoints", {"breakpoints": wanted})["breakpoints"]
        assert [one["verified"] for one in answers] == [False, False]
        assert all(one["message"] for one in answers)


@needs_core
def test_what_the_client_changes_is_no_stop(dap, program):
    with dap.launch(program(TEXT), ["ready"]) as s:
        s.wait_stop("ready")
        watch(s, "another.other", "total")
        s.evaluate("another.__dict__.update(other=3)", "repl")
        s.evaluate("total = 10", "repl")
        assert changes(s) == [("prog.py:%d" % (s.program.line("attribute") - 1), "another.other: 3 → 5"),
                              ("global", "total: 10 → 11")]
