"""Every way a program starts others: the same output and exit code as without us, and breakpoints from the first line on.

Each program here is run twice, plainly and debugged with all its children. The libraries' ways are in
test_process_libraries.py.
"""

import os
import re
import subprocess
import sys
import time

import pytest

from dapper.adapter.children import COUNTS_THREADS_LATE
from tests.client import DapClient
from tests.tree import Tree

POSIX = os.name == "posix"
MULTI_THREADED = re.compile("multi-threaded, use of fork|^  pid = os.fork")
SLOWER = 3.0  #: seconds a debugged tree may take longer than the plain one, and
EACH = 1.0  #: seconds more for each child
ENVIRONMENT = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}  # the internal console's own

CHILD = """
import sys
first = 1  # @child
print("child", sys.argv[1:], __name__)
sys.stdout.flush()
sys.exit(5)
"""

#: way → program
WAYS = {
    "subprocess": """
        import subprocess, sys
        print(subprocess.call([sys.executable, "child.py", "a b", ""]))
        """,
    "subprocess, switches": """
        import subprocess, sys
        print(subprocess.call([sys.executable, "-B", "-Xutf8", "-W", "ignore", "child.py", "-c", "-m"]))
        """,
    "subprocess, bytes": """
        import os, subprocess, sys
        print(subprocess.call([os.fsencode(sys.executable), b"child.py", b"a b"]))
        """,
    "subprocess, shell": """
        import subprocess, sys
        print(subprocess.call('"%s" child.py "a b" && echo never; exit 7' % sys.executable, shell=True))
        """,
    "subprocess, -m": """
        import subprocess, sys
        print(subprocess.call([sys.executable, "-m", "child", "x"]))
        """,
    "subprocess, -c": """
        import subprocess, sys
        code = "import runpy, sys; sys.argv[0] = 'child.py'; runpy.run_path('child.py', run_name='__main__')"
        print(subprocess.call([sys.executable, "-c", code, "x"]))
        """,
    "subprocess, standard input": """
        import subprocess, sys
        code = b"import runpy, sys; runpy.run_path('child.py', run_name='__main__')"
        print(subprocess.run([sys.executable, "-"], input=code).returncode)
        """,
    "shebang": """
        import os, subprocess, sys
        with open("tool", "w") as file:
            file.write("#!%s\\n" % sys.executable + "import runpy; runpy.run_path('child.py', run_name='__main__')\\n")
        os.chmod("tool", 0o755)
        print(subprocess.call(["./tool", "x"]))
        """,
    "an own environment": """
        import os, subprocess, sys
        print(subprocess.call([sys.executable, "child.py"], env=dict(os.environ, PYTHONPATH="/nowhere", MINE="1")))
        """,
    "an empty environment": """
        import os, subprocess, sys
        print(subprocess.call([sys.executable, "child.py", "x"], env={}))
        print(subprocess.call(["/bin/sh", "-c", "echo $DAPPER_BOOT"], env={}))
        """,
    "os.execve, an own environment": """
        import os, sys
        pid = os.fork()
        if pid == 0:
            os.execve(sys.executable, [sys.executable, "child.py", "a"], {b"PYTHONPATH": "/nowhere", "A": "b"})
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "posix_spawn, an own environment": """
        import os, sys
        pid = os.posix_spawn(sys.executable, [sys.executable, "child.py", "a"], {"A": "b"})
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "check_output": """
        import subprocess, sys
        done = subprocess.run([sys.executable, "child.py", "x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        print(done)
        """,
    "os.system": """
        import os, sys
        print(os.system("%s child.py x" % sys.executable) >> 8)
        """,
    "os.popen": """
        import os, sys
        print(repr(os.popen("%s child.py x" % sys.executable).read()))
        """,
    "asyncio": """
        import asyncio, sys
        async def main():
            process = await asyncio.create_subprocess_exec(sys.executable, "child.py", "x", stdout=asyncio.subprocess.PIPE)
            print(await process.communicate(), process.returncode)
        asyncio.run(main())
        """,
    "spawnv": """
        import os, sys
        print(os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "child.py", "a"]))
        """,
    "spawnle": """
        import os, sys
        print(os.spawnle(os.P_WAIT, sys.executable, sys.executable, "child.py", "a", dict(os.environ)))
        """,
    "posix_spawn": """
        import os, sys
        pid = os.posix_spawn(sys.executable, [sys.executable, "child.py", "a"], os.environ)
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "posix_spawnp": """
        import os, sys
        pid = os.posix_spawnp(sys.executable, [sys.executable, "child.py", "a"], os.environ)
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "fork": """
        import os
        pid = os.fork()
        if pid == 0:
            first = 1  # @forked
            os._exit(5)
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "fork in a thread": """
        import os, threading
        def work():
            pid = os.fork()
            if pid == 0:
                first = 1  # @forked
                os._exit(5)
            print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        """,
    "fork twice": """
        import os
        pid = os.fork()
        if pid == 0:
            inner = os.fork()
            if inner == 0:
                first = 1  # @forked
                os._exit(4)
            os._exit(os.WEXITSTATUS(os.waitpid(inner, 0)[1]) + 1)
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "fork and exec": """
        import os, sys
        pid = os.fork()
        if pid == 0:
            os.execv(sys.executable, [sys.executable, "child.py", "a"])
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "fork and execvpe": """
        import os, sys
        pid = os.fork()
        if pid == 0:
            os.execvpe(sys.executable, [sys.executable, "child.py", "a"], dict(os.environ, MORE="1"))
        print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))
        """,
    "exec in place": """
        import os, sys
        print("before", flush=True)
        os.execv(sys.executable, [sys.executable, "child.py", "a"])
        """,
    "pty": """
        import pty, sys
        print(pty.spawn([sys.executable, "child.py", "a"]) >> 8)
        """,
    "multiprocessing": """
        import multiprocessing, sys
        def work(n):
            first = 1  # @work
            print("work", n, flush=True)
            sys.exit(6)
        if __name__ == "__main__":
            multiprocessing.set_start_method("METHOD")
            process = multiprocessing.Process(target=work, args=(21,), name="one")
            process.start()
            process.join()
            print(process.exitcode)
        """,
    "pool": """
        import multiprocessing
        def work(n):
            return n * n  # @work
        if __name__ == "__main__":
            multiprocessing.set_start_method("METHOD")
            with multiprocessing.Pool(2) as pool:
                print(pool.map(work, range(4)))
                pool.close()
                pool.join()
        """,
    "executor": """
        import concurrent.futures, multiprocessing
        def work(n):
            return n * n  # @work
        if __name__ == "__main__":
            context = multiprocessing.get_context("METHOD")
            with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
                print(list(pool.map(work, range(4))))
        """,
    "manager": """
        import multiprocessing
        def work(shared):
            shared["x"] = 1  # @work
        if __name__ == "__main__":
            context = multiprocessing.get_context("METHOD")
            with context.Manager() as manager:
                shared = manager.dict()
                process = context.Process(target=work, args=(shared,))
                process.start()
                process.join()
                print(dict(shared))
        """,
}


def cases():
    for way, text in WAYS.items():
        if "METHOD" in text:
            for method in ("spawn", "fork", "forkserver"):
                yield pytest.param(text.replace("METHOD", method), id="%s, %s" % (way, method))
        else:
            yield pytest.param(text, id=way)


@pytest.mark.skipif(not POSIX, reason="most of these ways are POSIX")
@pytest.mark.timeout(120)
@pytest.mark.parametrize("text", cases())
def test_a_tree_is_as_without_us(engine, program, text):
    prog = program({"main.py": text, "child.py": CHILD})
    plain, seconds = run_plainly(prog)
    marks, again, debugged, _ = run_debugged(prog, engine)
    assert marks and set(marks) <= {"child", "forked", "work"}
    if COUNTS_THREADS_LATE:  # there a fork is called by a function of ours, and Python hides what it warns of in a library
        plain = plain[0], "".join(line for line in plain[1].splitlines(True) if not MULTI_THREADED.search(line)), plain[2]
    assert debugged == plain
    assert again < seconds + SLOWER + EACH * len(marks), "%.1f s, plain %.1f s" % (again, seconds)


def run_plainly(prog):
    """((stdout, stderr, exit code), seconds)"""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, prog.path],
        cwd=prog.folder,
        env=dict(os.environ, **ENVIRONMENT),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    return (done.stdout.decode(), without_pids(done.stderr.decode()), done.returncode), time.monotonic() - began


def without_pids(text):
    """A text whose numbers of processes are no difference."""
    return re.sub(r"pid=\d+", "pid=N", text)


def run_debugged(prog, engine, **config):
    """(marks of the stops, seconds, (stdout, stderr, exit code), number of sessions)"""
    marks = [mark for mark in prog.marks if mark in ("child", "forked", "work")]
    began = time.monotonic()
    with DapClient.spawn(prog, engine.name) as s:
        s.initialize()
        s.launch(prog, cwd=prog.folder, **config)
        s.wire.request("setExceptionBreakpoints", {"filters": []})
        s.configure(marks)
        s.configuration_done()
        tree = Tree(s, marks)
        hit = tree.run_to_the_end()
        seconds = time.monotonic() - began
        code = s.wire.wait_for_event("exited")["exitCode"]
        return hit, seconds, (s.output("stdout"), without_pids(s.output("stderr")), code), len(tree.sessions)
