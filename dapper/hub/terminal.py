"""A program in a terminal that the client opens: started there by the waiter, which tells us how it ends."""
import os
import shlex
import signal

from dapper.hub import processes, spawn, streams
from dapper.protocol.errors import DapError

LOOK_AGAIN = 0.5  #: seconds between two looks whether the terminal is still there
KINDS = {"integratedTerminal": "integrated", "externalTerminal": "external"}


class TerminalProgram(spawn.Program):
    """A program in the client's terminal; used by the thread of its session. See Program."""

    def __init__(self, session, launch, ticket):
        super().__init__(session, launch, ticket)
        self._waiter_ticket = self._ticket_file = None
        self._waiter = None
        self._over = False
        self._ended = self._failed = None

    def start(self, ended, failed):
        """Ask the client for a terminal; see PipedProgram.start."""
        self._ended, self._failed = ended, failed
        session, launch = self._session, self._launch
        self._waiter_ticket = session.hub.door.expect(lambda channel, hello: session.post(self._waiter_here, channel))
        self._ticket_file = spawn.ticket_file(self._waiter_ticket)
        words = spawn.waiter_words(self._ticket_file)
        request = {"kind": KINDS[launch.console], "title": launch.title, "cwd": launch.cwd or os.getcwd()}
        if isinstance(launch.args, str) and session.client_can("supportsArgsCanBeInterpretedByShell"):
            words += spawn.command(launch, launch.python + launch.target)
            request["args"] = [shlex.quote(word) for word in words] + [launch.args]
            request["argsCanBeInterpretedByShell"] = True
        else:
            request["args"] = words + spawn.command(launch, launch.words)
        session.ask_client("runInTerminal", request, self._answered)

    def _answered(self, response):
        if self._waiter is not None or self._over:
            return
        body = response.get("body")
        if not response.get("success"):
            self._give_up(DapError("client_refused", command="runInTerminal", why=response.get("message") or "no reason"))
        elif self._launch.console == "integratedTerminal" and type(body) is dict:  # an external one may hand over and end
            pids = [body.get(name) for name in ("processId", "shellProcessId")]
            self._watch([pid for pid in pids if type(pid) is int and pid > 0])

    def _watch(self, pids, gone=False):
        """Until the waiter is here: if one of these ends, the terminal was closed, and it will never come."""
        if self._waiter is not None or self._over or not pids:
            return
        if gone:
            self._give_up(DapError("no_debuggee", why="its terminal was closed before the program began"))
        else:
            gone = not all(processes.alive(pid) for pid in pids)  # it is believed the next time: the waiter may just report
            self._session.later(LOOK_AGAIN, self._watch, pids, gone)

    def _give_up(self, error):
        self._over = True
        self._forget_ticket()
        self._failed(error)

    def _forget_ticket(self):
        self._session.hub.door.forget(self._waiter_ticket)
        spawn.throw_away(self._ticket_file)

    def _waiter_here(self, channel):
        session = self._session
        self._forget_ticket()
        if self._over or self._waiter is not None:
            channel.close()
            return
        self._waiter = channel
        order = {"env": self._launch.env, "ticket": self._ticket, "cwd": self._launch.cwd, "target": self._launch.target}
        streams.spawn(
            streams.pump, channel,
            lambda message: session.post(self._from_waiter, message),
            lambda problem: None,
            lambda problem: self._hung_up(channel),
        )
        try:
            channel.send({"type": "request", "command": "run", "arguments": order})
        except OSError:
            pass  # its reader is about to say so

    def _hung_up(self, channel):
        channel.close()
        self._session.post(self._waiter_gone)

    def _from_waiter(self, message):
        body = message.get("body") or {}
        if message.get("event") == "waiterStarted":
            self.pid = body["pid"]
            self._session.log.note("started pid %d in a terminal: %s" % (self.pid, self._launch.words))
        elif message.get("event") == "waiterFailed":
            self._give_up(DapError("cannot_start", **body))
        elif message.get("event") == "waiterEnded":
            self._over = True
            self._ended(body["returncode"])

    def _waiter_gone(self):
        if not self._over:  # somebody killed it: without it the terminal is no place for the program either
            self.kill()
            self._over = True
            self._ended(-signal.SIGKILL)

    def why_silent(self):
        """What to tell the user when the program does not report for long."""
        if self._waiter is None:
            return "Waiting for the terminal to start the program …\n"
        return super().why_silent()

    def settle(self):
        """What it prints does not come by us."""

    def kill(self, others=()):
        """End it and all it started, for good."""
        self.killed = True
        if self.pid is not None:
            processes.kill_tree(self.pid, others)
        elif not self._over:
            self._give_up(DapError("no_debuggee", why="it was ended before it began"))
            if self._waiter is not None:
                self._waiter.close()

    def left_behind(self):
        """See PipedProgram; nothing tells, once it is gone."""
        return []

    def interrupt(self):
        """Ask it to end, as Ctrl-C does."""
        if self.pid is None:
            self.kill()
        else:
            processes.send(self.pid, signal.SIGINT)

    def let_go(self):
        """It runs on when we are gone."""
        if self._waiter is not None:
            try:
                self._waiter.send({"type": "request", "command": "letGo"})
            except OSError:
                pass  # it is gone already
