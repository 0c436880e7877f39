"""Run the co-existence suite on one Python, and keep the table in doc/coexistence.md.

    PYTHON tools/coexistence.py run [pytest arguments]     the suite; its results go to .cache/coexist/VERSION
    PYTHON tools/coexistence.py table                      write the table from the results that are there
"""

import datetime
import glob
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, ".cache", "coexist")
PAGE = os.path.join(ROOT, "doc", "coexistence.md")
BEGIN, END = "<!-- table: tools/coexistence.py -->\n", "<!-- end of the table -->\n"
PACKAGES = ("coverage", "pytest", "pytest-cov", "hypothesis", "viztracer", "line_profiler", "numba", "cloudpickle")


def run(arguments):
    """Run the suite.

    Args:
        arguments: for pytest.

    Returns:
        pytest's exit code.
    """
    os.makedirs(FOLDER, exist_ok=True)
    path = os.path.join(FOLDER, "%d.%d" % sys.version_info[:2])
    if os.path.exists(path):
        os.remove(path)
    with open(path, "w") as file:
        file.write(json.dumps({"date": str(datetime.date.today()), "python": sys.version.split()[0],
                               "versions": versions()}) + "\n")
    command = [sys.executable, "-m", "pytest", "-q", "tests/coexistence"] + arguments
    return subprocess.call(command, cwd=ROOT, env=dict(os.environ, DAPPER_COEXIST=path))


def versions():
    """Package → version, of those of PACKAGES that are installed."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def results():
    """[(header, {(tool, use): {engine: set of outcomes}})], oldest Python first."""
    found = []
    for path in glob.glob(os.path.join(FOLDER, "[0-9].*")):
        with open(path) as file:
            head, *rows = [json.loads(line) for line in file]
        by_case = {}
        for _, tool, use, engine, _, outcome, _ in rows:
            by_case.setdefault((tool, use), {}).setdefault(engine, set()).add(outcome)
        found.append((head, by_case))
    return sorted(found, key=lambda one: [int(number) for number in one[0]["python"].split(".")])


def cell(engines):
    """What to show for a case on a Python: the same for all engines, or engine by engine."""
    if not engines or all(outcomes == {"skipped"} for outcomes in engines.values()):
        return "–"
    shown = {}
    for engine, outcomes in engines.items():
        what = "**fails**" if "failed" in outcomes else "differs" if "differs" in outcomes else "message" if "told" in outcomes else "same"
        shown.setdefault(what, []).append(engine)
    if len(shown) == 1:
        return next(iter(shown))
    return ", ".join("%s: %s" % (what, " and ".join(engines)) for what, engines in shown.items() if what != "same")


def table(found):
    """The page's part between the marks, as text."""
    cases = []
    for _, by_case in found:
        cases += [case for case in by_case if case not in cases]
    heads = [".".join(head["python"].split(".")[:2]) for head, _ in found]
    lines = ["| tool | used | %s |" % " | ".join(heads), "|---|---|%s" % ("---|" * len(heads))]
    for case in cases:
        cells = [cell(by_case.get(case, {})) for _, by_case in found]
        lines.append("| %s | %s | %s |" % (case[0], case[1], " | ".join(cells)))
    lines.append("")
    for head, _ in found:
        of = ", ".join("%s %s" % pair for pair in sorted(head["versions"].items()))
        lines.append("- Python %s, %s: %s" % (head["python"], head["date"], of))
    return "\n".join(lines) + "\n"


def write():
    """Put the table into the page."""
    with open(PAGE, encoding="utf-8") as file:
        before, _, rest = file.read().partition(BEGIN)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + table(results()) + END + rest.partition(END)[2])


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        sys.exit(run(sys.argv[2:]))
    elif sys.argv[1:] == ["table"]:
        write()
    else:
        sys.exit(__doc__)
