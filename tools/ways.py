"""Try every way to start processes and to attach to them on every Python that is here, and write doc/process-trees.md's table.

    python tools/ways.py [--only 3.12]... [--quick] [--with LIBRARY]... [--limit SECONDS]

The tests compare output, exit code and cost with a plain run. Interpreters are found as tools/matrix.py finds them; each
gets an environment under .cache/ways with the libraries whose ways are tried. A version that did not run keeps its
column, and a way whose library is missing what was found with it.
"""

import argparse
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

import matrix

CACHE = os.path.join(matrix.ROOT, ".cache", "ways")
PAGE = os.path.join(matrix.ROOT, "doc", "process-trees.md")
BEGIN, END = "<!-- table: written by tools/ways.py -->", "<!-- end of the table -->"
FILES = ["tests/dap/test_process_trees.py", "tests/dap/test_process_libraries.py", "tests/dap/test_ways_to_attach.py"]
LIBRARIES = ["django", "flask", "gunicorn", "joblib", "uvicorn"]
ENGINES = ("settrace", "monitoring", "injection")
KINDS = {"test_process_libraries": "library: ", "test_ways_to_attach": "attach: "}
WORDS = {"joblib": "joblib (loky)", "xdist": "pytest-xdist", "torch": "torch DataLoader", "gunicorn": "gunicorn, 2 workers",
         "flask": "Flask, reloader", "django": "Django, reloader", "uvicorn": "uvicorn, reloader",
         "connect, straight": "connect, to the program itself", "listen": "listen (the program connects)"}


def set_up(python, more, limit):
    """Make or complete one Python's environment.

    Args:
        python: a matrix.Python.
        more: libraries to install besides the usual.
        limit: the longest each step may take, in seconds.

    Returns:
        Its interpreter; None where it can't be made.
    """
    folder = os.path.join(CACHE, python.version)
    inside = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, "ways-stamp")
    wanted = " ".join(sorted(set(LIBRARIES + more)))
    with open(os.path.join(CACHE, python.version + ".log"), "wb") as log:
        code = matrix.run_logged(python.prefix + [python.command, "tools/venv.py", folder, "--extra", "test"], log, limit)
        if code != 0:
            return None
        if not os.path.exists(stamp) or open(stamp).read() != wanted:
            pip = python.prefix + [inside, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            if matrix.run_logged(pip + LIBRARIES + more, log, limit) != 0:
                for library in LIBRARIES + more:  # one that has no release for this Python keeps nobody else out
                    matrix.run_logged(pip + [library], log, limit)
            with open(stamp, "w") as file:
                file.write(wanted)
    return inside


def run(python, quick, limit):
    """Run the tests on one Python.

    Returns:
        way → (verdict, CPU seconds more per process or None); of engines that differ, the worse.
    """
    report = os.path.join(CACHE, python.version + ".xml")
    if os.path.exists(report):
        os.remove(report)
    words = [os.path.join(CACHE, python.version, "bin", "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o",
             "junit_family=xunit1", "--junitxml", report] + FILES
    if not quick:
        os.environ["DAPPER_ENGINES"] = "all"  # see tests/engines.py
    with open(os.path.join(CACHE, python.version + ".log"), "ab") as log:
        matrix.run_logged(python.prefix + words, log, limit)
    return read(report) if os.path.exists(report) else {}


def read(report):
    """The results in a file that pytest has written; see run."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = re.match(r"[^[]*\[(.*)\]$", case.get("name"))
        if name is None:
            continue
        way = name.group(1)
        for engine in ENGINES:
            if way.startswith(engine + "-"):
                way = way[len(engine) + 1:]
            elif way.endswith("-" + engine):
                way = way[: -len(engine) - 1]
        kind = KINDS.get(case.get("classname").rpartition(".")[2], "")
        verdict = "ok"
        if case.find("failure") is not None or case.find("error") is not None:
            verdict = "FAILED"
        elif case.find("skipped") is not None:
            verdict = "-"
        cost = [float(one.get("value")) for one in case.iter("property") if one.get("name") == "cpu"]
        was = found.get(kind + WORDS.get(way, way), (verdict, None))
        worse = "FAILED" if "FAILED" in (verdict, was[0]) else verdict
        costs = cost + [one for one in was[1:] if one is not None]
        found[kind + WORDS.get(way, way)] = worse, max(costs) if costs else None
    return found


def old_table():
    """{version: {way: cell}} and the ways in order, of the page as it is."""
    with open(PAGE) as file:
        lines = file.read().partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    if not lines:
        return {}, []
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    ways = [row[0] for row in cells[2:]]
    return {version: {row[0]: row[number] for row in cells[2:]} for number, version in enumerate(cells[0]) if number}, ways


def write(results):
    """Put new columns into the page."""
    columns, ways = old_table()
    for version, found in results.items():
        column = columns.setdefault(version, {})
        for way, (verdict, cost) in found.items():
            if verdict != "-" or not column.get(way):
                column[way] = verdict if cost is None else "%s %.2f" % (verdict, cost)
        ways += [way for way in found if way not in ways]
    versions = sorted(columns, key=lambda version: int(version.split(".")[1]))
    lines = ["| way | " + " | ".join(versions) + " |", "|---" * (len(versions) + 1) + "|"]
    lines += ["| %s | %s |" % (way, " | ".join(columns[version].get(way, "") for version in versions)) for way in ways]
    with open(PAGE) as file:
        text = file.read()
    head, _, rest = text.partition(BEGIN)
    with open(PAGE, "w") as file:
        file.write(head + BEGIN + "\n\n" + "\n".join(lines) + "\n\n" + END + rest.partition(END)[2])


def main():
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", metavar="3.N", choices=matrix.VERSIONS, help="this version; may be repeated")
    parser.add_argument("--quick", action="store_true", help="each way on one engine only")
    parser.add_argument("--with", action="append", default=[], dest="more", metavar="LIBRARY", help="install this too, as torch")
    parser.add_argument("--limit", type=float, default=1200, metavar="SECONDS", help="longest for each step (%(default)s)")
    given = parser.parse_args()
    os.makedirs(CACHE, exist_ok=True)
    found, missing = matrix.find(given.only or matrix.VERSIONS)
    bad = False
    for version, python in sorted(found.items(), key=lambda item: int(item[0].split(".")[1])):
        results = run(python, given.quick, given.limit) if set_up(python, given.more, given.limit) else {}
        write({version: results} if results else {})
        failed = [way for way, (verdict, _) in results.items() if verdict == "FAILED"]
        bad = bad or bool(failed) or not results
        print("%-5s %3d ways, %d failed %s" % (version, len(results), len(failed), ", ".join(failed)), flush=True)
    for version, why in missing.items():
        print("%-5s missing: %s" % (version, why))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
