"""How fast the program itself runs under each debugger: CPU time of its work, as a ratio to bare Python."""

import math
import statistics

from benchmarks import facts
from benchmarks.debuggers import Program, Session, folder, pdb, plain
from benchmarks.wire import Refused

METHOD = (
    "A program measures the CPU time of its own work (time.process_time: all its threads, the debugger's in it too, "
    "other processes not) in short slices and writes it to a file. Each figure is the fastest slice of several fresh "
    "processes, taken in turns round by round (who is slow with breakpoints in hot code, in fewer rounds there); "
    "divided by the fastest slice of the bare program. Bare Python is measured twice in each round; how far the two "
    "differ is the noise. Sessions have the `uncaught` filter on, as editors do by default. The condition written by "
    "hand is the program with the same `if` before the line. What a hit costs is the extra time of a slice, shared "
    "among the times the line ran."
)
HOT = ("loop", "fib", "objects")  # have a hot line, a line never reached, and a function never called
PROGRAMS = HOT + ("generators", "threads", "exceptions", "scheduler", "rays", "texts")
NEVER = 10 ** 9

CASES = {
    "attached": "no breakpoint",
    "never": "breakpoint on a line of the hot function that is never reached",
    "elsewhere": "breakpoint in a function of the same file that is never called",
    "condition": "false condition on the hottest line",
    "hit count": "hit count that never comes true, on the hottest line",
    "log": "log message with a false condition, on the hottest line",
    "after a stop": "one stop at the hottest line, breakpoint removed, continued",
    "step over": "stepping over the call that does all the work",
}
BY_HAND = "by hand"
#: repeats, the most slices, seconds of CPU after which no more slices begin
FAST, SLOW = (20, 30, 0.8), (2, 4, 0.6)


class Contender:
    """Somebody who runs a program.

    Args:
        name: as it stands in the results.
        kind: "bare", "dapper", "debugpy" or "pdb".
        engine: dapper's, or None for the one it chooses.
        slow: whether a breakpoint in hot code makes it so much slower that less work has to do.
    """

    def __init__(self, name, kind, engine=None, slow=False):
        self.name, self.kind, self.engine, self.slow = name, kind, engine, slow

    def run(self, python, program, case):
        """Run the program once; gives the fastest slice in seconds a unit, or None where it can't do the case."""
        repeats, slices, budget = SLOW if self.slow and case != "attached" else FAST
        args = (slices, repeats, budget)
        if self.kind == "bare":
            plain(python, program, *args)
        elif self.kind == "pdb":
            commands = pdb_commands(program, case)
            if commands is None:
                return None
            pdb(python, program, commands, *args)
        else:
            self._debug(python, program, case, args)
        return min(program.result()["slices"])

    def _debug(self, python, program, case, args):
        extra = {"frameEval": {"engine": self.engine}} if self.engine else {}
        with Session(self.kind, python, program, args, **extra) as session:
            play(session, case)


def play(session, case):
    """Do what a case asks for, from the launch to the end of the program."""
    session.begin()
    session.breakpoints(*source_breakpoints(session.program, case))
    session.go()
    if case in ("after a stop", "step over"):
        thread = session.stop()
        if case == "after a stop":
            session.breakpoints()
        else:
            session.adapter.request("next", threadId=thread)
            session.stop()
        session.resume(thread)
    session.end()


def source_breakpoints(program, case):
    """What `setBreakpoints` is given for a case."""
    lines = program.lines
    if case == "attached":
        return []
    if case in ("never", "elsewhere"):
        return [{"line": lines[case]}]
    if case == "step over":
        return [{"line": lines["call"]}]
    return [dict({"line": lines["hot"]}, **{
        "condition": {"condition": program.condition},
        "hit count": {"hitCondition": str(NEVER)},
        "log": {"logMessage": "hot", "condition": program.condition},
        "after a stop": {},
    }[case])]


def pdb_commands(program, case):
    """The same for pdb, or None where it has no such thing."""
    where = "break %s:%%d" % program.path
    lines = program.lines
    if case == "attached":
        return []
    if case in ("never", "elsewhere"):
        return [where % lines[case]]
    if case == "condition":
        return ["%s, %s" % (where % lines["hot"], program.condition)]
    if case == "hit count":
        return [where % lines["hot"], "ignore 1 %d" % NEVER]
    return None


def engines(python, home):
    """What dapper says of itself there: the engine it chooses, the reasons against others, and the limits."""
    program = Program(home, "loop")
    with Session("dapper", python, program, (2, 1, 0)) as session:
        session.begin()
        session.breakpoints({"line": program.lines["call"]})
        session.go()
        thread = session.stop()
        told = session.adapter.request("dapperTelemetry")
        session.resume(thread)
        session.end()
    return {key: told.get(key) for key in ("engine", "against", "limits", "notices")}


def contenders(chosen):
    """Who takes part, where dapper chooses that engine."""
    found = [Contender("bare", "bare"), Contender("bare again", "bare"),
             Contender("dapper", "dapper", slow=chosen == "settrace")]
    if chosen != "settrace":
        found.append(Contender("dapper, settrace", "dapper", "settrace", slow=True))
    return found + [Contender("debugpy", "debugpy", slow=True), Contender("pdb", "pdb", slow=True)]


