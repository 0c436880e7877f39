"""Many breakpoints with conditions at once: they work from the beginning, and get their probes a little later."""
import sys

import pytest

from tests.engines import ENGINES_HERE

pytestmark = pytest.mark.skipif(
    not hasattr(sys, "monitoring") or not any(engine.name == "injection" for engine in ENGINES_HERE),
    reason="below 3.12 the native core gives code its probes when it is loaded",
)
COUNT = 250


def test_many_conditions(tmp_path):
    from dapper._frame_eval.config import FrameEvalConfig
    from dapper._frame_eval.runtime import FrameEvalRuntime
    from dapper.adapter.debugger.breakpoints import Breakpoint, Table
    from dapper.adapter.debugger.linemap import LineMaps
    from dapper.adapter.debugger.sources import Sources

    path = tmp_path / "many.py"
    path.write_text("".join("def f%d(a):\n    return a + 1\n" % number for number in range(COUNT)))
    scope, met = {}, []
    exec(compile(path.read_text(), str(path), "exec"), scope)
    functions = [scope["f%d" % number] for number in range(COUNT)]
    before = [function.__code__ for function in functions]

    class Port:
        hidden = ()

        def wants(self, ident):
            return False

        enters = wants

        def on_line(self, frame, line, found, offset=None, passed=None):
            if passed is not None or any(eval(one.condition, {}, frame.f_locals) for one in found.breakpoints):
                met.append(frame.f_code.co_name)

        def on_fault(self, error):
            raise error

    runtime = FrameEvalRuntime(Port())
    sources = Sources()
    key = sources.key(str(path))
    table = Table(sources, LineMaps())
    wanted = [Breakpoint(number + 1, key, {"line": 2 * number + 2, "condition": "a == %d" % number})
              for number in range(COUNT)]
    for one in wanted:
        one.bind(one.requested)
    runtime.initialize(FrameEvalConfig.parse({"engine": "injection"}), table)
    assert runtime.engine.name == "injection"
    try:
        table = table.with_file(key, wanted)
        runtime.update(table, later=True)
        assert [function.__code__ for function in functions] == before
        assert [function(7) for function in functions] == [8] * COUNT
        assert met == ["f7"]
        runtime.catch_up()
        assert not any(function.__code__ is code for function, code in zip(functions, before))
        assert [function(9) for function in functions] == [10] * COUNT
        assert met == ["f7", "f9"]
        runtime.update(table.with_file(key, wanted[:2]))
        back = [function.__code__ is code for function, code in zip(functions, before)]
        assert back == [False] * 2 + [True] * (COUNT - 2)
        runtime.update(table)
        assert not any(function.__code__ is code for function, code in zip(functions, before))
    finally:
        runtime.shutdown()
    assert [function.__code__ for function in functions] == before
