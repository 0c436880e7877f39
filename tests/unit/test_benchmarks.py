"""The parts of the benchmarks that are arithmetic or text: marks in programs, figures, tables, the page."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks import bars, cases, facts, headlines, modules, report, sessions, speed
from benchmarks.debuggers import Program, bring_pyperformance, environment, folder, plain


@pytest.fixture
def home():
    with folder() as path:
        yield path


@pytest.mark.parametrize("name", cases.OWN + cases.RAISES)
def test_a_program_measures_its_own_work(home, name):
    program = Program(home, name)
    plain(sys.executable, program, 3, 1, 60)
    result = program.result()
    assert len(result["slices"]) == 3 and min(result["slices"]) > 0
    assert result["begun"]["threads"] == 1


@pytest.mark.parametrize("name", cases.HOT)
def test_a_hot_program_has_all_the_places_that_cases_need(home, name):
    program = Program(home, name)
    assert set(program.lines) >= {"hot", "never", "elsewhere", "call", "module"}
    for case in cases.CASES:
        changed = cases.variant(program, case)
        for wanted in cases.source_breakpoints(changed, case):
            assert wanted["line"] in list(changed.lines.values()) + changed.crowd


def test_a_crowded_program_has_lines_to_stop_at(home):
    program = Program(home, "fib").crowded(3)
    with open(program.path) as file:
        lines = file.read().splitlines()
    assert [lines[number - 1].strip() for number in program.crowd] == ["return 0", "return 1", "return 2"]
    assert lines[program.lines["call"] - 1].startswith("slices.run")
    plain(sys.executable, program, 2, 1, 60)
    assert len(program.result()["slices"]) == 2


@pytest.mark.parametrize("name", sorted(modules.SIZES))
def test_a_module_of_a_size_calls_its_functions(home, name):
    program, lines = modules.make(home, name, modules.SIZES[name])
    assert len(lines) == modules.SIZES[name] // 10
    plain(sys.executable, program, 2, 1, 60)
    result = program.result()
    assert len(result["slices"]) == 2 and result["loaded"] >= 0


def test_the_programs_of_pyperformance_run_where_it_is(home):
    if not bring_pyperformance(sys.executable, home):
        pytest.skip("pyperformance is not installed: pip install pyperformance")
    for name in cases.REAL:
        program = Program(home, name)
        plain(sys.executable, program, 2, 1, 0)
        assert len(program.result()["slices"]) == 2, name


def result(python, ratio, **more):
    """A result on speed where every case has that ratio."""
    rows = [{"program": name, "case": case, "debugger": "dapper", "ratio": ratio}
            for case, one in cases.CASES.items() for name in one.programs]
    return dict(versions={"python": python}, rows=rows, **more)


def test_bars_are_those_of_the_version():
    def verdicts(python, ratio):
        rows = bars.rows({"speed": [result(python, ratio)]})
        return {name: row[-1] for row in rows for name in [row[1]] if row[0].startswith("attached")}

    assert verdicts("3.8.18", 1.025) == {
        "3.12 and newer": "not measured", "3.11": "not measured", "3.8 to 3.10": "held"}
    assert verdicts("3.11.7", 1.025)["3.11"] == verdicts("3.15.0", 1.025)["3.12 and newer"] == "**missed**"


def test_the_slowest_python_of_a_class_decides():
    rows = bars.rows({"speed": [result("3.12.1", 1.0), result("3.13.0", 1.5)]})
    assert {row[-1] for row in rows if row[0] == "100 breakpoints" and row[1] == "3.12 and newer"} == {"**missed**"}


def test_every_row_is_there_for_every_class():
    assert len(bars.rows({})) == len(bars.BARS) * len(bars.CLASSES)


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


@pytest.mark.parametrize("name", cases.HOT)
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
    with open(os.path.join(facts.ROOT, headlines.README), encoding="utf-8") as file:
        assert file.read() == headlines.readme(found)


def test_results_say_where_they_come_from():
    for kind in report.KINDS:
        for data in report.results(kind):
            assert {"date", "versions", "machine", "load", "method", "scheduling"} <= set(data), json.dumps(data)[:200]
            assert not [text for text in json.dumps(data).split('"') if text.startswith("/")], "a path of some machine"
