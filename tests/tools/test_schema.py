"""The validator: what passes, what does not, and what the generated types were made from."""

import json
import subprocess
import sys

import pytest

from dapper.protocol import messages
from dapper.protocol.capabilities import capabilities
from dapper.protocol.errors import DapError, failure
from tests import schema

NEXT = {"seq": 1, "type": "request", "command": "next", "arguments": {"threadId": 1}}


def event(name, **body):
    return {"seq": 1, "type": "event", "event": name, "body": body}


def response(command, **body):
    return {"seq": 1, "type": "response", "request_seq": 1, "command": command, "success": True, "body": body}


GOOD = [
    NEXT,
    {"seq": 1, "type": "request", "command": "threads"},
    {"seq": 1, "type": "request", "command": "launch", "arguments": {"noDebug": True, "program": "p.py"}},
    {"seq": 1, "type": "request", "command": "setPydevdSourceMap", "arguments": {"source": {}}},
    {"seq": 1, "type": "event", "event": "initialized"},
    event("exited", exitCode=-3),
    event("debugpySockets", sockets=[{"host": "127.0.0.1", "port": 1, "internal": False}]),
    event("module", reason="new", module={"id": 1, "name": "m", "package": "beyond the protocol, allowed"}),
    response("initialize", **capabilities()),
    response("variables", variables=[]),
    dict(failure({"seq": 1, "command": "rumba"}, DapError("unknown_request", command="rumba")), seq=1),
]

BAD = [
    (dict(NEXT, type="question"), "no DAP message type"),
    (dict(NEXT, command="rumba"), "no DAP request: 'rumba'"),
    (dict(NEXT, arguments={"threadId": "1"}), "arguments.threadId: .*integer"),
    (dict(NEXT, arguments={"threadId": True}), "arguments.threadId: .*integer"),
    (dict(NEXT, arguments={}), "arguments.threadId: Field required"),
    (dict(NEXT, arguments={"threadId": 1, "thread": 1}), "arguments.thread: Extra"),
    (dict(NEXT, seq=0), "seq is 0"),
    (event("exited"), "body.exitCode: Field required"),
    (event("rumba"), "no DAP event"),
    (event("stopped", reason="step", description=None), "body.description: .*string"),
    (event("debugpySockets"), "sockets: Field required"),
    (event("breakpoint", reason="changed", breakpoint={"id": 1}), "body.breakpoint.verified: Field required"),
    (response("initialize", supportsEverything=True), "supportsEverything: Extra"),
    (response("rumba"), "no DAP response"),
    (dict(response("threads", threads=[]), success=False), "body.threads: Extra"),
]


@pytest.mark.parametrize("message", GOOD, ids=lambda m: m.get("command") or m.get("event"))
def test_good(message):
    schema.check(message)


@pytest.mark.parametrize("message, told", BAD)
def test_bad(message, told):
    with pytest.raises(schema.BadShape, match=told):
        schema.check(message)


def test_every_message_of_the_protocol_is_there():
    assert (len(messages.REQUESTS), len(messages.RESPONSES), len(messages.EVENTS)) == (45, 45, 17)
    assert set(messages.REQUESTS) == set(messages.RESPONSES)


SCHEMA = {
    "Base": {"type": "object", "properties": {"seq": {"type": "integer"}}, "required": ["seq"]},
    "Loop": {"type": "object", "properties": {"inner": {"$ref": "#/definitions/Loop"}}},
    "Odd": {"type": "object", "properties": {"__restart": {"type": ["integer", "null"]}}},
    "DoRequest": {
        "allOf": [
            {"$ref": "#/definitions/Base"},
            {
                "type": "object",
                "properties": {
                    "command": {"type": "string", "enum": ["do"]},
                    "arguments": {
                        "type": "object",
                        "properties": {"many": {"type": "array", "items": {"$ref": "#/definitions/Kind"}}},
                    },
                },
                "required": ["command"],
            },
        ]
    },
    "Kind": {"type": "string", "enum": ["a", "b"]},
}


def test_the_generator_makes_types(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps({"definitions": SCHEMA}))
    tool = schema.__file__.replace("tests/schema.py", "tools/generate_messages.py")
    text = subprocess.run([sys.executable, tool, str(path)], stdout=subprocess.PIPE, check=True).stdout.decode()
    made = {}
    exec(text, made)
    assert made["REQUESTS"] == {"do": made["DoRequest"]}
    assert made["DoRequest"].__required_keys__ == {"seq", "command"}
    assert set(made["DoRequestArguments"].__annotations__) == {"many"}
    assert set(made["Odd"].__annotations__) == {"__restart"}
    assert set(made["Loop"].__annotations__) == {"inner"}
    assert text.index("Kind = Literal") < text.index("class DoRequest")
