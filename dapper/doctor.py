"""`dapper doctor`: tries what a session needs, piece by piece, and says which of them fails and why."""
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

from dapper._version import __version__
from dapper.protocol import settings
from dapper.protocol.channel import Channel

USAGE = """\
usage: dapper doctor [--python PYTHON] [FILE[:LINE]]

Tell why a session does not start, or why a breakpoint does not bind: tries both, with the interpreter that is named.

  --python PYTHON  the interpreter the program runs on (default: the one dapper runs on)
  FILE             the program: are there files beside it that hide modules of Python's?
  FILE:LINE        where a breakpoint there goes, whose code that file is, and which rule says so
"""

PATIENCE = 20.0  #: seconds for the trial session

#: What dapper and Python need in every program; a file of that name beside the program is imported in its place.
NEEDED = ("codeop", "encodings", "enum", "functools", "hashlib", "io", "json", "linecache", "logging", "os", "queue", "re",
          "select", "selectors", "site", "socket", "string", "struct", "subprocess", "tempfile", "threading", "time",
          "token", "tokenize", "traceback", "types", "typing", "warnings")

ADAPTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "adapter")


class Report:
    """Lines, each with a verdict.

    Attributes:
        problems: how many of them are bad.
    """

    def __init__(self, write):
        self._write = write
        self.problems = 0

    def fact(self, text):
        """Something to know."""
        self._write("     %s\n" % text)

    def good(self, text):
        """Something that works."""
        self._write("ok   %s\n" % text)

    def bad(self, text, advice=None):
        """Something that does not, and what to do about it."""
        self.problems += 1
        self._write("BAD  %s\n" % text)
        if advice:
            self._write("     -> %s\n" % advice)


def main(words):
    """Run `dapper doctor` with these words behind it; the exit code is 1 if something does not work."""
    python, target = sys.executable, None
    words = list(words)
    while words:
        word = words.pop(0)
        if word in ("-h", "--help"):
            sys.stdout.write(USAGE)
            return 0
        if word == "--python" and words:
            python = words.pop(0)
        elif word.startswith("-") or target is not None:
            sys.stderr.write("%s\ndapper doctor: what is %s?\n" % (USAGE, word))
            return 2
        else:
            target = word
    report = Report(sys.stdout.write)
    file, line = _place(target)
    _facts(report)
    _network(report)
    if _interpreter(report, python):
        _shadows(report, os.path.dirname(os.path.abspath(file)) if file else os.getcwd())
        _session(report, python, file, line)
    report.fact("")
    report.fact("nothing is wrong here" if not report.problems else "%d problem%s" % (report.problems, "s"[: report.problems != 1]))
    return 1 if report.problems else 0


def _place(target):
    """(file or None, line or None)"""
    if target is None:
        return None, None
    file, _, line = target.rpartition(":")
    return (file, int(line)) if file and line.isdigit() else (target, None)


def _facts(report):
    report.fact("dapper %s in %s" % (__version__, os.path.dirname(ADAPTER)))
    report.fact("Python %s on %s: %s" % (sys.version.split()[0], sys.platform, sys.executable))
    from dapper._frame_eval.frame_eval_main import check_environment_compatibility

    for name, value in sorted(check_environment_compatibility().items()):
        if isinstance(value, (str, bool)):
            report.fact("frame evaluation: %s: %s" % (name.replace("_", " "), value))
    for name in sorted(os.environ):
        ours = name in settings.TABLE or name.startswith("DAPPER_") and name not in settings.INTERNAL
        theirs = any(name in variable.twins for variable in settings.TABLE.values())
        if ours or theirs or name in ("PYTHONPATH", "PYTHONBREAKPOINT", "PYTHONSAFEPATH", "PYTHONHOME", "PYTHONSTARTUP"):
            report.fact("%s=%s" % (name, os.environ[name]))
    if os.environ.get("PYTHONBREAKPOINT"):
        report.fact("so breakpoint() does not stop in the editor: unset PYTHONBREAKPOINT")
    scope = _first_line("/proc/sys/kernel/yama/ptrace_scope")
    if scope not in (None, "0") and sys.version_info < (3, 14):
        report.fact("attaching by process id to a program that is not dapper's child needs: "
                    "sudo sysctl kernel.yama.ptrace_scope=0")


def _first_line(path):
    try:
        with open(path) as file:
            return file.readline().strip()
    except OSError:
        return None


def _network(report):
    begin = time.monotonic()
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            with socket.create_connection(server.getsockname(), 3.0):
                server.accept()[0].close()
    except OSError as error:
        report.bad("this machine can't connect to itself at 127.0.0.1: %s" % error,
                   "adapter and program speak over the loopback: look for a firewall, or a container without one")
        return
    report.good("the loopback works (%.0f ms)" % ((time.monotonic() - begin) * 1000))


