"""Many children of one session, many of them at a breakpoint at once. `make soak` asks for more of them than the suite."""

import os

import pytest

from tests import tree
from tests.tree import Tree

SPAWNED = int(os.environ.get("DAPPER_TEST_SPAWNED", "24"))  #: children in all
AT_ONCE = int(os.environ.get("DAPPER_TEST_AT_ONCE", "8"))  #: of those, at a breakpoint at the same time

MAIN = """
import subprocess, sys
count, at_once = int(sys.argv[1]), int(sys.argv[2])
codes = []
while len(codes) < count:
    batch = [subprocess.Popen([sys.executable, "child.py", str(len(codes) + n)]) for n in range(min(at_once, count - len(codes)))]
    codes += [process.wait() for process in batch]
print(len(codes), sum(codes))
"""


@pytest.mark.timeout(600)
def test_many_children_stand_at_once_and_all_end(hub, program, monkeypatch):
    monkeypatch.setattr(tree, "DEADLINE", 300.0)
    prog = program({"main.py": MAIN, "child.py": "import sys\nx = int(sys.argv[1])  # @child\nsys.exit(x % 7)\n"})
    with hub.open(prog) as s:
        s.initialize()
        s.launch(prog, args=[str(SPAWNED), str(AT_ONCE)], cwd=prog.folder)
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        s.configure(["child"])
        s.configuration_done()
        whole = Tree(s, ["child"])
        standing = whole.stopped(AT_ONCE)
        assert {session.stopped.mark for session in standing} == {"child"}
        assert len({session.pid for session in standing}) == AT_ONCE
        assert whole.run_to_the_end() == ["child"] * SPAWNED
        assert s.wire.wait_for_event("exited")["exitCode"] == 0
        assert s.output("stdout") == "%d %d\n" % (SPAWNED, sum(n % 7 for n in range(SPAWNED)))
        assert len(whole.sessions) == SPAWNED + 1


@pytest.mark.timeout(300)
def test_many_children_end_with_the_session(hub, program):
    """Killed while they stand: nothing is left over."""
    prog = program({"main.py": MAIN, "child.py": "import sys\nx = int(sys.argv[1])  # @child\n"})
    with hub.open(prog) as s:
        s.initialize()
        s.launch(prog, args=[str(AT_ONCE), str(AT_ONCE)], cwd=prog.folder)
        s.configure(["child"])
        s.configuration_done()
        Tree(s, ["child"]).stopped(AT_ONCE)
        s.wire.request("disconnect", {"terminateDebuggee": True})
        s.hub.wait()
        s.family.wait_extinct()
