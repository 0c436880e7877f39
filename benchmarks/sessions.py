"""What a person waits for: the first stop, a step, the panels after it; dapper, debugpy and the program in turns."""

import os
import statistics
import time

from benchmarks import facts
from benchmarks.debuggers import Program, Session, folder, plain
from benchmarks.wire import DEADLINE

METHOD = (
    "dapper, debugpy and the plain program take turns, round by round, after one round that is thrown away. One "
    "client, written for this, drives both adapters over stdio; it has no threads. `next` is timed from sending the "
    "request to the `stopped` event; the panels are threads, stackTrace, scopes and twice variables (the first two "
    "scopes, or the first scope and what its first structured variable holds), one after the other. The first stop is "
    "timed from starting the adapter's process, and from the `launch` request. CPU, memory, modules and threads are "
    "what the program itself finds at its first line, less what it finds without a debugger: the best of all rounds, "
    "and of CPU the median, each over the pace of the machine then (see speed), at the best pace. "
    "Log messages count as delivered when the client has them: from the beginning of the loop to the last one's "
    "arrival, the best of several sessions; lost ones are those of all sessions. Many breakpoints in one "
    "request: the best of three sessions, from sending the request to its answer; debugpy is given ten of them, and "
    "what it would take for a thousand is a hundred times that."
)
BARS = {  # name of a figure → (what it is compared with, the limit)
    "next p95": ("ms", 5.0),
    "panels p95": ("ms", 15.0),
    "first stop": ("debugpy's", 1 / 3.0),
}
BIG_LINES = 10000
APART = ("breakpoints", "conditional breakpoints", "logs")  # figures that have more than one number
LOGS = {"dapper": 100000, "debugpy": 5000}  # messages of a loop


def clock():
    """Seconds."""
    return time.perf_counter()


def panels(session, thread):
    """Ask what an editor asks after a stop; gives the seconds it took."""
    ask = session.adapter.request
    begin = clock()
    ask("threads")
    frame = ask("stackTrace", threadId=thread, startFrame=0, levels=20)["stackFrames"][0]
    scopes = ask("scopes", frameId=frame["id"])["scopes"]
    first = ask("variables", variablesReference=scopes[0]["variablesReference"])["variables"]
    if len(scopes) > 1:
        ask("variables", variablesReference=scopes[1]["variablesReference"])
    else:
        inner = [one["variablesReference"] for one in first if one["variablesReference"]]
        ask("variables", variablesReference=inner[0])
    return clock() - begin


def walk(debugger, python, program, steps):
    """One session: to the first stop, ``steps`` steps with the panels after every other, to the end.

    Returns:
        A dict of seconds, lists of them for steps and panels, and what the program found.
    """
    taken = {"next": [], "panels": []}
    begin = clock()
    with Session(debugger, python, program, [steps]) as session:
        taken["adapter answers"] = clock() - begin
        launched = clock()
        session.begin()
        taken["launch to initialized"] = clock() - launched
        session.breakpoints({"line": program.lines["first"]})
        session.go()
        thread = session.stop()
        now = clock()
        taken["first stop"] = now - begin
        taken["launch to first stop"] = now - launched
        taken["first panels"] = panels(session, thread)
        for step in range(steps):
            begin = clock()
            session.adapter.post("next", threadId=thread)
            session.stop()
            taken["next"].append(clock() - begin)
            if step % 2:
                taken["panels"].append(panels(session, thread))
        session.breakpoints()
        session.resume(thread)
        session.end()
    taken["begun"] = program.result()["begun"]
    return taken


def alone(python, program, steps):
    """The program by itself."""
    begin = clock()
    plain(python, program, steps)
    return {"whole run": clock() - begin, "begun": program.result()["begun"]}


