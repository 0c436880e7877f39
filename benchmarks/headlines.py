"""The few figures the README begins with, from the newest Python that everything was measured on."""

import os

from benchmarks import cases, speed
from benchmarks.facts import ROOT

README = "README.md"
BEGIN, END = "<!-- figures: python -m benchmarks report -->", "<!-- end of figures -->"
WHO = ("dapper", "debugpy")
RUNS = (  # case → what it is called
    ("attached", "attached, no breakpoint (%d programs)" % len(cases.PROGRAMS)),
    ("never", "a breakpoint in the hottest function, never reached"),
    ("condition", "a condition on the hottest line, never true (the same `if` in the program: %s)"),
)
WAITS = (  # figure → what it is called
    ("next p95", "from `next` to the stop, p95"),
    ("panels p95", "the five requests that fill an editor's panels, p95"),
    ("launch to first stop", "from `launch` to the first stop"),
)


def table(found):
    """The lines between the marks; none where there are no such results.

    Args:
        found: kind → results, oldest Python first.
    """
    runs, waits = ({data["versions"]["python"]: data for data in found[kind]} for kind in ("speed", "sessions"))
    both = [data["versions"]["python"] for data in found["speed"] if data["versions"]["python"] in waits]
    if not both:
        return []
    run, wait = runs[both[-1]], waits[both[-1]]
    lines = ["| Python %s, %s | dapper | debugpy %s |" % (both[-1], run["date"].split()[0], run["versions"]["debugpy"]),
             "|---|---:|---:|"]
    for case, text in RUNS:
        names = cases.PROGRAMS if case == "attached" else cases.HOT
        cells = [_ratio(run, who, case, names) for who in WHO]
        if case == "condition":
            text %= _ratio(run, "bare", cases.BY_HAND, names)
        lines.append("| %s | %s |" % (text, " | ".join(cells)))
    for key, text in WAITS:
        lines.append("| %s | %s |" % (text, " | ".join("%.3g ms" % wait["figures"][who][key] for who in WHO)))
    return lines


def _ratio(run, who, case, names):
    """The geometric mean of CPU times over bare Python's, for a cell."""
    ratios = speed.pick(run["rows"], who, case, names)
    return "%.3g ×" % speed.geometric_mean(ratios.values()) if len(ratios) == len(names) else "–"


def readme(found):
    """The README with these figures in it, as text."""
    with open(os.path.join(ROOT, README), encoding="utf-8") as file:
        text = file.read()
    head, _, rest = text.partition(BEGIN)
    return head + "\n".join([BEGIN, ""] + table(found) + ["", END]) + rest.partition(END)[2]
