"""Processes of a test: the hub, a terminal, and a search for those that were left behind."""

import fcntl
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import uuid

from tests.wire import DEADLINE, Late

ADAPTER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "dapper", "adapter")


class Family:
    """All processes that descend from one test, recognised by a variable in their environment (Linux)."""

    def __init__(self):
        self.mark = "DAPPER_TEST_FAMILY=%s" % uuid.uuid4().hex

    def environment(self, more=None):
        """An environment for a member; None in ``more`` removes a variable."""
        environment = dict(os.environ, **dict([self.mark.split("=")]))
        for name, value in (more or {}).items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        return environment

    def members(self, besides=None):
        """pid → command line of those alive; ``besides`` is a pid that does not count."""
        found = {}
        for pid in os.listdir("/proc") if os.path.isdir("/proc") else ():
            if pid.isdigit() and int(pid) not in (os.getpid(), besides):
                try:
                    with open("/proc/%s/environ" % pid, "rb") as file:
                        if self.mark.encode() not in file.read().split(b"\0"):
                            continue
                    with open("/proc/%s/cmdline" % pid, "rb") as file:
                        found[int(pid)] = file.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
                except OSError:
                    continue  # it ended, or is another user's
        return found

    def wait_extinct(self, besides=None, deadline=DEADLINE):
        """Wait until no member lives but ``besides``.

        Raises:
            AssertionError: some do; they are killed first.
        """
        try:
            poll(lambda: not self.members(besides), "the end of all processes", deadline)
        except Late:
            left = self.members(besides)
            self.kill()
            raise AssertionError("orphans: %s" % left) from None

    def kill(self):
        for pid in self.members():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it was faster


class Process:
    """A process whose output is collected while it runs."""

    def __init__(self, command, env=None, cwd=None, stdin=subprocess.DEVNULL, keep_stdout=True):
        self.popen = subprocess.Popen(
            command, env=env, cwd=cwd, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        self.pid = self.popen.pid
        self.output = {"stdout": b"", "stderr": b""}
        streams = [("stdout", self.popen.stdout)] * keep_stdout + [("stderr", self.popen.stderr)]
        self._readers = [threading.Thread(target=self._collect, args=pair, daemon=True) for pair in streams]
        for reader in self._readers:
            reader.start()

    def _collect(self, name, stream):
        for data in iter(lambda: stream.read(65536), b""):
            self.output[name] += data

    def text(self, name="stdout"):
        return self.output[name].decode("utf-8", "replace")

    def wait(self, deadline=DEADLINE):
        """The exit code, and all of the output is there."""
        code = self.popen.wait(deadline)
        for reader in self._readers:
            reader.join(deadline)
        return code

    def kill(self, number=signal.SIGKILL):
        if self.popen.poll() is None:
            self.popen.send_signal(number)

    def close(self):
        self.kill()
        self.popen.wait(DEADLINE)
        for reader in self._readers:
            reader.join(1)  # else it might read from the next descriptor that gets the number
        for stream in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            if stream is not None:
                stream.close()


class ResidentHub:
    """An adapter at a port that serves one session after another, as editors keep one; its start is half of a session's cost.

    Where a session went wrong another one takes its place.
    """

    def __init__(self):
        self.family = Family()
        self.process = None
        self._before = None

    @property
    def pid(self):
        return self.process.pid

    def port(self):
        """Where it listens; starts it where it does not run."""
        if self.process is None:
            self._before = None
            self.process = Process(hub_command("--port", "0"), self.family.environment())
        said = poll(lambda: re.search(r"listens on \S+:(\d+)\n", self.process.text("stderr")), "the hub's port")
        return int(said.group(1))

    def drop(self):
        """Do without it: a session went wrong."""
        if self.process is not None:
            self.process.close()
            self.process = None

    def left(self):
        """A session is over and was right: note what the first one leaves behind."""
        self._before = self._before or self._kept()

    def close(self):
        """End it.

        Raises:
            AssertionError: it holds more than after its first session, or does not end as it should.
        """
        if self.process is None:
            return
        try:
            if self._before is not None:
                more = lambda: all(now <= then for now, then in zip(self._kept(), self._before))
                poll(more, "the hub to hold no more threads and descriptors than %s" % (self._before,))
            self.process.kill(signal.SIGTERM)
            assert self.process.wait() == 0, self.process.text("stderr")
        finally:
            self.drop()

    def _kept(self):
        return [len(os.listdir("/proc/%d/%s" % (self.pid, what))) for what in ("task", "fd")]


class Terminal:
    """A command in a terminal of its own, as an editor's runInTerminal gives it."""

    def __init__(self, command, env=None, cwd=None):
        self._master, slave = pty.openpty()
        self.data = b""
        self.popen = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.pid = self.popen.pid
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    def _collect(self):
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # EIO: nobody holds the other end any more
                return
            if not data:
                return
            self.data += data

    def type(self, text):
        os.write(self._master, text.encode())

    def foreground(self):
        """The process group that the terminal's keys go to."""
        return os.tcgetpgrp(self._master)

    def text(self):
        return self.data.decode("utf-8", "replace").replace("\r\n", "\n")

    def wait(self, deadline=DEADLINE):
        code = self.popen.wait(deadline)
        self._reader.join(deadline)
        return code

    def close(self):
        if self.popen.poll() is None:
            self.popen.kill()
        self.wait()
        os.close(self._master)


def hub_command(*arguments, python=sys.executable):
    """How an editor starts the adapter without an installation."""
    return [python, ADAPTER] + list(arguments)


def free_port():
    """A port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def dial(host, port, deadline=DEADLINE):
    """Connect; tries again until somebody listens."""

    def attempt():
        try:
            return socket.create_connection((host, port), deadline)
        except ConnectionRefusedError:
            return None

    connection = poll(attempt, "a listener on %s:%d" % (host, port), deadline)
    connection.settimeout(None)
    return connection


def poll(condition, what, deadline=DEADLINE):
    """Ask ``condition`` until it gives something true, which is returned.

    Raises:
        Late: it never did.
    """
    end = time.monotonic() + deadline
    pause = threading.Event()
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Late("%s did not come within %g s" % (what, deadline))
        pause.wait(0.01)  # nothing tells us of a change in another process
