"""The loopback port where debuggees report: who knows a token is handed to whoever waits for it, others are shown out."""
import os
import socket
import time
from _operator import _compare_digest

from dapper.hub import streams
from dapper.protocol.channel import BadMessage, BrokenFrame, Channel

HELLO_TIME = 10.0  #: seconds a newcomer has to say who it is


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
        except OSError:
            return  # closed
        streams.spawn(receive, sock)


def greet(sock):
    """Read the hello of whoever just connected.

    Returns:
        ``(channel, hello)``, or None when it did not behave; it is disconnected then.
    """
    deadline = time.monotonic() + HELLO_TIME
    known = False

    def read(size):
        if not known:
            left = deadline - time.monotonic()
            if left <= 0:
                raise socket.timeout("no hello in time")
            sock.settimeout(left)
        return sock.recv(size)

    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    channel = Channel(read, sock.sendall, lambda: streams.hang_up(sock))
    try:
        message = channel.receive()
    except (BadMessage, BrokenFrame, OSError):
        message = None
    hello = (message or {}).get("body")
    if message is None or message.get("event") != "dapperHello" or type(hello) is not dict \
            or type(hello.get("token")) is not str or type(hello.get("pid")) is not int:
        channel.close()
        return None
    known = True
    sock.settimeout(None)
    return channel, hello

