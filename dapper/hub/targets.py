"""What a session debugs when it did not launch it: a process that listens, one that calls, a child announced before.

Each knows how its kind begins and ends. All of it runs in the thread of its session.
"""
import socket

from dapper.hub import door, processes, streams
from dapper.hub.children import Children
from dapper.hub.filters import ChildRules
from dapper.protocol import access, settings
from dapper.protocol.channel import Channel
from dapper.protocol.errors import DapError

SOFT_END = settings.number("DAPPER_PROCESS_EXIT_TIMEOUT", 5.0)  #: seconds a program has to end after `terminate` asked it to
LAST_WORDS = 1.0  #: seconds we wait for the answer of a debuggee that has been told goodbye
DIAL = settings.number("DAPPER_CONNECT_TIMEOUT", 10.0)  #: seconds to reach a process that listens, and for its first word
EXEC_TIME = 2.0  #: seconds from exec until the process reports again


class Target:
    """The common part of these and of launched programs.

    Args:
        session: the ClientSession.
    """

    last_words = None  # body of the event `terminated`

    def __init__(self, session):
        self.session = session

    @property
    def may_restart(self):
        """Did the program get so far that it makes sense?"""
        return self.session.configured

    def arguments(self):
        """Of `launch` or `attach`, as the debuggee gets them."""
        return self.session.start_arguments

    def answers(self, request):
        """Answer a request in the debuggee's place, if that is called for."""
        return False

    def settle(self):
        """Tell what the program printed so far, before something else is told."""

    def restart(self, launch):
        """Begin anew.

        Raises:
            DapError: this kind can't.
        """
        raise DapError("unsupported", what="restart", where=" by a program that was attached to")

    def terminate(self, arguments):
        """Ask the program to end."""
        root = self.session.root
        if root is not None and not root.ended:
            root.ask("terminate", arguments)

    def part(self, terminate):
        """Leave the program alone, or end it; ``session.leave`` is called in the end."""
        session, root = self.session, self.session.root
        if root is None or root.ended:
            session.leave()
            return
        root.ask("disconnect", {"terminateDebuggee": bool(terminate)}, lambda response: session.leave())
        session.later(LAST_WORDS, session.leave)

    def debuggee_left(self):
        """The debuggee's stream has ended."""
        self.session.ended()

    def close(self):
        """The session is over: nobody may come any more."""


class Attached(Target):
    """A process that ran before we came: it is told where its children can report as long as we are there.

    Args:
        attach: a config.Attach.
    """

    def __init__(self, session, attach):
        super().__init__(session)
        self._attach = attach
        self._rules = ChildRules(attach.children)
        self._children = Children(session, lambda: None)
        self._home = None  # HOST:PORT:TOKEN

    def _is_here(self):
        """Does it run on this machine, so that its children find us?"""
        return True

    def arguments(self):
        given = super().arguments()
        if not self._is_here() or not self._rules.wants_any:
            return given
        if self._home is None:
            self._home = self.session.hub.door.expect(lambda channel, hello: self.session.post(self._reported, channel, hello))
        return dict(given, **{"dapperHome": self._home})

    def _reported(self, channel, hello):
        root = self.session.root
        if root.pid == hello["pid"]:
            self.session.joined(channel, hello)  # it has replaced itself by exec
        elif self.session.has_ended or not self._rules.wants(hello):
            channel.close()
        else:
            self._children.reported(channel, hello)

    def debuggee_left(self, patience=EXEC_TIME):
        root = self.session.root
        if not root.ended:
            return  # it has reported again
        if patience > 0 and root.pid is not None and self._home is not None and processes.alive(root.pid):
            self.session.later(0.1, self.debuggee_left, patience - 0.1)
        else:
            self.session.ended()

    def close(self):
        if self._home is not None:
            self.session.hub.door.forget(self._home)
        self._children.close()


class Connected(Attached):
    """A process that listens."""

    def _is_here(self):
        return access.is_local(self._attach.connect[0])

    def begin(self):
        host, port = self._attach.connect
        try:
            sock = socket.create_connection((host, port), DIAL)
        except OSError as error:
            raise DapError("cannot_connect", address="%s:%d" % (host, port), why=error.strerror or error) from None
        sock.settimeout(None)
        self.session.joined(Channel.from_socket(sock), {})
        self.session.later(DIAL, self._mute, self.session.root)

    def _mute(self, root):
        if not root.ended and not root.heard:
            self.session.refused(DapError("no_debuggee", why="whoever listens there does not speak DAP"))


class Listening(Attached):
    """A process that will dial us."""

    def __init__(self, session, attach):
        super().__init__(session, attach)
        self._listener = None
        if attach.restart:
            self.last_words = {"restart": True}

    def _is_here(self):
        return access.is_local(self._attach.listen[0])

    def begin(self):
        self._listener = streams.listen(*self._attach.listen)
        host, port = self._listener.getsockname()[:2]
        streams.spawn(door.accept_all, self._listener, self._connected)
        self.session.event("debugpyWaitingForServer", {"host": host, "port": port})

    def _connected(self, sock):
        greeted = door.greet(sock)
        if greeted is None or not self.session.hub.knows(greeted[1]["token"]):
            sock.close()
        else:
            self.session.post(self._arrived, *greeted)

    def _arrived(self, channel, hello):
        if self.session.root is not None:
            channel.close()
            return
        self._stop_listening()
        self.session.joined(channel, hello)

    def _stop_listening(self):
        if self._listener is not None:
            streams.hang_up(self._listener)
            self._listener = None

    def close(self):
        super().close()
        self._stop_listening()


class Child(Target):
    """A process below one that is debugged already, announced by `startDebugging`."""

    def __init__(self, session, attach):
        super().__init__(session)
        self._offer = session.hub.offers.take(attach.child, attach.offer)
        self._asked_to_end = False

    def begin(self):
        if self._offer is None:  # it ended in the meantime
            self.session.started_undebugged()
            self.session.ended()
            return
        self._offer.taken_by(self.session)
        self.session.joined(self._offer.channel, self._offer.hello)

    def debuggee_left(self, patience=EXEC_TIME):
        pid = self.session.root.pid
        if not self.session.root.ended:
            return  # it has reported again
        if patience > 0 and processes.alive(pid):
            self.session.later(0.1, self.debuggee_left, patience - 0.1)  # exec: it will report again
        else:
            self._offer.over()
            self.session.ended()

    def terminate(self, arguments):
        if self._asked_to_end:
            self._kill()
            return
        self._asked_to_end = True
        super().terminate(arguments)
        self.session.later(SOFT_END, self._kill)

    def _kill(self):
        root = self.session.root
        if root is not None and not root.ended:
            processes.kill_tree(root.pid)

    def close(self):
        if self._offer is not None:
            self._offer.over()
