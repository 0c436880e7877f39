"""Both ways to wait for a program's pipes."""

import os

import pytest

from dapper.hub.pipes import Polled, Threaded
from tests.processes import poll


@pytest.fixture(params=[Polled, Threaded], ids=["polled", "threaded"])
def kind(request):
    return request.param


def gathered(watch, pipe):
    """All that comes through one pipe."""
    found = []
    while True:
        assert watch.ready(10) == [pipe]
        found.append(watch.take(pipe))
        if not found[-1]:
            return b"".join(found)


def test_everything_comes_in_order(kind):
    reader, writer = os.pipe()
    watch = kind([reader])
    os.write(writer, b"one ")
    os.write(writer, b"two")
    os.close(writer)
    assert gathered(watch, reader) == b"one two"
    watch.close()


def test_what_is_held(kind):
    pipes = [os.pipe(), os.pipe()]
    watch = kind([reader for reader, _ in pipes])
    (first, into_first), (second, into_second) = pipes
    os.write(into_first, b"12345")
    assert watch.held(first) == 5 and watch.held(second) == 0
    assert watch.deserted() == []
    os.close(into_first)
    assert poll(lambda: watch.deserted() == [first], "the end of a pipe")
    assert watch.take(first) + watch.take(first) == b"12345"
    os.close(into_second)
    assert gathered(watch, second) == b""
    watch.close()


def test_waking(kind):
    reader, writer = os.pipe()
    watch = kind([reader])
    watch.wake()
    assert watch.ready(10) == []
    assert watch.ready(0.001) == []
    os.close(writer)
    assert gathered(watch, reader) == b""
    watch.close()
