"""The parts of the benchmarks that are arithmetic or text: marks in programs, figures, tables, the page."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks import facts, report, sessions, speed
from benchmarks.debuggers import PROGRAMS, Program, environment, folder, plain

NAMES = sorted(name[:-3] for name in os.listdir(PROGRAMS) if name.endswith(".py") and name != "slices.py")


@pytest.fixture
def home():
    with folder() as path:
        yield path


@pytest.mark.parametrize("name", speed.PROGRAMS)
def test_a_program_measures_its_own_work(home, name):
    program = Program(home, name)
    plain(sys.executable, program, 3, 1, 60)
    result = program.result()
    assert len(result["slices"]) == 3 and min(result["slices"]) > 0
    assert result["begun"]["threads"] == 1


@pytest.mark.parametrize("name", speed.HOT)
def test_a_hot_program_has_all_the_places_that_cases_need(home, name):
    program = Program(home, name)
    assert set(program.lines) >= {"hot", "never", "elsewhere", "call"}
    for case in speed.CASES:
        for wanted in speed.source_breakpoints(program, case):
            assert wanted["line"] in program.lines.values()


def test_the_condition_is_written_before_the_hot_line(home):
    program = Program(home, "loop").by_hand()
    with open(program.path) as file:
        lines = file.read().splitlines()
    hot = program.lines["hot"] - 1
    assert lines[hot - 2 : hot] == ["        if i == 500000000:", "            breakpoint()"]
    plain(sys.executable, program, 2, 1, 60)
    assert len(program.result()["slices"]) == 2


def test_slices_end_with_the_budget(home):
    program = Program(home, "loop")
    plain(sys.executable, program, 1000, 1, 0)
    assert len(program.result()["slices"]) == 2


@pytest.mark.parametrize("name", speed.HOT)
def test_hits_are_counted_right(home, name):
    program = Program(home, name)
    script = (
        "import sys\nsys.argv[1:] = ['-']\nimport slices\nslices.run = lambda work: None\nimport {0} as p\n"
        "count = 0\n"
        "def local(frame, event, arg):\n"
        "    global count\n"
        "    count += event == 'line' and frame.f_lineno == {1}\n"
        "    return local\n"
        "sys.settrace(lambda frame, event, arg: local if frame.f_code.co_filename == p.__file__ else None)\n"
        "p.work()\nsys.settrace(None)\nprint(count)"
    ).format(name, program.lines["hot"])
    done = subprocess.run([sys.executable, "-c", script], cwd=os.path.dirname(program.path), env=environment(),
                          stdout=subprocess.PIPE, universal_newlines=True, timeout=60, check=True)
    assert int(done.stdout) == program.hits


def test_percentiles_and_means():
    assert sessions.percentile([5, 1, 3, 2, 4], 0.5) == 3
    assert sessions.percentile([1, 2], 0.95) == 2
    assert speed.geometric_mean([1, 4]) == pytest.approx(2)


def test_no_variable_of_ours_reaches_what_is_measured(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert not [name for name in environment() if name.startswith(("PYTHON", "DAPPER", "DEBUGPY"))]


def test_a_table_lines_up():
    assert facts.table(["what", "ms"], [["a", 10], ["longer", 5]]) == ["what    ms", "a       10", "longer   5"]


def test_the_committed_page_is_made_from_the_committed_results():
    found = {kind: report.results(kind) for kind in report.KINDS}
    with open(os.path.join(facts.ROOT, report.PAGE), encoding="utf-8") as file:
        assert file.read() == report.page(found)


def test_results_say_where_they_come_from():
    for kind in report.KINDS:
        for data in report.results(kind):
            assert {"date", "versions", "machine", "load", "method", "scheduling"} <= set(data), json.dumps(data)[:200]
            assert not [text for text in json.dumps(data).split('"') if text.startswith("/")], "a path of some machine"
