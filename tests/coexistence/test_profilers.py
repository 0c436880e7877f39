"""Profilers count calls and lines; ours among them would be wrong."""

import json
import os
import re

from tests.coexistence.kit import TRACE_TAKEN, Case, cases, check
from tests.coexistence.sources import WORK, WORK_HITS

SETPROFILE = """
    import sys, work

    seen = []

    def profile(frame, event, arg):
        name = frame.f_code.co_name if event in ("call", "return") else arg.__qualname__
        seen.append((event, name, frame.f_lineno))

    sys.setprofile(profile)
    work.main()
    sys.setprofile(None)
    print(len(seen), *seen, sep="\\n")
"""
TRACEMALLOC = """
    import tracemalloc, work

    tracemalloc.start(3)
    kept = []

    def keep(n):
        for i in range(n):
            kept.append(bytes(1000 + i))  # @keep
        return n

    keep(5)
    work.main()
    shot = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, __file__)])
    for one in shot.statistics("lineno"):
        if one.size > 4000:
            print(one.traceback[0].lineno, one.count)
    print(tracemalloc.get_object_traceback(kept[-1])[-1].lineno)
"""
BY_LINE = WORK.replace("    def part", "    @profile\n    def part").replace("    def main", "    @profile\n    def main")


def calls(folder):
    """(file, line, function) → (calls, calls that are no recursion), of all functions."""
    import pstats

    stats = pstats.Stats(os.path.join(folder, "profile")).stats
    return {
        (os.path.basename(name), line, re.sub(" at 0x[0-9a-f]+", "", function)): counts[:2]
        for (name, line, function), counts in stats.items()
    }


def lines(folder):
    """Function → (line, hits)."""
    import line_profiler

    timings = line_profiler.load_stats(os.path.join(folder, "lines")).timings
    return {name: [(line, hits) for line, hits, _ in found] for (_, _, name), found in timings.items()}


def events(folder):
    """What VizTracer has of calls, counted by name."""
    with open(os.path.join(folder, "trace.json")) as file:
        trace = json.load(file)
    found = {}
    for one in trace["traceEvents"]:
        if one["ph"] == "X":
            name = re.sub(r" \(.*/", " (", one["name"])
            found[name] = found.get(name, 0) + 1
    return found


@cases([
    Case("cProfile", "python -m cProfile", {"work.py": WORK}, "cProfile", ["-o", "profile", "work.py"], None, calls,
         WORK_HITS),
    Case("sys.setprofile", "in the program", {"prog.py": SETPROFILE, "work.py": WORK}, hits=WORK_HITS),
    Case("tracemalloc", "in the program", {"prog.py": TRACEMALLOC, "work.py": WORK}, hits=WORK_HITS,
         ways=["hit", "false", "log"]),
])
def test_profilers_of_the_standard_library(case, way, program, dap):
    check(dap, program(case.files), case, way)


@cases([
    Case("viztracer", "viztracer work.py", {"work.py": WORK}, "viztracer",
         ["-o", "trace.json", "--quiet", "work.py"], None, events, WORK_HITS, needs=["viztracer"])
])
def test_viztracer(case, way, program, dap):
    check(dap, program(case.files), case, way)


@cases([
    Case("line_profiler", "kernprof -l", {"work.py": BY_LINE}, "kernprof", ["-l", "-o", "lines", "work.py"], None,
         lines, WORK_HITS, needs=["line_profiler"], obstacles=TRACE_TAKEN)
])
def test_line_profiler(case, way, program, dap):
    check(dap, program(case.files), case, way)
