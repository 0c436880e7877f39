"""eventlet without an environment variable: green threads are stopped and stepped through. Skipped where it is not there."""

import pytest

pytest.importorskip("eventlet")

GREEN = """
import eventlet
eventlet.monkey_patch()
import threading, time

def work(n):
    total = n  # @work
    time.sleep(0.01)  # @sleep
    total += 1  # @rest
    return total

jobs = [eventlet.spawn(work, n) for n in range(3)]
print([job.wait() for job in jobs])
thread = threading.Thread(target=work, args=(9,), name="patched")
thread.start()
thread.join()
end = 1  # @end
"""


def test_green_threads(dap, program):
    prog = program(GREEN)
    with dap.launch(prog, ["work", "end"]) as s:
        s.wait_stop("work")
        s.continue_("work")
        assert s.evaluate("n") == "1"
        s.set_breakpoints(None, ["end"])
        s.next("sleep")
        s.next("rest")  # the others have run up to their own sleep meanwhile
        assert s.evaluate("n") == "1"
        assert s.evaluate("jobs[2].dead") == "False"
        s.set_breakpoints(None, ["work", "end"])
        s.continue_("work")
        assert s.evaluate("n") == "9"
        s.continue_("end")
        s.finish()
        assert s.output("stdout") == "[1, 2, 3]\n"
