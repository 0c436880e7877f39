"""PyDebugger plugged into the runtime: stops and steps while caches go and engines change, and what a client sees."""

import os
import queue
import sys
import threading
from _thread import get_ident

import pytest

from dapper._frame_eval.debugger_integration import get_integration_statistics
from dapper._frame_eval.frame_eval_main import manager
from dapper._frame_eval.runtime import MAX_FAULTS
from dapper._frame_eval.telemetry import Reason, telemetry
from dapper.adapter.debugger import binding
from dapper.adapter.debugger.py_debugger import PyDebugger
from dapper.adapter.debugger.threads import Job
from tests.integration.runs import NAMES, load
from tests.wire import DEADLINE

PROGRAM = """
def inner(n):
    a = n               # @inner
    return a + 1        # @inner_return

def outer(n):
    total = 0           # @outer
    for i in range(n):  # @for
        total += inner(i)   # @call
    return total        # @outer_return

def numbers():
    yield 1             # @yield
    yield 2             # @yield_two

outer(2)                # @one
for n in numbers():     # @numbers
    outer(1)            # @two
done = 1                # @done
"""


class Client:
    """Drives a PyDebugger from this thread; a program runs on another one."""

    def __init__(self, program, **config):
        self.program = program
        self.said = []
        self.stops = queue.Queue()
        self.debugger = PyDebugger()
        self.debugger.crew.hidden.add(get_ident())
        self.config = dict({"stopAllThreadsOnSuspend": False, "justMyCode": False}, **config)
        self._thread = None
        self._last_id = 0

    def attach(self):
        self.debugger.configure(self.config)
        self.debugger.attach(self._tell)
        self.debugger.start()
        self.debugger.let_go()
        return self

    def detach(self):
        self.debugger.detach()

    def _tell(self, event, body):
        self.said.append((event, body))
        if event == "stopped":
            self.stops.put(body)

    def output(self):
        return "".join(body["output"] for event, body in self.said if event == "output")

    def breakpoints(self, *marks):
        """Replace all breakpoints.

        Returns:
            What the client is told of each.
        """
        wanted = [{"line": self.program.line(mark)} for mark in marks]
        return binding.set_breakpoints(self.debugger, self.program.path, wanted, self._next_id)

    def _next_id(self, wanted):
        self._last_id += 1
        return self._last_id

    def run(self, function=None, *args):
        """Start the program, or call a function, on a thread."""

        def work():
            try:
                function(*args) if function is not None else exec(load(self.program), {"__name__": "prog"})
            finally:
                self.stops.put(None)

        self._thread = threading.Thread(target=work)
        self._thread.start()

    def stop(self):
        """Wait for the next stop: (function, mark), or None when the program is over."""
        body = self.stops.get(timeout=DEADLINE)
        if body is None:
            self._thread.join()
            return None
        self.record = self.debugger.crew.standing(body["threadId"])
        frame, line = self.record.stop.frames[0]
        return frame.f_code.co_name, self.program.at(frame.f_code.co_filename, line)

    def go(self, kind=None):
        """Continue, or step "in", "over" or "out"."""
        if kind is None:
            self.debugger.going.go_on()
        else:

            def step():
                self.debugger.going.step(self.record, kind)
                return True

            self.record.post(Job(step, lambda: None))

    def places(self, actions=()):
        """Go on until the program is over: one action a stop, then continue.

        Args:
            actions: "in", "over", "out", None to continue, or a callable to call before continuing.
        """
        found, actions = [], iter(actions)
        while True:
            place = self.stop()
            if place is None:
                return found
            found.append(place)
            action = next(actions, None)
            if callable(action):
                action()
                action = None
            self.go(action)


@pytest.fixture(autouse=True)
def unplugged_afterwards():
    telemetry.reset()
    yield
    plugged = manager.runtime.is_connected()
    manager.runtime.disconnect()
    assert not plugged
    telemetry.reset()


@pytest.fixture
def client(program):
    made = []

    def make(text=PROGRAM, **config):
        made.append(Client(program(text), **config).attach())
        return made[-1]

    yield make
    for one in made:
        one.detach()


