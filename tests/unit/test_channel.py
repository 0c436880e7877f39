"""Frames on a byte stream: what is accepted, what is refused, what is written."""

import json
import socket
import threading

import pytest

from dapper.protocol.channel import MAX_HEADER, BadMessage, BrokenFrame, Channel


class Stream:
    """Bytes to read in given pieces, and what was written."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.written = []
        self.closed = 0

    def read(self, wanted):
        if not self.pieces:
            return b""
        piece = self.pieces.pop(0)
        if len(piece) > wanted:
            self.pieces.insert(0, piece[wanted:])
        return piece[:wanted]

    def close(self):
        self.closed += 1

    def channel(self, **more):
        return Channel(self.read, self.written.append, self.close, **more)


def frame(body, header=b"Content-Length: %d\r\n\r\n"):
    return header % len(body) + body


def received(*pieces, **more):
    return Stream(*pieces).channel(**more).receive()


def test_one_send_is_one_write_and_is_counted():
    stream = Stream()
    channel = stream.channel()
    assert channel.send({"type": "event", "event": "é"}) == 1
    assert channel.send({"type": "event", "event": "b", "seq": 77}) == 2
    assert len(stream.written) == 2
    head, body = stream.written[0].split(b"\r\n\r\n")
    assert head == b"Content-Length: %d" % len(body)
    assert json.loads(body.decode("utf-8")) == {"type": "event", "event": "é", "seq": 1}
    assert json.loads(stream.written[1].split(b"\r\n\r\n")[1].decode("utf-8"))["seq"] == 2


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_what_json_has_no_form_for_is_refused_and_nothing_written(value):
    stream = Stream()
    with pytest.raises(TypeError):
        stream.channel().send({"body": value})
    assert stream.written == []


@pytest.mark.parametrize(
    "value", ["", "a\x00b", "\ud800", "é€𝄞", 0, -1, 2**70, 1.5, True, None, [], {}, [[{"a": [1]}]], "\u2028</script>"]
)
def test_values_survive_the_way(value):
    stream = Stream()
    stream.channel().send({"body": value})
    assert received(*stream.written)["body"] == value


def test_messages_in_pieces_and_together():
    both = frame(b'{"a":1}') + frame(b'{"b":2}')
    for size in (1, 2, 7, len(both)):
        channel = Stream(*[both[at : at + size] for at in range(0, len(both), size)]).channel()
        assert [channel.receive(), channel.receive(), channel.receive()] == [{"a": 1}, {"b": 2}, None]


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: %d\r\n\r\n",
        b"content-length:%d\r\n\r\n",
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n",
        b"X-Whatever: a: b\r\nCONTENT-LENGTH:   %d  \r\nY: \r\n\r\n",
    ],
)
def test_headers_that_are_understood(header):
    assert received(frame(b'{"a":1}', header)) == {"a": 1}


@pytest.mark.parametrize(
    "data, told",
    [
        (b"GET / HTTP/1.1\r\n\r\n", "not a DAP header"),
        (b"Content-Type: x\r\n\r\n", "without Content-Length"),
        (b"Content-Length: many\r\n\r\n", "not a number"),
        (b"Content-Length: -5\r\n\r\n", "not a number"),
        (b"Content-Length: \r\n\r\n", "not a number"),
        (b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", "not a number"),
        (b"Content-Length: 1001\r\n\r\n", "over the limit of 1000"),
        (b"x" * (MAX_HEADER + 1), "no end of the header"),
        (b"X: " + b"x" * MAX_HEADER + b"\r\nContent-Length: 2\r\n\r\n{}", "longer than|no end"),
        (b"Content-Length: 10\r\n\r\n{}", "ended inside a message"),
        (b"Content-Len", "ended inside a header"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", "not a DAP header"),
    ],
)
def test_a_stream_beyond_repair(data, told):
    with pytest.raises(BrokenFrame, match=told):
        received(data, max_body=1000)


@pytest.mark.parametrize(
    "body, told",
    [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b"{} {}", "not JSON"),
        (b'{"a":}', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "JSON object"),
        (b"null", "JSON object"),
        (b'"text"', "JSON object"),
        (b'{"a":' + b"[" * 100000 + b"]" * 100000 + b"}", "nested too deeply|not JSON"),
    ],
)
def test_one_bad_message_does_not_spoil_the_next(body, told):
    channel = Stream(frame(body) + frame(b'{"next":1}')).channel()
    with pytest.raises(BadMessage, match=told):
        channel.receive()
    assert channel.receive() == {"next": 1}


def test_json_that_clients_really_send():
    assert received(frame(b' \n{"a": NaN, "b": Infinity, "c": "tab\there"}\r\n'))["c"] == "tab\there"


def test_a_body_as_long_as_allowed_passes():
    body = b'{"a":"' + b"x" * 992 + b'"}'
    assert len(body) == 1000
    assert len(received(frame(body), max_body=1000)["a"]) == 992


def test_close_is_done_once():
    stream = Stream()
    channel = stream.channel()
    channel.close()
    channel.close()
    assert stream.closed == 1


def test_a_socket_both_ways():
    here, there = (Channel.from_socket(end) for end in socket.socketpair())
    here.send({"hello": "there"})
    assert there.receive() == {"hello": "there", "seq": 1}
    here.close()
    assert there.receive() is None
    there.close()


def test_close_wakes_a_reader_in_another_thread():
    ours, theirs = socket.socketpair()
    channel = Channel.from_socket(ours)
    results = []

    def receive():
        try:
            results.append(channel.receive())
        except OSError:  # it came too late to be woken
            results.append(None)

    reader = threading.Thread(target=receive)
    reader.start()
    channel.close()
    reader.join(20)
    assert results == [None]
    theirs.close()


def test_threads_that_send_at_once_do_not_mix():
    ours, theirs = (Channel.from_socket(end) for end in socket.socketpair())
    threads = [
        threading.Thread(target=lambda n=n: [ours.send({"thread": n, "text": "x" * 5000}) for _ in range(50)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    seen = [theirs.receive() for _ in range(200)]
    for thread in threads:
        thread.join()
    assert [message["seq"] for message in seen] == list(range(1, 201))
    assert sorted(message["thread"] for message in seen) == sorted(list(range(4)) * 50)
    ours.close()
    theirs.close()


def test_tcp_has_no_delay():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as one:
            Channel.from_socket(one)
            assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
