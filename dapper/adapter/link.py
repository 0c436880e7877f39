"""The sockets of a debugged process: the channel to the client, and its listener."""
import _socket
import os
import sys

from dapper.adapter.waiting import Away, ready
from dapper.protocol.channel import BadMessage, BrokenFrame, Channel
from dapper.protocol.errors import DapError, failure

_getpid = os.getpid
_getppid = os.getppid

listeners = []  #: of the program's own: objects with ``before_send(message)`` and ``after_receive(message)``

SECOND_CLIENT_TIME = 0.3  #: seconds for the hello of a client that comes while another is here


class Listener:
    """A listening socket.

    Args:
        sock: of type ``_socket.socket``, bound.
    """

    def __init__(self, sock):
        self._sock = sock
        sock.listen(16)
        sock.setblocking(False)
        self.fileno = sock.fileno
        self.getsockname = sock.getsockname
        self.close = self.drop = sock.close

    def accept(self, waker):
        """The next connection, a ``_socket.socket``.

        Raises:
            Away: the Waker woke us.
        """
        while True:
            if waker.source in ready([waker.source, self]):
                raise Away
            sock = self.take()
            if sock is not None:
                return sock

    def take(self):
        """A connected ``_socket.socket``, or None if the client was gone before we looked."""
        try:
            number, _ = self._sock._accept()
        except OSError:
            return None
        sock = _socket.socket(self._sock.family, self._sock.type, self._sock.proto, number)
        sock.setblocking(True)
        return sock


class Link(Channel):
    """The channel to a client or hub.

    Args:
        sock: a connected ``_socket.socket``.
        noticed: called with each message before it is handled.
        on_loss: called when the stream ends although nobody said goodbye, or None.
    """

    meanwhile = staticmethod(lambda: None)  #: called before each wait; says how many seconds that may take, or None

    def __init__(self, sock, noticed, on_loss=None):
        sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        super().__init__(self._receive_some, sock.sendall, self._hang_up)
        self._sock = sock
        self._noticed = noticed
        self._on_loss = on_loss
        self._waker = self._listener = None
        self._log = None
        self._mail = None  # (descriptor, what to call when it can be read)
        self._second = []  # clients that came while this one is here
        self._between = False

    def watch(self, waker, listener, log):
        """While waiting, heed a Waker and turn away whoever comes to a Listener (or None); write to a Log."""
        self._waker, self._listener, self._log = waker, listener, log

    def attend(self, source, act):
        """While waiting, call ``act()`` whenever the descriptor ``source`` can be read."""
        self._mail = source, act

    def send(self, message):
        """See Channel.send."""
        for listener in listeners:
            listener.before_send(message)
        seq = super().send(message)
        if self._log is not None:
            self._log.message("to client:", message)
        return seq

    def receive(self):
        """The next message; raises Away too."""
        self._between = not self._pending  # only there may we leave: half a message would be lost
        message = super().receive()
        if message is None:
            self._lost()
        else:
            if message.get("command") == "disconnect":
                self._on_loss = None
            self._noticed(message)
            for listener in listeners:
                listener.after_receive(message)
            if self._log is not None:
                self._log.message("from client:", message)
        return message

    def drop(self):
        """Close our descriptor only: the connection is our parent's."""
        self._sock.close()

    def _receive_some(self, size):
        try:
            self._wait()
            return self._sock.recv(size)
        except ConnectionError:
            self._lost()
            raise

    def _wait(self):
        ours = self._sock.fileno()
        while True:
            things = [ours] + self._second
            if self._between and self._waker is not None:
                things.append(self._waker.source)
            if self._listener is not None:
                things.append(self._listener)
            mail = self._mail
            if mail is not None:
                things.append(mail[0])
            found = ready(things, self.meanwhile())
            if mail is not None and mail[0] in found:
                mail[1]()
            if self._between and self._waker is not None and self._waker.source in found:
                raise Away
            if ours in found:
                break
            if self._listener is not None and self._listener.fileno() in found:
                sock = self._listener.take()
                if sock is not None:
                    self._second.append(sock)
            for sock in self._second[:]:
                if sock.fileno() in found:
                    self._second.remove(sock)
                    _turn_away(sock)
        self._between = False
        if not found[ours]:  # the program closed what it did not open, as daemons do; that is not the hub's end
            self._on_loss = None
            raise OSError("the program closed our connection")

    def _lost(self):
        lost, self._on_loss = self._on_loss, None
        if lost is not None:
            lost()

    def _hang_up(self):
        for sock in self._second + [self._sock]:
            try:
                sock.shutdown(_socket.SHUT_RDWR)
            except OSError:
                pass  # the peer was faster
            sock.close()


def _turn_away(sock):
    sock.settimeout(SECOND_CLIENT_TIME)
    channel = Channel.from_socket(sock)
    try:
        request = channel.receive()
        if request is not None:
            channel.send(failure(request, DapError("wrong_state", command="initialize", why="another client is connected")))
    except (BadMessage, BrokenFrame, OSError):
        pass  # no client, or one that is gone: not ours to care for
    channel.close()


def open_socket(host, port):
    """A connected ``_socket.socket``.

    Raises:
        OSError: nobody is there.
    """
    family, kind, protocol, _, target = _socket.getaddrinfo(_ascii(host), port, 0, _socket.SOCK_STREAM)[0]
    sock = _socket.socket(family, kind, protocol)
    try:
        sock.connect(target)
    except OSError:
        sock.close()
        raise
    return sock


def open_listener(host, port):
    """A Listener.

    Raises:
        OSError: the port can't be opened.
    """
    family, kind, protocol, _, target = _socket.getaddrinfo(_ascii(host), port, 0, _socket.SOCK_STREAM)[0]
    sock = _socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere it would let two processes share the port
            sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        sock.bind(target)
        return Listener(sock)
    except OSError:
        sock.close()
        raise


def introduce(token, start_method):
    """The body of a hello."""
    return {
        "token": token,
        "pid": _getpid(),
        "ppid": _getppid(),
        "startMethod": start_method,
        "argv": _command_line(),
        "executable": sys.executable,
        "python": "%d.%d.%d" % sys.version_info[:3],
    }


def _command_line():
    """The words this process was started with, as far as this Python tells them."""
    words = getattr(sys, "orig_argv", None)
    if words is None:
        try:
            with open("/proc/self/cmdline", "rb") as file:
                words = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
        except OSError:
            words = getattr(sys, "argv", [])
    return list(words)


def _ascii(host):
    """A host name as bytes: from a string getaddrinfo makes IDNA, which loads `re` and more, 15 ms in all."""
    return host.encode("ascii") if isinstance(host, str) and host.isascii() else host
