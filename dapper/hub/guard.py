"""Who may have something done by a hub that listens: who knows its token, the user it belongs to, the client of a child."""
import os
import socket
import struct

from dapper.protocol import access
from dapper.protocol.errors import DapError


class Guard:
    """What the clients of one port have to show.

    Args:
        token: what a client has to give, or None.
        children_only: is the port for the clients of child processes alone? They show the secret of their child.
    """

    def __init__(self, token, children_only):
        self._token = token
        self._children_only = children_only

    def passes(self, command, arguments, hub):
        """May the client go on to anything after this request?

        Raises:
            DapError: not_allowed: it has to leave; wrong_state: it has to say something else first.
        """
        given = access.given_token(arguments)
        if given is not None and self._token is not None:
            if not access.fits(given, self._token):
                raise DapError("not_allowed", command=command, why="the token is wrong")
            return not self._children_only
        if command in ("initialize", "disconnect"):
            return False
        if command not in ("launch", "attach"):
            raise DapError("wrong_state", command=command, why="launch or attach has to come first")
        if command == "attach" and arguments.get("subProcessId") and _is_here(arguments.get("connect"), hub):
            return True  # the target asks for the secret
        if self._children_only:
            raise DapError("not_allowed", command=command, why="this port is for child processes of a session that goes on")
        if self._token is not None:
            raise DapError("not_allowed", command=command, why="it takes a token: give \"accessToken\" in the configuration")
        return True


def _is_here(connect, hub):
    return type(connect) is not dict or type(connect.get("port")) is int and hub.listens_at((connect.get("host"), connect["port"]))


def is_same_user(sock):
    """Does the other end of a Unix socket belong to our user, or to root? No where the system does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        _, uid, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    elif hasattr(socket, "LOCAL_PEERCRED"):  # macOS and the BSDs: version, uid, …
        uid = struct.unpack("2I", sock.getsockopt(0, socket.LOCAL_PEERCRED, struct.calcsize("2I")))[1]
    else:
        return False
    return uid in (os.geteuid(), 0)
