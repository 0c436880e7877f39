"""tools/again.py: what fails twice has failed, what fails once is named."""

import os
import re
import subprocess
import sys

from benchmarks.facts import ROOT

UNSTEADY = '''
import os, pytest

@pytest.mark.parametrize("number", range({}))
def test_unsteady(number):
    name = "seen%d" % number
    if not os.path.exists(name):
        open(name, "w").close()
        raise ValueError("for once")

def test_good():
    pass
'''


def run(folder, text, *more):
    """Run a test file; its exit code and what was printed."""
    (folder / "test_it.py").write_text(text)
    command = [sys.executable, os.path.join(ROOT, "tools", "again.py"), "-q", "test_it.py"] + list(more)
    done = subprocess.run(command, cwd=str(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True)
    print(done.stdout)
    return done.returncode, done.stdout


def test_what_fails_once_is_named_and_shown(tmp_path):
    code, said = run(tmp_path, UNSTEADY.format(2))
    assert code == 0 and "ValueError: for once" in said
    assert said.splitlines()[-1] == "1 passed, 2 unsteady: test_it.py::test_unsteady[0] test_it.py::test_unsteady[1]"


def test_what_fails_twice_has_failed(tmp_path):
    code, said = run(tmp_path, "def test_bad():\n    assert 0\n\ndef test_good():\n    pass\n")
    assert code == 1 and len(re.findall("assert 0\nE ", said)) == 2


def test_many_failures_are_no_accident(tmp_path):
    code, said = run(tmp_path, UNSTEADY.format(3))
    assert code == 1 and "Once more" not in said


def test_nothing_is_tried_again_when_nothing_ran(tmp_path):
    code, said = run(tmp_path, "")
    assert code == 5 and "Once more" not in said


def test_a_test_of_a_group_is_found_again(tmp_path):
    code, said = run(tmp_path, "import pytest\npytestmark = pytest.mark.xdist_group('one')\n" + UNSTEADY.format(1),
                     "-n", "1", "--dist", "loadgroup")
    assert code == 0 and said.splitlines()[-1].endswith("1 unsteady: test_it.py::test_unsteady[0]")
