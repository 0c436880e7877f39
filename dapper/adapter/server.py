"""How a session comes into this process: it reports to a hub, or clients find it at a port. One hidden thread reads."""
import _socket
import atexit
import os
import sys
import time

from dapper.adapter import children
from dapper.adapter.link import Link, introduce, open_listener, open_socket
from dapper.adapter.reading import ReadingThread
from dapper.adapter.waiting import Away, Waker, ready
from dapper.protocol.log import Log

_environ = os.environ
_getpid = os.getpid
_urandom = os.urandom
_sleep = time.sleep

TAKE_UP_TIME = 60.0  #: seconds the hub has to want us; it decides sooner, unless it is no hub
LOOK_AGAIN = 0.5  #: seconds between two looks whether there is still a session


class Server:
    """The connection of this process, or the port where it waits for one, and the thread that reads."""

    def __init__(self):
        self.session = None
        self.home = None  # what children need to report to the same hub
        self._home_is_lent = False  # by a client that came to us, for as long as it stays
        self.log = Log()
        self._link = None
        self._lobby = None
        self._thread = None
        self._mail = None  # a Waker for log messages, once there are log points
        self._cancelled = False
        self._hooked = False  # into what the interpreter does at its end, and at breakpoint()

    # -- ways in ----------------------------------------------------------------------------------------------------

    def report(self, ticket, start_method, launched=False, on_loss=None, parent=None):
        """Dial a hub, say who we are, and begin a session if it wants one.

        Args:
            ticket: HOST:PORT:TOKEN
            start_method: how this process began.
            launched: does the hub tell the client how we end?
            on_loss: called when the hub is gone without a word, or None.
            parent: pid to give as the parent's, None for the real one.

        Returns:
            Whether a session began.

        Raises:
            OSError: there is no hub.
        """
        host, port, token = ticket.rsplit(":", 2)
        sock = open_socket(host, int(port))
        link = Link(sock, self.noticed, on_loss)
        hello = introduce(token, start_method)
        hello["ppid"] = parent or hello["ppid"]
        link.send({"type": "event", "event": "dapperHello", "body": hello})
        sock.settimeout(TAKE_UP_TIME)
        if not _first_byte(sock):
            link.close()  # the hub does not want us; nothing heavy was loaded yet
            return False
        sock.settimeout(None)
        self._prepare()
        self.park()  # a thread may be waiting for clients, or be about to end
        self._begin(link, launched)
        comes_back = self._thread.has_left
        self.unpark()
        if not comes_back:
            self._thread.start()
        return True

    def decline(self, ticket):
        """Tell a hub that wants us that somebody else debugs this process.

        Raises:
            OSError: there is no hub.
        """
        host, port, token = ticket.rsplit(":", 2)
        link = Link(open_socket(host, int(port)), self.noticed)
        link.send({"type": "event", "event": "dapperHello", "body": introduce(token, "busy")})
        link.close()

    def listen(self, host, port, token=None):
        """Let clients find us at a port, one after another.

        Args:
            token: what they have to give; None: what DAPPER_CLIENT_TOKEN says.

        Returns:
            (host, port); those of the port that is open already, if one is.

        Raises:
            OSError: it can't be opened.
            DapError: other machines could connect, and no token is asked for.
        """
        if self._lobby is None:
            self._prepare()
            from dapper.adapter.lobby import Lobby
            from dapper.protocol import access

            token = access.wanted_token() if token is None else token
            access.check_address(host, token)
            self._lobby = Lobby(open_listener(host, port), token, self.log)
            if not self._thread.runs:
                self._thread.start()
        return self._lobby.getsockname()[:2]

    def stop_listening(self):
        """Close the port; a session that goes on does."""
        if self._lobby is not None:
            self.park()
            listener, self._lobby = self._lobby, None
            if self._link is not None:
                self._link.watch(self._thread.waker, None, self.log)
            listener.close()
            self.unpark()

    def _prepare(self):
        """Load here, in the user's thread, what the hidden one needs."""
        from dapper.adapter import session  # noqa: F401
        from dapper.adapter.debugger.py_debugger import get_debugger

        get_debugger()  # made here: two threads that both ask for the first time would get one each
        if not self.log.is_on:
            self.log = Log.from_environment("program")
            self.log.note("%s %s" % (sys.executable, " ".join(getattr(sys, "argv", ()))))
        self._follow()
        if not self._hooked:
            self._hooked = True
            atexit.register(self._program_ends)
            install_breakpoint_hook()

    def _follow(self):
        if self._thread is not None:
            return
        self._thread = ReadingThread(self._serve)
        children.install(self)
        if self.home is not None:
            self._follow_environments()

    @staticmethod
    def _follow_environments():
        from dapper.adapter import spawning

        spawning.install()

    # -- the thread -------------------------------------------------------------------------------------------------

    def _begin(self, link, launched=False):
        from dapper.adapter.session import Session

        link.watch(self._thread.waker, self._lobby, self.log)
        self._link = link
        self.debugger.logs.on_expected = self._expect_logs
        if self._mail is not None:
            self._expect_logs()
        self.session = Session(link, self.debugger, launched_by_hub=launched, log=self.log)

    def _expect_logs(self):
        """Log messages will come: have the reading thread send them. Gives what wakes it."""
        if self._mail is None:
            self._mail = Waker()
        self._link.attend(self._mail.source, self._send_logs)
        return self._mail.wake

    def _send_logs(self):
        self._mail.calm()
        self.debugger.logs.flush()

    def _serve(self):
        """Serve one client; is there more to do for this thread? Raises Away."""
        if self.session is None:
            if self._lobby is None:
                return False
            self._begin(Link.to(self._newcomer(), self.noticed))
        self.session.serve()
        self.session = self._link = None
        self._leave_home()
        return True

    def _newcomer(self):
        """Wait for the next client; raises Away too."""
        while True:
            found = ready([self._thread.waker.source] + self._lobby.things(), self._lobby.patience())
            if self._thread.waker.source in found:
                raise Away
            newcomer = self._lobby.attend(found)
            if newcomer is not None:
                return newcomer

    def noticed(self, request):
        """A request came in; what concerns child processes is ours."""
        arguments = request.get("arguments")
        if request.get("command") == "attach" and self.home is None and type(arguments) is dict:
            if type(arguments.get("dapperHome")) is str:
                self.home, self._home_is_lent = arguments["dapperHome"], True
                children.make_home(self.home)
                self._follow_environments()
        if request.get("command") == "disconnect":
            self._leave_home()  # before it is answered: a child that starts after that is none of ours
        if request.get("command") in ("launch", "attach") and self.home is not None:
            if children.unwanted(request.get("arguments")):
                self.unfollow()
        if request.get("command") in ("launch", "attach") and type(request.get("arguments")) is dict:
            if request["arguments"].get("share"):
                self._share(request["arguments"]["share"])

    def _share(self, share):
        """Let more clients join: open a port on the loopback, and tell the one that is here what they need."""
        port = share.get("port") if type(share) is dict else 0
        token = _urandom(16).hex()
        try:
            host, port = self.listen("127.0.0.1", port if type(port) is int else 0, token)
        except OSError as error:
            text = "dapper: other clients can't join: %s\n" % error
            self._link.send({"type": "event", "event": "output", "body": {"category": "important", "output": text}})
            return
        self._link.watch(self._thread.waker, self._lobby, self.log)
        body = {"host": host, "port": port, "accessToken": token}
        self._link.send({"type": "event", "event": "dapperShared", "body": body})

    def let_be(self):
        """Nobody debugs this process; what it starts may still report to the same hub."""
        if self.home is not None:
            self._follow()

    def _leave_home(self):
        """The session ends; who comes to our port next brings a home of its own."""
        if self.home is not None and (self._lobby is None or self._home_is_lent):
            self.unfollow()

    def unfollow(self):
        """Children are not debugged from now on."""
        self.home, self._home_is_lent = None, False
        children.forget_home()
        if "dapper.adapter.spawning" in sys.modules:
            sys.modules["dapper.adapter.spawning"].remove()

    def _program_ends(self):
        session = self.session
        if session is not None:
            session.program_ends()

    # -- a fork -----------------------------------------------------------------------------------------------------

    def park(self):
        """A fork comes: have no thread but the program's own. It comes back with ``unpark``."""
        self._thread.park()

    def unpark(self):
        """The fork is over, and this is the parent."""
        if self._thread.unpark() and self.is_open:
            self._thread.start()

    def become_child(self):
        """The fork is over, and this is the child: all we had belongs to the parent."""
        home, self.home = self.home, None
        for thing in (self._link, self._lobby, self._thread, self._mail):
            if thing is not None:
                thing.drop()
        hooked = self._hooked
        self.__init__()
        self._hooked = hooked
        self._thread = ReadingThread(self._serve)
        if "dapper.adapter.debugger.py_debugger" in sys.modules:  # else the parent was not debugged either
            sys.modules["dapper.adapter.debugger.py_debugger"].forget_inherited()
        if home is not None:
            self.home = home
            join_hub(self, home, "fork")

    # -- the program asks -------------------------------------------------------------------------------------------

    @property
    def debugger(self):
        """The process's PyDebugger."""
        from dapper.adapter.debugger.py_debugger import get_debugger

        return get_debugger()

    @property
    def is_open(self):
        """Can a client be here, now or later?"""
        return self.session is not None or self._lobby is not None

    def is_connected(self):
        """Is a client here, and done with its configuration?"""
        return self.session is not None and self.debugger.is_connected()

    def tell(self, event, body):
        """Send the client an event of the program's own; is there a client?"""
        return self.is_connected() and self.debugger.tell(event, body)

    def wait_for_client(self):
        """Wait until a client is done with its configuration, or ``cancel_wait``."""
        self._cancelled = False
        while self.is_open and not self._cancelled:
            if self.debugger.wait_until_configured():
                return

    def cancel_wait(self):
        """Have ``wait_for_client`` return."""
        self._cancelled = True
        self.debugger.cancel_wait()

    def wait_for_go(self):
        """Wait until the client of the session that began lets the program run, or is gone."""
        while self.session is not None and not self.debugger.wait_until_configured(LOOK_AGAIN):
            pass  # the session may have ended before we began to wait: look at it now and then