@pytest.mark.parametrize("engine", NAMES)
def test_every_cache_dropped_between_any_two_steps(client, engine):
    """The scenario steps, continues and changes its breakpoints; a drop before any of its actions changes nothing."""

    def scenario(drop_at):
        one = client(frameEval={"engine": engine})
        one.breakpoints("one", "call")
        actions = [
            "over", "over", "over", "in", "over", "over", "out", lambda: one.breakpoints("inner_return", "yield_two"),
            "over", "in", None, lambda: one.breakpoints(), None,
        ]

        def with_drop(number, action):
            def do():
                if drop_at in (number, "always"):
                    manager.runtime.drop_caches()
                if callable(action):
                    action()

            return do

        one.run()
        found = []
        for number, action in enumerate(actions):
            place = one.stop()
            found.append(place)
            if place is None:
                break
            with_drop(number, action)()
            one.go(None if callable(action) else action)
        else:
            found += one.places()
        assert get_integration_statistics()["faults"] == 0
        one.detach()
        return found

    plain = scenario(None)
    assert plain[0] == ("<module>", "one") and plain[-1] is None or len(plain) > 10
    for drop_at in list(range(len(plain))) + ["always"]:
        assert scenario(drop_at) == plain, drop_at


def test_engines_step_alike(client):
    actions = ["in", "over", "over", "in", "over", "over", "over", "over", "out", "over", "in", "over", "out"]
    found = []
    for engine in NAMES:
        one = client(frameEval={"engine": engine})
        one.breakpoints("one", "yield_two")
        one.run()
        found.append(one.places(actions))
        one.detach()
    assert len(found[0]) > 10
    assert found.count(found[0]) == len(found)


@pytest.mark.parametrize("engine", NAMES)
def test_a_second_session_finds_the_code_of_the_first(client, engine):
    """What ran under the first session is not announced by sys.monitoring again; breakpoints work all the same."""
    one = client(frameEval={"engine": engine})
    space = {"__name__": "prog"}
    one.run(exec, load(one.program), space)
    assert one.places() == []
    one.detach()
    one.attach()
    one.breakpoints("inner")
    one.run(space["outer"], 1)
    assert one.places() == [("inner", "inner")]


@pytest.mark.parametrize("engine", NAMES)
def test_detached_is_as_if_never_there(client, engine):
    def state():
        tools = [sys.monitoring.get_tool(number) for number in range(6)] if hasattr(sys, "monitoring") else []
        return tools, sys.gettrace(), getattr(threading, "_trace_hook", None), sys.excepthook, threading.excepthook

    before = state()
    one = client(frameEval={"engine": engine})
    one.breakpoints("inner")
    one.run()
    one.stop()
    one.detach()  # while it stands
    assert one.places() == []
    assert state() == before
    statistics = get_integration_statistics()
    assert statistics["plugged"] is False and statistics["engine"] is None


@pytest.mark.skipif("monitoring" not in NAMES, reason="settrace is the only engine here")
@pytest.mark.parametrize(
    "kind, place", [("over", ("outer", "for")), ("in", ("inner", "inner")), ("out", ("<module>", "one"))]
)
def test_a_step_survives_the_change_of_engine(client, kind, place):
    one = client(frameEval={"engine": "monitoring"})
    one.breakpoints("call")
    one.run()
    assert one.stop() == ("outer", "call")
    one.breakpoints()

    def step_then_change():
        one.debugger.going.step(one.record, kind)
        manager.runtime.initialize({"engine": "settrace"})  # the reader's thread would
        return True

    one.record.post(Job(step_then_change, lambda: None))
    assert one.stop() == place
    assert one.debugger.engine_name == "settrace"
    one.go()
    assert one.places() == []


@pytest.mark.skipif("monitoring" not in NAMES, reason="settrace is the only engine here")
def test_an_engine_that_fails_is_replaced_and_the_user_is_told(client):
    one = client(frameEval={"engine": "monitoring"})
    one.breakpoints("inner")
    one.run()
    assert one.stop() == ("inner", "inner")
    port = manager.runtime.engine_port
    for number in range(MAX_FAULTS):
        port.on_fault(ValueError(number))
    one.go()
    assert one.places() == [("inner", "inner")] * 3
    assert one.debugger.engine_name == "settrace"
    assert "dapper: The engine monitoring failed (ValueError(2)); sys.settrace goes on with its work" in one.output()
    assert get_integration_statistics()["counts"][Reason.FALLBACK_TO_TRACE_DISPATCH] == 1


