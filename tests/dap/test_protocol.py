"""Manners: every request is answered, whatever it is, and the debugged program is unharmed."""

import pytest

from dapper.protocol.messages import REQUESTS
from tests.client import INITIALIZE, DapClient
from tests.processes import Family, Process, free_port, hub_command
from tests.wire import Closed, frame

PROGRAM = "x = 1  # @x\nprint('the end')\n"

#: The least arguments of requests that have any; the values mean nothing.
ARGUMENTS = {
    "setBreakpoints": {"source": {"path": "/nowhere.py"}, "breakpoints": []},
    "setFunctionBreakpoints": {"breakpoints": []},
    "setExceptionBreakpoints": {"filters": []},
    "breakpointLocations": {"source": {"path": "/nowhere.py"}, "line": 1},
    "dataBreakpointInfo": {"name": "x"},
    "setDataBreakpoints": {"breakpoints": []},
    "setInstructionBreakpoints": {"breakpoints": []},
    "restartFrame": {"frameId": 999},
    "goto": {"threadId": 999, "targetId": 999},
    "gotoTargets": {"source": {"path": "/nowhere.py"}, "line": 1},
    "scopes": {"frameId": 999},
    "variables": {"variablesReference": 999},
    "setVariable": {"variablesReference": 999, "name": "x", "value": "1"},
    "setExpression": {"expression": "x", "value": "1"},
    "source": {"sourceReference": 999},
    "evaluate": {"expression": "1"},
    "stepInTargets": {"frameId": 999},
    "completions": {"text": "x", "column": 1},
    "readMemory": {"memoryReference": "x", "count": 1},
    "writeMemory": {"memoryReference": "x", "data": ""},
    "disassemble": {"memoryReference": "x", "instructionCount": 1},
    "locations": {"locationReference": 1},
    "cancel": {"requestId": 1},
    "terminateThreads": {"threadIds": [999]},
    "threads": None,
    "loadedSources": None,
    "modules": {},
}
ENDING = {"initialize", "launch", "attach", "disconnect", "terminate", "restart", "configurationDone"}
REVERSE = {"runInTerminal", "startDebugging"}
RESUMING = {"continue", "next", "stepIn", "stepOut", "stepBack", "reverseContinue", "pause"}


@pytest.fixture
def stopped(hub, program):
    with hub.launch(program(PROGRAM), ["x"]) as s:
        s.wait_stop("x")
        yield s
        if not s.wire.closed:
            s.finish()
            assert "the end" in s.output("stdout")


def answered(s, seq):
    """The answer itself, good or bad."""
    return s.wire.wait(lambda: s.wire.responses.get(seq), "an answer")


def test_every_request_of_the_protocol_is_answered(stopped):
    known = set(REQUESTS) - ENDING - REVERSE
    for command in sorted(known - RESUMING):
        answered(stopped, stopped.wire.begin(command, ARGUMENTS.get(command, {"threadId": 999})))
    for command in sorted(RESUMING):
        answered(stopped, stopped.wire.begin(command, {"threadId": 999}))


@pytest.mark.parametrize("command", ["rumba", "", "__class__", "set_breakpoints", "serve", "é" * 1000])
def test_unknown_requests_are_refused(stopped, command):
    refused = stopped.wire.refused(command, {}, checked=False)
    assert refused.id == 1001 and command in refused.message


@pytest.mark.parametrize(
    "arguments", [None, [], "text", 5, True, {"threadId": None}, {"threadId": "1"}, {"threadId": {}}]
)
def test_wrong_arguments_are_refused(stopped, arguments):
    for command in ("stackTrace", "next"):
        message = {"type": "request", "command": command, "arguments": arguments}
        response = answered(stopped, stopped.wire.send(message, checked=False))
        if command == "next" and response["success"]:  # a client that names no thread means the stopped one
            stopped.wait_stop(reason="step")
        elif not response["success"]:
            assert response["body"]["error"]["id"] != 1000, response["message"]


