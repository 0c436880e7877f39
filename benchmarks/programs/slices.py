"""Runs a benchmark program's work in slices and writes down the CPU time of each.  PROGRAM FILE SLICES UNITS BUDGET

FILE gets the result; a slice is UNITS calls of the work; there are SLICES of them, or fewer (at least two) where they
take more than BUDGET seconds of CPU time.
"""

from time import process_time

STARTED = process_time()  # what it took until the user's first line

import os  # noqa: E402
import sys  # noqa: E402


def memory():
    """The resident memory of this process in KiB."""
    with open("/proc/self/status") as status:
        return next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)


def begun():
    """What a program finds when it starts: CPU seconds used, memory, modules, threads."""
    threads = len(os.listdir("/proc/self/task"))
    return {"cpu": STARTED, "memory": memory(), "modules": len(sys.modules), "threads": threads}


def write(result):
    """Hand the result over. A file, so that it takes no way through the debugger."""
    with open(sys.argv[1], "w") as file:
        file.write(repr(result))


def run(work):
    """Measure ``work()`` as the command line says."""
    result = {"begun": begun()}
    count, units, budget = int(sys.argv[2]), range(int(sys.argv[3])), float(sys.argv[4])
    taken = []
    while len(taken) < count and (len(taken) < 2 or sum(taken) < budget):
        begin = process_time()
        for _ in units:
            work()
        taken.append(process_time() - begin)
    result["slices"] = [one / len(units) for one in taken]
    write(result)
