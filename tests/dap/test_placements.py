"""Every placement of the corpus is hit exactly as often as it is executed, on every engine."""

import json
import os
import sys
import textwrap

import pytest

from tests.dap.placements.expressions import EXPRESSIONS
from tests.dap.placements.files import FILES
from tests.dap.placements.resumed import RESUMED
from tests.dap.placements.scopes import SCOPES
from tests.dap.placements.statements import STATEMENTS
from tests.programs import Program, marks_in

pytestmark = pytest.mark.xdist_group("placements")

ALL = EXPRESSIONS + STATEMENTS + SCOPES + RESUMED + FILES
HERE = [placement for placement in ALL if sys.version_info >= placement.since]

HELPERS = """
def f(x=None):
    return x

class cm:
    def __init__(self, swallow=False):
        self.swallow = swallow
    def __enter__(self):
        return self
    def __exit__(self, *exc):
        return self.swallow
"""

MAIN = """
import importlib.util, json, sys, traceback

for name, path in json.load(open("names.json", encoding="utf-8")):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception:
        print("FAILED", name)
        traceback.print_exc()
"""


#: what the breakpoints say beside their lines; the second is decided in the code itself where an engine can
DECIDED = {"plain": {}, "decided": {"condition": "1 == 1", "hitCondition": ">=1"}}


def run_corpus(dap, folder, more):
    """Run all placements in one session.

    Args:
        more: what each breakpoint says beside its line.

    Returns:
        Placement name → list of the marks stopped at.
    """
    program = Program(folder, {"main.py": MAIN, "helpers.py": HELPERS})
    places, lines = {}, {}
    for number, placement in enumerate(HERE):
        text = placement.text
        if isinstance(text, str):
            text = "from helpers import f, cm\n" + textwrap.dedent(text)
        path = os.path.join(program.folder, placement.file or "p%02d.py" % number)
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        marks = marks_in(data.decode("utf-8", "replace"))
        lines[path] = sorted(marks.values())
        for mark, line in marks.items():
            places[path, line] = placement.name, mark
    names = [("corpus_%d" % number, path) for number, path in enumerate(lines)]
    with open(os.path.join(program.folder, "names.json"), "w") as file:
        json.dump(names, file)
    seen = {placement.name: [] for placement in HERE}
    with dap.open(program) as session:
        session.initialize()
        session.launch(program, cwd=program.folder)
        for path, wanted in lines.items():
            session.set_breakpoints(path, [dict(more, line=line) for line in wanted])
        session.configuration_done()
        for path, line in session.places_until_end():
            name, mark = places.get((path, line), ("?", "%s:%d" % (path, line)))
            seen.setdefault(name, []).append(mark)
        assert "FAILED" not in session.output()
    return seen


@pytest.fixture(scope="module")
def runs():
    """(engine name, key of DECIDED) → what its run of the corpus gave, or how it failed."""
    return {}


@pytest.fixture(params=DECIDED)
def hits(request, dap, runs, tmp_path_factory):
    """Placement name → marks stopped at, on one engine."""
    key = dap.engine, request.param
    if key not in runs:
        runs[key] = "the run of the corpus failed before"
        runs[key] = run_corpus(dap, tmp_path_factory.mktemp("corpus"), DECIDED[request.param])
    if isinstance(runs[key], str):
        pytest.fail(runs[key])
    return runs[key]


@pytest.mark.parametrize("placement", HERE, ids=lambda placement: placement.name.replace(" ", "-"))
def test_placement(placement, hits):
    assert " ".join(hits[placement.name]) == placement.expected


def test_no_stop_anywhere_else(hits):
    assert hits.get("?", []) == []


def test_the_corpus_is_large():
    assert len({placement.name for placement in ALL}) == len(ALL) >= 40