@pytest.mark.parametrize(
    "command, arguments",
    [
        ("setBreakpoints", {}),
        ("setBreakpoints", {"source": None}),
        ("setBreakpoints", {"source": {"path": 5}, "breakpoints": []}),
        ("setBreakpoints", {"source": {"path": "/x.py"}, "breakpoints": [{"line": "one"}]}),
        ("setBreakpoints", {"source": {"path": "/x.py"}, "breakpoints": [5]}),
        ("setBreakpoints", {"source": {"path": "/x\0.py"}, "breakpoints": [{"line": 1}]}),
        ("setFunctionBreakpoints", {"breakpoints": [{}]}),
        ("setExceptionBreakpoints", {"filters": "raised"}),
        ("setExceptionBreakpoints", {"filters": ["rumba"]}),
        ("evaluate", {}),
        ("evaluate", {"expression": 5}),
        ("evaluate", {"expression": "1", "frameId": "x"}),
        ("variables", {"variablesReference": 2.5}),
        ("variables", {}),
        ("scopes", {}),
        ("completions", {"text": None}),
        ("source", {}),
        ("goto", {}),
        ("setVariable", {"variablesReference": 1}),
    ],
)
def test_odd_arguments_are_no_internal_errors(stopped, command, arguments):
    seq = stopped.wire.send({"type": "request", "command": command, "arguments": arguments}, checked=False)
    response = answered(stopped, seq)
    if not response["success"]:
        assert response["body"]["error"]["id"] != 1000, response["message"]
    assert stopped.evaluate("1 + 1") == "2"


def test_missing_arguments_and_nulls(stopped):
    """Some clients send null for what they have not, and leave out what has a default."""
    thread, frame_id = stopped.stopped.thread, stopped.stopped.frame
    for command, arguments in [
        ("stackTrace", {"threadId": thread, "startFrame": None, "levels": None, "format": None}),
        ("scopes", {"frameId": frame_id, "extra": None}),
        ("evaluate", {"expression": "1", "frameId": frame_id, "context": None, "format": None}),
        ("evaluate", {"expression": "1", "frameId": None}),
        (
            "evaluate",
            {"expression": "1", "frameId": frame_id, "line": 1, "column": 1, "source": {"path": "vscode-remote://x"}},
        ),
        ("setBreakpoints", {"source": {"path": "/nowhere.py"}, "breakpoints": None}),
        ("setBreakpoints", {"source": {"path": "/nowhere.py"}}),
        ("setExceptionBreakpoints", {"filters": [], "filterOptions": None, "exceptionOptions": None}),
        ("setExceptionBreakpoints", {"filters": [], "exceptionOptions": []}),
        ("threads", None),
        ("threads", {}),
    ]:
        stopped.wire.request(command, arguments, checked=False)


def test_a_second_initialize_is_refused(stopped):
    assert stopped.wire.refused("initialize", INITIALIZE).id == 1005


@pytest.mark.parametrize("command", ["launch", "attach", "configurationDone"])
def test_a_second_start_is_refused(stopped, command):
    stopped.wire.refused(command, {"program": stopped.program.path} if command == "launch" else {})


def test_requests_before_initialize_are_answered(hub):
    with hub.open() as s:
        for command, arguments in [("threads", None), ("next", {"threadId": 1}), ("rumba", {})]:
            s.wire.refused(command, arguments, checked=False)
        s.initialize()


def test_initialize_with_nulls_and_nothing(hub):
    for arguments in ({"adapterID": None, "locale": None, "pathFormat": None, "linesStartAt1": None}, {}, None):
        with hub.open() as s:
            assert s.wire.request("initialize", arguments, checked=False)["supportsConfigurationDoneRequest"] is True


def test_nothing_is_said_before_the_answer_to_initialize(hub, program):
    with hub.launch(program(PROGRAM)) as s:
        s.finish()
        assert '"command": "initialize", "success": true' in [t for t in s.wire.transcript if " <- " in t][0]


def test_seq_from_0_and_again_and_again(hub, program):
    prog = program(PROGRAM)
    with hub.open(prog) as s:
        seqs = []

        def ask(seq, command, arguments=None):
            message = {"type": "request", "command": command}
            if arguments is not None:
                message["arguments"] = arguments
            before = len(s.wire.transcript)
            s.wire.send(message, checked=False, seq=seq)
            text = '"request_seq": %d, "command": "%s"' % (seq, command)
            seqs.append(seq)
            s.wire.wait(
                lambda: any(text in line for line in s.wire.transcript[before:]) or None, "an answer to " + command
            )
            s.wire.responses.pop(seq)

        s.wire.problems = IgnoreSeq()
        ask(0, "initialize", INITIALIZE)
        s.launch(prog)
        ask(5, "threads")
        ask(5, "threads")
        ask(0, "setExceptionBreakpoints", {"filters": []})
        ask(2, "threads")
        s.configuration_done()
        s.finish()


