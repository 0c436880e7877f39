"""Modules of three sizes with breakpoints nobody reaches: what is looked at and left alone, what a call costs."""

import os

from benchmarks.debuggers import Program, Session, plain

METHOD = (
    "Modules of 10, 100 and 1000 functions, eight lines each; a unit of work calls 1000 of them, and a breakpoint lies "
    "on a line that is not reached in a tenth of them. Loading is the CPU time from the first line to the "
    "call of its work, less what it takes without a debugger. How many code objects were seen and watched is what the "
    "engine itself counts (`dapperTelemetry`), asked at a stop behind the work: a skipped one is left as it was and "
    "its frames run as if nobody were there. Trace calls are the calls of dapper's callbacks of sys.monitoring that "
    "nine times the work adds; below 3.12 what traces is written in C and can't be counted from outside. The overhead "
    "of a frame is the time added to a unit of work, per call."
)
SIZES = {"small": 10, "medium": 100, "large": 1000}
CALLS = 1000

FUNCTION = """
def function_%d(a):
    total = a
    for i in range(3):
        total += i
    if total < 0:
        total = 0  # NEVER
    return total
"""
END = """

def work():
    for _ in range({times}):
        for function in functions:
            function(1)


functions = [{names}]
slices.run(work, loaded=process_time() - begin)
done = True  # module
"""

#: Stands where a user's sitecustomize stands: counts the calls of the functions given to sys.monitoring.
COUNTING = """
import atexit, os, sys
register, count = sys.monitoring.register_callback, [0]

def counting(tool, event, callback):
    def called(*args):
        count[0] += 1
        return callback(*args)
    return register(tool, event, callback and called)

def write(path=os.environ.get("BENCHMARK_COUNT")):
    if path:
        with open(path, "w") as file:
            file.write(str(count[0]))

sys.monitoring.register_callback = counting
atexit.register(write)
"""


def make(home, name, count):
    """Write the module; gives the Program and the lines for breakpoints."""
    text = "import slices\nfrom time import process_time\n\nbegin = process_time()\n"
    text += "".join(FUNCTION % number for number in range(count))
    text += END.format(times=CALLS // count, names=", ".join("function_%d" % number for number in range(count)))
    with open(os.path.join(home, "programs", name + ".py"), "w") as file:
        file.write(text)
    never = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# NEVER")]
    return Program(home, name), never[::10]


def callbacks(python, home, run):
    """How many calls of dapper's callbacks nine more units of work add.

    Args:
        python: path of the interpreter, 3.12 or newer.
        home: a folder of `debuggers.folder`.
        run: ``run(args, env)`` runs the program under dapper.

    Raises:
        RuntimeError: no call was counted at all.
    """
    site, path = os.path.join(home, "site"), os.path.join(home, "count")
    os.makedirs(site, exist_ok=True)
    with open(os.path.join(site, "sitecustomize.py"), "w") as file:
        file.write(COUNTING)
    counts = []
    for units in (1, 10):
        run((2, units, 60), {"PYTHONPATH": site, "BENCHMARK_COUNT": path})
        with open(path) as file:
            counts.append(int(file.read()))
        os.remove(path)
    if not counts[0]:
        raise RuntimeError("no call was counted: this count would be good whatever happens")
    return counts[1] - counts[0]


def debugged(python, program, lines, args, env=None):
    """Run the module under dapper; gives what the engine counted, unless callbacks are: then it stops nowhere."""
    with Session("dapper", python, program, args, env) as session:
        session.begin()
        session.breakpoints(*[{"line": line} for line in lines + [program.lines["module"]] * (not env)])
        session.go()
        if env:
            session.end()
            return None
        thread = session.stop()
        told = session.adapter.request("dapperTelemetry")
        session.breakpoints()
        session.resume(thread)
        session.end()
    return told


def measure(python, home, rounds, monitored, say=print):
    """Do it all for one interpreter.

    Args:
        python: path of the interpreter.
        home: a folder of `debuggers.folder`.
        rounds: how many, in turns with the bare program.
        monitored: whether that Python has sys.monitoring and dapper uses it.
        say: is called with lines of text.

    Returns:
        size → dict of figures.
    """
    found = {}
    for name, count in SIZES.items():
        program, lines = make(home, name, count)
        bare, ours, loaded, loaded_bare, told = [], [], [], [], {}
        for _ in range(rounds):
            plain(python, program, 100, 4, 0.2)
            result = program.result()
            bare.append(min(result["slices"]))
            loaded_bare.append(result["loaded"])
            told = debugged(python, program, lines, (100, 4, 0.2))
            result = program.result()
            ours.append(min(result["slices"]))
            loaded.append(result["loaded"])
        added = None
        if monitored:
            added = callbacks(python, home, lambda args, env: debugged(python, program, lines, args, env))
            program.result()
        found[name] = {
            "functions": count, "lines": count * 8, "breakpoints": len(lines), "ratio": min(ours) / min(bare),
            "ns a frame": (min(ours) - min(bare)) / CALLS * 1e9,
            "ms to load": (min(loaded) - min(loaded_bare)) * 1000,
            "codes": told["codes"], "skipped": 1 - told["trace_rate"], "fast path": told["fast_path_hits"],
            "decided": told["cache_misses"], "trace calls": added, "calls more": 18 * CALLS,
        }
        say("%-6s module: ratio %.3f, %.1f ns a frame, loading %+.1f ms, %d codes, %.2f skipped, trace calls %s" % (
            (name,) + tuple(found[name][key] for key in (
                "ratio", "ns a frame", "ms to load", "codes", "skipped", "trace calls"))))
    return found
