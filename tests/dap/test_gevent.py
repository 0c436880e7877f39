"""gevent without an environment variable: greenlets are stopped and stepped through. Skipped where it is not there."""

import pytest

from tests.client import DapClient
from tests.dap.test_attach import listening

pytest.importorskip("gevent")

GREENLETS = """
from gevent import monkey
monkey.patch_all()
import gevent, threading, time

def work(n):
    total = n  # @work
    time.sleep(0.01)  # @sleep
    total += 1  # @rest
    return total

jobs = [gevent.spawn(work, n) for n in range(4)]
gevent.joinall(jobs)
thread = threading.Thread(target=work, args=(9,), name="patched")
thread.start()
thread.join()
print([job.value for job in jobs])
end = 1  # @end
"""


def test_breakpoints_in_greenlets(dap, program):
    prog = program(GREENLETS)
    with dap.launch(prog, ["work", "end"]) as s:
        seen = []
        while s.wait_stop().mark == "work":
            seen.append(s.evaluate("n"))
            s.continue_()
        assert seen == ["0", "1", "2", "3", "9"]
        s.finish()
        assert s.output("stdout") == "[1, 2, 3, 4]\n"
        assert s.output("stderr") == ""


def test_a_step_stays_in_its_greenlet(dap, program):
    prog = program(GREENLETS)
    with dap.launch(prog, ["work"]) as s:
        s.wait_stop("work")
        s.set_breakpoints(None, [])
        s.next("sleep")
        s.next("rest")  # three others have run up to their own sleep meanwhile
        assert s.evaluate("n") == "0"
        assert s.evaluate("[job.dead for job in jobs]") == "[False, False, False, False]"
        s.finish()


def test_exceptions_in_greenlets(dap, program):
    prog = program(
        """
        import gevent
        def work():
            raise ValueError("lost")  # @raise
        job = gevent.spawn(work)
        job.join()
        print(repr(job.exception))
        """
    )
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        wish = {"filterId": "raised", "condition": "ValueError"}
        s.wire.request("setExceptionBreakpoints", {"filters": [], "filterOptions": [wish]})
        s.configuration_done()
        s.wait_stop("raise", reason="exception")
        s.finish()
        assert s.output("stdout") == "ValueError('lost')\n"


def test_a_patched_program_waits_for_its_client(engine, program):
    """dapper is imported behind the patch, and still has a thread and locks of its own."""
    prog = program(
        """
        from gevent import monkey
        monkey.patch_all()
        import sys, gevent, dapper
        dapper.listen(int(sys.argv[1]))
        print("listening", flush=True)
        dapper.wait_for_client()
        done = []
        def beat():
            while not done:
                gevent.sleep(0.01)  # @beat
        gevent.joinall([gevent.spawn(beat), gevent.spawn(beat)])
        """
    )
    with listening(prog) as process:
        with DapClient.dial(process.port, prog, engine.name) as s:
            s.initialize()
            s.attach()
            s.set_breakpoints(None, ["beat"])
            s.configuration_done()
            s.wait_stop("beat")
            s.set_breakpoints(None, [])
            s.evaluate("done.append(1)", "repl")
            s.continue_()
            assert process.wait() == 0
