"""Processes the program starts: each is a session of its own, or runs on undisturbed."""

import pytest

from tests.dap.test_process_trees import run_plainly

SLACK = 0.3  #: seconds more on a machine that does other things: the load of our own files

WAYS = {
    "subprocess": """
        import subprocess, sys
        code = subprocess.call([sys.executable, "child.py", "a b"])
        print("child ended", code)
        """,
    "shell": """
        import subprocess, sys
        code = subprocess.call(sys.executable + " child.py 'a b'", shell=True)
        print("child ended", code)
        """,
    "fork": """
        import os, runpy, sys
        pid = os.fork()
        if pid == 0:
            sys.argv = ["child.py", "a b"]
            try:
                runpy.run_path("child.py", run_name="__main__")
            except SystemExit as error:
                os._exit(error.code)
        print("child ended", os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "exec after fork": """
        import os, sys
        pid = os.fork()
        if pid == 0:
            os.execv(sys.executable, [sys.executable, "child.py", "a b"])
        print("child ended", os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "grandchild": """
        import subprocess, sys
        code = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, 'child.py', 'a b']))"
        print("child ended", subprocess.call([sys.executable, "-c", code]))
        """,
}

CHILD = """
import sys
x = sys.argv[1]  # @child
sys.exit(5)
"""


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_child_is_a_session(dap, program, way):
    prog = program({"main.py": WAYS[way], "child.py": CHILD})
    with dap.launch(prog, ["child"], exceptions=[], cwd=prog.folder) as s:
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        child = s.wait_stop_in_child("child")
        assert child.stopped.frames[0]["name"] == "<module>"
        child.next()
        assert child.evaluate("x") == "'a b'"
        child.continue_()
        child.wire.wait_for_event("terminated")
        for session in s.children:
            session.leave()
        s.finish()
        assert "child ended 5" in s.output("stdout")


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_multiprocessing(dap, program, method):
    prog = program(
        """
        import multiprocessing

        def work(n):
            return n * 2  # @work

        if __name__ == "__main__":
            multiprocessing.set_start_method(%r)
            process = multiprocessing.Process(target=work, args=(21,))
            process.start()
            process.join()
            print("exit code", process.exitcode)
        """
        % method
    )
    with dap.launch(prog) as s:
        child = s.wait_stop_in_child("work")
        assert child.evaluate("n") == "21"
        child.continue_()
        child.wire.wait_for_event("terminated")
        for session in s.children:
            session.leave()
        s.finish()
        assert "exit code 0" in s.output("stdout")


def test_children_are_left_alone_when_asked(hub, program):
    prog = program({"main.py": WAYS["subprocess"], "child.py": CHILD})
    with hub.launch(prog, subProcess=False, cwd=prog.folder) as s:
        s.finish()
        assert not s.configurations
        assert "child ended 5" in s.output("stdout")


def test_a_client_that_does_not_know_sessions_gets_an_event(hub, program):
    prog = program({"main.py": WAYS["subprocess"], "child.py": CHILD})
    with hub.open(prog) as s:
        s.initialize(supportsStartDebuggingRequest=False)
        s.launch(prog, cwd=prog.folder)
        s.configuration_done()
        body = s.wire.wait_for_event("debugpyAttach")
        assert body["request"] == "attach" and body["subProcessId"] > 0
        assert body["connect"]["port"] > 0 and str(body["subProcessId"]) in body["name"]
        s.finish()  # nobody comes, and the child runs on
        assert "child ended 5" in s.output("stdout")


def test_a_client_that_can_not_debug_children_is_told_once_and_they_run_on(hub, program):
    """It offers no startDebugging and does not come for debugpyAttach."""
    prog = program(
        """
        import subprocess, sys, time
        child = "import time; print(repr(time.monotonic()))"  # one clock for all processes
        for _ in range(3):
            began = time.monotonic()
            first = float(subprocess.check_output([sys.executable, "-c", child]))
            print("child after", first - began, flush=True)
        """
    )
    plain = min(float(line.split()[-1]) for line in run_plainly(prog).said[0].splitlines())

    def first_waited():
        with hub.open(prog) as s:
            s.initialize(supportsStartDebuggingRequest=False)
            s.launch(prog)
            s.configuration_done()
            s.finish()
            seconds = [float(line.split()[-1]) for line in s.output("stdout").splitlines()]
            assert s.output("console").count("can't debug child processes") == 1
            assert len(s.wire.bodies("debugpyAttach")) == 1  # nobody came: the others were not offered
        assert len(seconds) == 3
        return seconds[0] - plain

    assert any(first_waited() < 0.2 + SLACK for _ in range(3))


def test_a_child_that_is_not_python(hub, program):
    prog = program("import subprocess\nprint(subprocess.check_output(['echo', 'from a child']).decode())\n")
    with hub.launch(prog) as s:
        s.finish()
        assert "from a child" in s.output("stdout")
        assert not s.configurations


@pytest.mark.parametrize("switch", ["-I", "-S", "-E"])
def test_children_that_can_not_be_followed_run_on(hub, program, switch):
    prog = program("import subprocess, sys\nprint(subprocess.call([sys.executable, %r, '-c', 'print(1)']))\n" % switch)
    with hub.launch(prog) as s:
        s.finish()
        assert "0" in s.output("stdout")
