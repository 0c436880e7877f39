"""What the program does with functions that have a breakpoint: pickle them, look at them, have them compiled."""

import sys

from tests.coexistence.kit import Case, cases, check

PICKLE = """
    import pickle, subprocess, sys
    import {module}

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        return total

    def outer(k):
        def inner(n):
            return work(n) + k
        return inner

    if __name__ == "__main__":
        print(work(2))
        data = {module}.dumps({function})
        code = "import pickle, sys; print(pickle.load(sys.stdin.buffer)(4), 'dapper' in sys.modules)"
        sys.stdout.flush()
        subprocess.run([sys.executable, "-c", code], input=data, check=True{env})
        print({module}.loads(data)(3))
"""
POOL = """
    import multiprocessing

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        return total

    if __name__ == "__main__":
        work(2)
        context = multiprocessing.get_context("{method}")
        with context.Pool(2) as pool:
            print(pool.map(work, range(5)))
"""
LOOK = """
    import dis, inspect, io, sys, linecache

    def work(n, m=2):
        "Adds."
        total = 0
        for i in range(n):
            total += i * m  # @here
        return total

    work(2)
    print(inspect.getsource(work), inspect.signature(work), inspect.getdoc(work))
    code = work.__code__
    print(code.co_name, code.co_firstlineno, code.co_varnames, code.co_argcount, code.co_flags, code.co_freevars)
    print(sorted(set(line for _, line in dis.findlinestarts(code) if line)))
    print(inspect.getsourcelines(code)[1], work.__qualname__, work.__defaults__)
    dis.dis(work, file=io.StringIO())
    print(inspect.getclosurevars(work).builtins)
"""
DIS = """
    import dis

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        return total

    work(2)
    dis.dis(work)
"""
NUMBA = """
    from numba import njit

    @njit
    def fast(n):
        total = 0
        for i in range(n):
            total += i{mark}
        return total

    def work(n):
        total = fast(n)
        for i in range(n):
            total += i{other}
        return total

    print(work(3), work(4))
"""
FAULT = """
    import faulthandler, sys

    def work(n):
        for i in range(n):
            if i == 1:
                faulthandler.dump_traceback(sys.stdout, all_threads=False)  # @here
        return n

    print(work(3))
    faulthandler.enable()
    print(faulthandler.is_enabled())
"""
TRACEBACK = """
    import traceback

    def work(n):
        for i in range(n):
            n = 1 // (2 - i)  # @here
        return n

    try:
        work(4)
    except ZeroDivisionError:
        print(traceback.format_exc())
"""


#: Where a function has a probe, and `dis` shows it.
PROBES = [("injection", "false")] + [("injection", "hit")] * (not hasattr(sys, "monitoring"))
#: Below 3.12 code that comes out of a pickle is not reached by `injection`.
MADE_ANEW = {"settrace": 5, "monitoring": 5, "injection": 5 if hasattr(sys, "monitoring") else 2}
ALONE = {"subProcess": False}  # no breakpoints in the other processes


def pickled(module, function, env=""):
    return {"prog.py": PICKLE.format(module=module, function=function, env=env)}


@cases([
    Case("cloudpickle", "a function by value", pickled("cloudpickle", "work"), hits=MADE_ANEW, needs=["cloudpickle"], launch=ALONE),
    Case("cloudpickle", "a closure", pickled("cloudpickle", "outer(1)"), hits=MADE_ANEW, needs=["cloudpickle"], launch=ALONE,
         ways=["hit", "false", "log"]),
    Case("multiprocessing", "a pool, fork", {"prog.py": POOL.format(method="fork")}, hits=2, ways=["false", "log"],
         launch=ALONE),
    Case("multiprocessing", "a pool, spawn", {"prog.py": POOL.format(method="spawn")}, hits=2, ways=["false", "log"],
         launch=ALONE),
])
def test_functions_that_travel(case, way, program, dap):
    check(dap, program(case.files), case, way)


@cases([
    Case("inspect", "source, signature and lines", {"prog.py": LOOK}, hits=2),
    Case("dis", "instructions", {"prog.py": DIS}, hits=2, ways=["attached", "hit", "false"], differs=PROBES),
    Case("faulthandler", "dump_traceback", {"prog.py": FAULT}, hits=1, ways=["hit", "false", "log"]),
    Case("traceback", "of an exception in a line with a breakpoint", {"prog.py": TRACEBACK}, hits=3),
])
def test_functions_that_are_looked_at(case, way, program, dap):
    check(dap, program(case.files), case, way)


@cases([
    Case("numba", "a breakpoint beside", {"prog.py": NUMBA.format(mark="", other="  # @here")}, hits=7,
         needs=["numba"], ways=["hit", "false", "log"]),
    Case("numba", "a breakpoint in a compiled function", {"prog.py": NUMBA.format(mark="  # @here", other="")}, hits=0,
         needs=["numba"], ways=["hit", "false", "log"]),
])
def test_numba(case, way, program, dap):
    check(dap, program(case.files), case, way)
