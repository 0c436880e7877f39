"""The process an editor starts: its sessions, and what they share."""
import socket
import threading
from _operator import _compare_digest

from dapper.hub import streams
from dapper.hub.children import Offers
from dapper.hub.client import ClientSession
from dapper.hub.door import Door, accept_all, first_words
from dapper.hub.guard import Guard, is_same_user
from dapper.protocol.access import check_address


class Hub:
    """All sessions of this process.

    Args:
        log: a Log.
        token: what a process that dials a listening session has to give; None lets anyone in.
        client_token: what a client at a port has to give; None lets anyone in.
    """

    def __init__(self, log, token=None, client_token=None):
        self.log = log
        self.door = Door(log)
        self.offers = Offers()
        self._token = token
        self._client_token = client_token
        for secret in (token, client_token):
            if secret is not None:
                log.hide(secret)
        self._sessions = []
        self._changed = threading.Condition()
        self._listener = None
        self.is_closing = False

    def serve(self, channel, guard=None):
        """Serve one client to the end of its session.

        Args:
            guard: a Guard it has to pass, or None.
        """
        session = ClientSession(self, channel, guard)
        with self._changed:
            self._sessions.append(session)
        try:
            session.run()
        finally:
            with self._changed:
                self._sessions.remove(session)
                self._changed.notify_all()

    def open_port(self, host, port):
        """Serve every client that connects, each in a thread of its own.

        Returns:
            (host, port)

        Raises:
            DapError: cannot_listen.
        """
        check_address(host, self._client_token)
        self._listener = streams.listen(host, port)
        self._accept(self._listener, Guard(self._client_token, children_only=False))
        return self._listener.getsockname()[:2]

    def open_socket(self, path):
        """The same at a Unix socket that this user alone can reach.

        Raises:
            DapError: cannot_listen.
        """
        self._accept(streams.listen_at_path(path), Guard(self._client_token, children_only=False))

    def _accept(self, listener, guard):
        streams.spawn(accept_all, listener, lambda sock: self._admit(sock, guard))

    def _admit(self, sock, guard):
        if sock.family != socket.AF_INET and sock.family != socket.AF_INET6 and not is_same_user(sock):
            self.log.note("turned away a client of another user")
            sock.close()
            return
        channel = first_words(sock)
        if channel is None:
            self.log.note("turned away one that does not speak DAP")
        else:
            self.serve(channel, guard)

    def client_address(self):
        """Where clients of child processes find us."""
        with self._changed:
            if self._listener is None:
                self._listener = streams.listen("127.0.0.1", 0)
                self._accept(self._listener, Guard(None, children_only=True))
        host, port = self._listener.getsockname()[:2]
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port

    def listens_at(self, address):
        """Is this (host, port) where clients of child processes find us?"""
        with self._changed:
            return self._listener is not None and self._listener.getsockname()[1] == address[1]

    def knows(self, token):
        """Is this the token we were started with?"""
        return self._token is None or _compare_digest(self._token.encode(), token.encode("utf-8", "replace"))

    def session_of(self, pid):
        """The session that debugs this process, or None."""
        with self._changed:
            return next((session for session in self._sessions if pid and session.pid == pid), None)

    def someone_is_new(self):
        """Has a client connected that has not said yet what to debug?"""
        with self._changed:
            return any(session.is_new for session in self._sessions)

    def hang_up(self):
        """End all sessions as if their clients had gone; a signal handler may call it."""
        for session in list(self._sessions):
            session.hang_up()

    def close(self):
        """Wait for the end of all programs; new sessions begin only for their children."""
        self.is_closing = True
        with self._changed:
            for session in self._sessions:
                session.post(session.leave_if_ended)
            self._changed.wait_for(lambda: not self._sessions)