server = Server()  #: one a process, as there is one debugger


def boot():
    """Report to the hub that DAPPER_BOOT names, and wait until it lets the program begin."""
    home = _environ["DAPPER_BOOT"]
    me = str(_getpid())
    root = _environ.get("DAPPER_ROOT")
    _environ["DAPPER_ROOT"] = root or me
    server.home = home
    join_hub(server, home, "exec" if root == me else "start", is_root=root in (None, me))


def follow_order(order):
    """Do what somebody outside wants of a process that was not started with us.

    Args:
        order: with a ``ticket`` HOST:PORT:TOKEN, report there; else listen at ``host`` and ``port``.
    """
    if "ticket" not in order:
        server.listen(order["host"], order["port"])
    elif server.session is None:
        server.report(order["ticket"], "attach")
    else:
        server.decline(order["ticket"])


def join_hub(server, home, start_method, is_root=False):
    """Report, and wait for the go; what the hub does not want runs on at once.

    Its children report all the same: the hub may want those.
    """
    try:
        on_loss = end_with_hub if _environ.get("DAPPER_ROOT") != children.NO_ROOT else None
        wanted = server.report(home, start_method, launched=is_root, on_loss=on_loss)
    except OSError as error:
        if is_root:
            sys.stderr.write("dapper: the debugger that started this program is gone (%s).\n" % error)
            os._exit(1)
        wanted = False
        server.unfollow()
    if wanted:
        server.wait_for_go()
    elif is_root:
        end_with_hub()
    else:
        server.let_be()


def end_with_hub():
    """The hub is gone without a word: it was killed, and what it started must not stay behind."""
    root = int(_environ["DAPPER_ROOT"])
    if hasattr(os, "killpg") and os.getpgrp() == root:  # the group the hub made for us
        os.killpg(root, 9)
    os.kill(_getpid(), 15)
    _sleep(2.0)
    os.kill(_getpid(), 9)


def _first_byte(sock):
    """The first of what comes, which stays there; nothing if nothing comes."""
    try:
        return sock.recv(1, _socket.MSG_PEEK)
    except _socket.timeout:
        return b""


def break_into(frame):
    """Stop the calling thread in ``frame``, if a client is there."""
    if server.is_connected():
        server.debugger.going.break_here(frame)


def install_breakpoint_hook():
    """Have the built-in ``breakpoint()`` stop here, where the user's PYTHONBREAKPOINT says nothing else."""

    def breakpointhook(*args, **kwargs):
        if _environ.get("PYTHONBREAKPOINT"):
            return sys.__breakpointhook__(*args, **kwargs)
        return break_into(sys._getframe(1))

    sys.breakpointhook = breakpointhook
