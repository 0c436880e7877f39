"""Looking at a frame full of large, slow and hanging values; dapper and debugpy."""

import statistics
import time

from benchmarks import data_breakpoint, facts
from benchmarks.debuggers import Program, Session, folder
from benchmarks.wire import Lost, Refused

SLEEP = 6.0  # seconds the hanging repr takes; a program that never comes back would only measure our patience
FAR = 4999990
FAR_IN_MILLION = 999990
METHOD = (
    "One frame holds a list of 5 million items, a dict of 1 million and its keys, a set of 1 million, a string of "
    "100 MB, an object whose `repr` sleeps %g s, properties that sleep, wait for another thread, exit and recurse, an "
    "object in itself, one that lies about its class, and, where the libraries are there, an array of 10⁸ items and a "
    "table of 10⁷ rows. The client asks for the locals twice, for ten items at %d of the list and near the end of the "
    "others, and expands the object with the properties. Then it has the hanging `repr` evaluated and meanwhile asks "
    "another thread for `1+1`, cancels (dapper only: debugpy never answers the request), has it evaluated again and "
    "lets the program go on, which is over when the program has ended. Medians of all rounds. " % (SLEEP, FAR) + data_breakpoint.METHOD
)
BARS = {
    "locals": 100.0, "a page far inside": 20.0, "a page of the set": 20.0, "a page of the keys": 20.0,
    "another thread meanwhile": 100.0, "cancel": 250.0, "going on": 1000.0,
}
ROWS = (
    ("locals", "the locals, first time"),
    ("locals again", "the locals, second time"),
    ("a page far inside", "ten items at %d of the list" % FAR),
    ("a page of the set", "ten items at %d of the set" % FAR_IN_MILLION),
    ("a page of the keys", "ten items at %d of the keys" % FAR_IN_MILLION),
    ("properties", "the object with the properties, expanded"),
    ("another thread meanwhile", "`1+1` on another thread while the `repr` hangs"),
    ("cancel", "`cancel` → the hanging request is answered"),
    ("going on", "`continue` while it hangs → the program has ended"),
)


def clock():
    """Seconds."""
    return time.perf_counter()


def look(debugger, python, home):
    """One session.

    Returns:
        figure → milliseconds, or None where the debugger can't do it.
    """
    program = Program(home, "large")
    with Session(debugger, python, program, [SLEEP]) as session:
        session.begin()
        session.breakpoints({"line": program.lines["here"]})
        session.go()
        thread = session.stop()
        taken = {}

        def timed(name, command, **arguments):
            begin = clock()
            body = session.adapter.request(command, **arguments)
            taken[name] = (clock() - begin) * 1000
            return body

        ask = session.adapter.request
        frame = ask("stackTrace", threadId=thread, startFrame=0, levels=20)["stackFrames"][0]["id"]
        scope = ask("scopes", frameId=frame)["scopes"][0]["variablesReference"]
        found = timed("locals", "variables", variablesReference=scope)["variables"]
        timed("locals again", "variables", variablesReference=scope)
        reference = {one["name"]: one["variablesReference"] for one in found}
        page = timed("a page far inside", "variables", variablesReference=reference["items"], filter="indexed",
                     start=FAR, count=10)["variables"]
        if [one["value"] for one in page] != [str(FAR + number) for number in range(10)]:
            taken["a page far inside"] = None  # it showed something else
        for kind, name in (("set", "numbers"), ("keys", "keys")):
            figure = "a page of the " + kind
            if not reference.get(name):
                taken[figure] = None
                continue
            page = timed(figure, "variables", variablesReference=reference[name], filter="indexed",
                         start=FAR_IN_MILLION, count=10)["variables"]
            if [one["value"] for one in page] != [str(FAR_IN_MILLION + number) for number in range(10)]:
                taken[figure] = None
        timed("properties", "variables", variablesReference=reference["properties"])
        hang = dict(expression="repr(sleeps)", frameId=frame, context="repl")
        waiting = session.adapter.post("evaluate", **hang)
        other = [one["id"] for one in ask("threads")["threads"] if one["id"] != thread][0]
        far = ask("stackTrace", threadId=other, startFrame=0, levels=20)["stackFrames"][-1]["id"]
        timed("another thread meanwhile", "evaluate", expression="1+1", frameId=far, context="watch")
        taken["cancel"] = None
        if session.capabilities.get("supportsCancelRequest"):
            begin = clock()
            ask("cancel", requestId=waiting)
            try:
                session.adapter.answer(waiting)
            except Refused:
                taken["cancel"] = (clock() - begin) * 1000
            session.adapter.post("evaluate", **hang)
        session.breakpoints()
        begin = clock()
        session.resume(thread)
        try:
            session.end()
            taken["going on"] = (clock() - begin) * 1000
            taken["libraries"] = program.result()["libraries"]
        except Lost:
            taken["going on"] = None
    return taken


def measure(python, rounds, say=print):
    """Do it all for one interpreter.

    Args:
        python: path of the interpreter.
        rounds: how many count; debugpy, which waits for every `repr`, has one.
        say: is called with lines of text.

    Returns:
        The path of what was written down.
    """
    record = facts.Record("looking", python, METHOD)
    figures = {}
    with folder() as home:
        ratio = data_breakpoint.measure(python, home)
        for debugger, times in (("dapper", rounds), ("debugpy", 1)):
            taken = [look(debugger, python, home) for _ in range(times)]
            figures[debugger] = {name: _median([one.get(name) for one in taken]) for name, _ in ROWS}
            figures[debugger]["libraries"] = taken[-1].get("libraries")
    bars = [
        {"bar": name, "value": figures["dapper"][name], "limit": limit,
         "held": figures["dapper"][name] is not None and figures["dapper"][name] <= limit}
        for name, limit in BARS.items()
    ]
    if ratio is not None:
        bars.append({"bar": "data breakpoint: CPU, ratio", "value": ratio, "limit": 1.02, "held": ratio <= 1.02})
    path = record.save(figures=figures, bars=bars, rounds=rounds)
    for line in show(record.data):
        say(line)
    return path


def _median(values):
    return None if None in values else statistics.median(values)


def show(data):
    """The lines of a result's tables."""
    found = data["figures"]
    rows = [[text] + ["–" if found[who].get(key) is None else "%.1f" % found[who][key] for who in ("dapper", "debugpy")]
            for key, text in ROWS]
    lines = facts.table(["Python %s (ms)" % data["versions"]["python"], "dapper", "debugpy"], rows)
    lines.append("libraries: %s" % (", ".join(found["dapper"]["libraries"] or ()) or "none"))
    for one in data["bars"]:
        lines.append("%-28s %8s  bar %g  %s" % (one["bar"], "–" if one["value"] is None else "%.3g" % one["value"],
                                                 one["limit"], "held" if one["held"] else "MISSED"))
    return lines