def _interpreter(report, python):
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.implementation.name); print(sys.flags.isolated)"
    try:
        done = subprocess.run([python, "-c", code], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=PATIENCE, universal_newlines=True, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        report.bad("the interpreter %s does not start: %s" % (python, getattr(error, "strerror", None) or error),
                   "name another: 'python' in launch.json, --python here")
        return False
    words = done.stdout.split()
    if done.returncode or len(words) < 3:
        report.bad("the interpreter %s fails:\n%s" % (python, done.stderr.strip()))
        return False
    version = tuple(int(part) for part in words[0].split("."))
    if version < (3, 8):
        report.bad("%s is Python %s; dapper debugs 3.8 and newer" % (python, words[0]))
        return False
    if words[1] != "cpython":
        report.fact("%s is %s, on which dapper is not tested" % (python, words[1]))
    report.good("%s is Python %s" % (python, words[0]))
    return True


def _shadows(report, folder):
    found = [name for name in NEEDED if os.path.exists(os.path.join(folder, name + ".py"))
             or os.path.isfile(os.path.join(folder, name, "__init__.py"))]
    for name in found:
        report.bad("%s hides Python's own module %s" % (os.path.join(folder, name + ".py"), name), "give it another name")
    if not found:
        report.good("no file in %s hides a module of Python's" % folder)


class Trial:
    """A session with an adapter of its own, as an editor has it.

    Args:
        folder: where the adapter runs.
    """

    def __init__(self, folder):
        environment = {name: value for name, value in os.environ.items() if name not in settings.INTERNAL}
        self._adapter = subprocess.Popen([sys.executable, ADAPTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, cwd=folder, env=environment)
        read = self._adapter.stdout.fileno()
        self._channel = Channel(lambda size: os.read(read, size), self._send, self._adapter.stdin.close)
        self._timer = threading.Timer(PATIENCE, self._adapter.kill)
        self._timer.start()
        self.output = ""

    def _send(self, data):
        self._adapter.stdin.write(data)
        self._adapter.stdin.flush()

    def ask(self, command, **arguments):
        """Send a request; its number."""
        return self._channel.send({"type": "request", "command": command, "arguments": arguments})

    def wait(self, response=None, event=None):
        """The response to a request, or an event, of that name; None when the session ends before."""
        while True:
            message = self._channel.receive()
            if message is None:
                return None
            if message.get("event") == "output":
                self.output += message["body"]["output"]
            if response is not None and message.get("request_seq") == response:
                return message
            if event is not None and message.get("event") == event:
                return message
            if response is None and message.get("success") is False:
                return message

    def end(self):
        """Hang up; what the adapter said on stderr."""
        self._timer.cancel()
        try:
            self._adapter.stdin.close()
        except OSError:
            pass  # it has gone before
        try:
            self._adapter.wait(5.0)
        except subprocess.TimeoutExpired:
            self._adapter.kill()
            self._adapter.wait()
        said = self._adapter.stderr.read().decode("utf-8", "replace")
        self._adapter.stdout.close()
        self._adapter.stderr.close()
        return said


def _session(report, python, file, line):
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "trial.py")
        with open(program, "w") as text:
            text.write("x = 1\n")
        begin = time.monotonic()
        trial = Trial(os.getcwd())
        problem = _try(report, trial, python, program, file, line)
        said = trial.end()
    if problem is not None:
        report.bad("a session with this interpreter does not start: %s" % problem,
                   "start again with DAPPER_LOG_DIR=/tmp/dapper-log, and look there")
        for text in (trial.output + said).strip().splitlines():
            report.fact(text)
    elif trial.output.strip():
        for text in trial.output.strip().splitlines():
            report.fact("the program or dapper said: %s" % text)
    if problem is None:
        report.good("a session starts, stops at a breakpoint and ends (%.0f ms)" % ((time.monotonic() - begin) * 1000))


def _try(report, trial, python, program, file, line):
    """Start, stop, look, go on; returns what went wrong, or None."""
    answer = trial.wait(trial.ask("initialize", adapterID="dapper", pathFormat="path"))
    if answer is None:
        return "the adapter ended at once"
    trial.ask("launch", program=program, python=python, cwd=os.path.dirname(os.path.abspath(file)) if file else os.getcwd())
    answer = trial.wait(event="initialized")
    if answer is None or answer.get("success") is False:
        return answer["message"] if answer else "no program reported within %g seconds" % PATIENCE
    trial.wait(trial.ask("setBreakpoints", source={"path": program}, breakpoints=[{"line": 1}]))
    if line is not None:
        _breakpoint(report, trial, os.path.abspath(file), line)
    trial.ask("configurationDone")
    stopped = trial.wait(event="stopped")
    if stopped is None or stopped.get("success") is False:
        return "it does not stop at a breakpoint in its first line"
    trial.ask("continue", threadId=stopped["body"]["threadId"])
    exited = trial.wait(event="exited")
    if exited is None or exited["body"]["exitCode"] != 0:
        return "the trial program did not end well"
    trial.wait(trial.ask("disconnect"))
    return None


def _breakpoint(report, trial, file, line):
    answer = trial.wait(trial.ask("setBreakpoints", source={"path": file}, breakpoints=[{"line": line}]))
    told = answer["body"]["breakpoints"][0]
    where = "a breakpoint at %s:%d" % (file, line)
    if told["verified"]:
        moved = "" if told["line"] == line else " goes to line %d and" % told["line"]
        report.good("%s%s binds%s" % (where, moved, ": " + told["message"] if told.get("message") else ""))
    else:
        report.bad("%s does not bind: %s" % (where, told.get("message")))
    answer = trial.wait(trial.ask("dapperWhoseCode", source={"path": file}))["body"]
    report.fact("the file is %s: %s" % ("your code" if answer["isUserCode"] else "not your code", answer["why"]))
