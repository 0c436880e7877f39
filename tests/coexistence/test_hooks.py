"""What there is one of for all tools: ids of sys.monitoring, the eval-frame hook, and a trace function set earlier."""

import subprocess
import sys
import sysconfig

import pytest

from dapper._frame_eval.opcodes import LINES_AS_MARKS
from tests.client import DapClient
from tests.coexistence.kit import Case, cases, check, notices
from tests.engines import ENGINES_HERE

MONITORING = hasattr(sys, "monitoring")
IDS = """
    import sys

    monitoring, events = sys.monitoring, sys.monitoring.events
    seen = []

    def count(kind):
        return lambda code, where, *more: seen.append((kind, kind[0] == "l" and where)) if code.co_name == "work" else None

    def watch(tool):
        monitoring.use_tool_id(tool, "tool %d" % tool)
        monitoring.register_callback(tool, events.LINE, count("line %d" % tool))
        monitoring.register_callback(tool, events.RAISE, count("raise %d" % tool))
        monitoring.set_events(tool, events.LINE | events.RAISE)

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        try:
            1 // (n - 2)
        except ZeroDivisionError:
            total = -1
        return total

    for tool in range(6):
        if monitoring.get_tool(tool) is None and tool not in (0, 3, 4):
            watch(tool)
    print(work(3), work(2))
    for tool in range(6):
        if monitoring.get_tool(tool) == "tool %d" % tool:
            monitoring.set_events(tool, 0)
    print(*seen, sep="\\n")
"""
HOOK = """
    import ctypes

    hook = ctypes.PyDLL({path!r})
    hook.install()

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        return total

    def run():
        return [work(3) for _ in range(2)]

    run()
    before = hook.count()
    print(run())
    print(hook.count() - before >= 3, hook.is_first())  # it counts what dapper does in between, too
"""
#: An eval-frame hook as torch._dynamo has one: it counts the calls and passes them on.
HOOK_SOURCE = """
#if PY_VERSION_HEX < 0x03090000
#define Py_BUILD_CORE 1
#include <Python.h>
#include "internal/pycore_pystate.h"
#define PARAMETERS PyFrameObject *frame, int throwing
#define ARGUMENTS frame, throwing
#define GET() (PyThreadState_Get()->interp->eval_frame)
#define SET(function) (PyThreadState_Get()->interp->eval_frame = (function))
#else
#include <Python.h>
struct _PyInterpreterFrame;
#if PY_VERSION_HEX < 0x030B0000
#define FRAME PyFrameObject
#else
#define FRAME struct _PyInterpreterFrame
#endif
#define PARAMETERS PyThreadState *state, FRAME *frame, int throwing
#define ARGUMENTS state, frame, throwing
#define GET() _PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Get())
#define SET(function) _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get(), function)
#endif
static _PyFrameEvalFunction next;
static long calls;
static PyObject *evaluate(PARAMETERS) { calls++; return next(ARGUMENTS); }
void install(void) { next = GET(); SET(evaluate); }
int count(void) { return (int)calls; }
int is_first(void) { return GET() == evaluate; }
"""
FIRST = """
    import sys

    seen = []

    def trace(frame, event, arg):
        if frame.f_code.co_name == "work":
            seen.append((event, frame.f_lineno))
        return trace

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        return total

    sys.settrace(trace)
    work(1)
    import dapper
    sys.stdout.write("%d\\n" % dapper.listen(0)[1])
    sys.stdout.flush()
    dapper.wait_for_client()
    del seen[:]
    work(2)
    sys.settrace(None)
    print(seen)
"""


@pytest.mark.skipif(not MONITORING, reason="there is no sys.monitoring")
@cases([Case("sys.monitoring", "ids 1, 2 and 5, lines and raises", {"prog.py": IDS}, hits=5)])
def test_other_tools(case, way, program, dap):
    check(dap, program(case.files), case, way)


@pytest.fixture(scope="session")
def hook(tmp_path_factory):
    """The path of the shared library."""
    folder = tmp_path_factory.mktemp("hook")
    (folder / "hook.c").write_text('#define PY_SSIZE_T_CLEAN\n#include <patchlevel.h>\n' + HOOK_SOURCE)
    compiler = (sysconfig.get_config_var("CC") or "cc").split()
    command = compiler + ["-shared", "-fPIC", "-I" + sysconfig.get_paths()["include"], "-o", "hook.so", "hook.c"]
    try:
        subprocess.run(command, cwd=str(folder), check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip("no compiler, or no headers of Python: %s" % (getattr(error, "output", None) or error))
    return str(folder / "hook.so")


class HookCase(Case):
    """Its program needs to know where the library is."""

    def at(self, path):
        return {"prog.py": self.files["prog.py"].format(path=path)}


@cases([HookCase("eval-frame hook", "a foreign one (PEP 523)", {"prog.py": HOOK}, hits=12)])
def test_a_foreign_hook(case, way, program, dap, hook):
    check(dap, program(case.at(hook)), case, way)


@pytest.mark.parametrize("engine", [engine.name for engine in ENGINES_HERE])
def test_a_trace_function_that_was_there_first(program, engine):
    from tests.dap.test_api import attached, running

    prog = program(FIRST)
    settings = {"DAPPER_FRAME_EVAL_ENGINE": engine}
    with running(prog, env=settings) as process, attached(process, prog, ["here"]) as s:
        stats = s.wire.request("dapperTelemetry")
        assert stats["engine"] == engine
        assert s.marks_until_end() == ["here"] * 2
        if engine == "settrace":
            assert "TRACE_FUNCTION_TAKEN" in stats["limits"]
            begun, ended = notices(s)
            assert "sys.settrace is used by __main__.trace already" in begun
            assert "sys.settrace was used by the program" in ended  # its last call, which takes ours away
            return
        assert notices(s) == []
        at = prog.line("here")
        loop = ["('line', %d)" % line for line in (at - 1, at)]
        lines = ["('call', %d)" % (at - 3), "('line', %d)" % (at - 2)] + loop * 2
        assert process.wait() == 0
        assert ", ".join(lines) in process.text()


def test_a_trace_function_that_replaces_ours_is_named_at_a_pause(program):
    prog = program(
        """
        import sys, time

        def trace(frame, event, arg):
            return None

        def work(i):
            return i  # @here

        sys.settrace(trace)
        print("set", flush=True)
        while sys.gettrace() is trace:
            time.sleep(0.01)
            if len(sys.argv) > 5:
                break
        """
    )
    with DapClient.spawn(prog, "settrace") as s:
        s.run(prog, ["here"])
        s.wait_output("set")
        s.wire.request("pause", {"threadId": s.threads()[0]["id"]})
        s.wait_output("sys.settrace is used by __main__.trace now")
        stats = s.wire.request("dapperTelemetry")
        assert stats["counts"]["TRACE_FUNCTION_REPLACED"] == 1
        assert len(notices(s)) == 1
