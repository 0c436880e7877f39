"""Run the tests on every Python from 3.8 to 3.15 that this machine has, and say which were missing.

    python tools/matrix.py [--only 3.12]... [--skip 3.11]... [--require all] [--list] [-- PYTEST ARGUMENTS]

Interpreters come from pyenv's versions, from PATH, and, for the newest, from a root directory with Debian's next
release (tools/debian-root.sh, superuser only). Each gets an environment under .cache/matrix that is made once. Standard
library only.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, ".cache", "matrix")
VERSIONS = ["3.%d" % minor for minor in range(8, 16)]
IN_DEBIAN_ROOT = ("3.14", "3.15")
DEBIAN_ROOT = os.path.join(ROOT, "tools", "debian-root.sh")
WHO = "import sys; print('%d.%d' % sys.version_info[:2], sys.version.split()[0], sys.executable)"
# The counts in pytest's closing line, such as "3 failed, 40 passed, 2 skipped in 7.31s".
COUNT = re.compile(r"(\d+) (failed|passed|skipped|errors?|xfailed|xpassed|unsteady)\b")


class Python:
    """An interpreter to run the tests on.

    Args:
        version: its minor version, as "3.12".
        release: its full version, as "3.12.1".
        command: the words that start it.
        prefix: the words before every command that uses it, such as those that enter a root directory.
    """

    def __init__(self, version, release, command, prefix=()):
        self.version = version
        self.release = release
        self.command = command
        self.prefix = list(prefix)
        self.folder = os.path.join(CACHE, version)

    def where(self):
        """Return where it was found, for a person."""
        return ("Debian root " if self.prefix else "") + self.command


class Outcome:
    """What one run of the tests came to."""

    def __init__(self, version, release, verdict, detail, seconds=0.0, counts=None):
        self.version = version
        self.release = release
        self.verdict = verdict
        self.detail = detail
        self.seconds = seconds
        self.counts = counts or {}


def ask(command):
    """Return what a command printed, or None when it cannot be run or fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              universal_newlines=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def pyenv_pythons():
    """Return the interpreters of pyenv's versions, newest release first."""
    folder = os.path.join(os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv")), "versions")
    if not os.path.isdir(folder):
        return []
    plain = [name for name in os.listdir(folder) if re.match(r"3\.\d+\.\d+$", name)]
    plain.sort(key=lambda name: [int(part) for part in name.split(".")], reverse=True)
    return [os.path.join(folder, name, "bin", "python") for name in plain]


def identify(command, prefix=()):
    """Return the Python a command starts, or None when it is none."""
    said = ask(list(prefix) + [command, "-c", WHO])
    if not said:
        return None
    version, release, executable = said.split(" ", 2)
    return Python(version, release, executable, prefix)


def find(wanted):
    """Look for interpreters.

    Args:
        wanted: the minor versions to look for.

    Returns:
        Two dicts by minor version: the Pythons found, and for the others the reason.
    """
    found, missing = {}, {}
    candidates = pyenv_pythons() + [path for path in map(shutil.which, ["python" + v for v in wanted]) if path]
    for candidate in candidates:
        python = identify(candidate)
        if python and python.version in wanted:
            found.setdefault(python.version, python)
    for version in wanted:
        if version not in found:
            missing[version] = "neither under pyenv nor on PATH as python%s" % version
    if set(missing) & set(IN_DEBIAN_ROOT):
        find_in_debian_root(found, missing)
    return found, missing


def find_in_debian_root(found, missing):
    """Move what Debian's next release has from missing to found; make its root first where there is none."""
    made = subprocess.run([DEBIAN_ROOT, "ensure"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          universal_newlines=True)
    sys.stderr.write(made.stderr)
    for version in sorted(set(missing) & set(IN_DEBIAN_ROOT)):
        if made.returncode:
            missing[version] += ", and no Debian root (%s)" % (made.stderr.strip().splitlines() or ["?"])[-1]
            continue
        python = identify("python" + version, [DEBIAN_ROOT, "run"])
        if python:
            found[version] = python
            del missing[version]
        else:
            missing[version] += ", nor in the Debian root"


def run_logged(command, log, seconds):
    """Run a command in a process group of its own with all output in a file.

    Args:
        command: a list of words.
        log: an open binary file.
        seconds: the longest it may take; then the group is killed.

    Returns:
        The exit code, or None when it took too long.
    """
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                          start_new_session=True) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def log_of(python):
    """The file with all that set-up and tests of one Python print."""
    return os.path.join(CACHE, python.version + ".log")


def set_up(python, limit):
    """Make one Python's environment.

    Args:
        python: a Python.
        limit: the longest it may take, in seconds.

    Returns:
        The exit code, or None when it took too long.
    """
    with open(log_of(python), "wb") as log:
        return run_logged(python.prefix + [python.command, "tools/venv.py", python.folder, "--extra", "test"], log, limit)


def test_on(python, ready, runner, pytest_arguments, jobs, limit):
    """Run the tests on one Python.

    Args:
        python: a Python.
        ready: the Future of its `set_up`.
        runner: the words behind the interpreter that run pytest.
        pytest_arguments: more words for pytest.
        jobs: how many test processes at a time.
        limit: the longest the tests may take, in seconds.

    Returns:
        An Outcome; the whole output is in .cache/matrix/VERSION.log.
    """
    start = time.monotonic()
    code, step = ready.result(), "set-up"
    with open(log_of(python), "a+b") as log:
        if code == 0:
            step = "tests"
            code = run_logged(python.prefix + [os.path.join(python.folder, "bin", "python")] + runner
                              + ["-q", "-n", str(jobs), "-p", "no:cacheprovider"] + pytest_arguments, log, limit)
        log.seek(0)
        text = log.read().decode("utf-8", "replace")
    seconds = time.monotonic() - start
    closing = (text.strip().splitlines() or [""])[-1].strip("= ")
    counts = {name.rstrip("s"): int(count) for count, name in COUNT.findall(closing)} if step == "tests" else {}
    if code == 0 and counts.get("passed"):
        return Outcome(python.version, python.release, "ok", closing, seconds, counts)
    print("\n----- %s: the last lines of %s\n%s\n-----\n" % (
        python.version, os.path.relpath(log_of(python), ROOT), "\n".join(text.splitlines()[-120:])), flush=True)
    why = "took too long" if code is None else closing if step == "tests" and counts else "exit code %s" % code
    return Outcome(python.version, python.release, "FAILED", "%s: %s" % (step, why), seconds, counts)


def table(outcomes):
    """Return the outcomes as lines of text."""
    return ["%-5s %-9s %-8s %6s  %s" % (one.version, one.release, one.verdict,
                                        "%.0f s" % one.seconds if one.seconds else "", one.detail)
            for one in outcomes]


def total(outcomes):
    """Return all runs' counts as one closing line."""
    def count(*names):
        return sum(one.counts.get(name, 0) for one in outcomes for name in names)
    return "%d passed, %d failed, %d skipped, %d unsteady" % (
        count("passed", "xfailed"), count("failed", "error", "xpassed"), count("skipped"), count("unsteady"))


def arguments():
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", metavar="3.N", choices=VERSIONS,
                        help="this version; may be repeated")
    parser.add_argument("--skip", action="append", default=[], metavar="3.N", choices=VERSIONS,
                        help="not this version, on which the tests have just run; may be repeated")
    parser.add_argument("--list", action="store_true", help="say what is here and stop")
    parser.add_argument("--require", action="append", default=[], metavar="3.N|all", choices=VERSIONS + ["all"],
                        help="fail when this version is missing")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="test processes of a version (%(default)s)")
    parser.add_argument("--at-once", type=int, default=1, metavar="N",
                        help="versions at a time; one fills the gaps of another (%(default)s)")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS",
                        help="longest for one version's set-up and for its tests (%(default)s)")
    parser.add_argument("--again", action="store_true", help="try tests that fail once more (tools/again.py)")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    return parser.parse_args()