def test_a_second_debugger_is_told_that_there_is_one(client):
    client()
    two = client()
    assert "dapper: breakpoints don't work: another debugger is plugged in" in two.output()
    assert two.debugger.engine_name == manager.status()["engine"]


def test_breakpoints_by_file_and_line(client):
    """What `update_breakpoints` sets is the debugger's own table."""
    one = client()
    [told] = one.breakpoints("inner")
    lines = [one.program.line(mark) for mark in ("inner", "outer_return")]
    manager.runtime.update_breakpoints(one.program.path, lines)
    assert one.debugger.table is manager.runtime.table
    one.run()
    assert one.stop() == ("inner", "inner")
    assert [body["hitBreakpointIds"] for event, body in one.said if event == "stopped"] == [[told["id"]]]
    manager.runtime.update_breakpoints(one.program.path, [one.program.line("outer_return")])
    one.go()
    assert one.places() == [("outer", "outer_return")] * 3


def test_decisions_of_a_table_are_kept_while_they_hold(client):
    """Breakpoints of another file or of a function of another name are no reason to look again."""
    one = client()
    one.breakpoints("inner")
    table = one.debugger.table
    code = next(const for const in load(one.program).co_consts if getattr(const, "co_name", "") == "inner")
    before = table.generation_of(code)
    assert before
    assert table.with_file("elsewhere.py", ["a breakpoint"]).generation_of(code) == before
    assert table.with_file("elsewhere.py", []).generation_of(code) == before
    for name, changes in (("other", False), ("inner", True), ("prog.inner", True), ("prog:inner", True)):
        function = binding.Breakpoint(1, None, {}, name)
        assert (table.with_functions([function]).generation_of(code) > before) == changes
    assert table.cleared().generation_of(code) == 0


# -- seen by a client -------------------------------------------------------------------------------------------------


def test_the_configuration_reaches_the_program(hub, program):
    prog = program("x = 1  # @x\ny = 2\n")
    with hub.launch(prog, ["x"], frameEval={"engine": "settrace", "wings": 2}) as s:
        s.wait_stop("x")
        s.wait_output("dapper: frameEval knows no wings; it knows enabled, engine,", "important")
        told = s.wire.request("dapperTelemetry")
        assert (told["state"], told["engine"]) == ("running", "settrace")
        assert told["counts"]["CONFIG_INVALID"] == 1
        assert told["codes"] > 0 and 0 < told["trace_rate"] <= 1
        s.finish()


@pytest.mark.parametrize("key", [False, {"enabled": False}])
def test_switched_off(hub, program, key):
    prog = program("x = 1  # @x\ny = 2\n")
    with hub.launch(prog, ["x"], frameEval=key) as s:
        s.wait_stop("x")
        told = s.wire.request("dapperTelemetry")
        assert told["engine"] == "settrace"
        assert Reason.FRAME_EVAL_OFF in told["against"]["monitoring"]
        s.finish()


def test_the_environment_configures_too(hub, program):
    prog = program("x = 1  # @x\ny = 2\n")
    environment = {"DAPPER_FRAME_EVAL_ENGINE": "settrace", "DAPPER_FRAME_EVAL_TELEMETRY": "0"}
    with hub.launch(prog, ["x"], env=environment) as s:
        s.wait_stop("x")
        told = s.wire.request("dapperTelemetry")
        assert (told["engine"], told["telemetry"], told["counts"]) == ("settrace", False, {})
        s.finish()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_runs_without_its_parent_s_engine(dap, program):
    """Nobody takes the child up, so nothing may be left of the engine in it."""
    prog = program(
        """
        import os, sys
        x = 1                   # @x
        if not os.fork():
            tools = [sys.monitoring.get_tool(n) for n in range(6)] if hasattr(sys, "monitoring") else []
            os._exit(9 if sys.gettrace() or any(tools) else 5)
        code = os.wait()[1] >> 8
        y = 2                   # @y
        sys.exit(code)
        """
    )
    with dap.launch(prog, ["x", "y"], subProcess=False) as s:
        s.wait_stop("x")
        s.continue_("y")
        s.finish(5)
