"""DAP frames on a byte stream: one sequence counter, one write lock, one write a message, a body limit.

Source of the framing: the Debug Adapter Protocol overview, "Base protocol".
"""
from _thread import allocate_lock

from dapper.protocol import wire

MAX_HEADER = 8 * 1024  #: bytes; a header longer than this is no DAP client
MAX_BODY = 64 * 1024 * 1024  #: bytes


class BrokenFrame(Exception):
    """The byte stream can't be followed any further; the connection has to be closed."""


class BadMessage(Exception):
    """One message is unreadable; the stream behind it is fine."""


class Channel:
    """One DAP connection.

    Args:
        read: ``read(n) -> bytes``, at most ``n`` bytes, ``b""`` at the end of the stream.
        write: ``write(data)``, writes all of ``data`` or raises OSError.
        close: frees both; called once.
        max_body: the longest body accepted, in bytes.
    """

    def __init__(self, read, write, close, max_body=MAX_BODY):
        self._read = read
        self._write = write
        self._close = close
        self._max_body = max_body
        self._pending = b""
        self._unread = []
        self._seq = 0
        self._lock = allocate_lock()
        self._closed = False

    @classmethod
    def from_socket(cls, sock, max_body=MAX_BODY):
        """A channel on a connected stream socket (``socket.socket`` or ``_socket.socket``)."""
        try:
            sock.setsockopt(6, 1, 1)  # IPPROTO_TCP, TCP_NODELAY: else a message waits up to 40 ms
        except OSError:
            pass  # a Unix socket has no such option, and no such delay

        def close():
            try:
                sock.shutdown(2)  # wakes a reader in another thread, which close() alone does not
            except OSError:
                pass  # the peer was faster
            sock.close()

        return cls(sock.recv, sock.sendall, close, max_body)

    def send(self, message):
        """Stamp ``message`` with the next ``seq`` and write it.

        Args:
            message: a DAP message without ``seq``; the dict is changed.

        Returns:
            The sequence number given.

        Raises:
            OSError: the peer is gone.
            TypeError, ValueError: the message can't be spelled in JSON.
        """
        with self._lock:
            self._seq += 1
            message["seq"] = self._seq
            body = wire.encode(message)
            self._write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            return message["seq"]

    def receive(self):
        """Read the next message.

        Returns:
            The message as a dict, or None at the end of the stream.

        Raises:
            BadMessage: the body is no JSON object; the next ``receive`` goes on behind it.
            BrokenFrame: no usable header, a body over the limit, or the stream ends in a frame.
        """
        if self._unread:
            return self._unread.pop(0)
        length = self._content_length()
        if length is None:
            return None
        while len(self._pending) < length:
            if not self._fill(length - len(self._pending)):
                raise BrokenFrame("the stream ended inside a message")
        body, self._pending = self._pending[:length], self._pending[length:]
        try:
            message = wire.decode(body)
        except ValueError as error:
            raise BadMessage("not JSON: %s" % error) from None
        except RecursionError:
            raise BadMessage("the JSON is nested too deeply") from None
        if type(message) is not dict:
            raise BadMessage("a message has to be a JSON object")
        return message

    def unread(self, *messages):
        """Have ``receive`` give these first."""
        self._unread[:0] = messages

    @property
    def is_closed(self):
        """Whether it was closed on this side."""
        return self._closed

    def close(self):
        """Close the stream; a ``receive`` waiting in another thread returns. May be called twice."""
        with self._lock:
            closed, self._closed = self._closed, True
        if not closed:
            self._close()

    def _content_length(self):
        while b"\r\n\r\n" not in self._pending:
            if len(self._pending) > MAX_HEADER:
                raise BrokenFrame("no end of the header within %d bytes" % MAX_HEADER)
            if not self._fill(65536):
                if self._pending.strip():
                    raise BrokenFrame("the stream ended inside a header")
                return None
        header, self._pending = self._pending.split(b"\r\n\r\n", 1)
        if len(header) > MAX_HEADER:
            raise BrokenFrame("the header is longer than %d bytes" % MAX_HEADER)
        for line in header.split(b"\r\n"):
            name, colon, value = line.partition(b":")
            if not colon:
                raise BrokenFrame("not a DAP header: %r" % line[:80])
            if name.strip().lower() == b"content-length":
                value = value.strip()
                if not value.isdigit() or len(value) > 18:
                    raise BrokenFrame("Content-Length is not a number: %r" % value[:80])
                length = int(value)
                if length > self._max_body:
                    raise BrokenFrame("a body of %d bytes is over the limit of %d" % (length, self._max_body))
                return length
        raise BrokenFrame("a header without Content-Length")

    def _fill(self, wanted):
        try:
            data = self._read(max(wanted, 65536))
        except OSError:
            if not self._closed:
                raise
            data = b""  # we closed it ourselves: that is an end like any other
        self._pending += data
        return bool(data)
