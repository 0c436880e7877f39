"""ipykernel's debugger with dapper in debugpy's place: every message JupyterLab sends, to a real kernel."""
import pytest

pytest.importorskip("ipykernel", reason="ipykernel is not installed: make test EXTRAS='test libraries'")
pytest.importorskip("jupyter_client", reason="jupyter_client is not installed: make test EXTRAS='test libraries'")

import ipykernel

from tests.shim.kernels import Kernel

#: Before 7 ipykernel says in its kernelspec alone that it has a debugger, and shows frames of its own.
IS_OLD = ipykernel.version_info[0] < 7

CELL = """\
import random

def area(width, height):
    result = width * height
    return result

size = {'a': 3, 'b': [1, 2, 3]}
total = 0
for n in range(3):
    total += area(n, 4)
print("total", total)
"""


@pytest.fixture
def kernel():
    with Kernel() as kernel:
        yield kernel


def test_the_kernel_says_it_has_a_debugger(kernel):
    assert IS_OLD or "debugger" in kernel.info()["supported_features"]
    info = kernel.ask("debugInfo")
    assert info["isStarted"] is False
    assert info["richRendering"] is True


def test_a_cell_stops_shows_its_variables_and_goes_on(kernel):
    assert kernel.start_debugging()["supportsConfigurationDoneRequest"]
    path = kernel.ask("dumpCell", code=CELL)["sourcePath"]
    answer = kernel.ask("setBreakpoints", source={"path": path}, breakpoints=[{"line": 5}], sourceModified=False)
    assert [(one["verified"], one["line"]) for one in answer["breakpoints"]] == [(True, 5)]
    kernel.ask("configurationDone")
    assert kernel.ask("debugInfo")["breakpoints"] == [{"source": path, "breakpoints": [{"line": 5}]}]
    running = kernel.execute(CELL)
    thread = kernel.wait_event("stopped")["body"]["threadId"]
    assert kernel.ask("debugInfo")["stoppedThreads"]
    frames = kernel.ask("stackTrace", threadId=thread)["stackFrames"]
    assert [(frame["name"], frame["line"]) for frame in frames[:2]] == [("area", 5), ("<module>", 10)]
    assert frames[0]["source"]["path"] == path
    assert all("runpy" in frame["source"]["path"] for frame in frames[2:]), "frames of the kernel are shown"
    scopes = kernel.ask("scopes", frameId=frames[0]["id"])["scopes"]
    assert scopes[0]["name"] == "Locals"
    variables = kernel.ask("variables", variablesReference=scopes[0]["variablesReference"])["variables"]
    assert {one["name"]: one["value"] for one in variables} == {"width": "0", "height": "4", "result": "0"}
    assert kernel.ask("evaluate", expression="width + height", frameId=frames[0]["id"], context="repl")["result"] == "4"
    rich = kernel.ask("richInspectVariables", variableName="size", frameId=frames[1]["id"])
    assert rich["data"]["text/plain"] == "{'a': 3, 'b': [1, 2, 3]}"
    kernel.ask("copyToGlobals", srcVariableName="height", dstVariableName="copied", srcFrameId=frames[0]["id"])
    kernel.ask("next", threadId=thread)
    assert kernel.wait_event("stopped")["body"]["reason"] == "step"
    assert kernel.top_frame(thread)["name"] in ("area", "<module>")
    kernel.ask("setBreakpoints", source={"path": path}, breakpoints=[], sourceModified=False)
    kernel.ask("continue", threadId=thread)
    assert kernel.wait_idle(running) is None
    assert "total 12" in kernel.output
    assert kernel.wait_idle(kernel.execute("assert copied == 4")) is None


def test_the_last_line_of_a_cell_leads_to_the_end_of_the_cell(kernel):
    kernel.start_debugging()
    code = "a = 1\nb = a + 1\nc = b + 1"
    path = kernel.ask("dumpCell", code=code)["sourcePath"]
    kernel.ask("setBreakpoints", source={"path": path}, breakpoints=[{"line": 2}])
    kernel.ask("configurationDone")
    running = kernel.execute(code)
    thread = kernel.wait_event("stopped")["body"]["threadId"]
    kernel.ask("next", threadId=thread)
    kernel.wait_event("stopped")
    assert kernel.top_frame(thread)["line"] == 3
    kernel.ask("next", threadId=thread)
    assert kernel.wait_idle(running) is None, "a step past the last line stopped in the kernel's own code"


