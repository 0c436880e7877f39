"""The filter userUnhandled against a corpus labelled by hand: it stops where a label is, and nowhere else."""

import re
import sys

import pytest

from tests.dap import handled_cases
from tests.engines import ENGINES_HERE
from tests.programs import Program, marks_in

pytestmark = pytest.mark.xdist_group("handled cases")

TEXT = handled_cases.CASES + (handled_cases.NEWER if sys.version_info >= (3, 11) else "")
NAMES = re.findall(r"^def (\w+)\(\):", TEXT, re.M)
LABELS = set(marks_in(TEXT))

_results = {}


@pytest.fixture(params=ENGINES_HERE, ids=lambda engine: engine.name)
def stops(request, tmp_path_factory):
    """The marks of all stops of one run of the corpus, and how many frames each showed."""
    from tests.conftest import Sessions

    name = request.param.name
    if name not in _results:
        end = "\ndriver.run([%s])\n" % ", ".join(NAMES)
        files = dict({"prog.py": handled_cases.HEAD + TEXT + end}, **handled_cases.FILES)
        program = Program(tmp_path_factory.mktemp("corpus"), files)
        with Sessions(name).launch(program, exceptions=["userUnhandled"]) as s:
            _results[name] = s.marks_until_end()
    return _results[name]


def test_the_corpus_is_big_enough():
    assert len(NAMES) >= 60 and LABELS < set(NAMES) and len(LABELS) >= 15


@pytest.mark.parametrize("name", NAMES)
def test_case(stops, name):
    assert (stops.count(name) == 1) == (name in LABELS), "stops: %s" % stops


def test_no_stop_that_has_no_label(stops):
    assert [mark for mark in stops if mark not in LABELS] == []
