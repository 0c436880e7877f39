"""The parent of a program the hub can't be the parent of: one in a terminal, or one that nobody debugs.

It starts the user's command with the streams it has itself, waits, and tells the hub how that ended. It touches neither
process groups nor the terminal. When the hub is gone, the command ends.
"""
import os
import signal
import socket
import subprocess
import sys

from dapper.hub import processes, spawn, streams
from dapper.protocol.channel import Channel


def main(argv):
    """Run ``FILE -- command``, where the file holds HOST:PORT:TOKEN; returns its exit code."""
    try:
        host, port, token = spawn.read_ticket(argv[0]).rsplit(":", 2)
        channel = Channel.from_socket(socket.create_connection((host, int(port))))
        hello = {"token": token, "pid": os.getpid(), "ppid": os.getppid(), "startMethod": "waiter"}
        channel.send({"type": "event", "event": "dapperHello", "body": hello})
        order = channel.receive()
    except OSError:
        order = None
    if order is None:
        print("dapper: the debugger that wanted this program is gone.", file=sys.stderr)
        return 1
    return Waiter(channel).run(argv[2:], order.get("arguments") or {})


class Waiter:
    """Waits for one command.

    Args:
        channel: to the hub.
    """

    def __init__(self, channel):
        self._channel = channel
        self._process = None
        self._free = False

    def run(self, words, arguments):
        """Run a command; ``arguments`` of the hub's order: env, ticket, cwd, target, each may be absent."""
        environment = spawn.merged(os.environ, arguments.get("env") or {})
        if arguments.get("ticket"):
            environment.update(spawn.boot_environment(environment, arguments["ticket"]))
        for name in ("SIGINT", "SIGQUIT", "SIGHUP"):  # the terminal sends them to the command too: its decision
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _leave_it_to_the_command)
        signal.signal(signal.SIGTERM, lambda number, frame: self._process and self._process.send_signal(number))
        cwd = arguments.get("cwd")
        try:
            self._process = subprocess.Popen(words, env=environment, cwd=cwd)
        except (OSError, ValueError) as error:
            self._tell("waiterFailed", spawn.why_not(error, words[0], cwd, arguments.get("target") or ()))
            return 127
        self._tell("waiterStarted", {"pid": self._process.pid})
        streams.spawn(streams.pump, self._channel, self._ordered, lambda problem: None, self._hub_gone)
        returncode = self._process.wait()
        self._tell("waiterEnded", {"returncode": returncode})
        if returncode < 0:
            _die_like(-returncode)
        return returncode

    def _tell(self, event, body):
        try:
            self._channel.send({"type": "event", "event": event, "body": body})
        except OSError:
            pass  # the hub is gone; the reader notices

    def _ordered(self, message):
        if message.get("command") == "letGo":
            self._free = True

    def _hub_gone(self, problem):
        if not self._free and self._process.returncode is None:
            leads = os.getsid(0) == os.getpid() if hasattr(os, "getsid") else False
            processes.kill_tree(self._process.pid, session=os.getpid() if leads else None)


def _leave_it_to_the_command(number, frame):
    """Not SIG_IGN: the command would inherit that."""


def _die_like(number):
    """End by the signal that ended the command, so that a shell shows the same; SIGKILL is told as a shell tells it."""
    if number != getattr(signal, "SIGKILL", None):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
