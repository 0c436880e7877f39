"""pause, continue, goto: the ways on that are no steps."""


def test_pause_a_busy_program(dap, program):
    prog = program(
        """
        print("ready", flush=True)
        go_on = True
        while go_on:
            n = 1
        end = 1  # @end
        """
    )
    with dap.launch(prog) as s:
        s.wait_output("ready")
        stop = s.pause()
        assert stop.names == ["<module>"]
        assert stop.body["allThreadsStopped"] is True
        s.wire.request("setExpression", {"expression": "go_on", "value": "False", "frameId": stop.frame})
        s.finish()


def test_continue_says_that_all_threads_do(dap, program):
    prog = program("x = 1  # @x\ny = 2\n")
    with dap.launch(prog, ["x"]) as s:
        thread = s.wait_stop("x").thread
        assert s.wire.request("continue", {"threadId": thread}) == {"allThreadsContinued": True}
        s.stopped = None
        s.finish()
        for body in s.wire.bodies("continued"):
            assert body["allThreadsContinued"] is True


GOTO = """
def f():
    a = 1  # @first
    b = 2  # @second
    c = 3  # @third
    for n in range(2):
        d = n  # @loop
    return a  # @return

f()  # @call
"""


def test_goto_back_and_forth(dap, program):
    prog = program(GOTO)
    with dap.launch(prog, ["second"]) as s:
        s.wait_stop("second")
        s.set_breakpoints(None, [])
        for mark in ("first", "third"):
            targets = s.wire.request("gotoTargets", {"source": {"path": prog.path}, "line": prog.line(mark)})["targets"]
            assert [target["line"] for target in targets] == [prog.line(mark)]
            s.wire.request("goto", {"threadId": s.stopped.thread, "targetId": targets[0]["id"]})
            s.wait_stop(mark, reason="goto")
        s.next()
        s.finish()


def test_goto_where_it_can_not_be(dap, program):
    prog = program(GOTO)
    with dap.launch(prog, ["second"]) as s:
        s.wait_stop("second")
        for mark in ("call", "loop"):
            arguments = {"source": {"path": prog.path}, "line": prog.line(mark)}
            targets = s.wire.request("gotoTargets", arguments)["targets"]
            if targets:  # then the interpreter says no
                assert mark == "loop"
                s.wire.refused("goto", {"threadId": s.stopped.thread, "targetId": targets[0]["id"]})
        s.wire.refused("goto", {"threadId": s.stopped.thread, "targetId": 123456})
        assert s.evaluate("a") == "1"  # still there
        s.finish()
