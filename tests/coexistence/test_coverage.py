"""coverage.py, each of its cores, lines and branches, and by pytest-cov."""

import os
import sys

from tests.coexistence.kit import TRACE_TAKEN, Case, Timeless, cases, check
from tests.coexistence.sources import WORK, WORK_HITS

TESTS = """
    import pytest
    from work import main, part

    @pytest.mark.parametrize("n", [1, 2])
    def test_part(n):
        assert part(n) == n - 2

    def test_main():
        assert main() == 7
"""


def measured(folder):
    """File → (lines, arcs), of every file that coverage has taken note of."""
    import coverage

    data = coverage.CoverageData(os.path.join(folder, ".coverage"))
    data.read()
    return {
        os.path.basename(name): (sorted(data.lines(name)), sorted(data.arcs(name) or ()))
        for name in data.measured_files()
    }


def every_core():
    for core in ["ctrace", "pytrace"] + ["sysmon"] * hasattr(sys, "monitoring"):
        for mode in ("lines", "branches"):
            arguments = ["run"] + ["--branch"] * (mode == "branches") + ["work.py"]
            obstacles = {} if core == "sysmon" else TRACE_TAKEN
            yield Case("coverage", "%s, %s" % (core, mode), {"work.py": WORK}, "coverage", arguments,
                       {"COVERAGE_CORE": core}, measured, WORK_HITS, needs=["coverage"], obstacles=obstacles)


@cases(every_core())
def test_coverage(case, way, program, dap):
    check(dap, program(case.files), case, way)


@cases([
    Timeless("pytest-cov", "branches", {"test_work.py": TESTS, "work.py": WORK}, "pytest",
         ["-q", "-p", "no:cacheprovider", "--cov=work", "--cov-branch", "--cov-report="], {"COVERAGE_CORE": "ctrace"},
         measured, WORK_HITS + 1, needs=["pytest_cov"], ways=["hit", "false", "log"],
         obstacles=TRACE_TAKEN)
])
def test_pytest_cov(case, way, program, dap):
    check(dap, program(case.files), case, way)
