"""The one table of errors, and the responses made of it."""

import string

import pytest

from dapper.protocol.errors import TABLE, DapError, failure, success
from tests import schema


def test_numbers_are_unique():
    assert len({number for number, _ in TABLE.values()}) == len(TABLE)


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_sentence_can_be_said_and_sent(code):
    names = {name for _, name, _, _ in string.Formatter().parse(TABLE[code][1]) if name}
    error = DapError(code, **{name: "some {thing}" for name in names})
    assert error.id == TABLE[code][0]
    assert all(("some {thing}" in str(error)) for _ in names)
    response = failure({"seq": 7, "type": "request", "command": "next"}, error)
    schema.check(dict(response, seq=1))
    assert (response["request_seq"], response["command"], response["success"]) == (7, "next", False)
    shown = response["body"]["error"]
    assert shown["format"].format(**shown.get("variables", {})) == str(error) == response["message"]
    assert shown["id"] == error.id


def test_a_client_is_not_to_bother_its_user_with_what_it_asked_too_late():
    assert DapError("stale_frame", frame=3).body()["error"]["showUser"] is False
    assert DapError("cannot_start", program="x", why="y").body()["error"]["showUser"] is True


def test_our_own_faults_are_answered_too():
    response = failure({"seq": 7, "command": "next"}, ZeroDivisionError("by zero"))
    assert response["body"]["error"]["id"] == 1000
    assert "ZeroDivisionError: by zero" in response["message"]
    schema.check(dict(response, seq=1))


@pytest.mark.parametrize("request_", [{}, {"seq": "x", "command": 5}, {"seq": None}, {"seq": True, "command": []}])
def test_a_request_in_any_state_is_answered(request_):
    response = failure(request_, DapError("malformed", problem="strange"))
    assert (response["request_seq"], response["command"]) == (0, "")
    schema.check(dict(response, seq=1))


def test_seq_0_is_answered_as_0():
    assert failure({"seq": 0, "command": "next"}, DapError("cancelled"))["request_seq"] == 0


def test_success():
    assert success({"seq": 3, "command": "threads"}, {"threads": []}) == {
        "type": "response",
        "request_seq": 3,
        "command": "threads",
        "success": True,
        "body": {"threads": []},
    }
    assert "body" not in success({"seq": 3, "command": "pause"})
