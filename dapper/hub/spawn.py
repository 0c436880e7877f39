"""Starts the user's own command in a prepared environment; the pipes of the internal console."""
import os
import signal
import subprocess
import sys

from dapper.hub import processes, streams
from dapper.hub.output import Output
from dapper.protocol.errors import DapError

DAPPER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ADAPTER = os.path.join(DAPPER, "adapter")
BOOT = os.path.join(DAPPER, "adapter", "boot")


def boot_environment(environment, ticket):
    """What makes a Python process with this environment report to us.

    Args:
        environment: what the process would have without us; it is not changed.
        ticket: HOST:PORT:TOKEN

    Returns:
        The variables to set on top of it.
    """
    paths = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path and path != BOOT]
    return {"PYTHONPATH": os.pathsep.join([BOOT] + paths), "DAPPER_BOOT": ticket}


def merged(environment, changes):
    """A copy of ``environment`` with ``changes`` (None removes) made."""
    result = dict(environment)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def inherited():
    """The hub's own environment, without what another dapper above us left in it."""
    environment = dict(os.environ)
    for name in ("DAPPER_BOOT", "DAPPER_ROOT"):
        environment.pop(name, None)
    return environment


class Program:
    """What a hub has started.

    Args:
        session: the ClientSession that gets its output.
        launch: a config.Launch.
        ticket: HOST:PORT:TOKEN, or None to start it undebugged.
    """

    def __init__(self, session, launch, ticket):
        self.killed = False
        self.pid = None
        self._session = session
        self._launch = launch
        self._ticket = ticket

    def why_silent(self):
        """What to tell the user when it does not report for long."""
        return ("The program (pid %s) has not reported to the debugger yet. If it runs already, then without debugging: "
                "its environment was emptied, or it is no Python program.\n" % self.pid)


def _is_utf8(environment):
    """Does Python print UTF-8 by itself in this environment? Told to, it would treat what is no text otherwise."""
    if os.name != "posix":
        return False
    name = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or "C"
    return name in ("C", "POSIX") or name.partition("@")[0].lower().replace("-", "").endswith(".utf8")


class PipedProgram(Program):
    """A program on the internal console; see Program."""

    def __init__(self, session, launch, ticket):
        super().__init__(session, launch, ticket)
        self._process = None
        self._output = None

    def start(self, ended, failed):
        """Start it.

        Args:
            ended: called as ``ended(returncode)`` in a thread of its own, when all it printed has been told.
            failed: called as ``failed(error)`` if it turns out later that it can't be started.

        Raises:
            DapError: cannot_start.
        """
        environment = inherited()
        environment["PYTHONUNBUFFERED"] = "1"
        wanted = merged(environment, self._launch.env)
        if "PYTHONIOENCODING" in environment or not _is_utf8(wanted):
            environment["PYTHONIOENCODING"] = "utf-8"  # what we read the output as
            wanted = merged(environment, self._launch.env)
        environment = wanted
        if self._ticket is not None:
            environment.update(boot_environment(environment, self._ticket))
        pipes = [os.pipe(), os.pipe()]
        try:
            self._process = start(self._words(), self._launch, environment, *(writer for _, writer in pipes))
        except DapError:
            for reader, _ in pipes:
                os.close(reader)
            raise
        finally:
            for _, writer in pipes:
                os.close(writer)
        self.pid = self._process.pid
        self._session.log.note("started pid %d: %s" % (self.pid, self._launch.words))
        self._output = Output([reader for reader, _ in pipes], lambda category, text: self._session.say(text, category))
        streams.spawn(self._wait, ended)

    def _words(self):
        return command(self._launch, self._launch.words)

    def _wait(self, ended):
        returncode = self._process.wait()
        self._output.settle()
        ended(returncode)

    def settle(self):
        """Tell what was printed so far before something else is told; gives up quickly."""
        self._output.settle(0.05)

    def kill(self, others=()):
        """End it and all it started, for good."""
        self.killed = True
        processes.kill_tree(self.pid, others, session=self.pid)

    def left_behind(self):
        """The pids of what lives of what it started, once it has ended itself."""
        return processes.tree(self.pid, session=self.pid)[1:]

    def interrupt(self):
        """Ask it to end, as Ctrl-C does."""
        for pid in processes.tree(self.pid):
            processes.send(pid, signal.SIGINT)

    def let_go(self):
        """It runs on when we are gone: somebody has to read what it prints, or it would die of it."""
        self._output.leave_to_others()


