"""Who is measured, and how each is started: dapper and debugpy by the same client, pdb by its commands, and nobody."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile

from benchmarks.cases import REAL
from benchmarks.wire import DEADLINE, Adapter

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
ADAPTERS = {"dapper": "dapper.adapter", "debugpy": "debugpy.adapter"}


def environment():
    """Ours without what steers Python (PYTHONDONTWRITEBYTECODE and the like) or a debugger: alike for everybody."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DAPPER", "DEBUGPY"))}


def bring_pyperformance(python, home):
    """Copy pyperformance's programs to ours, as modules bm_NAME; in a folder of libraries they would not be user code.

    Args:
        python: an interpreter that may have pyperformance.
        home: what `folder` gave.

    Returns:
        Whether it has.
    """
    ask = "import os, pyperformance; print(os.path.dirname(os.path.abspath(pyperformance.__file__)))"
    done = subprocess.run([python, "-c", ask], env=environment(), cwd="/", stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, universal_newlines=True)
    if done.returncode:
        return False
    benchmarks = os.path.join(done.stdout.strip(), "data-files", "benchmarks")
    for name in REAL:
        source = os.path.join(benchmarks, "bm_" + name)
        shutil.copy(os.path.join(source, "run_benchmark.py"), os.path.join(home, "programs", "bm_%s.py" % name))
        for helper in os.listdir(source):  # a symbolic link to another program's file in a checkout, a file in a wheel
            if helper.startswith("bm_") and helper.endswith(".py"):
                shutil.copy(os.path.join(source, helper), os.path.join(home, "programs", helper))
    return True


