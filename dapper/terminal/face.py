"""The debugger a person talks to: reads commands, runs them, shows where the program stands."""
import os
import signal
import sys
from collections import deque

from dapper.terminal import looking, running, stopping, talking  # noqa: F401  each fills the registry with its commands
from dapper.terminal.breakpoints import Breakpoints
from dapper.terminal.console import Console
from dapper.terminal.program import Modes
from dapper.terminal.registry import COMMANDS
from dapper.terminal.running import Quit
from dapper.terminal.session import Session
from dapper.terminal.sources import Sources, functions
from dapper.terminal.syntax import Problem, parse, split

PROMPT = "(dapper) "


class Face:
    """One sitting: a program, run once or several times, and the commands about it.

    Args:
        options: Options.
        hub: the adapter's command; None for our own.

    Attributes:
        session: the run at hand, or the last one.
        breakpoints, filters: what outlives a run.
        listed: last line `list` has shown, or None.
        repeat: what an empty line does.
        folder: where the program runs.
    """

    def __init__(self, options, hub=None):
        self.options = options
        self.folder = os.path.abspath(options.cwd or os.curdir)
        self.console = Console(options.scripts, not options.no_color, self._complete)
        self.sources = Sources(self._fetch, self.console.colour)
        self.breakpoints = Breakpoints()
        self.filters = ["uncaught"]
        self.session = None
        self.listed = None
        self.repeat = ""
        self._hub = hub
        self._args = list(options.args)
        # Commands in a pipe are for us; the program must not swallow them. With a script they are the program's.
        self._silent_input = not self.console.interactive and not options.scripts
        self._typed = deque()  # commands of a line that are still to run
        self._queued = deque()  # commands of a breakpoint that was hit
        self._displays = {}  # (path, function) → {expression: last value}
        self._seen_thread = None
        self._modes = Modes()

    # The sitting

    def run(self):
        """Debug to the end.

        Returns:
            The exit status for dapper itself.
        """
        before = {signal.SIGINT: signal.signal(signal.SIGINT, self._on_ctrl_c)}
        for name in ("SIGTERM", "SIGHUP"):  # the terminal's modes are put right on the way out
            if hasattr(signal, name):
                before[getattr(signal, name)] = signal.signal(getattr(signal, name), _leave)
        try:
            if self._start(quietly=self.options.go):
                self._loop()
        except Quit:
            pass
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # nobody reads on; nothing is to be shown any more
        finally:
            status = self._status()
            if self.session is not None:
                self.session.close()
            for number, handler in before.items():
                signal.signal(number, handler)
        return status

    @property
    def over(self):
        """Has the program ended?"""
        return self.session is None or self.session.ended

    def restart(self, words=None):
        """End the program and start it again.

        Args:
            words: other arguments for it; None leaves those it had.
        """
        self.session.close()
        if words is not None:
            self._args = words
        self._start()

    def _start(self, quietly=False):
        """Start a run.

        Returns:
            Whether there is anything to talk about.
        """
        self.breakpoints.forget()
        self.sources.forget()
        self._seen_thread = None
        self.session = Session(
            self._target(), self.breakpoints, self.filters, self._output, self._modes,
            self._silent_input, self.console.interactive, self._hub, self.options.log_to,
        )
        try:
            self.session.start()
        except Problem as problem:
            self.console.complain(str(problem))
            return False
        if quietly and not self.session.ended:
            self._seen_thread = self.session.stop.thread
        else:
            self.arrived()
        return True

    def _target(self):
        options = self.options
        target = {
            "type": "dapper", "request": "launch", "name": "dapper", "console": "integratedTerminal",
            "args": self._args, "cwd": self.folder, "stopOnEntry": True, "justMyCode": not options.all_code,
            "showReturnValue": True, "redirectOutput": False,
            "subProcess": False,  # one prompt, one program: its children run on by themselves
            "python": [options.python or sys.executable],
        }
        for key in ("program", "module", "code"):
            if getattr(options, key) is not None:
                target[key] = getattr(options, key)
        if options.engine:
            target["frameEval"] = {"engine": options.engine}
        if not self.console.on_screen:
            # Else what it prints waits in a buffer, and comes after answers that are about it.
            target["env"] = {"PYTHONUNBUFFERED": "1"}
        return target

    def _status(self):
        session = self.session
        if session is None or session.trouble:
            return 1
        code = session.exit_code
        if code is None:
            # Quitting is no failure of the program, but what it was about to die of is.
            return 1 if session.stop is not None and session.stop.uncaught else 0
        return 128 - code if code < 0 else code & 255

    def _loop(self):
        begun = False
        while True:
            try:
                if self.options.go and not self._next_is_known():
                    if self.over:
                        return
                    if not begun or not self.console.interactive:
                        begun = True
                        self._execute("continue")
                        continue
                text = self._next()
                if text is None:
                    raise Quit()
                self._execute(text)
            except KeyboardInterrupt:
                if not self.console.interactive:
                    raise
                self._interrupted()

    def _next_is_known(self):
        return bool(self._queued or self._typed or self.console.has_script)

    def _next(self):
        """The next command, or None when there are no more."""
        if self._queued:
            return self._queued.popleft()
        while not self._typed:
            line = self.console.read(PROMPT)
            if line is None:
                return None
            if line.lstrip().startswith("#"):
                continue
            if line.strip():
                self.repeat = line
            self._typed.extend(split(line if line.strip() else self.repeat))
            if not self._typed and not self.repeat:
                continue
        return self._typed.popleft()

    def _execute(self, text):
        name, argument = parse(text, COMMANDS)
        found = COMMANDS.get(name)
        try:
            if self.over and (found is None or found.needs_program):
                raise Problem("The program has ended. run starts it again, q leaves.")
            if found is None:
                talking.run_python(self, argument)
            else:
                found.run(self, argument)
        except Problem as problem:
            self.console.complain(str(problem))

    def _on_ctrl_c(self, number, frame):
        if self.session is None or not self.session.on_ctrl_c():
            raise KeyboardInterrupt

    def _interrupted(self):
        """Ctrl-C, where nothing smaller than the whole command could be given up."""
        self._typed.clear()
        self._queued.clear()
        self.console.say()
        if self.session.stop is not None:
            self.console.complain("Interrupted")
        while self.session.stop is None and not self.over:
            try:
                if self.confirm("The program does not stop: it is not running Python code at the moment. End it?"):
                    raise Quit()
                self.session.wait()
                self.arrived()
            except KeyboardInterrupt:
                self.console.say()

    def confirm(self, question):
        """Ask a question that y answers."""
        answer = self.console.read(question + " (y/n) ")
        return answer is not None and answer.strip().lower() in ("y", "yes")

    # What commands use

    def tell_program(self, breakpoint_):
        """A breakpoint changed, came or went: let the program know, if there is one."""
        if not self.over:
            self.session.send(breakpoint_)

    def current_path(self):
        """The file looked at, or the program's when none runs; None where that is no file."""
        if not self.over:
            return (self.session.frame.get("source") or {}).get("path")
        return os.path.join(self.folder, self.options.program) if self.options.program else None

    def functions_here(self):
        """Names of the functions in the source looked at."""
        try:
            source = {"path": self.current_path()} if self.over else self.session.frame.get("source") or {}
        except Problem:
            return []
        return functions(self.sources.lines(source))

    def displayed_here(self):
        """What is displayed in the function looked at: {expression: last value}."""
        frame = self.session.frame
        return self._displays.setdefault(((frame.get("source") or {}).get("path"), frame["name"]), {})

    def value_to_display(self, text):
        """The value of an expression, or what it raised, as a text."""
        try:
            return self.session.evaluate(text, "watch")
        except Problem as problem:
            return "** raised %s **" % problem

    def returned(self):
        """What functions returned in the last step: (name, value) pairs."""
        session = self.session
        scopes = session.ask("scopes", frameId=session.stack[0]["id"]).get("scopes") or ()
        reference = scopes[0]["variablesReference"] if scopes else 0
        if not reference:
            return []
        variables = session.ask("variables", variablesReference=reference).get("variables") or ()
        return [(each["name"], each["value"]) for each in variables if each["name"].startswith("(return)")]

    # What is shown

    def arrived(self, returned=False):
        """Show where the program stands after it went on, and run what breakpoints want done there.

        Args:
            returned: show what the function returned, too.
        """
        self.listed = None
        self._queued.clear()
        session = self.session
        if session.ended:
            self._say_the_end()
            return
        stop = session.stop
        for each in stop.hits:
            self._queued.extend(each.commands)
        silent = "silent" in self._queued
        self._queued = deque(text for text in self._queued if text != "silent")
        for each in stop.hits:
            if not silent:
                self.console.say("%s %d" % ("Temporary breakpoint" if each.temporary else "Breakpoint", each.number))
            if each.temporary:
                self.breakpoints.remove(each.number)
                session.send(each)
        if stop.reason == "exception":
            self.show_exception()
        elif stop.reason == "pause":
            self.console.say("Paused")
        if stop.thread != self._seen_thread:
            self._say_thread(stop.thread)
        if silent:
            return
        if returned:
            for name, value in self.returned():
                self.console.say("%s %s" % (name, self.sources.paint(value)))
        self.show_place()
        self._show_displays()

    def show_place(self):
        """Show the frame looked at."""
        self.show_frame(self.session.frame, "> ")

    def show_frame(self, frame, mark):
        """Show one frame: its place, and its source line."""
        self.console.say(mark + self.console.style("place", self.place(frame)))
        lines = self.sources.painted(frame.get("source") or {})
        if 0 < frame["line"] <= len(lines):
            self.console.say("-> " + _unindented(lines[frame["line"] - 1]))

    def place(self, frame):
        """``path(line)function()``"""
        source = frame.get("source") or {}
        return "%s(%d)%s()" % (source.get("path") or source.get("name") or "?", frame["line"], frame["name"])

    def show_exception(self):
        """Show the exception the program stopped for."""
        session = self.session
        try:
            info = session.ask("exceptionInfo", threadId=session.stop.thread)
        except Problem:
            self.console.say("%s: %s" % (session.stop.text, session.stop.description))
            return
        headlines = {"unhandled": "Uncaught exception: look around; the program ends when it goes on.",
                     "userUnhandled": "Exception that leaves your code."}
        session.stop.uncaught = info.get("breakMode") == "unhandled"
        details = info.get("details") or {}
        text = (details.get("stackTrace") or "").rstrip("\n")
        if not text:
            text = "%s: %s" % (info.get("exceptionId"), info.get("description") or "")
        self.console.say(self.sources.paint_traceback(text).rstrip("\n"))
        self.console.say(headlines.get(info.get("breakMode"), "Exception raised."))

    def _say_thread(self, number):
        first = self._seen_thread is None
        self._seen_thread = number
        if first:
            return
        names = {each["id"]: each["name"] for each in self.session.ask("threads").get("threads") or ()}
        self.console.say("[Thread %d: %s]" % (number, names.get(number, "?")))

    def _say_the_end(self):
        code = self.session.exit_code
        if code is None:
            self.console.say("The program has ended%s." % (self.session.trouble and ": " + self.session.trouble or ""))
        else:
            self.console.say("The program ended with exit code %d." % code)

    def _show_displays(self):
        here = self.displayed_here()
        for text, old in list(here.items()):
            value = self.value_to_display(text)
            if value != old:
                here[text] = value
                self.console.say("display %s: %s  [old: %s]" % (text, self.sources.paint(value), old))

    def _output(self, category, text):
        if category == "stderr":
            sys.stderr.write(text)
            sys.stderr.flush()
        else:
            self.console.write(text)

    def _fetch(self, source):
        if source.get("path") == "<string>" and self.options.code:
            return self.options.code
        return self.session.source_text(source)

    def _complete(self, text):
        return talking.completions(self, text)


def _leave(number, frame):
    raise SystemExit(128 + number)


def _unindented(line):
    """A line without the blanks before it; colours may stand before those."""
    if not line.startswith("\033"):
        return line.strip()
    end = line.index("m") + 1
    return line[:end] + line[end:].strip()
