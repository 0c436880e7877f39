"""The sockets of a debugged process: the channel to the client, and its listener."""
import _socket
import os
import sys

from dapper.adapter.waiting import Away, ready
from dapper.protocol.channel import Channel

_getpid = os.getpid
_getppid = os.getppid

listeners = []  #: of the program's own: objects with ``before_send(message)`` and ``after_receive(message)``



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
        self._waker = self._lobby = None
        self._log = None
        self._mail = None  # (descriptor, what to call when it can be read)
        self._answered = None  # seq of a request that was answered before we were there
        self._between = False

    @classmethod
    def to(cls, newcomer, noticed):
        """The link to who has come to the lobby."""
        link = cls(newcomer.sock, noticed)
        link._pending, link._seq = newcomer.data, newcomer.sent
        link.unread(newcomer.initialize)
        if newcomer.start is not None:
            link._unread.append(newcomer.start)
            link._answered = newcomer.initialize["seq"]
        return link

    def watch(self, waker, lobby, log):
        """While waiting, heed a Waker and attend to a Lobby (or None); write to a Log."""
        self._waker, self._lobby, self._log = waker, lobby, log

    def attend(self, source, act):
        """While waiting, call ``act()`` whenever the descriptor ``source`` can be read."""
        self._mail = source, act

    def send(self, message):
        """See Channel.send."""
        if self._answered is not None and message.get("request_seq") == self._answered:
            self._answered = None
            return self._seq
        for listener in listeners:
            listener.before_send(message)
        seq = super().send(message)
        if self._log is not None:
            self._log.message("to client:", message)
        return seq

    def receive(self):
        """The next message; raises Away too."""
        self._between = not self._pending and not self._unread  # only there may we leave: half a message would be lost
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
            things = [ours]
            if self._between and self._waker is not None:
                things.append(self._waker.source)
            if self._lobby is not None:
                things += self._lobby.things()
            mail = self._mail
            if mail is not None:
                things.append(mail[0])
            found = ready(things, self._patience())
            if mail is not None and mail[0] in found:
                mail[1]()
            if self._between and self._waker is not None and self._waker.source in found:
                raise Away
            if ours in found:
                break
            if self._lobby is not None:
                self._lobby.attend(found, self._join)
        self._between = False
        if not found[ours]:  # the program closed what it did not open, as daemons do; that is not the hub's end
            self._on_loss = None
            raise OSError("the program closed our connection")

    def _patience(self):
        times = [self.meanwhile(), self._lobby.patience() if self._lobby is not None else None]
        return min((seconds for seconds in times if seconds is not None), default=None)

    def _join(self, newcomer):
        return False

    def _lost(self):
        lost, self._on_loss = self._on_loss, None
        if lost is not None:
            lost()

    def _hang_up(self):
        try:
            self._sock.shutdown(_socket.SHUT_RDWR)
        except OSError:
            pass  # the peer was faster
        self._sock.close()


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
