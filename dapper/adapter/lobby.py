"""Where clients of a listening program wait until they have said who they are; none of them keeps the program, or another."""
import _socket
import time

from dapper.protocol import access, wire
from dapper.protocol.capabilities import capabilities
from dapper.protocol.channel import MAX_HEADER
from dapper.protocol.errors import DapError, failure, success

_now = time.monotonic

MAX_FIRST = 1024 * 1024  #: bytes of a stranger's message
MAX_WAITING = 64  #: strangers at the same time; who comes then pushes the eldest out
SEND_TIME = 0.3  #: seconds a stranger has to take an answer


class Newcomer:
    """One who has connected.

    Attributes:
        sock: of type ``_socket.socket``.
        data: what has come and is no whole message yet.
        sent: how many messages it was sent.
        initialize, start: its requests, once they are there.
        until: when it is shown out.
    """

    def __init__(self, sock):
        self.sock = sock
        self.fileno = sock.fileno
        self.data = b""
        self.sent = 0
        self.initialize = self.start = None
        self.knows = False  # the token
        self.leaves = False  # it was refused, and may read the reason
        self.until = _now() + access.SILENT

    def read(self):
        """Take what has come.

        Raises:
            ValueError: that is no client.
            OSError: it is gone.
        """
        data = self.sock.recv(65536)
        if not data:
            raise OSError("it is gone")
        if self.leaves:
            return
        if not self.data:
            self.until = _now() + access.LORIS
        self.data += data

    def next_message(self):
        """The next whole message, or None.

        Raises:
            ValueError: that is no client.
        """
        header, end, rest = self.data.partition(b"\r\n\r\n")
        length = None
        for line in header.split(b"\r\n")[: None if end else -1]:
            name, colon, value = line.partition(b":")
            if not colon:
                raise ValueError("no DAP header")
            if name.strip().lower() == b"content-length":
                length = int(value)
        if not end:
            if len(header) > MAX_HEADER:
                raise ValueError("no end of the header")
            return None
        if length is None or not 0 <= length <= MAX_FIRST:
            raise ValueError("no good length")
        if len(rest) < length:
            return None
        self.data = rest[length:]
        self.until = _now() + (access.LORIS if self.data else access.SILENT)
        message = wire.decode(rest[:length])
        if type(message) is not dict or type(message.get("seq")) is not int or type(message.get("command")) is not str:
            raise ValueError("no request")
        if type(message.get("arguments")) not in (dict, type(None)):
            raise ValueError("odd arguments")
        return message

    def answer(self, message):
        """Send a message.

        Raises:
            OSError: it is gone, or does not read.
        """
        self.sent += 1
        message["seq"] = self.sent
        body = wire.encode(message)
        self.sock.settimeout(SEND_TIME)
        self.sock.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.sock.settimeout(None)

    def hang_up(self):
        """Show it out."""
        try:
            self.sock.shutdown(_socket.SHUT_RDWR)
        except OSError:
            pass  # it was faster
        self.sock.close()


class Lobby:
    """A listening socket, and those who came to it.

    Args:
        listener: a Listener.
        token: what they have to give, or None.
        log: a Log.
    """

    def __init__(self, listener, token, log):
        self._listener = listener
        self._token = token
        self._log = log
        self._waiting = []
        self.getsockname = listener.getsockname
        if token is not None:
            log.hide(token)

    def things(self):
        """What to wait for."""
        return [self._listener] + self._waiting

    def patience(self):
        """Seconds until somebody has to be shown out, or None."""
        return max(0.0, min(one.until for one in self._waiting) - _now()) if self._waiting else None

    def attend(self, found, join=None):
        """Hear those who are there.

        Args:
            found: descriptors that can be read.
            join: if a client is there already: ``join(newcomer) -> bool`` lets another one join it, if it wants to do that.

        Returns:
            A Newcomer to serve as the client, or None.
        """
        if self._listener.fileno() in found:
            sock = self._listener.take()
            if sock is not None:
                self._waiting.append(Newcomer(sock))
                if len(self._waiting) > MAX_WAITING:
                    self._show_out(self._waiting[0], "too many wait")
        for one in self._waiting[:]:
            if one.fileno() in found:
                try:
                    one.read()
                except OSError:
                    self._show_out(one, "it left")
                    continue
            if not one.leaves and self._hear(one, join):
                self._waiting.remove(one)
                return one
            if one in self._waiting and one.until <= _now():
                self._show_out(one, "it took too long")
        return None

    def _hear(self, one, join):
        """Answer what it said; is it the client now?"""
        try:
            while True:
                message = one.next_message()
                if message is None:
                    return False
                if self._understand(one, message, join):
                    return True
                if one.leaves or one not in self._waiting:
                    return False
        except (ValueError, RecursionError) as error:
            self._show_out(one, "%s" % error)
        except OSError:
            self._show_out(one, "it left")
        return False

    def _understand(self, one, message, join):
        command, arguments = message["command"], message.get("arguments") or {}
        given = access.given_token(arguments) if command in ("initialize", "launch", "attach") else None
        if given is not None and self._token is not None and not access.fits(given, self._token):
            return self._refuse(one, message, DapError("not_allowed", command=command, why="the token is wrong"))
        if command == "initialize" and one.initialize is None:
            one.initialize = message
            if join is None and (self._token is None or given is not None):
                return True
            one.knows = given is not None
            one.answer(success(message, capabilities()))
            return False
        if command in ("launch", "attach") and one.initialize is not None:
            if self._token is not None and given is None and not one.knows:
                why = "it takes a token: give \"accessToken\" in the configuration"
                return self._refuse(one, message, DapError("not_allowed", command=command, why=why))
            one.start = message
            if join is None:
                return True
            if join(one):
                self._waiting.remove(one)
                return False
            why = "another client is connected; give \"watch\": true to look on, or \"takeOver\": true"
            return self._refuse(one, message, DapError("wrong_state", command=command, why=why))
        if command == "disconnect":
            one.answer(success(message))
            self._show_out(one, "it said goodbye")
            return False
        one.answer(failure(message, DapError("wrong_state", command=command, why="initialize and attach have to come first")))
        return False

    def _refuse(self, one, message, error):
        one.answer(failure(message, error))
        self._log.note("refused a client: %s" % error)
        one.sock.shutdown(_socket.SHUT_WR)  # closing at once could take the answer away from it
        one.leaves, one.until = True, _now() + SEND_TIME
        return False

    def _show_out(self, one, why):
        self._waiting.remove(one)
        self._log.note("showed a client out: %s" % why)
        one.hang_up()

    def close(self):
        """Listen no more."""
        for one in self._waiting[:]:
            self._show_out(one, "the port was closed")
        self._listener.close()

    def drop(self):
        """Close our descriptors only: the connections are our parent's."""
        for one in self._waiting:
            one.sock.close()
        self._listener.drop()