class Measurement:
    """All figures of one interpreter.

    Args:
        python: its path.
        home: a folder of `debuggers.folder`.
        say: is called with lines of text.
    """

    def __init__(self, python, home, say=print):
        self.python = python
        self.home = home
        self.say = say
        self.telemetry = engines(python, home)
        self.contenders = contenders(self.telemetry["engine"])
        self.taken = {}  # (program, case, contender's name) → fastest slices, one a round
        self.obstacles = []

    def round(self, number, slow_rounds, names):
        """Everything once, in turns.

        Args:
            number: of the round, from 0.
            slow_rounds: in how many of the first rounds the slow ones take part beyond the first case.
            names: of the programs.
        """
        for name in names:
            program = Program(self.home, name)
            cases = list(CASES) if name in HOT else ["attached"]
            for case in cases:
                for one in self.contenders:
                    if one.kind == "bare" and case != "attached":
                        continue
                    if one.slow and case != "attached" and number >= slow_rounds:
                        continue
                    self._take(program, case, one)
            if name in HOT:
                by_hand = program.by_hand()
                self._keep(name, BY_HAND, "bare", self.contenders[0].run(self.python, by_hand, "attached"))

    def _take(self, program, case, one):
        try:
            self._keep(program.name, case, one.name, one.run(self.python, program, case))
        except (Refused, FileNotFoundError, RuntimeError) as error:
            self.obstacles.append("%s, %s, %s: %s" % (one.name, program.name, case, error))
            self.say(self.obstacles[-1])

    def _keep(self, name, case, who, seconds):
        if seconds is not None:
            self.taken.setdefault((name, case, who), []).append(seconds)

    def rows(self):
        """The results: a dict for each program, case and contender."""
        rows = []
        for (name, case, who), taken in self.taken.items():
            bare = min(self.taken[name, "attached", "bare"])
            row = {"program": name, "case": case, "debugger": who, "ratio": min(taken) / bare, "rounds": len(taken),
                   "microseconds": min(taken) * 1e6, "spread": statistics.median(taken) / min(taken) - 1}
            hits = Program(self.home, name).hits
            if hits and case in ("condition", "hit count", "log", BY_HAND):
                row["ns a hit"] = (min(taken) - bare) / hits * 1e9
                if case == "condition":
                    row["to by hand"] = min(taken) / min(self.taken[name, BY_HAND, "bare"])
            rows.append(row)
        return rows


def geometric_mean(values):
    """Of positive numbers."""
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values))


def pick(rows, who, case, names=PROGRAMS, key="ratio"):
    """The ratios of one contender in one case, by program."""
    return {row["program"]: row[key] for row in rows
            if row["debugger"] == who and row["case"] == case and row["program"] in names and key in row}


def measure(python, rounds, slow_rounds, only=None, say=print):
    """Do it all for one interpreter.

    Args:
        python: path of the interpreter.
        rounds: how many.
        slow_rounds: in how many of them the slow ones take part beyond the first case.
        only: names of the programs, to try something; then nothing is written down.
        say: is called with lines of text.

    Returns:
        The path of what was written down, or None.
    """
    record = facts.Record("speed", python, METHOD)
    with folder() as home:
        measurement = Measurement(python, home, say)
        for number in range(rounds):
            measurement.round(number, slow_rounds, only or PROGRAMS)
            say("round %d of %d, load %s" % (number + 1, rounds, facts.load()))
        rows = measurement.rows()
    content = dict(rows=rows, rounds=rounds, slow_rounds=slow_rounds, engine=measurement.telemetry,
                   obstacles=measurement.obstacles)
    path = None if only else record.save(**content)
    record.data.update(content)
    for line in show(record.data):
        say(line)
    return path


def show(data):
    """The lines of a result's tables."""
    rows = data["rows"]
    lines = []
    who = []
    for row in rows:
        if row["debugger"] not in who:
            who.append(row["debugger"])
    cells = {}
    for row in rows:
        cells.setdefault((row["program"], row["case"]), {})[row["debugger"]] = row
    head = ["Python %s, ratio to bare" % data["versions"]["python"]] + who[1:] + ["dapper, ns a hit"]
    body = []
    for (name, case), found in sorted(cells.items(), key=lambda item: list(CASES).index(item[0][1])
                                      if item[0][1] in CASES else len(CASES)):
        mine = found.get("dapper") or found.get("bare") or {}
        body.append(["%s: %s" % (case, name)]
                    + ["%.2f" % found[one]["ratio"] if one in found else "" for one in who[1:]]
                    + ["%.1f" % mine["ns a hit"] if "ns a hit" in mine else ""])
    lines += facts.table(head, body)
    for one in who[1:]:
        ratios = pick(rows, one, "attached").values()
        if ratios:
            lines.append("geometric mean, attached, %s: %.3f" % (one, geometric_mean(ratios)))
    return lines
