"""Channels on what the hub has at hand: its own standard streams, sockets; and the loop that reads one."""
import os
import socket
import threading

from dapper.protocol.channel import BadMessage, BrokenFrame, Channel
from dapper.protocol.errors import DapError

MAX_WAITING = 256  #: messages read ahead of the one being handled; beyond that the sender has to wait


def spawn(function, *args):
    """Run ``function(*args)`` in a thread that does not keep the process alive."""
    thread = threading.Thread(target=function, args=args, daemon=True)
    thread.start()
    return thread


def standard_streams():
    """The client at our standard streams. Whoever prints in this process from now on does not disturb it."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)

    def write(data):
        while data:
            data = data[os.write(sink, data):]

    def close():
        os.close(sink)  # the source stays open: a thread may be reading from it, and the process is about to end

    return Channel(lambda size: os.read(source, size), write, close)


def listen(host, port):
    """A listening TCP socket.

    Raises:
        DapError: cannot_listen.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere it would let two processes share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except (OSError, OverflowError) as error:
        raise DapError("cannot_listen", address="%s:%s" % (host, port), why=error) from None
    return listener


def listen_at_path(path):
    """A listening Unix socket that only its user can reach; one nobody listens at any more is replaced.

    Raises:
        DapError: cannot_listen.
    """
    listener = None
    try:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if os.path.exists(path) and not os.path.isfile(path):
            if listener.connect_ex(path) == 0:
                raise OSError("somebody listens there already")
            os.remove(path)
            listener.close()
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            listener.bind(path)
        finally:
            os.umask(before)
        listener.listen(128)
    except (OSError, AttributeError) as error:
        if listener is not None:
            listener.close()
        raise DapError("cannot_listen", address=path, why=error) from None
    return listener


def hang_up(sock):
    """Close a socket so that a thread waiting on it notices."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the peer was faster
    sock.close()


def pump(channel, on_message, on_bad, on_end):
    """Read ``channel`` to its end.

    Args:
        on_message: called with each message.
        on_bad: called with the BadMessage for each unreadable one.
        on_end: called once at the end, with what broke the stream, or None.
    """
    while True:
        try:
            message = channel.receive()
        except BadMessage as problem:
            on_bad(problem)
        except (BrokenFrame, OSError) as problem:
            on_end(problem)
            return
        else:
            if message is None:
                on_end(None)
                return
            on_message(message)
