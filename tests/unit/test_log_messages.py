"""Log messages on their way to the client."""
import threading
from types import SimpleNamespace

from dapper._frame_eval import core
from dapper.adapter.debugger.logs import Logs

DEADLINE = 10.0


def test_flush_waits_for_what_another_thread_sends():
    """The program's end flushes, and has to find everything on the wire, though the reading thread is still at it."""
    sending, may_send, sent = threading.Event(), threading.Event(), []

    def say(event, body):
        sending.set()
        assert may_send.wait(DEADLINE)
        sent.append(body["output"])

    logs = Logs(lambda: core.kit(False), lambda code: {}, say)
    logs.on_expected = lambda: lambda: None  # somebody else sends
    logs.expect()
    logs.put(SimpleNamespace(line=1), say.__code__, "last words\n", 1)
    reader = threading.Thread(target=logs.flush)
    reader.start()
    assert sending.wait(DEADLINE)
    ends = threading.Thread(target=lambda: (logs.flush(), sent.append("the end")))
    ends.start()
    may_send.set()
    for thread in (reader, ends):
        thread.join(DEADLINE)
    assert sent == ["last words\n", "the end"]
