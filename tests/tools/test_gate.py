"""What must never get worse: counts and one coarse ratio, held to their limits on each Python (benchmarks/gate.py)."""

import os
import subprocess
import sys

import pytest

from benchmarks.facts import ROOT
from tests.engines import ENGINES_HERE

INSTALLED = subprocess.call([sys.executable, "-c", "import dapper"], cwd=os.path.sep, stderr=subprocess.DEVNULL) == 0


@pytest.mark.timeout(180)
@pytest.mark.skipif(not INSTALLED, reason="dapper is not installed for this Python: `make test` does that")
def test_the_gate_is_passed():
    done = subprocess.run([sys.executable, "-m", "benchmarks", "gate"], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    print(done.stdout)
    assert done.returncode == 0 and "good with the engine %s," % ENGINES_HERE[-1].name in done.stdout