class IgnoreSeq(list):
    """Problems, but for those this client's own numbers make."""

    def append(self, text):
        if "request_seq is 0" not in text:
            super().append(text)


BAD_BODIES = [b"{", b"", b"[]", b"null", b'"text"', b"\xff\xfe\x00", b"{} {}", b"[" * 10000]


def test_unreadable_messages_do_not_end_the_session(stopped):
    for body in BAD_BODIES:
        stopped.wire.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    for message in [{}, {"type": "rumba"}, {"type": "request"}, {"type": "request", "command": 5}, {"seq": "x"}]:
        stopped.wire.send_bytes(frame(dict({"seq": 900}, **message)))
    stopped.wire.send_bytes(
        frame({"seq": 901, "type": "response", "request_seq": 77, "command": "rumba", "success": True})
    )
    stopped.wire.send_bytes(frame({"seq": 902, "type": "event", "event": "stopped", "body": {}}))
    stopped.wire.problems = IgnoreUnaskedAnswers()
    assert stopped.evaluate("1 + 1") == "2"


class IgnoreUnaskedAnswers(list):
    """Problems, but for answers to messages that had no number."""

    def append(self, text):
        if "request_seq" not in text and "answered twice" not in text:
            super().append(text)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"Content-Length: 99999999999\r\n\r\n",
        b"x" * 20000,
    ],
    ids=["http", "no number", "too long", "no header"],
)
def test_a_stream_beyond_repair_is_closed_and_the_program_ended(hub, program, data):
    with hub.launch(program(PROGRAM), ["x"]) as s:
        s.wait_stop("x")
        s.wire.send_bytes(data)
        s.wire.join()
        s.hub.wait()
        s.family.wait_extinct()


def test_small_and_large_pieces(hub, program):
    """One byte at a time, and several messages in one piece."""
    prog = program(PROGRAM)
    with hub.launch(prog, ["x"]) as s:
        thread = s.wait_stop("x").thread
        one = frame({"seq": 500, "type": "request", "command": "threads"})
        for position in range(len(one)):
            s.wire.send_bytes(one[position : position + 1])
        answered(s, 500)
        many = [
            frame({"seq": 600 + n, "type": "request", "command": "stackTrace", "arguments": {"threadId": thread}})
            for n in range(50)
        ]
        s.wire.send_bytes(b"".join(many))
        for n in range(50):
            assert answered(s, 600 + n)["success"]
        s.finish()


def test_a_large_message(stopped):
    text = "x" * 3_000_000
    assert stopped.evaluate("len(%r)" % text) == "3000000"


def test_over_tcp(program):
    port, family = free_port(), Family()
    hub = Process(hub_command("--host", "127.0.0.1", "--port", str(port)), family.environment())
    prog = program(PROGRAM)
    try:
        with DapClient.dial(port, prog, family=family) as s:
            s.run(prog, ["x"])
            s.wait_stop("x")
            s.finish()
            s.family = Family()  # the hub itself may go on and serve the next client
    finally:
        hub.close()
        family.wait_extinct()


def test_capabilities_are_claimed_once_and_truly(hub):
    with hub.open() as s:
        body = s.initialize()
        assert body["supportTerminateDebuggee"] is body["supportsTerminateDebuggee"] is True
        assert [f["filter"] for f in body["exceptionBreakpointFilters"]] == ["raised", "uncaught", "userUnhandled"]
        assert [f["default"] for f in body["exceptionBreakpointFilters"]] == [False, True, False]


def test_the_hub_ends_when_the_client_is_gone(hub):
    with hub.open() as s:
        s.initialize()
        s.crash()
        assert s.hub.wait() == 0


def test_a_closed_connection_is_told():
    with DapClient.spawn() as s:
        s.initialize()
        s.wire.request("disconnect", {})
        with pytest.raises(Closed):
            s.wire.wait_for_event("stopped")


def test_lines_and_columns_from_0(hub, program):
    prog = program("def f():\n    x = 1  # @x\n    return x\nf()\n")
    with hub.open(prog) as s:
        s.initialize(linesStartAt1=False, columnsStartAt1=False)
        s.launch(prog)
        answer = s.set_breakpoints(None, [prog.line("x") - 1])[0]
        assert answer["line"] == prog.line("x") - 1
        s.configuration_done()
        assert s.wait_stop().line == prog.line("x") - 1
        s.finish()