def main():
    """Run the matrix.

    Returns:
        The exit code: 1 when tests fail or a required version is missing, or nothing ran.
    """
    given = arguments()
    wanted = [version for version in given.only or VERSIONS if version not in given.skip]
    required = wanted if "all" in given.require else given.require
    found, missing = find(wanted)
    if given.list:
        for version in wanted:
            print("%-5s %s" % (version, found[version].where() if version in found else "missing: " + missing[version]))
        return int(any(version in missing for version in required))
    os.makedirs(CACHE, exist_ok=True)
    outcomes = []
    # The next environments are made while the tests, which often wait, run in those that are ready.
    workshop, field = ThreadPoolExecutor(1), ThreadPoolExecutor(given.at_once)
    ready = {version: workshop.submit(set_up, found[version], given.limit) for version in wanted if version in found}
    runner = ["tools/again.py"] if given.again else ["-m", "pytest"]
    runs = {version: field.submit(test_on, found[version], ready[version], runner, given.pytest, given.jobs, given.limit)
            for version in ready}
    for version in wanted:
        if version in found:
            outcome = runs[version].result()
        else:
            outcome = Outcome(version, "-", "MISSING" if version in required else "missing", missing[version])
        outcomes.append(outcome)
        print(table([outcome])[0], flush=True)
    bad = [one for one in outcomes if one.verdict in ("FAILED", "MISSING")]
    ran = [one for one in outcomes if one.seconds]
    print("\nPython versions: %d ran, %d not right%s" % (
        len(ran), len(bad), ": " + ", ".join(one.version for one in bad) if bad else ""))
    print(total(outcomes), flush=True)
    with open(os.path.join(CACHE, "total"), "w") as file:
        file.write(total(outcomes) + "\n")
    return int(bool(bad) or not ran)


if __name__ == "__main__":
    sys.exit(main())
