"""Runs a benchmark program's work in slices and writes down the CPU time of each.  PROGRAM FILE SLICES UNITS BUDGET

FILE gets the result; a slice is UNITS calls of the work; there are SLICES of them, or fewer (at least two) where they
take more than BUDGET seconds of CPU time. Beside them stands the pace: what a fixed piece of work takes in C, where no
debugger sees it; a processor that others use, too, may be half as fast.
"""

from time import process_time

STARTED = process_time()  # what it took until the user's first line

import marshal  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402

DEPTHS = 16
PIECE = marshal.dumps([{"number": number, "parts": [1.5, "text %d" % number, None]} for number in range(300)])


def pace():
    """CPU seconds of a fixed piece of work: strings, numbers, lists and dicts are made, as the interpreter makes them."""
    taken = []
    for _ in range(5):
        before, _, after = process_time(), marshal.loads(PIECE), process_time()  # one line, and no debugger is called in it
        taken.append(after - before)
    return min(taken)


def memory():
    """The resident memory of this process in KiB."""
    with open("/proc/self/status") as status:
        return next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)


def begun():
    """What a program finds when it starts: CPU seconds used, memory, modules, threads; and the pace."""
    threads = len(os.listdir("/proc/self/task"))
    found = {"cpu": STARTED, "memory": memory(), "modules": len(sys.modules), "threads": threads}
    return dict(found, pace=pace())


def write(result):
    """Hand the result over. A file, so that it takes no way through the debugger."""
    with open(sys.argv[1], "w") as file:
        file.write(repr(result))


def deeper(depth, work, units):
    """CPU seconds of so many units of work, that many calls further down the interpreter's stack of frames."""
    if depth:
        return deeper(depth - 1, work, units)
    begin = process_time()
    for _ in units:
        work()
    return process_time() - begin


def run(work, units=None, **facts):
    """Measure ``work()`` as the command line says.

    Args:
        work: a function.
        units: calls of it in a slice, where the work is so long that it does not go by the command line.
        facts: are handed over with the result.
    """
    result = dict(facts, begun=begun())
    count, budget = int(sys.argv[2]), float(sys.argv[4])
    units = range(units or int(sys.argv[3]))
    taken, kept, paces = [], [], [pace()]
    while len(taken) < count and (len(taken) < 2 or sum(taken) < budget):
        # Whether the objects a loop makes lie across the border of a cache line is luck, and some per cent: with one
        # more object of each small size before each slice, every run has its share of it.
        kept.append([bytes(size) for size in range(1, 256, 16)] + [10 ** 6 + len(taken)])
        taken.append(deeper(len(taken) % DEPTHS, work, units))  # and so are its frames
        paces.append(pace())
    result["slices"] = [one / len(units) for one in taken]
    result["paces"] = [max(around) for around in zip(paces, paces[1:])]
    write(result)
