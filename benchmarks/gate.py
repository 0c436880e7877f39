"""What must never get worse, as counts and one coarse ratio: nothing that a busy machine could change."""

import os
import time

from benchmarks.debuggers import Program, Session, folder, plain
from benchmarks.sessions import panels
from benchmarks.speed import play

#: what is counted → the most it may be. Margins are for other Pythons and for change, not for noise: there is none.
COUNTS = {
    "modules a session adds": 80,
    "threads a session adds": 1,
    "messages until the first stop": 20,
    "bytes until the first stop": 6000,
    "bytes of a step": 800,
    "bytes of the panels": 9000,
    "log messages lost": 0,
}
#: Calls of ours that nine times as much work may add. A few are due to chance: code that first runs late.
GROWTH = 25
#: Far above the noise of fastest slices, and far below what one callback a line would cost (a ratio of 3 and more).
RATIO = 1.3
SURELY_GOOD = 1.1
TRIES = 8
#: (program, case) → where the program has to run as if nobody were there
UNDISTURBED = (("loop", "never"), ("objects", "never"), ("objects", "elsewhere"), ("exceptions", "attached"),
               ("fib", "after a stop"))
#: Where calls can't be counted: the counting puts a frame between the program and the engine, which then stops nowhere.
STOPS = ("after a stop", "step over")
LOGS = 2000

#: Stands where a user's sitecustomize stands: counts the calls of the functions given to sys.monitoring.
COUNTING = """
import atexit, os, sys
register, count = sys.monitoring.register_callback, [0]

def counting(tool, event, callback):
    def called(*args):
        count[0] += 1
        return callback(*args)
    return register(tool, event, callback and called)

def write(path=os.environ.get("BENCHMARK_COUNT")):
    if path:
        with open(path, "w") as file:
            file.write(str(count[0]))

sys.monitoring.register_callback = counting
atexit.register(write)
"""


class Gate:
    """Collects what was found, and whether it is good enough.

    Args:
        python: path of the interpreter.
        home: a folder of `debuggers.folder`.
    """

    def __init__(self, python, home):
        self.python = python
        self.home = home
        self.good = True

    def check(self, what, value, limit):
        """Print one finding; the gate closes where the value is over the limit."""
        held = value <= limit
        self.good = self.good and held
        print("%-52s %9.6g   at most %-7g%s" % (what, value, limit, "" if held else "  TOO MUCH"))

    def wire(self):
        """Bytes and messages; gives the name of the engine at work."""
        program = Program(self.home, "walk")
        plain(self.python, program, 5)
        bare = program.result()["begun"]
        with Session("dapper", self.python, program, [5]) as session:
            adapter = session.adapter
            session.begin()
            session.breakpoints({"line": program.lines["first"]})
            session.go()
            thread = session.stop()
            self.check("messages until the first stop", adapter.messages, COUNTS["messages until the first stop"])
            self.check("bytes until the first stop", adapter.received, COUNTS["bytes until the first stop"])
            before = adapter.received
            panels(session, thread)
            self.check("bytes of the panels", adapter.received - before, COUNTS["bytes of the panels"])
            for _ in range(2):  # what the first step brings with it is over after it
                before = adapter.received
                adapter.request("next", threadId=thread)
                session.stop()
            self.check("bytes of a step", adapter.received - before, COUNTS["bytes of a step"])
            engine = adapter.request("dapperTelemetry")["engine"]
            session.breakpoints()
            session.resume(thread)
            session.end()
        begun = program.result()["begun"]
        for name in ("modules", "threads"):
            self.check(name + " a session adds", begun[name] - bare[name], COUNTS[name + " a session adds"])
        return engine

    def logs(self):
        """Every log message arrives, though the program ends right after the last."""
        program = Program(self.home, "logs")
        with Session("dapper", self.python, program, [LOGS]) as session:
            session.begin()
            session.breakpoints({"line": program.lines["hot"], "logMessage": "at {i}"})
            session.go()
            events = []
            session.end(keep=events)
        text = "".join(one["body"]["output"] for one in events if one["event"] == "output")
        self.check("log messages lost", LOGS - text.count("at "), COUNTS["log messages lost"])

    def calls(self, program, case):
        """Calls of dapper in the program do not grow with its work."""
        site = os.path.join(self.home, "site")
        os.makedirs(site, exist_ok=True)
        with open(os.path.join(site, "sitecustomize.py"), "w") as file:
            file.write(COUNTING)
        counts = []
        for units in (1, 10):
            path = os.path.join(self.home, "count")
            env = {"PYTHONPATH": site, "BENCHMARK_COUNT": path}
            self._run(program, case, (2, units, 60), env)
            with open(path) as file:
                counts.append(int(file.read()))
            os.remove(path)
        if not counts[0]:
            raise RuntimeError("no call was counted: this gate would be open whatever happens")
        self.check("%s, %s: calls added by nine times the work" % (program.name, case), counts[1] - counts[0], GROWTH)

    def ratio(self, program, case):
        """The program's own work takes no more CPU time than alone; looked at again where noise may have its part."""
        debugged, bare, ratio = [], [], RATIO
        for _ in range(TRIES):
            self._run(program, case, (10, 10, 1))
            debugged += program.result()["slices"]
            plain(self.python, program, 10, 10, 1)
            bare += program.result()["slices"]
            ratio = min(debugged) / min(bare)
            if ratio < SURELY_GOOD:
                break
        self.check("%s, %s: CPU time, ratio to bare" % (program.name, case), ratio, RATIO)

    def _run(self, program, case, args, env=None):
        with Session("dapper", self.python, program, args, env) as session:
            play(session, case)


def passes(python):
    """Go through the gate.

    Args:
        python: path of the interpreter.

    Returns:
        Whether everything is within its limits.
    """
    begin = time.monotonic()
    with folder() as home:
        gate = Gate(python, home)
        engine = gate.wire()
        gate.logs()
        if engine == "settrace":
            print("the engine is settrace, which is told of every call: what it costs is measured, not limited")
        else:
            for name, case in UNDISTURBED:
                if engine == "monitoring" and case not in STOPS:
                    gate.calls(Program(home, name), case)
                gate.ratio(Program(home, name), case)
    print("%s with the engine %s, in %.0f s" % ("good" if gate.good else "NOT GOOD", engine, time.monotonic() - begin))
    return gate.good
