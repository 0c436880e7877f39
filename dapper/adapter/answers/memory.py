"""Requests about the memory of values: read it, write it, and tell who looks at it that something changed."""
from binascii import a2b_base64, b2a_base64

from dapper.adapter.answers.work import ACTS, on_owner
from dapper.adapter.debugger.memory import Buffer
from dapper.adapter.request import answers
from dapper.protocol.errors import DapError

MOST = 1 << 24  #: bytes in one answer; a client that wants more asks again


@answers("readMemory")
def read_memory(session, request):
    reference, buffer = _buffer(session, request)
    offset = request.get("offset", int) or 0
    count = request.get("count", int, required=True)
    if count < 0:
        raise request.wrong("count has to be 0 or more")

    def run():
        session.memory_views[reference] = buffer.size()
        if offset < 0:
            return {"address": "0x0", "unreadableBytes": min(count, -offset)}
        data = buffer.read(offset, min(count, MOST))
        body = {"address": "0x%x" % offset, "data": b2a_base64(data, newline=False).decode("ascii")}
        if len(data) < min(count, MOST):
            body["unreadableBytes"] = count - len(data)
        return body

    return on_owner(session, request, reference, run)


@answers("writeMemory")
def write_memory(session, request):
    reference, buffer = _buffer(session, request)
    offset = request.get("offset", int) or 0
    in_part = request.get("allowPartial", bool, False)
    text = request.get("data", str, required=True)
    try:
        data = a2b_base64(text)
    except ValueError as error:
        raise request.wrong("data is not base64: %s" % error) from None
    if b2a_base64(data, newline=False).decode("ascii").rstrip("=") != text.rstrip("="):  # it leaves out what is odd
        raise request.wrong("data is not base64")

    def run():
        room = max(buffer.size() - offset, 0) if offset >= 0 else 0
        if room < len(data) and not in_part:
            why = "there is room for %d bytes there, not %d" % (room, len(data))
            raise DapError("cannot_set", name="memory", why=why)
        return {"bytesWritten": buffer.write(offset, data)}

    return on_owner(
        session, request, reference, run, limit=ACTS * session.display.seconds, then=lambda record: changed(session)
    )


def changed(session):
    """Values may have changed in the client's name: have it look again at what it shows."""
    if session.client.get("supportsInvalidatedEvent") is True:
        session.event("invalidated", {"areas": ["variables"]})
    if session.client.get("supportsMemoryEvent") is True:
        for reference, size in list(session.memory_views.items()):
            try:
                session.debugger.crew.handles.get(reference)
            except DapError:
                session.memory_views.pop(reference, None)  # its thread has gone on
            else:
                session.event("memory", {"memoryReference": str(reference), "offset": 0, "count": size})


def _buffer(session, request):
    text = request.get("memoryReference", str, required=True)
    reference = int(text) if text.isdigit() else 0
    try:
        buffer = session.debugger.crew.handles.get(reference)
    except DapError:
        buffer = None
    if type(buffer) is not Buffer:
        raise DapError("stale_memory", reference=text)
    return reference, buffer
