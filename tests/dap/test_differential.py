"""Many small programs say the same alone, attached and idle, and with a stop where everything is looked at.

Most run one after the other in one process, which is cheap. What is not cheap, looking at everything and programs that
need a process of their own, is tried here as a sample; DAPPER_DIFFERENTIAL=all (``make differential``) tries all.
"""

import difflib
import os
import subprocess
import sys
from typing import NamedTuple

import pytest

from tests.dap.as_if import cases
from tests.processes import Family, poll
from tests.wire import Refused

CASES = cases()
ALL = os.environ.get("DAPPER_DIFFERENTIAL") == "all"
SAMPLE = [
    "frames.uncaught", "process.modules", "process.open_descriptors", "process.exit_code", "process.output_of_children",
    "threads.daemon_thread_at_the_end",
]
TOGETHER = [case for case in CASES if not case.alone]
ALONE = [case for case in CASES if case.alone and (ALL or case.name in SAMPLE)]
MOST = 25  # children of one level that are opened
DEADLINE = 60

DRIVER = """
import sys
_programs = sys.argv[1:]
def _run(path):
    import traceback
    with open(path, encoding="utf-8") as file:
        code = compile(file.read(), path, "exec")
    print("=== " + path)
    print("=== " + path, file=sys.stderr)
    try:
        exec(code, {"__name__": "__main__", "__file__": path, "__builtins__": __builtins__})
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
for _path in _programs:
    _run(_path)
"""


class Said(NamedTuple):
    """What came out of a process."""

    code: int
    stdout: str
    stderr: str


def by_itself(path, args, env):
    """Said by a program that nobody debugs."""
    done = subprocess.run(
        [sys.executable, path] + args,
        env=Family().environment(dict(env, PYTHONUNBUFFERED="1")),
        cwd=os.path.dirname(path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=DEADLINE,
    )
    code = done.returncode if done.returncode >= 0 else 128 - done.returncode  # as shells tell of signals
    return Said(code, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def debugged(dap, prog, args, env, breakpoints, looks):
    """Said by a program under the debugger; whatever it stops at is looked at, or passed by at once."""
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, args=args, env=env, cwd=prog.folder)
        for path, lines in breakpoints.items():
            s.set_breakpoints(path, lines)
        s.configure(exceptions=["uncaught"])
        s.configuration_done()

        def find():
            for session in list(s.family_of_sessions()):
                while session.configurations:
                    session.wait_child()  # an editor does so, and its processes wait for it
            return s.wire.peek("stopped") or s.wire.peek("terminated")

        stops = 0
        while poll(find, "a stop or the end", DEADLINE)["event"] == "stopped":
            s.wait_stop()
            stops += 1
            if looks:
                look(s)
            s.continue_()
        assert stops or not breakpoints
        return Said(s.wire.wait_for_event("exited")["exitCode"], s.output("stdout"), s.output("stderr"))


def look(s):
    """Do what an editor does at a stop, and open everything two levels deep."""
    s.threads()
    frames = s.stopped.frames
    for frame in frames[:2] + frames[-1:]:
        for scope in s.scopes(frame["id"]).values():
            open_all(s, scope["variablesReference"], 2)
    top = frames[0]["id"]
    assert s.evaluate("1 + 1", "watch", top) == "2"
    s.evaluate("len(locals())", "watch", top)
    s.evaluate("__name__", "hover", top)
    s.evaluate("globals().get('__name__')", "clipboard", top)
    s.evaluate("[1, 2]", "repl", top)
    s.wire.request("completions", {"text": "he", "column": 3, "frameId": top})
    with pytest.raises(Refused):
        s.evaluate("no_such_name", "watch", top)
    if s.stopped.reason == "exception":
        s.wire.request("exceptionInfo", {"threadId": s.stopped.thread})


def open_all(s, reference, levels):
    """Ask for children; not those that only run code of the program, on a click."""
    for variable in list(s.variables(reference).values())[:MOST]:
        waits = variable.get("presentationHint", {}).get("lazy") or variable["name"] == "dynamic variables"
        if levels and variable["variablesReference"] and not waits:
            open_all(s, variable["variablesReference"], levels - 1)


def written(folder, chosen):
    """The programs as files: (paths, {path: lines to look at})."""
    paths, lines = [], {}
    for case in chosen:
        path = folder / (case.name + ".py")
        path.write_text(case.text, encoding="utf-8")
        paths.append(str(path))
        if case.looks:
            lines[str(path)] = case.looks
    return paths, lines


def compare(plain, found):
    for stream in ("stdout", "stderr"):
        lines = [getattr(said, stream).splitlines() for said in (plain, found)]
        difference = "\n".join(difflib.unified_diff(*lines, "alone", "debugged", lineterm="", n=2))
        assert not difference, "%s differs:\n%s" % (stream, difference)
    assert found == plain


def test_there_are_enough_programs():
    assert len(CASES) >= 170
    assert sum(bool(case.looks) for case in CASES) >= 140


@pytest.mark.timeout(400)
@pytest.mark.parametrize("mode", ["idle", "looked at"])
def test_programs_one_after_the_other(dap, program, tmp_path, mode):
    chosen = [case for case in TOGETHER if dap.engine not in case.engines_not]
    if mode == "looked at" and not ALL:
        chosen = chosen[sys.version_info[1] % 12 :: 12]  # others on the next Python
    paths, lines = written(tmp_path, chosen)
    prog = program(DRIVER)
    plain = by_itself(prog.path, paths, {})
    assert plain.code == 0 and plain.stdout.count("=== ") == len(chosen) and "Traceback" not in plain.stderr
    compare(plain, debugged(dap, prog, paths, {}, lines if mode == "looked at" else {}, mode == "looked at"))


def test_a_breakpoint_after_the_program_has_closed_our_descriptor_stops_nobody(dap, program):
    prog = program(
        """
        import os
        os.closerange(3, 1000)
        print("closed", flush=True)
        here = 1  # @unheard
        print("on")
        """
    )
    with dap.launch(prog, ["unheard"]) as s:
        s.finish()
        assert s.output("stdout") == "closed\non\n"


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.name)
def test_a_program_in_a_process_of_its_own(dap, program, case):
    if dap.engine in case.engines_not:
        pytest.skip("%s is visible to this program; doc/looking.md says why" % dap.engine)
    prog = program(case.text)
    plain = by_itself(prog.path, [], case.env)
    compare(plain, debugged(dap, prog, [], case.env, {}, False))
    compare(plain, debugged(dap, prog, [], case.env, {prog.path: case.looks} if case.looks else {}, True))
