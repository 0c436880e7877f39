"""What a data breakpoint on one attribute of one object costs everybody else: rounds with and without it, in turn.

python benchmarks/data_breakpoint.py [ENGINE]      from the checkout, with the native core, on Python 3.12 or newer
"""

import json
import os
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from tests.client import DapClient  # noqa: E402  the checkout is on the path only now
from tests.programs import Program  # noqa: E402

ROUNDS = 60

TEXT = """
import json, time

class Box:
    def __init__(self):
        self.n = self.m = 0

watched, objects = Box(), [Box() for _ in range(500)]

def work():
    found, total = {}, 0
    for k in range(1200):
        for box in objects:
            box.n = box.n + 1
            box.m += box.n
            found[k] = box.m
            total += len(found)

def once():
    start = time.thread_time()
    work()
    return time.thread_time() - start

once()
rounds = []
for i in range(%d):
    rounds.append(once())  # @toggle
print(json.dumps(rounds))
watched.n = 5
"""


def main(engine=None):
    """Print the ratio of the fastest rounds and that of the medians."""
    program = Program(tempfile.mkdtemp(), {"prog.py": TEXT % ROUNDS})
    with DapClient.spawn(program, engine) as s:
        s.run(program, ["toggle"])
        for number in range(ROUNDS):
            s.wait_stop("toggle")
            if not number:
                told = s.wire.request("dataBreakpointInfo", {"name": "watched.n", "frameId": s.stopped.frame})
                assert told["dataId"], told["description"]
            wanted = [{"dataId": told["dataId"]}] * (number % 2)
            s.wire.request("setDataBreakpoints", {"breakpoints": wanted})
            s.continue_()
        s.wait_stop(reason="data breakpoint")
        s.wait_output("]\n")
        rounds = json.loads([line for line in s.output("stdout").split("\n") if line.startswith("[")][0])
        without, with_it = rounds[2::2], rounds[3::2]
        fastest = min(with_it) / min(without)
        median = statistics.median(with_it) / statistics.median(without)
        print("Python %d.%d.%d: fastest %.3f, median %.3f" % (sys.version_info[:3] + (fastest, median)))
        s.finish()


if __name__ == "__main__":
    main(*sys.argv[1:2])
