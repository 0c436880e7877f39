"""How fast the program itself runs under each debugger: CPU time of its work, as a ratio to bare Python."""

import itertools
import math
import statistics
import subprocess

from benchmarks import facts, modules, running
from benchmarks.cases import BY_HAND, CASES, HOT, OWN, PROGRAMS, RAISES, REAL, pdb_commands, play, variant
from benchmarks.debuggers import Program, Session, bring_pyperformance, folder, pdb, plain
from benchmarks.wire import Lost, Refused

METHOD = (
    "A program measures the CPU time of its own work (time.process_time: all its threads, the debugger's in it too, "
    "other processes not) in slices of some milliseconds, each with its small objects and its frames elsewhere in memory, "
    "and writes it to a file. Before and after each slice it measures the pace of the machine, whose processors may be "
    "half as fast while others use them: the CPU time of a fixed piece of work in C. Each figure is the fastest slice at "
    "full pace of a fresh process, the median of several that are taken in turns round by round (debugpy and pdb in fewer "
    "rounds), divided by that of the bare program. Of loop, fib and objects there are three processes a round, of the "
    "others two: alike as they are, they differ by up to 12 %. What was never at full pace is measured in more rounds, "
    "and if that does not help, its slices over their pace count. Bare Python is measured twice in each round; how far "
    "the two differ is the noise. "
    "Sessions have the `uncaught` filter on, as editors do by default. richards, deltablue, go, raytrace, "
    "regex_compile and json_dumps are pyperformance's programs, copied beside ours so that they are user code to a "
    "debugger, with smaller input where a piece of work would take long. The condition written by hand is the program "
    "with the same `if` before the line: `to by hand` is the whole loop with the breakpoint against the whole loop "
    "with that `if`. What a hit costs is the extra time of a slice over the bare program, shared among the times the "
    "line ran."
)
#: the most slices, units of work in a slice, seconds of CPU after which no more slices begin
FAST, SHORT, SLOW = (200, 4, 0.3), (200, 4, 0.15), (3, 1, 0.3)
SHORT_TURNS, TURNS = 3, 2  #: processes of a program in a round
SAME_PACE = 1.4  #: of the best; the others take some 1.8 of it


class Contender:
    """Somebody who runs a program.

    Args:
        name: as it stands in the results.
        kind: "bare", "dapper", "debugpy" or "pdb".
        slow: whether a breakpoint in hot code makes it so much slower that less work has to do.
    """

    def __init__(self, name, kind, slow=False):
        self.name, self.kind, self.slow = name, kind, slow

    def run(self, python, program, case, size):
        """Run the program once, FAST or SHORT by `size`, or SLOW.

        Gives (seconds a unit, pace) of its slices, or None where it can't do the case.
        """
        args = SLOW if self.slow and case != "attached" else size
        if self.kind == "bare":
            plain(python, program, *args)
        elif self.kind == "pdb":
            commands = pdb_commands(program, case)
            if commands is None:
                return None
            pdb(python, program, commands, *args)
        else:
            with Session(self.kind, python, program, args) as session:
                play(session, case)
        result = program.result()
        return list(zip(result["slices"], result["paces"]))


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
    return [Contender("bare", "bare"), Contender("bare again", "bare"),
            Contender("dapper", "dapper", slow=chosen == "settrace"),
            Contender("debugpy", "debugpy", slow=True), Contender("pdb", "pdb", slow=True)]


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
        self.taken = {}  # (program, case, contender's name) → (slice, pace) of each slice, a list for each round
        self.obstacles = []
        self.broken = set()  # programs that don't run on this Python, and contenders in a case that can't do it
        if not bring_pyperformance(python, home):
            self._obstacle("pyperformance is not installed: " + ", ".join(REAL) + " were left out")
            self.broken.update(REAL)

    def round(self, number, slow_rounds, names, cases, more=False):
        """Everything once, in turns.

        Args:
            number: of the round, from 0.
            slow_rounds: in how many of the first rounds the slow ones take part.
            names: of the programs.
            cases: names in CASES.
            more: whether to take only what was never measured at full pace.
        """
        for name in names:
            program = Program(self.home, name)
            wanted = [case for case in cases if name in CASES[case].programs]
            for case in wanted + [BY_HAND] * (name in HOT and "condition" in wanted):
                for turn, one in itertools.product(range(SHORT_TURNS if name in HOT else TURNS), self.contenders):
                    if name in self.broken or (one.name, name, case) in self.broken:
                        continue
                    if one.kind == "bare" and case not in ("attached", BY_HAND):
                        continue
                    if one.kind != "bare" and case == BY_HAND or one.slow and (turn or number >= slow_rounds):
                        continue
                    if not (more and self._is_settled(self.taken.get((name, case, one.name), ()))):
                        self._take(program, case, one)

    def _best(self):
        return min((pace for taken in self.taken.values() for slices in taken for _, pace in slices), default=0.0)

    def _is_settled(self, taken):
        return bool(at_full_pace(taken, self._best()))

    def is_settled(self):
        """Whether all figures but those of slow ones were measured at full pace."""
        slow = {one.name for one in self.contenders if one.slow}
        return all(self._is_settled(taken) for (_, _, who), taken in self.taken.items() if who not in slow)

    def _take(self, program, case, one):
        size = SHORT if program.name in HOT else FAST
        try:
            if case == BY_HAND:
                found = one.run(self.python, program.by_hand(), "attached", size)
            else:
                found = one.run(self.python, variant(program, case), case, size)
        except (Lost, Refused, OSError, RuntimeError, subprocess.SubprocessError) as error:
            self._fails(program, case, one, error)
            return
        if found is not None:
            self.taken.setdefault((program.name, case, one.name), []).append(found)

    def _fails(self, program, case, one, error):
        self._obstacle("%s, %s, %s: %s" % (one.name, program.name, case, error))
        if one.kind == "bare" and case == "attached":
            self.broken.add(program.name)
        elif one.slow:  # a lost session has taken its time; the others are tried again
            self.broken.add((one.name, program.name, case))

    def _obstacle(self, text):
        self.obstacles.append(text.replace(self.home, "."))
        self.say(self.obstacles[-1])

    def rows(self):
        """The results: a dict for each program, case and contender."""
        best = self._best()
        needs = {key: need(taken, best) for key, taken in self.taken.items()}
        rows = []
        for (name, case, who), taken in self.taken.items():
            seconds, bare = needs[name, case, who], needs[name, "attached", "bare"]
            row = {"program": name, "case": case, "debugger": who, "ratio": seconds / bare, "rounds": len(taken),
                   "microseconds": seconds * 1e6, "full pace": len(at_full_pace(taken, best))}
            hits = Program(self.home, name).hits
            if hits and (case == BY_HAND or CASES[case].kind == "hit"):
                row["ns a hit"] = (seconds - bare) / hits * 1e9
                by_hand = needs.get((name, BY_HAND, "bare"))
                if case.startswith("condition") and by_hand:
                    row["to by hand"] = seconds / by_hand
                if case == BY_HAND:
                    row["to by hand"] = seconds / by_hand  # bare again: the noise
            rows.append(row)
        return rows


