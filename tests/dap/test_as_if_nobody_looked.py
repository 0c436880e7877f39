"""After a stop with a long look at everything the program goes on as if nobody had looked."""

import subprocess
import sys

import pytest

from tests.wire import Refused

PROGRAM = """
import gc, sys, weakref
gc.disable()

class Thing:
    def __init__(self, name):
        self.name = name
        self.me = [name]

    def __repr__(self):
        return "Thing(%s)" % self.name

    def __del__(self):
        print("gone:", self.name)

    @property
    def lazy(self):
        return self.me

def outer():
    own = Thing("outer's")
    watch = weakref.ref(own)
    before = sys.getrefcount(own)
    inner(own, [Thing("listed"), {"a": Thing("in a dict")}])
    print("outer's count", max(0, sys.getrefcount(own) - before))
    del own
    print("outer's is", watch())

def inner(argument, kept):
    local = Thing("local")
    watch = weakref.ref(local)
    counts = sys.getrefcount(local), sys.getrefcount(argument), sys.getrefcount(kept[0])
    referrers = len(gc.get_referrers(kept[0]))
    wait()
    print("counts", [max(0, one - before) for one, before in
                     zip((sys.getrefcount(local), sys.getrefcount(argument), sys.getrefcount(kept[0])), counts)])
    print("referrers", len(gc.get_referrers(kept[0])) - referrers)
    local = None
    print("local is", watch())
    kept.clear()
    print("end of inner")

def wait():
    here = Thing("in wait")  # @before
    return None  # @stop

outer()
gc.collect()
print("end")
"""


# (Counts may be lower afterwards: a trace function by itself keeps a copy of the arguments until something forgets it.)


def look_around(s):
    """Ask for everything, twice over, and for what fails."""
    for frame in s.stopped.frames[:3]:
        for scope in s.scopes(frame["id"]).values():
            for variable in s.variables(scope["variablesReference"]).values():
                if variable["variablesReference"]:
                    for inner in s.variables(variable["variablesReference"]).values():
                        if inner["variablesReference"]:
                            s.variables(inner["variablesReference"])
        for context in ("watch", "hover", "clipboard"):
            s.evaluate("__name__", context, frame["id"])
        s.wire.request("completions", {"text": "loc", "column": 4, "frameId": frame["id"]})
        for context in ("watch", "hover", "repl"):
            with pytest.raises(Refused):
                s.evaluate("nothing.of that", context, frame["id"])
            with pytest.raises(Refused):
                s.evaluate("nothing", context, frame["id"])
    s.evaluate("local.lazy", "watch", s.stopped.frames[1]["id"])
    s.evaluate("[local for _ in range(3)]", "watch", s.stopped.frames[1]["id"])


def test_the_program_prints_the_same(dap, program):
    prog = program(PROGRAM)
    command = [sys.executable, prog.path]
    alone = subprocess.run(command, stdout=subprocess.PIPE, universal_newlines=True, timeout=60).stdout
    assert "counts [0, 0, 0]" in alone and "local is None" in alone
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        look_around(s)
        s.finish()
        assert s.output("stdout").splitlines() == alone.splitlines()


OWN = """
import gc, sys, weakref
gc.disable()

class Thing:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone:", self.name)

def run():
    local = Thing("local")
    cell = Thing("cell")
    watch, watch_cell = weakref.ref(local), weakref.ref(cell)
    before = sys.getrefcount(local), sys.getrefcount(cell)
    inner = lambda: cell
    here = 1  # @stop
    print("counts", sys.getrefcount(local) - before[0], sys.getrefcount(cell) - before[1])
    print("referrers", len(gc.get_referrers(local)))
    local = cell = None
    print("left", watch() is not None, watch_cell() is not None)

run()
print("end")
"""


def test_the_frame_that_stops_goes_on_as_if_it_had_only_stopped(dap, program):
    said = []
    for looks in (False, True):
        prog = program(OWN)
        with dap.launch(prog, ["stop"]) as s:
            stop = s.wait_stop("stop")
            if looks:
                for _ in range(2):
                    s.locals()
                    s.evaluate("[local, cell, watch]", "watch", stop.frame)
                    s.wire.request("completions", {"text": "loc", "column": 4, "frameId": stop.frame})
            s.finish()
            said.append(s.output("stdout").splitlines())
    assert said[0] == said[1]


def test_a_frame_in_which_a_variable_was_set_keeps_no_other_one(dap, program):
    said = []
    for sets in (False, True):
        prog = program(OWN)
        with dap.launch(prog, ["stop"]) as s:
            stop = s.wait_stop("stop")
            if sets:
                scope = s.scopes(stop.frame)["Locals"]["variablesReference"]
                s.wire.request("setVariable", {"variablesReference": scope, "name": "before", "value": "before"})
            s.finish()
            said.append(s.output("stdout").splitlines())
    assert said[0] == said[1]
