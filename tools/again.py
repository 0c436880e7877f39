"""Run pytest; when no more than two tests fail, run those again, alone, and say so.

    python tools/again.py PYTEST ARGUMENTS

For machines that are shared: a test that fails once among twenty-five thousand has met a moment that lasted too long, or a
race. Either is named in the closing line as unsteady, with the first failure above it in full, and is to be mended; it
does not refuse everybody's work. What fails twice has failed, and so has a run in which more than two tests fail.
"""
import os
import re
import subprocess
import sys

import pytest

MOST = 2  #: tests of a run that may be tried a second time


class Outcome:
    """A pytest plugin that keeps what a run came to.

    Attributes:
        failed: the ids of the tests that failed, or whose fixtures did.
        counts: outcome → how many tests.
    """

    def __init__(self):
        self.failed, self.counts = [], {}

    def pytest_terminal_summary(self, terminalreporter):
        """Called by pytest at a run's end."""
        stats = terminalreporter.stats
        self.counts = {name: len(stats[name]) for name in ("failed", "passed", "skipped", "error") if stats.get(name)}
        ids = {report.nodeid for name in ("failed", "error") for report in stats.get(name, ())}
        self.failed = sorted(re.sub(r"@\w+$", "", one) for one in ids)  # xdist puts the group behind it


def main(arguments):
    """Run the tests.

    Args:
        arguments: pytest's.

    Returns:
        The exit code.
    """
    sys.path[0] = os.getcwd()  # as `python -m pytest` has it
    outcome = Outcome()
    code = pytest.main(arguments, [outcome])
    if code != pytest.ExitCode.TESTS_FAILED or not 0 < len(outcome.failed) <= MOST:
        return code
    print("\nOnce more, alone: %s" % " ".join(outcome.failed), flush=True)
    code = subprocess.call([sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"] + outcome.failed)
    if code:
        return code
    for name in ("failed", "error"):
        outcome.counts.pop(name, None)
    counts = ", ".join("%d %s" % (count, name) for name, count in outcome.counts.items())
    print("%s, %d unsteady: %s" % (counts, len(outcome.failed), " ".join(outcome.failed)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
