"""A DAP client for tests: verbs an editor has, and what a test may expect of the answers.

with client.launch(program, stop_at=["call"]) as s:
    s.wait_stop("call")
    s.step_in("inside")
    s.finish()
"""

import subprocess
import sys

from tests.processes import Family, Process, Terminal, dial, hub_command, poll
from tests.questions import Questions, Stop
from tests.wire import DEADLINE, Closed, Connection, Refused

INITIALIZE = {
    "clientID": "dapper-tests",
    "adapterID": "dapper",
    "pathFormat": "path",
    "linesStartAt1": True,
    "columnsStartAt1": True,
    "supportsVariableType": True,
    "supportsRunInTerminalRequest": True,
    "supportsStartDebuggingRequest": True,
}


class DapClient(Questions):
    """One debug session.

    Args:
        connection_parts: read, write, close of the stream.
        program: what marks refer to.
        family: the processes of this session.
        hub: the adapter's Process, when this client started it.
        resident: the ResidentHub it speaks to, when it does.
        engine: name of the engine to ask for, None for dapper's own choice.
    """

    def __init__(self, connection_parts, program=None, family=None, hub=None, engine=None, resident=None):
        read, write, self._close = connection_parts
        self.program = program
        self.family = family or Family()
        self.hub = hub
        self.resident = resident
        self.engine = engine
        self.terminals = []
        self.configurations = []  # of startDebugging requests not yet taken up
        self.children = []
        self.stopped = None  # the Stop the program is at
        self._started = None
        self.wire = Connection(read, write, self._reverse)

    @classmethod
    def spawn(cls, program=None, engine=None, command=None, env=None, cwd=None):
        """Start an adapter and speak to it over its standard streams."""
        family = Family()
        hub = Process(command or hub_command(), family.environment(env), cwd, subprocess.PIPE, keep_stdout=False)

        def write(data):
            while data:
                data = data[hub.popen.stdin.write(data) :]

        parts = lambda: hub.popen.stdout.read(65536), write, hub.popen.stdin.close
        return cls(parts, program, family, hub, engine)

    @classmethod
    def visit(cls, resident, program=None, engine=None):
        """Speak to an adapter that serves others, too."""
        return cls.dial(resident.port(), program, engine, family=resident.family, resident=resident)

    @classmethod
    def dial(cls, port, program=None, engine=None, host="127.0.0.1", family=None, resident=None, deadline=DEADLINE):
        """Speak to whoever listens, or will before the deadline: an adapter or a debuggee."""
        connection = dial(host, port, deadline)

        def close():
            try:
                connection.shutdown(2)
            except OSError:
                pass  # the other side was faster
            connection.close()

        return cls((lambda: connection.recv(65536), connection.sendall, close), program, family, None, engine, resident)

    # -- the end ------------------------------------------------------------------------------------------------------

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            self.close(orphans=kind is None)
        except BaseException:
            self.tell()
            raise
        if kind is not None:
            self.tell()

    def tell(self, file=None):
        """Print all that was said; pytest shows it for a test that failed."""
        print("--- DAP ---", *self.wire.transcript, sep="\n", file=file or sys.stderr)
        hub = self.hub or self.resident and self.resident.process
        if hub:
            print("--- the adapter's stderr ---", hub.text("stderr"), sep="\n", file=file or sys.stderr)
        for terminal in self.terminals:
            print("--- terminal ---", terminal.text(), sep="\n", file=file or sys.stderr)

    def close(self, orphans=True):
        """End all processes of the session.

        Args:
            orphans: complain about processes that live on after a disconnect.

        Raises:
            AssertionError: there were orphans, or the adapter did not end, or it did not speak DAP.
        """
        sessions = list(self.family_of_sessions())
        try:
            if orphans and not self.wire.closed:
                self.leave()
            if self.hub is not None and orphans:
                self.hub.wait()
        finally:
            for session in sessions:
                session._hang_up()
            if orphans:
                self.wait_extinct()
            else:
                self.family.kill()
                if self.resident is not None:
                    self.resident.drop()
            for session in sessions:
                session.wire.finish()
                for process in session.terminals + [session.hub] * (session.hub is not None):
                    process.close()
        problems = [problem for session in sessions for problem in session.wire.problems]
        if orphans and problems:
            raise AssertionError("\n".join(problems))
        if orphans and self.resident is not None:
            self.resident.left()

    def family_of_sessions(self):
        """This session, those of its children, and of theirs."""
        yield self
        for child in self.children:
            yield from child.family_of_sessions()

    def wait_extinct(self):
        """Wait until none of the session's processes lives; an adapter that serves others, too, does not count."""
        self.family.wait_extinct(self.resident and self.resident.pid)

    def leave(self):
        """Disconnect and hang up, as an editor does at the end of a session; the children first."""
        for child in self.children:
            if not child.wire.closed:
                child.leave()
        try:
            self.wire.request("disconnect", {"terminateDebuggee": True} if self.hub or self.resident else {})
        except Refused:
            pass  # before initialize there is nothing to disconnect from
        except Closed:
            pass  # it was faster
        self._hang_up()

    def _hang_up(self):
        try:
            self._close()
        except OSError:
            pass  # the other side was faster

    def crash(self):
        """Close the stream without a word, as a killed editor does."""
        self._hang_up()

    # -- the start ----------------------------------------------------------------------------------------------------

    def initialize(self, **more):
        """Capabilities."""
        return self.wire.request("initialize", dict(INITIALIZE, **more))

    def launch(self, program=None, **config):
        """Send launch and wait until the adapter wants the configuration; see also `run`.

        Args:
            program: a Program, the path of one, or None when ``config`` says what to run.
        """
        if isinstance(program, str):
            config["program"] = program
        elif program is not None:
            self.program = program
            config.setdefault("program", program.path)
        return self._start("launch", config)

    def attach(self, **config):
        """Send attach and wait until the adapter wants the configuration."""
        return self._start("attach", config)

    def _start(self, command, config):
        if self.engine is not None:
            config.setdefault("frameEval", {"engine": self.engine})
        self._started = self.wire.begin(command, config)

        def ready():
            event = self.wire.peek("initialized")
            response = self.wire.responses.get(self._started)
            if response is not None and not response["success"]:
                raise Refused(response)
            if event is None and self.wire.peek("terminated"):
                raise Closed("it ended before it could be configured")
            return event

        self.wire.taken.add(self.wire.wait(ready, "the event initialized")["seq"])
        return self

    def configuration_done(self):
        """Send configurationDone; its answer has to come before the start's."""
        done = self.wire.begin("configurationDone")
        self.wire.answer(done)
        self.wire.answer(self._started)
        order = list(self.wire.responses)
        assert order.index(done) < order.index(self._started), "launch or attach was answered before configurationDone"
        return self

    def run(self, program, stop_at=(), functions=(), exceptions=(), **config):
        """initialize, launch, breakpoints at marks, configurationDone: the program runs."""
        self.initialize()
        self.launch(program, **config)
        self.configure(stop_at, functions, exceptions)
        return self.configuration_done()

    def configure(self, stop_at=(), functions=(), exceptions=()):
        """Breakpoints at marks, on functions, on exception filters."""
        for path, lines in self.program.by_path(stop_at).items():
            self.set_breakpoints(path, lines)
        if functions:
            self.wire.request("setFunctionBreakpoints", {"breakpoints": [{"name": name} for name in functions]})
        if exceptions:
            self.wire.request("setExceptionBreakpoints", {"filters": list(exceptions)})

    def set_breakpoints(self, path, places):
        """Replace the breakpoints of a file.

        Args:
            path: the file, or None for the program.
            places: lines, marks, or SourceBreakpoint dicts (whose ``line`` may be a mark).

        Returns:
            What the adapter says of each.
        """
        wanted = []
        for place in places:
            place = dict(place) if isinstance(place, dict) else {"line": place}
            if isinstance(place["line"], str):
                place["line"] = self.program.line(place["line"])
            wanted.append(place)
        source = {"path": path or self.program.path}
        body = self.wire.request("setBreakpoints", {"source": source, "breakpoints": wanted})
        assert len(body["breakpoints"]) == len(wanted)
        return body["breakpoints"]

    # -- going on -----------------------------------------------------------------------------------------------------

    def continue_(self, mark=None, **more):
        """Continue; with a mark: up to the stop there."""
        thread = self.stopped.thread if self.stopped else 1
        self.stopped = None
        self.wire.request("continue", dict({"threadId": thread}, **more))
        return self.wait_stop(mark) if mark is not None else None

    def next(self, mark=None, **more):
        return self._step("next", mark, more)

    def step_in(self, mark=None, **more):
        return self._step("stepIn", mark, more)

    def step_out(self, mark=None, **more):
        return self._step("stepOut", mark, more)

    def _step(self, command, mark, more):
        thread, self.stopped = self.stopped.thread, None
        self.wire.request(command, dict({"threadId": thread}, **more))
        return self.wait_stop(mark, reason="step")

    def pause(self, thread=None):
        """Pause and wait for the stop."""
        self.wire.request("pause", {"threadId": thread or self.threads()[0]["id"]})
        return self.wait_stop(reason="pause")

    def wait_stop(self, mark=None, reason=None, line=None, deadline=DEADLINE):
        """Wait for the next stop.

        Args:
            mark, reason, line: what the stop has to be, where given.

        Raises:
            AssertionError: it is something else, or the program ended.
        """

        def find():
            event = self.wire.peek("stopped")
            if event is None and (self.wire.peek("terminated") or self.wire.peek("exited")):
                raise AssertionError("the program ended instead of stopping at %s" % (mark or line or reason))
            return event

        event = self.wire.wait(find, "a stop at %s" % (mark or line or reason or "any line"), deadline)
        self.wire.taken.add(event["seq"])
        stop = self.stopped = Stop(self, event["body"])
        assert "allThreadsStopped" in stop.body
        if reason is not None:
            assert stop.reason == reason, "stopped by %r, not %r" % (stop.reason, reason)
        if mark is not None:
            assert stop.mark == mark
        if line is not None:
            assert stop.line == line
        return stop

    def places_until_end(self, limit=5000):
        """Continue from stop to stop until the program has ended.

        Returns:
            (path, line) of each stop, in order.
        """
        seen = []

        def find():
            return self.wire.peek("stopped") or self.wire.peek("terminated")

        while len(seen) < limit:
            if self.stopped is not None:
                top = self.stack(levels=1)[0]
                seen.append(((top.get("source") or {}).get("path"), top["line"]))
                self.continue_()
            if self.wire.wait(find, "a stop or the end")["event"] == "terminated":
                return seen
            self.wait_stop()
        raise AssertionError("more than %d stops: %s …" % (limit, seen[:20]))

    def marks_until_end(self):
        """The marks of `places_until_end`."""
        return [self.program.at(*place) for place in self.places_until_end()]

    def finish(self, code=0):
        """Let the program end: no stop may come any more.

        Returns:
            The exit code, which has to be ``code``.
        """
        if self.stopped is not None:
            self.continue_()

        def find():
            stop = self.wire.peek("stopped")
            if stop is not None:
                raise AssertionError("an unexpected stop at %s: %s" % (Stop(self, stop["body"]).mark, stop["body"]))
            return self.wire.peek("terminated")

        self.wire.wait(find, "the end of the program")
        exited = self.wire.wait_for_event("exited")
        assert exited["exitCode"] == code
        return code

    # -- what the adapter asks of a client ----------------------------------------------------------------------------

    def _reverse(self, request):
        arguments = request.get("arguments") or {}
        if request["command"] == "runInTerminal":
            environment = self.family.environment(arguments.get("env"))
            self.terminals.append(Terminal(arguments["args"], environment, arguments.get("cwd") or None))
            return {"processId": self.terminals[-1].pid}
        if request["command"] == "startDebugging":
            self.configurations.append(arguments)
            return {}
        raise Refused({"command": request["command"], "message": "this client can't"})

    def wait_stop_in_child(self, mark):
        """Take up all processes started below this one, until one of them stops at ``mark``.

        Returns:
            Its DapClient.
        """
        sessions = [self]

        def look():
            for session in list(sessions):
                while session.configurations:
                    sessions.append(session.wait_child(stop_at=[mark]))
                if session is not self and session.wire.peek("stopped"):
                    return session
            return None

        child = poll(look, "a stop in a child")
        child.wait_stop(mark, reason="breakpoint")
        return child

    def wait_child(self, program=None, stop_at=()):
        """Take up the next startDebugging: a second session, configured and running.

        Returns:
            Its DapClient, closed together with this one.
        """
        wanted = self.wire.wait(lambda: self.configurations or None, "startDebugging").pop(0)
        connect = wanted["configuration"]["connect"]
        where = connect["port"], program or self.program, self.engine, connect["host"], self.family
        child = DapClient.dial(*where, deadline=5)  # it listens; if it does not, it was killed
        self.children.append(child)
        child.initialize()
        child._start(wanted["request"], dict(wanted["configuration"]))
        child.configure(stop_at)
        return child.configuration_done()
