"""The program in the user's own terminal: how it is started there, and who has the terminal's modes when."""
import os
import subprocess
import sys

from dapper.terminal.client import Refused

try:
    import termios
except ImportError:  # Windows: consoles have no such modes
    termios = None

_GRACE = 5  #: seconds a process that should be gone is given


class Program:
    """Starts what the hub asks for in `runInTerminal`, with our own standard streams.

    Args:
        silent_input: the program finds the end of the file on its standard input, because ours are commands.
    """

    def __init__(self, silent_input):
        self._silent_input = silent_input
        self._processes = []

    def run_in_terminal(self, arguments):
        """Answer a `runInTerminal` request.

        Args:
            arguments: as in DAP.

        Returns:
            The body of the response.

        Raises:
            OSError: it can't be started.
            Refused: it wants a shell.
        """
        if arguments.get("argsCanBeInterpretedByShell"):
            raise Refused("dapper starts programs without a shell")
        environment = dict(os.environ)
        for name, value in (arguments.get("env") or {}).items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        process = subprocess.Popen(arguments["args"], cwd=arguments.get("cwd") or None, env=environment,
                                   stdin=subprocess.DEVNULL if self._silent_input else None)
        self._processes.append(process)
        return {"processId": process.pid}

    def end(self):
        """Wait for what was started; the hub has ended it or is about to."""
        for process in self._processes:
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes = []


class Modes:
    """The terminal's modes: the program's while it runs, ours at the prompt.

    A program that was stopped in the middle of a full-screen display or of reading a password left modes behind
    nobody can type in.
    """

    def __init__(self):
        self._terminal = None
        if termios is not None and sys.stdin is not None and sys.stdin.isatty():
            self._terminal = sys.stdin.fileno()
        self._ours = self._theirs = self._get()

    def to_prompt(self):
        """The program stopped: keep its modes, use ours."""
        self._theirs = self._get()
        self._set(self._ours)

    def to_program(self):
        """The program goes on: give it its modes back."""
        self._set(self._theirs)

    def forget_program(self):
        """The program is gone and its modes with it."""
        self._theirs = self._ours
        self._set(self._ours)

    def _get(self):
        if self._terminal is None:
            return None
        try:
            return termios.tcgetattr(self._terminal)
        except termios.error:
            return None  # the terminal was closed

    def _set(self, modes):
        if modes is None or modes == self._get():
            return
        try:
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, modes)
        except termios.error:
            self._terminal = None  # the terminal was closed
