"""A breakpoint set in a frame that is running: how soon it works, and what a hit of its false condition costs then."""

import os
import statistics
import time

from benchmarks.debuggers import Program, Session, plain
from benchmarks.wire import Lost, Refused

METHOD = (
    "A frame has run its loop for some hundred thousand rounds when the breakpoint is set on a line of it. How soon it "
    "is active is the time from sending `setBreakpoints` with a true condition to the event `stopped`, messages "
    "included: the median of fresh sessions. What a hit costs is the fastest pass of 20 000 rounds that began 15 ms "
    "after the answer to `setBreakpoints` with a false condition, less the fastest of the bare program."
)
SECONDS = 0.7  # of CPU that the program runs for
SETTLED = 0.015  # seconds after the answer from which passes count


def measure(python, home, rounds, slow_rounds, say=print):
    """Do it all for one interpreter.

    Args:
        python: path of the interpreter.
        home: a folder of `debuggers.folder`.
        rounds: of dapper, in turns with the bare program.
        slow_rounds: of debugpy.
        say: is called with lines of text.

    Returns:
        debugger → dict of "ns a hit", "ms until active" (a median) and "times" (all of them).
    """
    program = Program(home, "running")
    bare, after, times = [], {"dapper": [], "debugpy": []}, {"dapper": [], "debugpy": []}
    for number in range(rounds):
        plain(python, program, SECONDS / 2)
        bare += [seconds for _, seconds in program.result()["slices"]]
        for debugger in ("dapper", "debugpy")[:1 + (number < slow_rounds)]:
            try:
                after[debugger] += false_condition(debugger, python, program)
                times[debugger] += [until_active(debugger, python, program) * 1000 for _ in range(2)]
            except (Lost, Refused) as error:
                say("%s, running: %s" % (debugger, error))
                if debugger == "dapper":
                    raise
    found = {}
    for debugger in after:
        if after[debugger] and times[debugger]:
            found[debugger] = {"ns a hit": (min(after[debugger]) - min(bare)) / program.hits * 1e9,
                               "ms until active": statistics.median(times[debugger]), "times": times[debugger]}
            say("%s, set in a running frame: %.1f ns a hit, active after %.2f ms" % (
                debugger, found[debugger]["ns a hit"], found[debugger]["ms until active"]))
    return found


def begin(session):
    """Let the program run and wait until it says that it does."""
    session.begin()
    session.breakpoints()
    session.go()
    while "running" not in session.adapter.event("output")[1].get("output", ""):
        pass


def false_condition(debugger, python, program):
    """Seconds of the passes with a false condition that was set meanwhile."""
    with Session(debugger, python, program, [SECONDS]) as session:
        begin(session)
        session.breakpoints({"line": program.lines["hot"], "condition": program.condition})
        settled = time.perf_counter() + SETTLED
        session.end()
    return [seconds for at, seconds in program.result()["slices"] if at > settled]


def until_active(debugger, python, program):
    """Seconds from asking for a breakpoint with a true condition until the stop."""
    with Session(debugger, python, program, [60]) as session:
        begin(session)
        at = time.perf_counter()
        number = session.post_breakpoints({"line": program.lines["hot"], "condition": "x < 8"})
        thread = session.stop()
        taken = time.perf_counter() - at
        session.adapter.answer(number)
        with open(program.result_path + ".stop", "w"):
            pass
        session.breakpoints()
        session.resume(thread)
        session.end()
    os.remove(program.result_path + ".stop")
    program.result()
    return taken