def test_variables_are_looked_at_while_nothing_is_stopped(kernel):
    kernel.start_debugging()
    kernel.ask("configurationDone")
    assert kernel.wait_idle(kernel.execute("class P:\n    def __init__(s): s.x = 5\nnumbers = [10, 20]\np = P()")) is None
    shown = {one["name"]: one for one in kernel.ask("inspectVariables")["variables"]}
    assert shown["numbers"]["value"] == "[10, 20]" and shown["numbers"]["type"] == "list"
    inside = kernel.ask("variables", variablesReference=shown["numbers"]["variablesReference"])["variables"]
    assert {"0": "10", "1": "20"}.items() <= {one["name"]: one["value"] for one in inside}.items()
    inside = kernel.ask("variables", variablesReference=shown["p"]["variablesReference"])["variables"]
    assert ("x", "5") in [(one["name"], one["value"]) for one in inside]
    assert kernel.ask("richInspectVariables", variableName="numbers")["data"]["text/plain"] == "[10, 20]"


def test_disconnect_and_debug_again_on_the_same_port(kernel):
    for turn in range(3):
        kernel.start_debugging()
        code = "x = %d\ny = x + 1" % turn
        path = kernel.ask("dumpCell", code=code)["sourcePath"]
        kernel.ask("setBreakpoints", source={"path": path}, breakpoints=[{"line": 2}])
        kernel.ask("configurationDone")
        running = kernel.execute(code)
        thread = kernel.wait_event("stopped")["body"]["threadId"]
        assert kernel.top_frame(thread)["line"] == 2
        kernel.ask("continue", threadId=thread)
        assert kernel.wait_idle(running) is None
        kernel.ask("disconnect", restart=False, terminateDebuggee=False)
        assert kernel.ask("debugInfo")["isStarted"] is False
        assert kernel.wait_idle(kernel.execute(code)) is None


def test_breakpoint_and_exceptions_stop_in_the_cell(kernel):
    kernel.start_debugging()
    kernel.ask("setExceptionBreakpoints", filters=[], exceptionOptions=[
        {"path": [{"names": ["Python Exceptions"]}], "breakMode": "always"}])
    kernel.ask("configurationDone")
    running = kernel.execute("def f():\n    return 1 / 0\nf()")
    stopped = kernel.wait_event("stopped")["body"]
    assert (stopped["reason"], stopped["text"]) == ("exception", "ZeroDivisionError")
    assert kernel.top_frame(stopped["threadId"])["line"] == 2
    kernel.ask("setExceptionBreakpoints", filters=[])
    kernel.ask("continue", threadId=stopped["threadId"])
    assert kernel.wait_idle(running) == "division by zero"
    # IPython handles what a cell raises: that is no uncaught exception, as with debugpy, but one no user code handles.
    for filters, stops in (["uncaught"], False), (["userUnhandled"], True):
        kernel.ask("setExceptionBreakpoints", filters=filters)
        assert kernel.wait_idle(kernel.execute("try:\n    f()\nexcept ZeroDivisionError:\n    pass")) is None
        running = kernel.execute("async def g():\n    return f()\nawait g()")
        if stops:
            stopped = kernel.wait_event("stopped")["body"]
            assert kernel.top_frame(stopped["threadId"])["name"] == "f"
            kernel.ask("continue", threadId=stopped["threadId"])
        assert kernel.wait_idle(running) == "division by zero"
        assert not [event for event in kernel.events if event["event"] == "stopped"]
    kernel.ask("setExceptionBreakpoints", filters=[])
    running = kernel.execute("before = 1\nbreakpoint()\nafter = 2")
    stopped = kernel.wait_event("stopped")["body"]
    top = kernel.top_frame(stopped["threadId"])
    assert top["name"] == "run_code" if IS_OLD else top["line"] == 2  # nothing is left of the cell's statement
    kernel.ask("continue", threadId=stopped["threadId"])
    assert kernel.wait_idle(running) is None
