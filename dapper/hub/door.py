"""The loopback port where debuggees report: who knows a token is handed to whoever waits for it, others are shown out."""
import errno
import os
import socket
import time
from _operator import _compare_digest

from dapper.hub import streams
from dapper.protocol.access import LORIS, SILENT
from dapper.protocol.channel import BadMessage, BrokenFrame, Channel

#: There is no room for one more now: descriptors of ours or of the system, or memory.
EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
BREATH = 0.1  #: seconds


class Door:
    """One listener for all sessions of the hub, opened when first needed.

    Args:
        log: a Log.
    """

    def __init__(self, log):
        self._log = log
        self._listener = None
        self._expected = {}

    @property
    def address(self):
        """(host, port)"""
        if self._listener is None:
            self._listener = streams.listen("127.0.0.1", 0)
            streams.spawn(accept_all, self._listener, self._receive)
        return self._listener.getsockname()[:2]

    def expect(self, welcome):
        """Make a token.

        Args:
            welcome: called as ``welcome(channel, hello)`` in a thread of its own for each one who knows the token.

        Returns:
            "HOST:PORT:TOKEN", what such a process has to be told.
        """
        token = os.urandom(16).hex()
        self._log.hide(token)
        self._expected[token] = welcome
        return "%s:%d:%s" % (self.address + (token,))

    def forget(self, ticket):
        """Let nobody in with this ``HOST:PORT:TOKEN`` any more."""
        self._expected.pop(ticket.rsplit(":", 1)[1], None)

    def _receive(self, sock):
        greeted = greet(sock)
        if greeted is None:
            return
        channel, hello = greeted
        given = hello["token"].encode("utf-8", "surrogatepass")
        for token, welcome in list(self._expected.items()):
            if _compare_digest(token.encode(), given):
                self._log.note("pid %s reports: %s %s" % (hello["pid"], hello.get("startMethod"), hello.get("argv")))
                welcome(channel, hello)
                return
        self._log.note("turned away one with a wrong token")
        channel.close()


def accept_all(listener, receive):
    """Hand every connection to ``receive(socket)``, each in a thread of its own, until the listener is closed."""
    while True:
        try:
            sock, _ = listener.accept()
        except ConnectionAbortedError:
            pass  # it was gone before we looked
        except OSError as error:
            if error.errno not in EXHAUSTED:
                return  # closed
            time.sleep(BREATH)  # who wants to be let in waits until something else is closed
        else:
            streams.spawn(receive, sock)


def first_words(sock):
    """A Channel to whoever just connected, with its first message unread; None, and disconnected, if it is no DAP in time."""
    opened = time.monotonic()
    began = None
    known = False

    def read(size):
        nonlocal began
        if known:
            return sock.recv(size)
        left = (opened + SILENT if began is None else began + LORIS) - time.monotonic()
        if left <= 0:
            raise socket.timeout("too slow")
        sock.settimeout(left)
        data = sock.recv(size)
        began = began or time.monotonic()
        return data

    if sock.family != getattr(socket, "AF_UNIX", None):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    channel = Channel(read, sock.sendall, lambda: streams.hang_up(sock))
    try:
        message = channel.receive()
        sock.settimeout(None)
    except (BadMessage, BrokenFrame, OSError):
        message = None
    if message is None:
        channel.close()
        return None
    known = True
    channel.unread(message)
    return channel


def greet(sock):
    """Read the hello of whoever just connected.

    Returns:
        ``(channel, hello)``, or None when it did not behave; it is disconnected then.
    """
    channel = first_words(sock)
    if channel is None:
        return None
    message = channel.receive()
    hello = message.get("body")
    if message.get("event") != "dapperHello" or type(hello) is not dict \
            or type(hello.get("token")) is not str or type(hello.get("pid")) is not int:
        channel.close()
        return None
    return channel, hello

