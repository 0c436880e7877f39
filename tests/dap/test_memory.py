"""Memory of values, where values were defined, and what the client is told when something changed."""

import base64

import pytest

from tests.processes import poll

PROGRAM = """
import array

class Thing:  # @class
    def method(self):  # @method
        return 1

def function():  # @function
    pass

data = bytearray(range(100))
fixed = b"abcdef"
numbers = array.array("H", [1, 2, 3])
thing = Thing()
method = thing.method
x = 1  # @stop
print("data", data[3], len(data))
"""


def told(s, event):
    return len(s.wire.bodies(event))


@pytest.fixture
def at(dap, program):
    prog = program(PROGRAM)
    with dap.open(prog) as s:
        s.initialize(supportsMemoryReferences=True, supportsMemoryEvent=True, supportsInvalidatedEvent=True)
        s.launch(prog)
        s.configure(["stop"])
        s.configuration_done()
        s.wait_stop("stop")
        yield s
        if not s.wire.bodies("exited"):
            s.finish()


def read(s, reference, **more):
    body = s.wire.request("readMemory", dict({"memoryReference": reference}, **more))
    return base64.b64decode(body.get("data", "")), body.get("unreadableBytes", 0)


def test_memory_is_read_in_pieces(at):
    found = at.locals()
    assert read(at, found["data"]["memoryReference"], count=5) == (bytes(range(5)), 0)
    assert read(at, found["data"]["memoryReference"], offset=95, count=10) == (bytes(range(95, 100)), 5)
    assert read(at, found["data"]["memoryReference"], offset=200, count=10) == (b"", 10)
    assert read(at, found["data"]["memoryReference"], offset=-4, count=10) == (b"", 4)
    assert read(at, found["fixed"]["memoryReference"], offset=2, count=0) == (b"", 0)
    assert len(read(at, found["numbers"]["memoryReference"], count=100)[0]) == 6
    assert "memoryReference" not in found["thing"]
    body = at.wire.request("evaluate", {"expression": "data", "frameId": at.stopped.frame, "context": "watch"})
    assert read(at, body["memoryReference"], count=2) == (b"\x00\x01", 0)


def test_memory_is_written(at):
    found = at.locals()
    reference = found["data"]["memoryReference"]
    read(at, reference, count=1)

    def write(data, **more):
        arguments = dict({"memoryReference": reference, "data": base64.b64encode(data).decode()}, **more)
        return at.wire.request("writeMemory", arguments)

    assert write(b"\xff\xfe", offset=3)["bytesWritten"] == 2
    assert at.wire.wait_for_event("memory") == {"memoryReference": reference, "offset": 0, "count": 100}
    assert at.wire.wait_for_event("invalidated") == {"areas": ["variables"]}
    assert at.evaluate("data[3], data[4]") == "(255, 254)"
    assert write(b"abcd", offset=98, allowPartial=True)["bytesWritten"] == 2
    for arguments in (
        {"memoryReference": reference, "offset": 98, "data": base64.b64encode(b"abcd").decode()},
        {"memoryReference": found["fixed"]["memoryReference"], "data": "AAAA"},
        {"memoryReference": reference, "data": "no base64!?="},
        {"memoryReference": "nonsense", "data": "AAAA"},
    ):
        assert at.wire.refused("writeMemory", arguments).message
    at.finish()
    assert "data 255 100" in at.output("stdout")


def test_memory_is_gone_when_the_program_goes_on(at):
    reference = at.locals()["data"]["memoryReference"]
    at.next()
    assert "gone" in at.wire.refused("readMemory", {"memoryReference": reference, "count": 1}).message


def test_changes_in_the_clients_name_are_told(at):
    scope = at.scopes()["Locals"]["variablesReference"]
    changes = [
        ("setVariable", {"variablesReference": scope, "name": "x", "value": "3"}),
        ("setExpression", {"expression": "data[1]", "value": "3", "frameId": at.stopped.frame}),
        ("evaluate", {"expression": "data[1] = 4", "frameId": at.stopped.frame, "context": "repl"}),
    ]
    for command, arguments in changes:
        if command == "setVariable":
            at.evaluate("x = 1", "repl")
            at.wire.wait_for_event("invalidated")
        at.wire.request(command, arguments)
        at.wire.wait_for_event("invalidated")
    before = told(at, "invalidated")
    at.evaluate("data[1]", "watch")
    at.evaluate("x", "hover")
    assert told(at, "invalidated") == before


