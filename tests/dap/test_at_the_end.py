"""The interpreter's end: other threads are frozen by then, our reading thread too, and the program's last lines still run."""

import pytest

LAST = """
    import os

    class Last:
        def __del__(self, write=os.write):
            text = b"kept"  # @last
            write(1, text)
"""

#: Where the object is kept decides when it goes: with the first modules, or when all of them have been emptied, ours too.
KEPT = pytest.mark.parametrize("keep", ["kept = last.Last()", "sys.kept = last.Last()"], ids=["early", "late"])


@KEPT
def test_a_breakpoint_that_nobody_could_go_on_from(dap, program, keep):
    main = """
    import last, sys
    %s
    over = 1  # @over
    """
    with dap.launch(program({"prog.py": main % keep, "last.py": LAST}), stop_at=["over", "last"]) as s:
        s.wait_stop("over")
        s.finish()
        assert s.output("stdout") == "kept"


@KEPT
def test_a_thread_that_stands_does_not_hold_the_end_up(dap, program, keep):
    main = """
    import last, sys, thread, time
    %s
    while not hasattr(sys, "seen"):
        time.sleep(0.01)
    """
    stands = """
    import _thread

    def stand():
        there = 1  # @there

    _thread.start_new_thread(stand, ())
    """
    prog = program({"prog.py": main % keep, "last.py": LAST, "thread.py": stands})
    with dap.launch(prog, stop_at=["there", "last"], stopAllThreadsOnSuspend=False) as s:
        s.wait_stop("there")
        s.evaluate("setattr(__import__('sys'), 'seen', True)")
        s.wire.wait_for_event("exited")
        assert s.output("stdout") == "kept"