def at_full_pace(taken, best):
    """The fastest slice of each round that had one while the machine was as fast as it gets."""
    fast = [[seconds for seconds, pace in slices if pace < best * SAME_PACE] for slices in taken]
    return [min(slices) for slices in fast if slices]


def need(taken, best):
    """Seconds a unit of a contender, at full pace; from slices that were not, where there are no others."""
    found = at_full_pace(taken, best)
    if found:
        return statistics.median(found)
    return statistics.median(min(seconds / pace for seconds, pace in slices) for slices in taken) * best


def geometric_mean(values):
    """Of positive numbers."""
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values))


def pick(rows, who, case, names=PROGRAMS, key="ratio"):
    """The ratios of one contender in one case, by program."""
    return {row["program"]: row[key] for row in rows
            if row["debugger"] == who and row["case"] == case and row["program"] in names and key in row}


def measure(python, rounds, slow_rounds, only=None, cases=None, say=print):
    """Do it all for one interpreter.

    Args:
        python: path of the interpreter.
        rounds: how many.
        slow_rounds: in how many of them debugpy and pdb take part.
        only: names of the programs, to try something; then nothing is written down.
        cases: names in CASES, likewise.
        say: is called with lines of text.

    Returns:
        The path of what was written down, or None.
    """
    record = facts.Record("speed", python, METHOD)
    names = only or OWN + REAL + RAISES
    wanted = list(cases or list(CASES) + (["running", "modules"] if not only else []))
    content = {}
    with folder() as home:
        measurement = Measurement(python, home, say)
        if "running" in wanted:
            content["running"] = running.measure(python, home, rounds, slow_rounds, say)
        if "modules" in wanted:
            monitored = facts.minor(record.data) >= (3, 12) and measurement.telemetry["engine"] != "settrace"
            content["modules"] = modules.measure(python, home, rounds, monitored, say)
        wanted = [case for case in CASES if case in wanted]
        if wanted and "attached" not in wanted:
            wanted.insert(0, "attached")  # its bare program is what all are compared with
        for number in range(rounds if wanted else 0):
            measurement.round(number, slow_rounds, names, wanted)
            say("round %d of %d, load %s" % (number + 1, rounds, facts.load()))
        for number in range(rounds, 3 * rounds if wanted else 0):
            if not measurement.is_settled():
                measurement.round(number, slow_rounds, names, wanted, more=True)
        rows = measurement.rows()
    content.update(rows=rows, rounds=rounds, slow_rounds=slow_rounds, engine=measurement.telemetry,
                   obstacles=measurement.obstacles)
    path = None if only or cases else record.save(**content)
    record.data.update(content)
    for line in show(record.data):
        say(line)
    return path


def show(data):
    """The lines of a result's tables."""
    rows = data["rows"]
    who = [one for one in ("bare again", "dapper", "debugpy", "pdb") if any(row["debugger"] == one for row in rows)]
    cells = {}
    for row in rows:
        cells.setdefault((row["program"], row["case"]), {})[row["debugger"]] = row
    order = list(CASES) + [BY_HAND]
    body = []
    for (name, case), found in sorted(cells.items(), key=lambda item: order.index(item[0][1])):
        mine = found.get("dapper") or found.get("bare") or {}
        body.append(["%s: %s" % (case, name)]
                    + ["%.3f" % found[one]["ratio"] if one in found else "" for one in who]
                    + ["%.1f" % mine["ns a hit"] if "ns a hit" in mine else "",
                       "%.3f" % mine["to by hand"] if "to by hand" in mine else ""])
    lines = facts.table(["Python %s, ratio to bare" % data["versions"]["python"]] + who
                        + ["dapper, ns a hit", "to by hand"], body)
    for one in who:
        ratios = pick(rows, one, "attached").values()
        if ratios:
            lines.append("geometric mean, attached, %s: %.3f" % (one, geometric_mean(ratios)))
    return lines
