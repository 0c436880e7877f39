"""`make coexist` runs all of it; a plain run one way a case on dapper's own choice of engine. Notes results for the table."""

import json
import os
import sys

import pytest

from tests.engines import ENGINES_HERE

#: The file for the results, set by tools/coexistence.py.
RESULTS = os.environ.get("DAPPER_COEXIST")

pytest.register_assert_rewrite("tests.coexistence.kit")

from tests.coexistence.kit import Case  # noqa: E402  after the line above


def pytest_collection_modifyitems(items):
    """Without the variable: the last engine is what dapper chooses itself."""
    if not RESULTS:
        items[:] = [item for item in items if not _is_spared(_case_of(item))]


def _is_spared(found):
    return found is not None and (found["engine"] is not ENGINES_HERE[-1] or found["way"] != found["case"].ways[-1])


def _case_of(item):
    """The parameters of a test of a case; None for other tests."""
    found = item.callspec.params if hasattr(item, "callspec") else {}
    return found if isinstance(found.get("case"), Case) else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Append what became of a test: one line of JSON each, as several processes write."""
    report = (yield).get_result()
    found = _case_of(item)
    over = report.when == "call" or report.when == "setup" and report.outcome != "passed"
    if RESULTS and over and found is not None:
        case, engine, outcome = found["case"], found["engine"].name, report.outcome
        if outcome == "passed" and case.expects(engine):
            outcome = "told"
        elif outcome == "passed" and (engine, found["way"]) in case.differs:
            outcome = "differs"
        row = [sys.version.split()[0], case.tool, case.use, engine, found["way"], outcome, round(report.duration, 2)]
        with open(RESULTS, "a") as file:
            file.write(json.dumps(row) + "\n")
