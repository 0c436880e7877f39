"""Starts the user's own command in a prepared environment; the pipes of the internal console."""
import os
import subprocess

from dapper.hub import processes, streams
from dapper.hub.output import Output
from dapper.protocol.errors import DapError

DAPPER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
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


class PipedProgram:
    """A program on the internal console.

    Args:
        launch: a config.Launch.
        ticket: HOST:PORT:TOKEN, or None to start it undebugged.
        tell: called as ``tell(category, text)`` for what it prints.
        ended: called as ``ended(returncode)`` in a thread of its own, when all it printed has been told.

    Raises:
        DapError: cannot_start.
    """

    def __init__(self, launch, ticket, tell, ended):
        environment = inherited()
        environment.update(PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8")
        environment = merged(environment, launch.env)
        if ticket is not None:
            environment.update(boot_environment(environment, ticket))
        self.launch = launch
        pipes = [os.pipe(), os.pipe()]
        try:
            self._process = start(launch, environment, *(writer for _, writer in pipes))
        except DapError:
            for reader, _ in pipes:
                os.close(reader)
            raise
        finally:
            for _, writer in pipes:
                os.close(writer)
        self.pid = self._process.pid
        self.killed = False
        self._output = Output([reader for reader, _ in pipes], tell)
        streams.spawn(self._wait, ended)

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


def start(launch, environment, stdout, stderr):
    """Start a process in a session of its own, so that no terminal and no Ctrl-C meant for the editor is its."""
    words = launch.words
    try:
        return subprocess.Popen(words, cwd=launch.cwd, env=environment, stdin=subprocess.DEVNULL, stdout=stdout,
                                stderr=stderr, start_new_session=True)
    except (OSError, ValueError) as error:
        if launch.cwd is not None and not os.path.isdir(launch.cwd):
            why = "there is no folder %s to run it in ('cwd')" % launch.cwd
        elif isinstance(error, FileNotFoundError):
            why = "there is no such interpreter"
        else:
            why = getattr(error, "strerror", None) or str(error)
        raise DapError("cannot_start", program=words[0], why=why) from None