def test_a_client_that_knows_no_such_events_gets_none(dap, program):
    with dap.launch(program(PROGRAM), ["stop"]) as s:
        s.wait_stop("stop")
        s.evaluate("data[1] = 4", "repl")
        s.finish()
        assert not told(s, "invalidated") and not told(s, "memory")


def test_where_values_were_defined(at):
    found = at.variables(at.scopes()["Globals"]["variablesReference"])
    groups = {}
    for variable in found.values():
        if variable["name"].endswith(" variables"):
            groups.update(at.variables(variable["variablesReference"]))
    found.update(groups)
    for name, mark in (("Thing", "class"), ("function", "function"), ("method", "method")):
        body = at.wire.request("locations", {"locationReference": found[name]["valueLocationReference"]})
        assert (body["source"]["path"], body["line"]) == (at.program.path, at.program.line(mark))
    assert "valueLocationReference" not in found["x"] if "x" in found else True
    assert at.wire.refused("locations", {"locationReference": 123456}).message
    assert at.wire.refused("locations", {"locationReference": at.scopes()["Locals"]["variablesReference"]}).message


def test_where_variables_get_their_first_value(dap, program):
    prog = program(
        """
        def f(first, *rest, key=1, **more):  # @def
            local = 1  # @local
            for index, item in enumerate([1]):  # @for
                local = 2
            shared = 3  # @shared
            def inner():
                return shared
            return inner()  # @stop
        f(0)
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        found = s.locals()
        if "inner" not in found:  # with the functions
            found.update(s.variables(found["function variables"]["variablesReference"]))
        marks = {"first": "def", "rest": "def", "key": "def", "more": "def", "local": "local", "index": "for"}
        for name, mark in dict(marks, item="for", shared="shared").items():
            body = s.wire.request("locations", {"locationReference": found[name]["declarationLocationReference"]})
            assert (body["source"]["path"], body["line"]) == (prog.path, prog.line(mark)), name
        s.finish()


def test_completions_of_keys(at):
    at.evaluate("table = {'one': 1, 'other': 2}", "repl")
    text = "table['o"
    arguments = {"text": text, "column": len(text) + 1, "frameId": at.stopped.frame}
    labels = [target["label"] for target in at.wire.request("completions", arguments)["targets"]]
    assert any("one" in label for label in labels) and any("other" in label for label in labels)


def test_a_program_describes_types(dap, program):
    prog = program(
        """
        import sys
        class Mine:
            def __debug_repr__(self):
                return "mine, at length"
            def __debug_children__(self):
                return {"inside": [1, 2]}
        class Theirs:
            pass
        if "dapper" in sys.modules:
            sys.modules["dapper"].describe(Theirs, lambda value: "theirs", lambda value: [("part", 5)])
        mine, theirs = Mine(), Theirs()
        x = 1  # @stop
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        found = s.locals()
        assert (found["mine"]["value"], found["theirs"]["value"]) == ("mine, at length", "theirs")
        assert s.variables(found["mine"]["variablesReference"])["inside"]["value"] == "[1, 2]"
        assert s.variables(found["theirs"]["variablesReference"])["part"]["value"] == "5"
        s.finish()


def test_threads_are_ended(dap, program):
    prog = program(
        """
        import threading, time
        ended, begun = [], []
        def stands():
            while not begun:
                time.sleep(0.001)
            try:
                x = 1  # @stop
                x = 2
            finally:
                ended.append("stands")
        def runs():
            try:
                while True:
                    begun.append(1)
                    time.sleep(0.01)
            finally:
                ended.append("runs")
        threads = [threading.Thread(target=target, name=target.__name__) for target in (runs, stands)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("ended", sorted(ended))
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        stop = s.wait_stop("stop")
        numbers = {thread["name"]: thread["id"] for thread in s.threads()}
        assert s.wire.refused("terminateThreads", {"threadIds": [numbers["MainThread"]]}).message
        s.wire.request("terminateThreads", {"threadIds": [stop.thread, numbers["runs"]]})
        s.stopped = None

        def ended():
            if s.wire.peek("terminated"):
                return True
            s.wire.begin("continue", {"threadId": numbers["MainThread"]})  # it may have come to stand meanwhile

        poll(ended, "the end of the program")
        s.finish()
        assert "ended ['runs', 'stands']" in s.output("stdout")
