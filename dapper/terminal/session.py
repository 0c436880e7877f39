"""One debugged program seen from the terminal: start it, wait for it, ask it. Knows no commands and no prompt."""
import os
import signal

from dapper.terminal import ctrlc
from dapper.terminal.breakpoints import real
from dapper.terminal.client import Client, Gone, Refused, hub_command
from dapper.terminal.program import Program
from dapper.terminal.syntax import Problem

_PATIENCE = 0.3  #: seconds the program has to stop or to answer, before the signal that wakes it
_TEXTS = {"notStopped": "This thread is not at a line of Python: it waits inside a call into C."}
_TRIES = 10  #: times an evaluation that was given up is asked to end


class Stop:
    """Where and why the program stands.

    Attributes:
        reason, text, description: as in the event.
        thread: id.
        hits: our Breakpoints that were hit.
        uncaught: is the program about to die of an exception? Known once its details have been asked for.
    """

    def __init__(self, body, hits):
        self.reason = body.get("reason", "")
        self.text = body.get("text")
        self.description = body.get("description")
        self.thread = body.get("threadId")
        self.hits = hits
        self.uncaught = False


class Session:
    """A run of the program.

    Args:
        target: launch arguments that say what to run.
        breakpoints: Breakpoints, also of runs before this one.
        filters: ids of the exception filters.
        tell: ``tell(category, text)`` is called for output events.
        modes: Modes of the terminal.
        silent_input: the program must not read our standard input.
        interactive: Ctrl-C reaches us and the program.
        hub: the adapter's command; None for our own.
        log_to: folder for the hub's logs, or None.
    """

    def __init__(self, target, breakpoints, filters, tell, modes, silent_input=False, interactive=False, hub=None,
                 log_to=None):
        self.breakpoints = breakpoints
        self.filters = list(filters)
        self.stop = None
        self.thread = None  # the one looked at
        self.index = 0  # of the frame looked at, in `stack`
        self.exit_code = None
        self.ended = False
        self.trouble = None  # what went wrong with the debugger itself, a text
        self._stack = None
        self._tell = tell
        self._modes = modes
        self._target = target
        self._interactive = interactive
        self._pid = None
        self._can = {}  # the adapter's capabilities
        self._running = False
        self._interrupts = 0  # how often Ctrl-C came since the program went on
        self._late = []  # stops of other threads that were announced while one stood already
        self._program = Program(silent_input)
        self._client = Client(self._serve, hub or hub_command(log_to))

    # Start and end

    def start(self):
        """Start the program and wait for its first line.

        Raises:
            Problem: it can't be started.
        """
        try:
            self._can = self._client.request(
                "initialize", clientID="dapper-terminal", clientName="dapper", adapterID="dapper", pathFormat="path",
                linesStartAt1=True, columnsStartAt1=True, supportsRunInTerminalRequest=True, supportsVariableType=True,
            )
            launch = self._client.send("launch", **self._target)
            while True:
                event = self._client.event(or_answer=launch)
                if event is None or event["event"] == "initialized":
                    break
                self._take(event)
            if event is not None:
                self._configure()
            self._client.answer(launch)
        except (Refused, Gone) as error:
            self.trouble = str(error)
            self.ended = True
            raise Problem(self.trouble) from None
        self.wait()
        if self.stop is not None and self._interactive and os.name == "posix":
            self._quietly("evaluate", expression=ctrlc.INSTALL, context="watch", frameId=self.frame["id"])

    def _configure(self):
        for path in self.breakpoints.paths():
            self.send_file(path)
        self.send_functions()
        self.send_filters()
        self._client.request("configurationDone")

    def close(self):
        """End the program, if it still runs, and the session. The terminal is ours again afterwards."""
        try:
            self._client.request("disconnect", terminateDebuggee=True)
        except (Refused, Gone):
            pass  # it has ended without us
        self._drain()
        self._client.close()
        self._program.end()
        self._modes.forget_program()
        self.ended = True

    def _serve(self, command, arguments):
        if command == "runInTerminal":
            return self._program.run_in_terminal(arguments)
        raise Refused("the terminal does not know %s" % command)

    # Running

    def resume(self, command, **arguments):
        """Let the program go on, and wait until it stops or ends.

        Args:
            command: continue, next, stepIn, stepOut or goto.

        Returns:
            The new Stop, or None when the program has ended.

        Raises:
            Problem: it can't.
        """
        self._drain()
        if self._late and command != "goto":
            self._stand(self._late.pop(0))
            return self.stop
        self._go(command, **arguments)
        return self.wait()

    def _go(self, command, **arguments):
        """Send what lets the program go on. The next stop may be there before the answer is."""
        here = self.stop, self._stack, self.index
        self._running, self._interrupts = True, 0
        self.stop = self._stack = None
        self.index = 0
        self._modes.to_program()
        try:
            self.ask(command, threadId=here[0].thread if command == "continue" else self.thread, **arguments)
        except Problem:
            self._running = False
            if self.stop is None and not self.ended:
                self.stop, self._stack, self.index = here
                self._modes.to_prompt()
            raise

    def wait(self):
        """Wait until the program stops or ends.

        Returns:
            The Stop, or None when it has ended.

        Raises:
            KeyboardInterrupt: Ctrl-C came a second time, and the program does not stop.
        """
        self._running, self._interrupts = True, self._interrupts if self._running else 0
        asked = False
        try:
            while self.stop is None and not self.ended:
                if self._interrupts > 1:
                    raise KeyboardInterrupt
                if self._interrupts and not asked:
                    asked = True
                    self._pause()
                    continue
                event = self._client.event()
                if event is not None:
                    self._take(event)
                elif self._client.over:
                    self.ended = True
                    self.trouble = self._client.last_words()
        finally:
            self._running = False
        if asked and self.stop is not None and self.stop.reason == "pause":
            self._leave_handler()
        return self.stop

    def on_ctrl_c(self):
        """Ctrl-C was typed: ask a running program to stop.

        Returns:
            False when there is nothing to stop: the one who calls may then give up what it does.
        """
        if not self._running:
            return False
        if self._interactive:  # else it is the program's alone, as without us
            self._interrupts += 1
            self._client.wake()
        return True

    def _pause(self):
        """Ask the running program to stop at its next line, and wake its main thread where that sleeps."""
        self._quietly("pause", threadId=self.thread or 1)
        event = self._client.event(seconds=_PATIENCE)
        while event is not None:
            self._take(event)
            event = self._client.event(wait=False)
        if self.stop is None:
            self._signal()  # the program waits in C. Our handler there is Python: its first line is the next line

    def _leave_handler(self):
        """Stand in the user's frame where the pause caught our handler: it is no place to step on from."""
        stop = self.stop
        top = self.ask("stackTrace", threadId=stop.thread, levels=1, format={"includeAll": True})["stackFrames"]
        if top and top[0]["name"] == ctrlc.HANDLER:
            self._go("stepOut")
            if self.wait() is not None and self.stop.reason == "step":
                self.stop.reason = stop.reason

    def _stand(self, body):
        hits = self.breakpoints.by_ids(body.get("hitBreakpointIds") or ())
        for each in hits:
            each.hits += 1
            each.ignore = 0  # they have been passed over, else we would not stand here
        self.stop = Stop(body, hits)
        self.look_at(self.stop.thread)
        self._modes.to_prompt()

    # Events

    def _drain(self):
        event = self._client.event(wait=False)
        while event is not None:
            self._take(event)
            event = self._client.event(wait=False)

    def _take(self, event):
        name, body = event["event"], event.get("body") or {}
        if name == "stopped":
            if self.stop is None:
                self._stand(body)
            else:
                self._late.append(body)
        elif name == "output":
            if body.get("category") != "telemetry" and body.get("output"):
                self._tell(body.get("category") or "console", body["output"])
        elif name == "breakpoint":
            said = body.get("breakpoint") or {}
            for each in self.breakpoints.by_ids([said.get("id")]):
                each.learn(said)
        elif name == "process":
            self._pid = body.get("systemProcessId")
        elif name == "exited":
            self.exit_code = body.get("exitCode")
        elif name == "terminated":
            self.ended = True
            self._modes.forget_program()
            self.stop = self._stack = None

    # Questions

    def ask(self, command, **arguments):
        """Send a request, wait, and return the body of the answer.

        Raises:
            Problem: the answer is no, or there is nobody to give one.
        """
        try:
            ticket = self._client.send(command, **arguments)
            try:
                return self._client.answer(ticket)
            except KeyboardInterrupt:
                self._give_up(ticket)
                raise
        except Refused as error:
            raise Problem(_TEXTS.get(str(error), str(error))) from None
        except Gone as error:
            self.ended = True
            raise Problem(str(error)) from None
        finally:
            self._drain()

    def _give_up(self, ticket):
        """Ctrl-C: end what the program does for an answer nobody waits for; else it can't give the next one."""
        try:
            if self._can.get("supportsCancelRequest"):
                self._client.send("cancel", requestId=ticket)
            for _ in range(_TRIES):
                if self._client.answer(ticket, _PATIENCE) is not None:
                    return
                # The program had the same Ctrl-C, but perhaps a moment before it began with this.
                self._signal()
        except (Refused, Gone):
            return  # that is an answer
        self._client.forget(ticket)

    def _signal(self):
        """Have our handler run in the program. It does nothing while the debugger itself is at work there."""
        if self._interactive and self._pid and not self.ended and os.name == "posix":
            try:
                os.kill(self._pid, signal.SIGINT)
            except OSError:
                pass  # it ended a moment ago

    def _quietly(self, command, **arguments):
        try:
            self._client.request(command, **arguments)
        except (Refused, Gone):
            pass  # what comes of it is seen by what the program does

    def evaluate(self, text, context):
        """Evaluate in the frame looked at.

        Args:
            context: as in DAP: ``repl`` runs statements too, ``clipboard`` gives the whole repr.

        Returns:
            The text of the result; "" for None in ``repl``.

        Raises:
            Problem: it raised, with the exception.
        """
        return self.ask("evaluate", expression=text, context=context, frameId=self.frame["id"]).get("result", "")

    def look_at(self, thread):
        """Look at another thread, from its innermost frame."""
        self.thread = thread
        self._stack = None
        self.index = 0

    @property
    def stack(self):
        """DAP StackFrames of the thread looked at, innermost first."""
        if self._stack is None:
            self._stack = self.ask("stackTrace", threadId=self.thread).get("stackFrames") or []
        return self._stack

    @property
    def frame(self):
        """The DAP StackFrame looked at.

        Raises:
            Problem: there is none.
        """
        if not self.stack:
            raise Problem("This thread has no frame to look at.")
        return self.stack[self.index]

    def source_text(self, source):
        """Text of a source that is no file here.

        Raises:
            KeyError: there is none.
        """
        reference = source.get("sourceReference") or 0
        if self.ended or not (reference or source.get("path")):
            raise KeyError(reference)
        try:
            return self.ask("source", source=source, sourceReference=reference).get("content", "")
        except Problem as problem:
            raise KeyError(str(problem)) from None

    # Breakpoints

    def send_file(self, path):
        """Tell the program all breakpoints of a file, and take in what it says of each."""
        wanted = self.breakpoints.in_file(path)
        passing = self.breakpoints.passing.get(real(path), ())
        told = [each.wire() for each in wanted] + [{"line": line} for line in passing]
        answer = self.ask("setBreakpoints", source={"path": self.breakpoints.spelled(path)}, breakpoints=told)
        for each, said in zip(wanted, answer.get("breakpoints") or ()):
            each.learn(said)

    def send_functions(self):
        """Tell the program all breakpoints on functions."""
        wanted = self.breakpoints.on_functions()
        answer = self.ask("setFunctionBreakpoints", breakpoints=[each.wire() for each in wanted])
        for each, said in zip(wanted, answer.get("breakpoints") or ()):
            each.learn(said)

    def send(self, breakpoint_):
        """Tell the program that this one changed, came or went."""
        if breakpoint_.function:
            self.send_functions()
        else:
            self.send_file(breakpoint_.path)

    def send_filters(self):
        """Tell the program which exceptions to stop for."""
        self.ask("setExceptionBreakpoints", filters=self.filters)
