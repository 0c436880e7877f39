"""What a reader has to know of a result: when, where, with which versions, under what load."""

import datetime
import json
import os
import platform
import subprocess

from benchmarks.debuggers import environment

RESULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

ASK = """
import os, platform, sys
found = {"python": platform.python_version(), "executable": os.path.basename(sys.executable)}
import dapper
found["dapper"] = dapper.__version__
found["_home"] = os.path.dirname(os.path.dirname(os.path.abspath(dapper.__file__)))
try:
    import debugpy
    found["debugpy"] = debugpy.__version__
except ImportError:
    found["debugpy"] = None
try:
    from importlib.metadata import version
    found["pyperformance"] = version("pyperformance")
except ImportError:
    found["pyperformance"] = None
try:
    import dapper._frame_eval._frame_evaluator
    found["native core"] = True
except ImportError:
    found["native core"] = False
print(repr(found))
"""


def versions(python):
    """Of an interpreter and the debuggers it finds.

    Raises:
        SystemExit: it has no dapper.
    """
    done = subprocess.run([python, "-c", ASK], env=environment(), cwd="/", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True)
    if done.returncode:
        raise SystemExit("%s can't be measured: %s" % (python, done.stderr.strip().splitlines()[-1]))
    found = eval(done.stdout, {"__builtins__": {}})  # a repr of a dict of texts, of our own making
    found["commit"] = commit(found.pop("_home"))
    return found


def commit(home):
    """The commit of the checkout that dapper comes from, with a + where files of dapper differ from it; or None."""
    def git(*words):
        return subprocess.run(("git", "-C", home) + words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              universal_newlines=True).stdout.strip()
    name = git("rev-parse", "--short", "HEAD")
    return (name + ("+" if git("status", "--porcelain", "--", "dapper") else "")) or None


def processor():
    """The processor's name."""
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
            return names[0] if names else platform.machine()
    except OSError:
        return platform.machine()


def machine():
    """Of this computer."""
    return {"system": "%s %s" % (platform.system(), platform.release().split("-")[0]), "processor": processor(),
            "cores": os.cpu_count()}


def load():
    """How many processes wanted to run in the last minute, on average."""
    return round(os.getloadavg()[0], 1)


def minor(data):
    """(3, 12), of a result."""
    return tuple(int(part) for part in data["versions"]["python"].split(".")[:2])


class Record:
    """What a measurement writes down: begin it before, `save` it after.

    Args:
        kind: "sessions" or "speed".
        python: path of the interpreter.
        method: how it was measured, in sentences.
    """

    def __init__(self, kind, python, method):
        self.data = {
            "kind": kind,
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "versions": versions(python),
            "machine": machine(),
            "load": [load()],
            "scheduling": "first" if os.sched_getscheduler(0) != os.SCHED_OTHER else "as all others",
            "method": method,
        }

    def save(self, to=RESULTS, **content):
        """Write it down; gives the path."""
        self.data["load"].append(load())
        self.data.update(content)
        os.makedirs(to, exist_ok=True)
        path = os.path.join(to, "%s-%d.%d.json" % ((self.data["kind"],) + minor(self.data)))
        with open(path, "w") as file:
            json.dump(self.data, file, indent=1, sort_keys=True)
            file.write("\n")
        return path


def table(head, rows):
    """Lines of a table for a terminal; the first column flush left.

    Args:
        head: column titles.
        rows: lists of texts.
    """
    rows = [[str(cell) for cell in row] for row in [head] + rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return ["  ".join(cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths)))
            .rstrip() for row in rows]
