"""What must never get worse, as counts and one coarse ratio: nothing that a busy machine could change."""

import subprocess
import time

from benchmarks.cases import STOPS, play
from benchmarks.debuggers import Program, Session, folder, plain
from benchmarks.modules import callbacks
from benchmarks.sessions import panels

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
#: Below 3.12 every breakpoint is written into its function, and not only conditions: modules that takes.
REWRITING = 12
#: Calls of ours that nine times as much work may add. A few are due to chance: code that first runs late.
GROWTH = 25
#: Far above the noise of fastest slices, and far below what one callback a line would cost (a ratio of 3 and more).
RATIO = 1.3
SURELY = 0.1  # as far below the limit as that, nobody looks again
TRIES = 30  # on a machine with other things to do either of the two may have to wait long for a fast moment
#: (program, case) → where the program has to run as if nobody were there
UNDISTURBED = (("loop", "never"), ("objects", "never"), ("objects", "elsewhere"), ("exceptions", "attached"),
               ("fib", "after a stop"), ("fib", "step over"))
#: Where the mechanism has a price: the eval-frame hook of 3.11 stands before every call while a thread steps.
DEARER = {("step over", (3, 11)): 2.2}
LOGS = 2000


class Gate:
    """Collects what was found, and whether it is good enough.

    Args:
        python: path of the interpreter.
        home: a folder of `debuggers.folder`.
    """

    def __init__(self, python, home):
        self.python = python
        self.minor = tuple(int(part) for part in subprocess.check_output(
            [python, "-c", "import sys; print('%d %d' % sys.version_info[:2])"]).split())
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
            more = REWRITING if name == "modules" and self.minor < (3, 12) else 0
            self.check(name + " a session adds", begun[name] - bare[name], COUNTS[name + " a session adds"] + more)
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
        added = callbacks(self.python, self.home, lambda args, env: self._run(program, case, args, env))
        self.check("%s, %s: calls added by nine times the work" % (program.name, case), added, GROWTH)

    def ratio(self, program, case):
        """The program's own work takes no more CPU time than alone; looked at again where noise may have its part."""
        limit = DEARER.get((case, self.minor), RATIO)
        debugged, bare, ratio = [], [], limit
        for _ in range(TRIES):
            self._run(program, case, (20, 5, 0.5))
            debugged += program.result()["slices"]
            plain(self.python, program, 20, 5, 0.5)
            bare += program.result()["slices"]
            ratio = min(debugged) / min(bare)
            if ratio < limit - SURELY:
                break
        self.check("%s, %s: CPU time, ratio to bare" % (program.name, case), ratio, limit)

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
                # Nor can calls be counted in sessions with stops: counting puts a frame between program and engine.
                if gate.minor >= (3, 12) and case not in STOPS:
                    gate.calls(Program(home, name), case)
                gate.ratio(Program(home, name), case)
    print("%s with the engine %s, in %.0f s" % ("good" if gate.good else "NOT GOOD", engine, time.monotonic() - begin))
    return gate.good