class KeptProgram(PipedProgram):
    """A program nobody debugs: a parent of its own ends it when the hub is gone, as no session in it can."""

    def start(self, ended, failed):
        self._ticket_file = None
        self._keeper_ticket = self._session.hub.door.expect(lambda channel, hello: self._kept(channel))
        self._keeper = None
        try:
            super().start(ended, failed)
        except DapError:
            throw_away(self._ticket_file)
            raise

    def _words(self):
        self._ticket_file = ticket_file(self._keeper_ticket)
        return waiter_words(self._ticket_file) + super()._words()

    def _kept(self, channel):
        self._session.hub.door.forget(self._keeper_ticket)
        self._keeper = channel
        streams.spawn(streams.pump, channel, self._told, lambda problem: None, lambda problem: channel.close())
        channel.send({"type": "request", "command": "run", "arguments": {}})

    def _told(self, message):
        if message.get("event") == "waiterFailed":
            self._session.say("%s\n" % DapError("cannot_start", **message["body"]), "important")

    def let_go(self):
        super().let_go()
        if self._keeper is not None:
            try:
                self._keeper.send({"type": "request", "command": "letGo"})
            except OSError:
                pass  # it is gone already


def command(launch, words):
    """``words``, or, where Python is told to ignore its environment, the same program run by dapper from its own file."""
    if not ignores_environment(launch.python):
        return words
    count = len(launch.python)
    return words[:count] + [DAPPER, "--run"] + words[count:]


def ignores_environment(python):
    """Is one of -E, -I and -S among the words of an interpreter and its options?"""
    words = iter(python[1:])
    for word in words:
        if word in ("-X", "-W", "--check-hash-based-pycs"):
            next(words, None)
        elif word.startswith("-") and not word.startswith(("--", "-X", "-W")) and set("EIS") & set(word):
            return True
    return False


def waiter_words(path):
    """The command that, with another behind it, runs that other and reports to us; see ``ticket_file``."""
    return [sys.executable, ADAPTER, "--waiter", path, "--"]


def ticket_file(ticket):
    """Put a HOST:PORT:TOKEN where our own user alone can read it, once; on a command line everybody could.

    Returns:
        The path of the file. Who reads it removes it.
    """
    import tempfile  # few sessions have a terminal

    descriptor, path = tempfile.mkstemp(prefix="dapper-")
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(ticket)
    return path


def read_ticket(path):
    """The ticket in a file, which is removed.

    Raises:
        OSError: it is gone.
    """
    with open(path, encoding="ascii") as file:
        ticket = file.read()
    os.remove(path)
    return ticket


def throw_away(path):
    """Remove a ticket that nobody may have read."""
    try:
        os.remove(path)
    except FileNotFoundError:
        pass  # somebody has


def start(words, launch, environment, stdout, stderr):
    """Start a process in a session of its own, so that no terminal and no Ctrl-C meant for the editor is its."""
    try:
        return subprocess.Popen(words, cwd=launch.cwd, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                                start_new_session=True)
    except (OSError, ValueError) as error:
        raise DapError("cannot_start", **why_not(error, words[0], launch.cwd, launch.target)) from None


def why_not(error, interpreter, cwd, target=()):
    """What of a command is missing or wrong.

    Args:
        error: of Popen.
        interpreter: the first word of the command.
        cwd: the folder it was to run in, or None.
        target: the words that name the program.

    Returns:
        The facts of the error `cannot_start`.
    """
    if cwd is not None and not os.path.isdir(cwd):
        if len(target) == 1 and os.path.isabs(target[0]) and not os.path.exists(target[0]):
            return {"program": target[0], "why": "there is no such file"}
        return {"program": interpreter, "why": "there is no folder %s to run it in ('cwd')" % cwd}
    return {"program": interpreter, "why": _why(error)}


def _why(error):
    if isinstance(error, FileNotFoundError):
        return "there is no such interpreter"
    return getattr(error, "strerror", None) or str(error)
