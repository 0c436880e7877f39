"""JupyterLab's server between: what its debugger sends, in the order it sends it, over the websocket it uses.

No browser takes part: one can't be had by pip alone. That the front end shows all of it was tried by hand, see doc/jupyter.md.
"""
import pytest

pytest.importorskip("jupyterlab", reason="jupyterlab is not installed: make test EXTRAS='test libraries'")
pytest.importorskip("websocket", reason="websocket-client is not installed: make test EXTRAS='test libraries'")

from tests.shim.lab import LabKernel
from tests.shim.test_jupyter import CELL


@pytest.mark.timeout(180)
def test_the_debugger_of_jupyterlab(tmp_path):
    with LabKernel(str(tmp_path)) as kernel:
        assert "jupyter-config-data" in kernel.page  # the front end is served
        # the bug beside the kernel's name is switched on
        assert "debugger" in kernel.info().get("supported_features", ()) or kernel.info().get("debugger")
        assert kernel.ask("debugInfo")["isStarted"] is False
        assert kernel.start_debugging()["exceptionBreakpointFilters"]
        info = kernel.ask("debugInfo")
        assert info["isStarted"] is True and info["richRendering"] is True
        # a click beside a line, then the cell runs
        path = kernel.ask("dumpCell", code=CELL)["sourcePath"]
        answer = kernel.ask("setBreakpoints", breakpoints=[{"line": 5}], source={"path": path}, sourceModified=False)
        assert [(one["verified"], one["line"]) for one in answer["breakpoints"]] == [(True, 5)]
        kernel.ask("configurationDone")
        running = kernel.execute(CELL)
        thread = kernel.wait_event("stopped")["body"]["threadId"]
        # the panels fill
        frames = kernel.ask("stackTrace", threadId=thread)["stackFrames"]
        assert [(frame["name"], frame["line"]) for frame in frames[:2]] == [("area", 5), ("<module>", 10)]
        scopes = kernel.ask("scopes", frameId=frames[0]["id"])["scopes"]
        variables = kernel.ask("variables", variablesReference=scopes[0]["variablesReference"])["variables"]
        assert {one["name"]: one["value"] for one in variables} == {"width": "0", "height": "4", "result": "0"}
        assert "def area" in kernel.ask("source", source={"path": path})["content"]
        rich = kernel.ask("richInspectVariables", variableName="size", frameId=frames[1]["id"])
        assert rich["data"]["text/plain"] == "{'a': 3, 'b': [1, 2, 3]}"
        assert kernel.ask("evaluate", expression="width + height", frameId=frames[0]["id"], context="repl")["result"] == "4"
        assert thread in kernel.ask("debugInfo")["stoppedThreads"]
        # next, step out, the breakpoint is taken away, continue
        kernel.ask("next", threadId=thread)
        kernel.wait_event("stopped")
        kernel.ask("stepOut", threadId=thread)
        assert kernel.wait_event("stopped")["body"]["reason"] in ("step", "breakpoint")
        kernel.ask("setBreakpoints", breakpoints=[], source={"path": path}, sourceModified=False)
        kernel.ask("continue", threadId=thread)
        assert kernel.wait_idle(running) is None and "total 12" in kernel.output
        # the bug is switched off, and on again
        kernel.ask("disconnect", restart=False, terminateDebuggee=False)
        assert kernel.ask("debugInfo")["isStarted"] is False
        kernel.start_debugging()
        kernel.ask("configurationDone")
        assert "size" in [one["name"] for one in kernel.ask("inspectVariables")["variables"]]
        kernel.ask("disconnect", restart=False, terminateDebuggee=False)
