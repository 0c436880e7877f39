"""A program the hub starts: from its command to the end of the last of its children."""
from dapper.hub import processes
from dapper.hub.children import Children
from dapper.hub.filters import ChildRules
from dapper.hub.replay import Wishes
from dapper.hub.spawn import KeptProgram, PipedProgram
from dapper.hub.targets import SOFT_END, Target
from dapper.protocol import settings
from dapper.protocol.errors import DapError, success

LATE_CHILD = 0.5  #: seconds after the program's end in which a child that has just begun may report
AFTER_EXIT = 0.5  #: seconds a dead process's connection may stay open: something else may hold it
LAST_WORDS = 1.0  #: seconds a killed program has until we go anyway
SILENCE = settings.number("DAPPER_PROCESS_SPAWN_TIMEOUT", 10.0)  #: seconds until we say that a program is silent; 0 is never


class Launched(Target):
    """A program the hub starts, and what that starts.

    Args:
        launch: a config.Launch.
    """

    def __init__(self, session, launch):
        super().__init__(session)
        self._launch = launch
        self._rules = None
        self._ticket = None
        self._program = None
        self._returncode = None
        self._next = None  # the Launch to restart with, once this one has ended
        self._asked_to_end = False
        self._told_exit = False
        self._children = Children(session, self._child_over)

    def begin(self):
        session = self.session
        self._rules = ChildRules(self._launch.children)
        self._ticket = session.hub.door.expect(lambda channel, hello: session.post(self._reported, channel, hello))
        self._returncode, self._asked_to_end, self._told_exit = None, False, False
        kind = PipedProgram
        if self._launch.console != "internalConsole":
            if session.client_can("supportsRunInTerminalRequest"):
                from dapper.hub.terminal import TerminalProgram  # needs more than others

                kind = TerminalProgram
            else:
                session.say("This client has no terminal to offer; the program runs on the internal console.\n")
        if self._launch.no_debug and kind is PipedProgram:
            kind = KeptProgram
        self._program = kind(session, self._launch, None if self._launch.no_debug else self._ticket)
        self._program.start(lambda code: session.post(self._program_ended, code), self._failed)
        if not self._launch.no_debug:
            if SILENCE:
                session.later(SILENCE, self._silent, self._program)

    def _failed(self, error):
        """It will never start."""
        self._returncode, self._told_exit = 0, True
        self.session.refused(error)

    def _silent(self, program):
        if program is self._program and self._returncode is None and self.session.root is None:
            self.session.say(program.why_silent())

    def _reported(self, channel, hello):
        root = self.session.root
        if self._returncode is not None and root is None:
            channel.close()  # it came too late
        elif tuple(int(part) for part in hello.get("python", "0").split(".")[:2]) < (3, 8):
            channel.close()
            self._too_old(hello)
        elif root is None or root.pid == hello["pid"]:
            self.session.joined(channel, hello)
        elif self.session.has_ended or not self._rules.wants(hello):
            channel.close()
        else:
            self._children.reported(channel, hello)

    def _too_old(self, hello):
        what = "%s is Python %s, and dapper debugs 3.8 and newer" % (hello.get("executable"), hello.get("python"))
        if self.session.root is None:
            self.session.refused(DapError("cannot_start", program="the program", why=what))
            self._kill()
        else:
            self.session.say("A child process (pid %d) runs undebugged: %s.\n" % (hello["pid"], what))

    def settle(self):
        self._program.settle()

    # -- the end of the program -----------------------------------------------------------------------------------

    def debuggee_left(self):
        self._maybe_finished()

    def _program_ended(self, returncode):
        self._returncode = returncode
        session, root = self.session, self.session.root
        session.log.note("the program ended with %s" % returncode)
        if root is None and self._next is None:
            code, _ = processes.outcome(returncode)
            session.refused(DapError("no_debuggee", why="it ended with exit code %d before it could" % code))
        elif root is not None and not root.ended:
            session.later(AFTER_EXIT, self._hear_out, root, root.heard)
        self._maybe_finished()

    def _hear_out(self, root, heard):
        """Close the connection of a program that has ended once nothing more comes over it."""
        if root.heard != heard:
            self.session.later(AFTER_EXIT, self._hear_out, root, root.heard)
        elif not root.ended:
            self.session.debuggee_left(root)

    def _maybe_finished(self):
        session, root = self.session, self.session.root
        if self._returncode is None or (root is not None and not root.ended):
            return
        if self._next is not None:
            self._launch, self._next = self._next, None
            self._begin_again()
            return
        if not self._told_exit:
            self._told_exit = True
            code, sentence = processes.outcome(self._returncode)
            if sentence is not None and not self._program.killed:
                session.say(sentence, "important")
            session.event("exited", {"exitCode": code})
            if self._program.left_behind():
                session.later(LATE_CHILD, self._end_unless_children)
                return
        self._end_unless_children()

    def _end_unless_children(self):
        if not self._children.alive() and self._next is None:
            self.session.ended()

    def _child_over(self):
        if self._told_exit:
            self._end_unless_children()

    def restart(self, launch):
        self._next = launch
        self.session.hub.door.forget(self._ticket)
        self._kill()
        self._maybe_finished()

    def _begin_again(self):
        self.session.began_again()
        self.session.root = None
        try:
            self.begin()
        except DapError as error:
            self.session.refused(error)
            self.session.ended()

    def terminate(self, arguments):
        root = self.session.root
        if self._asked_to_end or root is None or root.ended:
            self._kill()
            return
        self._asked_to_end = True
        root.ask("terminate", arguments, self._answered_terminate)
        self.session.later(SOFT_END, self._lost_patience, self._program)

    def _answered_terminate(self, response):
        if response is not None and not response["success"]:
            self._kill()

    def _lost_patience(self, program):
        if program is self._program and self._returncode is None:
            self.session.say("The program did not end within %g s and was killed.\n" % SOFT_END)
            self._kill()

    def _kill(self):
        others = self._children.pids()
        if self._returncode is None:
            self._program.kill(others)
        else:
            for pid in others + self._left():
                processes.kill_tree(pid)

    def _left(self):
        """The pids of what the program has left, if the client takes the session for unfinished. Else it may live on."""
        return [] if self.session.has_ended else self._program.left_behind()

    def part(self, terminate):
        if terminate is False:
            self._program.let_go()
            super().part(False)
        elif self._returncode is not None and not self._children.alive() and not self._left():
            self.session.leave()
        else:
            self._next = None
            self._kill()
            self.session.later(LAST_WORDS, self.session.leave)

    def close(self):
        self.session.hub.door.forget(self._ticket)
        self._children.close()


class Undebugged(Launched):
    """A program that only runs: `noDebug`."""

    may_restart = True

    def begin(self):
        super().begin()
        self.session.started_undebugged()

    def answers(self, request):
        command = request["command"]
        if command == "threads":
            self.session.tell(success(request, {"threads": []}))
        elif command == "configurationDone":
            self.session.tell(success(request))
        elif Wishes.covers(command):
            self.session.tell(success(request, Wishes().answer_early(request)))
        else:
            raise DapError("wrong_state", command=command, why="the program runs without debugging")
        return True

    def terminate(self, arguments):
        if self._asked_to_end:
            self._kill()
            return
        self._asked_to_end = True
        self._program.interrupt()
        self.session.later(SOFT_END, self._lost_patience, self._program)
