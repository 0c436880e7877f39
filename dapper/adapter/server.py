"""How a session comes into this process: it reports to a hub, or listens. One hidden thread reads."""
import _socket
import _thread
import atexit
import os
import sys
import time
from select import poll as _new_poll

from dapper.protocol.channel import Channel

_allocate = _thread.allocate_lock
_start_new_thread = _thread.start_new_thread
_environ = os.environ
_getpid = os.getpid
_kill = os.kill
_sleep = time.sleep

_POLLIN = 1
_POLLNVAL = 32
TERM_TIME = 2.0  #: seconds between asking the program to end and ending it, when its hub is gone


class Parked(BaseException):
    """Raised in the reading thread, between two messages, to make it end; it comes back later."""


class Link(Channel):
    """The channel to a client or hub.

    Args:
        sock: a connected ``_socket.socket``.
        server: the Server whose thread reads.
        on_loss: called when the stream ends although nobody said goodbye, or None.
    """

    def __init__(self, sock, server, on_loss=None):
        sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self.sock = sock
        self._server = server
        self._on_loss = on_loss
        self._between = False
        super().__init__(self._recv, sock.sendall, self._hang_up)

    def receive(self):
        """The next message; raises Parked when the thread is wanted away."""
        self._between = not self._pending
        message = super().receive()
        if message is None:
            self._lost()
        elif message.get("command") == "disconnect":
            self._on_loss = None
        return message

    def _recv(self, size):
        ready = self._server.wait_for(self.sock, self._between)
        self._between = False
        if ready & _POLLNVAL:  # the program closed what it did not open, as daemons do: not the hub's end
            self._on_loss = None
            raise OSError("the program closed our connection")
        try:
            return self.sock.recv(size)
        except ConnectionError:
            self._lost()
            raise

    def _lost(self):
        lost, self._on_loss = self._on_loss, None
        if lost is not None:
            lost()

    def _hang_up(self):
        try:
            self.sock.shutdown(_socket.SHUT_RDWR)
        except OSError:
            pass  # the peer was faster
        self.sock.close()


class Server:
    """The connection of this process, or the port where it waits for one, and the thread that reads."""

    def __init__(self):
        self.session = None
        self.link = None
        self.listener = None
        self._waker = None
        self._parking = False
        self._gone = _allocate()  # held while the thread runs
        self._cancelled = False

    def report(self, address, hello, on_loss):
        """Dial a hub, say who we are, and start a session if it wants one.

        Args:
            address: (host, port)
            hello: the body of the first message.
            on_loss: see Link.

        Returns:
            Whether a session began.

        Raises:
            OSError: there is no hub.
        """
        sock = connect(address)
        link = Link(sock, self, on_loss)
        link.send({"type": "event", "event": "dapperHello", "body": hello})
        if not sock.recv(1, _socket.MSG_PEEK):
            link.close()
            return False
        self._begin(link, launched=hello["startMethod"] in ("start", "exec") and on_loss is not None)
        self._run()
        return True

    def wait_for(self, sock, may_park):
        """Wait until ``sock`` has something.

        Returns:
            The poll events.

        Raises:
            Parked: the thread is wanted away.
        """
        watch = _new_poll()
        watch.register(sock, _POLLIN)
        if may_park and self._waker is not None:
            watch.register(self._waker[0], _POLLIN)
        while True:
            for number, events in watch.poll():
                if number == sock.fileno() or events & _POLLNVAL:
                    return events
                raise Parked

    def _begin(self, link, launched=False):
        from dapper.adapter.debugger.py_debugger import get_debugger
        from dapper.adapter.session import Session

        install_breakpoint_hook()
        self.link = link
        self.session = Session(link, get_debugger(), launched_by_hub=launched)

    def _run(self):
        self._gone.acquire()
        _start_new_thread(self._read, ())

    def _read(self):
        try:
            self.session.serve()
            self.session = self.link = None
        except Parked:
            pass  # its work goes on in another thread, later
        finally:
            self._gone.release()


_server = Server()


def connect(address):
    """A connected ``_socket.socket``.

    Raises:
        OSError: nobody is there.
    """
    host, port = address
    family, kind, protocol, _, target = _socket.getaddrinfo(host, port, 0, _socket.SOCK_STREAM)[0]
    sock = _socket.socket(family, kind, protocol)
    try:
        sock.connect(target)
    except OSError:
        sock.close()
        raise
    return sock


def boot():
    """Report to the hub that DAPPER_BOOT names, and wait until it lets the program begin."""
    host, port, token = _environ["DAPPER_BOOT"].rsplit(":", 2)
    me = str(_getpid())
    root = _environ.get("DAPPER_ROOT")
    _environ["DAPPER_ROOT"] = root or me
    is_root = root in (None, me)
    hello = introduction(token, "start" if root != me else "exec")
    try:
        wanted = _server.report((host, int(port)), hello, end_with_hub)
    except OSError as error:
        wanted = False
        if is_root:
            sys.stderr.write("dapper: the debugger that started this program is gone: %s\n" % error)
            os._exit(1)
    if wanted:
        _server.session.wait_until_configured()
    elif is_root:
        end_with_hub()


def introduction(token, start_method):
    """The body of a hello."""
    return {
        "token": token,
        "pid": _getpid(),
        "ppid": os.getppid(),
        "startMethod": start_method,
        "argv": command_line(),
        "executable": sys.executable,
        "python": "%d.%d.%d" % sys.version_info[:3],
    }


def command_line():
    """The words this process was started with, as far as this Python tells them."""
    argv = getattr(sys, "orig_argv", None)
    if argv is None:
        try:
            with open("/proc/self/cmdline", "rb") as file:
                argv = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
        except OSError:
            argv = getattr(sys, "argv", [])
    return list(argv)


def end_with_hub():
    """The hub is gone without a word: it was killed, and what it started must not stay behind."""
    root = int(_environ["DAPPER_ROOT"])
    if os.getpgrp() == root:  # a group the hub made for us
        os.killpg(root, 9)
    _kill(_getpid(), 15)
    _sleep(TERM_TIME)
    _kill(_getpid(), 9)


def break_into(frame):
    """Stop the calling thread in ``frame`` if a client is there."""
    session = _server.session
    if session is not None and session.is_configured:
        from dapper.adapter.debugger.py_debugger import get_debugger

        get_debugger().break_here(frame)


def install_breakpoint_hook():
    """Have the built-in ``breakpoint()`` stop here, where the user's PYTHONBREAKPOINT says nothing else."""

    def breakpointhook(*args, **kwargs):
        if _environ.get("PYTHONBREAKPOINT"):
            return sys.__breakpointhook__(*args, **kwargs)
        return break_into(sys._getframe(1))

    sys.breakpointhook = breakpointhook
