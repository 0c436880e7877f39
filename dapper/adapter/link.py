"""The sockets of a debugged process: the channel to the client, and its listener."""
import _socket
import os
import sys

from dapper.adapter.waiting import Away, go_on, out_of_the_way, ready
from dapper.protocol.channel import Channel
from dapper.protocol.errors import success

_getpid = os.getpid
_getppid = os.getppid

listeners = []  #: of the program's own: objects with ``before_send(message)`` and ``after_receive(message)``



_STANDING = frozenset(("process", "stopped", "continued"))


class _SomebodyElse(Exception):
    """A client that looks on has asked something, while nothing of the other's is half read."""


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
        self._party = None  # once a second client has come
        self._for_session = []  # requests of clients that look on
        self._handed = b""  # what had come from a client before it led
        self._standing = {}  # event → the last one of those that tell how things stand
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
        if message.get("event") in _STANDING:
            self._standing[message["event"]] = message
            if message["event"] == "continued":
                self._standing.pop("stopped", None)
        party = self._party
        if party is not None and not party.route(message):
            return self._seq
        return self.send_to_leader(message)

    def send_to_leader(self, message):
        """Send to the one client, or the one of several that leads."""
        for listener in listeners:
            listener.before_send(message)
        seq = super().send(message)
        if self._log is not None:
            self._log.message("to client:", message)
        return seq

    def receive(self):
        """The next message; raises Away too."""
        self._between = not self._pending and not self._unread  # only there may we leave: half a message would be lost
        message = self._next()
        if message is None:
            if self._on_loss is None and self._party is not None and self._party.succeed():
                return self.receive()
            self._lost()
        else:
            if self._party is not None and not self._party.knows(message):
                if self._goes_alone(message):
                    return self.receive()
                message = self._party.leads(message)
                if message is None:
                    return self.receive()
            if message.get("command") == "disconnect":
                self._on_loss = None
            self._noticed(message)
            for listener in listeners:
                listener.after_receive(message)
            if self._log is not None:
                self._log.message("from client:", message)
        return message

    def _next(self):
        while not self._for_session:
            try:
                return super().receive()
            except _SomebodyElse:
                continue
        return self._for_session.pop(0)

    def _goes_alone(self, message):
        """Does the client that leads say goodbye, and another one takes its place?"""
        if message.get("command") != "disconnect" or (message.get("arguments") or {}).get("terminateDebuggee") is True:
            return False
        if not any(seat.start is None for seat in self._party.others):
            return False
        self.send_to_leader(success(message))
        self._on_loss = None
        return self._party.succeed()

    def standing(self):
        """The events that tell somebody new how things stand."""
        return [self._standing[name] for name in ("process", "stopped") if name in self._standing]

    def change_client(self, newcomer, on_loss):
        """Speak with another client from now on.

        Returns:
            (socket, bytes not used, messages sent, what its end means) of the one before.
        """
        with self._lock:
            before = self._sock, self._pending, self._seq, self._on_loss
            self._sock, self._seq, self._on_loss = newcomer.sock, newcomer.sent, on_loss
            self._write = newcomer.sock.sendall
            self._pending, self._handed = b"", newcomer.data
        return before

    def drop(self):
        """Close our descriptor only: the connection is our parent's."""
        self._sock.close()
        if self._party is not None:
            self._party.drop()

    def _receive_some(self, size):
        try:
            self._wait()
            if self._handed:
                data, self._handed = self._handed, b""
                return data
            return self._sock.recv(size)
        except ConnectionError:
            if self._party is not None:  # another may take its place
                self._pending = b""
                return b""
            self._lost()
            raise
        finally:
            go_on()

    def _wait(self):
        while not self._handed:
            if self._party is not None and self._party.wants_change and not self._pending:
                self._party.change()
                continue
            ours = self._sock.fileno()
            things = [ours] + (self._party.things() if self._party is not None else [])
            if self._between and self._waker is not None:
                things.append(self._waker.source)
            if self._lobby is not None:
                things += self._lobby.things()
            mail = self._mail
            if mail is not None:
                things.append(mail[0])
            found = ready(things, self._patience(), True)
            if mail is not None and mail[0] in found:
                mail[1]()
            if self._between and self._waker is not None and self._waker.source in found:
                raise Away
            if self._lobby is not None:
                self._lobby.attend(found, self._join)
            if self._party is not None:
                self._for_session += self._party.attend(found)
                if self._for_session and not self._pending:
                    raise _SomebodyElse
            if ours in found:
                break
        else:
            self._between = False
            return
        self._between = False
        if not found[ours]:  # the program closed what it did not open, as daemons do; that is not the hub's end
            self._on_loss = None
            raise OSError("the program closed our connection")

    def _patience(self):
        times = [self.meanwhile(), self._lobby.patience() if self._lobby is not None else None]
        return min((seconds for seconds in times if seconds is not None), default=None)

    def _join(self, newcomer):
        party = self._party
        if party is None:
            from dapper.adapter.party import Party

            party = Party(self)
        if not party.join(newcomer):
            return False
        self._party = party
        return True

    def _lost(self):
        lost, self._on_loss = self._on_loss, None
        if lost is not None:
            lost()

    def _hang_up(self):
        if self._party is not None:
            self._party.end()
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
    return _socket.socket(family, kind, protocol, out_of_the_way(sock.detach()))


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