def many_breakpoints(debugger, python, home, count, **more):
    """Set ``count`` breakpoints in a file of 10 000 lines that is loaded; gives seconds.

    Args:
        more: what each breakpoint has beside its line.
    """
    with open(os.path.join(home, "programs", "big.py"), "w") as file:
        file.write("x = 1  # first\n")
        for number in range(BIG_LINES // 10):
            file.write("def function_%d(a):\n" % number + "    a += 1\n" * 8 + "\n")
    program = Program(home, "big")
    with Session(debugger, python, program) as session:
        session.begin()
        session.breakpoints({"line": 1})
        session.go()
        thread = session.stop()
        step = BIG_LINES // count
        wanted = [dict(more, line=number * step + 3) for number in range(count)]
        begin = clock()
        answered = session.breakpoints(*wanted)["breakpoints"]
        taken = clock() - begin
        assert len(answered) == count and all(one["verified"] for one in answered)
        session.breakpoints()
        session.resume(thread)
        session.end()
    return taken


def log_messages(debugger, python, home, count):
    """Let a hot line log, the program ending right after: how many messages a second, and how many arrive.

    Returns:
        A dict of the count, those delivered, messages per second of the loop, and delivered ones per second from the
        loop's begin to the last one's arrival.
    """
    program = Program(home, "logs")
    delivered, last = 0, clock()
    with Session(debugger, python, program, [count]) as session:
        session.begin()
        session.breakpoints({"line": program.lines["hot"], "logMessage": "at {i}"})
        session.go()
        rest = ""
        while True:
            name, body = session.adapter.event("output", "terminated", deadline=DEADLINE * 3)
            if name == "terminated":
                break
            *lines, rest = (rest + body.get("output", "")).split("\n")
            found = sum(1 for line in lines if line.startswith("at "))
            if found:
                delivered, last = delivered + found, clock()
    result = program.result()
    return {"count": count, "delivered": delivered, "per second": count / result["seconds"],
            "delivered per second": delivered / (last - result["begin"])}


def percentile(values, share):
    """The value that ``share`` (0 to 1) of them do not exceed."""
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def figures(rounds, plain_rounds):
    """Several `walk`s → milliseconds (and MiB, and counts), with the plain ones for what the start costs."""
    result = {}
    for name in ("next", "panels"):
        every = [value * 1000 for one in rounds for value in one[name]]
        result[name + " p50"], result[name + " p95"] = percentile(every, 0.5), percentile(every, 0.95)
    for name in ("first stop", "launch to first stop", "adapter answers", "launch to initialized", "first panels"):
        result[name] = statistics.median(one[name] * 1000 for one in rounds)

    def more(name, scale):
        return (min(one["begun"][name] for one in rounds) - min(one["begun"][name] for one in plain_rounds)) * scale
    best = min(one["begun"]["pace"] for one in rounds + plain_rounds)
    started = [[one["begun"]["cpu"] / one["begun"]["pace"] * best for one in some] for some in (rounds, plain_rounds)]
    result["start CPU"] = (statistics.median(started[0]) - statistics.median(started[1])) * 1000
    result["memory"] = more("memory", 1 / 1024.0)
    result["modules"] = more("modules", 1)
    result["threads"] = more("threads", 1)
    return result


def verdicts(found):
    """The bars: a list of (name, value, limit, held)."""
    mine, other = found["dapper"], found["debugpy"]
    rows = []
    for name, (what, limit) in BARS.items():
        value = mine[name] if what == "ms" else mine[name] / other[name]
        rows.append((name if what == "ms" else "%s / %s" % (name, what), value, limit, value <= limit))
    return rows


def measure(python, rounds, steps, say=print):
    """Do it all for one interpreter.

    Args:
        python: path of the interpreter.
        rounds: how many count.
        steps: of each session.
        say: is called with lines of text.

    Returns:
        The path of what was written down.
    """
    record = facts.Record("sessions", python, METHOD)
    taken = {"dapper": [], "debugpy": [], "plain": []}
    with folder() as home:
        program = Program(home, "walk")
        for number in range(rounds + 1):
            for debugger in ("dapper", "debugpy"):
                one = walk(debugger, python, program, steps if number else 4)
                if number:
                    taken[debugger].append(one)
            one = alone(python, program, steps)
            if number:
                taken["plain"].append(one)
        found = {name: figures(taken[name], taken["plain"]) for name in ("dapper", "debugpy")}
        found["plain"] = {"whole run": statistics.median(one["whole run"] * 1000 for one in taken["plain"])}
        for debugger, count in (("dapper", 1000), ("debugpy", 10)):
            for name, more in (("breakpoints", {}), ("conditional breakpoints", {"condition": "a == -1"})):
                seconds = min(many_breakpoints(debugger, python, home, count, **more)
                              for _ in range(min(rounds, 3) if debugger == "dapper" else 1))
                found[debugger][name] = {"count": count, "ms": seconds * 1000, "ms each": seconds * 1000 / count}
            logs = [log_messages(debugger, python, home, LOGS[debugger])
                    for _ in range(min(rounds, 5) if debugger == "dapper" else 1)]
            found[debugger]["logs"] = dict(max(logs, key=lambda one: one["delivered per second"]),
                                           lost=[one["count"] - one["delivered"] for one in logs])
    bars = [{"bar": name, "value": value, "limit": limit, "held": held} for name, value, limit, held in verdicts(found)]
    path = record.save(figures=found, bars=bars, rounds=rounds, steps=steps)
    for line in show(record.data):
        say(line)
    return path


def show(data):
    """The lines of a result's tables."""
    found = data["figures"]
    names = [name for name in found["dapper"] if name not in APART]
    lines = facts.table(["Python %s (ms; MiB; counts)" % data["versions"]["python"], "dapper", "debugpy"],
                        [[name] + ["%.2f" % found[who][name] for who in ("dapper", "debugpy")] for name in names])
    for who in ("dapper", "debugpy"):
        for name in APART[:2]:
            lines.append("%s: %d %s in one request: %.0f ms, %.2f ms each" % (
                who, found[who][name]["count"], name, found[who][name]["ms"], found[who][name]["ms each"]))
        lines.append("%s: %d of %d log messages delivered, %.0f a second to the client, %.0f in the loop; lost: %s" % (
            (who,) + tuple(found[who]["logs"][key] for key in (
                "delivered", "count", "delivered per second", "per second", "lost"))))
    lines.append("plain program, whole run: %.1f ms" % found["plain"]["whole run"])
    for one in data["bars"]:
        lines.append("%-28s %8.2f  bar %.2f  %s" % (one["bar"], one["value"], one["limit"],
                                                   "held" if one["held"] else "MISSED"))
    lines.append("load %s on %d cores" % (" to ".join(map(str, data["load"])), data["machine"]["cores"]))
    return lines