@contextlib.contextmanager
def folder():
    """A folder of one's own for a run, with a copy of the programs."""
    path = os.path.realpath(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        shutil.copytree(PROGRAMS, os.path.join(path, "programs"), ignore=shutil.ignore_patterns("__pycache__"))
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Program:
    """One of the programs, with marks at the ends of lines: ``# hot: CONDITION``, ``# never`` …

    Args:
        home: what `folder` gave.
        name: of a file in programs/.
    """

    def __init__(self, home, name):
        self.home = home
        self.name = name
        self.path = os.path.join(home, "programs", name + ".py")
        self.result_path = os.path.join(home, "result")
        self.lines = {}  # mark → line number
        self.crowd = []  # line numbers in functions that `crowded` added
        self.condition = None
        with open(self.path) as file:
            self._source = file.read().splitlines(True)
        for number, line in enumerate(self._source, 1):
            mark = re.search(r"# (\w+)(?:: (.*))?$", line.rstrip())
            if mark:
                self.lines[mark.group(1)] = number
                self.condition = mark.group(2) or self.condition
        hits = re.search(r"^HITS = (\d+)", "".join(self._source), re.M)
        self.hits = int(hits.group(1)) if hits else None  # how often the hot line runs in a unit of work

    def by_hand(self):
        """The program with its condition written into it as an `if` before the hot line."""
        name = self.name + "_by_hand"
        lines = list(self._source)
        at = self.lines["hot"] - 1
        indent = lines[at][:len(lines[at]) - len(lines[at].lstrip())]
        lines.insert(at, "%sif %s:\n%s    breakpoint()\n" % (indent, self.condition, indent))
        with open(os.path.join(self.home, "programs", name + ".py"), "w") as file:
            file.writelines(lines)
        return Program(self.home, name)

    def crowded(self, count):
        """The program with so many more functions, none of which is called; their lines are in `crowd`."""
        name = self.name + "_crowded"
        lines = list(self._source)
        at = self.lines["call"] - 1
        lines[at:at] = ["def function_%d():\n    return %d\n" % (number, number) for number in range(count)]
        with open(os.path.join(self.home, "programs", name + ".py"), "w") as file:
            file.writelines(lines)
        program = Program(self.home, name)
        program.crowd = [at + 2 + 2 * number for number in range(count)]
        return program

    def result(self):
        """What the program wrote in its last run; it is taken away.

        Raises:
            FileNotFoundError: it wrote nothing.
        """
        with open(self.result_path) as file:
            text = file.read()
        os.remove(self.result_path)
        return eval(text, {"__builtins__": {}})  # a repr of dicts and numbers, of our own program


def plain(python, program, *args):
    """Run the program by itself.

    Args:
        python: path of the interpreter.
        args: words behind the result file.
    """
    command = [python, program.path, program.result_path] + [str(arg) for arg in args]
    subprocess.run(command, env=environment(), cwd=program.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   check=True, timeout=DEADLINE)


def pdb(python, program, commands, *args):
    """Run the program in pdb.

    Args:
        commands: pdb's, done before the program goes on.
        args: words behind the result file.
    """
    command = [python, "-m", "pdb"]
    for one in list(commands) + ["continue"]:
        command += ["-c", one]
    command += [program.path, program.result_path] + [str(arg) for arg in args]
    # When the program ends, pdb wants to start it anew; the end of its input sends it home.
    subprocess.run(command, env=environment(), cwd=program.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=DEADLINE * 3)


class Session:
    """A program launched by a debug adapter, up to the moment it may be configured.

    Args:
        debugger: "dapper" or "debugpy".
        python: path of the interpreter, for the adapter and the program.
        program: a Program.
        args: words behind the result file.
        env: variables on top of `environment`.
        extra: launch arguments on top of the usual ones, of dapper only: debugpy does not know them.
    """

    def __init__(self, debugger, python, program, args=(), env=None, **extra):
        self.debugger = debugger
        self.program = program
        surroundings = dict(environment(), **(env or {}))
        self.adapter = Adapter([python, "-m", ADAPTERS[debugger]], surroundings, program.home)
        try:
            self._start = None
            self.capabilities = self.adapter.request(
                "initialize", adapterID="python", clientID="benchmark", clientName="benchmark", pathFormat="path",
                linesStartAt1=True, columnsStartAt1=True, supportsVariableType=True, supportsVariablePaging=True,
            )
            self.launch = dict(
                name="benchmark", type="python", request="launch", program=program.path, cwd=program.home,
                console="internalConsole", args=[program.result_path] + [str(arg) for arg in args], python=[python],
                **(extra if debugger == "dapper" else {})
            )
        except BaseException:
            self.adapter.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.adapter.close()

    def begin(self):
        """Ask for the launch and wait until breakpoints are wanted."""
        self._start = self.adapter.post("launch", **self.launch)
        self.adapter.event("initialized")

    def breakpoints(self, *wanted):
        """Set the breakpoints of the program's file, and none other.

        Args:
            wanted: SourceBreakpoints.
        """
        return self.adapter.answer(self.post_breakpoints(*wanted))

    def post_breakpoints(self, *wanted):
        """The same without waiting; gives the request's number."""
        source = {"path": self.program.path, "name": os.path.basename(self.program.path)}
        return self.adapter.post("setBreakpoints", source=source, breakpoints=list(wanted))

    def go(self, **filters):
        """Configure the exception filters, as an editor does by default if nothing is said, and let the program run."""
        self.adapter.request("setExceptionBreakpoints", **(filters or {"filters": ["uncaught"]}))
        self.adapter.request("configurationDone")
        self.adapter.answer(self._start)

    def stop(self):
        """Wait for a stop; gives the thread's id.

        Raises:
            RuntimeError: the program ended without one.
        """
        name, body = self.adapter.event("stopped", "terminated")
        if name == "terminated":
            raise RuntimeError("%s: %s ended where a stop was expected" % (self.debugger, self.program.name))
        return body["threadId"]

    def resume(self, thread):
        """Let the program run on."""
        self.adapter.request("continue", threadId=thread)

    def end(self, keep=None):
        """Wait until the program has ended.

        Args:
            keep: a list that gets the events before that.
        """
        self.adapter.event("terminated", deadline=DEADLINE * 3, keep=keep)
