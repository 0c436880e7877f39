"""Other debuggers and trace functions in the program itself."""

from tests.coexistence.kit import TRACE_TAKEN, Case, cases, check

BY_CODE = """
    import io, pdb, sys

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        return total

    def looked_at(n):
        found = n
        debugger.set_trace()
        found += work(2)
        return found

    debugger = pdb.Pdb(stdin=io.StringIO("next\\nstep\\nstep\\np n\\nup\\np found\\ncontinue\\n"), stdout=sys.stdout)
    debugger.use_rawinput = False
    debugger.nosigint = True
    print(work(2))
    print(looked_at(5))
    print(work(3))
"""
WHOLE = """
    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        return total

    print(work(4))
"""
TRACE = """
    import sys

    seen = []

    def trace(frame, event, arg):
        if frame.f_code.co_filename == __file__:
            seen.append((event, frame.f_code.co_name, frame.f_lineno))
        return trace

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @here
        return total

    work(2)
    sys.settrace(trace)
    work(3)
    sys.settrace(None)
    work(1)
    print(*seen, sep="\\n")
"""


BY_MONITORING = BY_CODE.replace("pdb.Pdb(", "pdb.Pdb(backend='monitoring', ")


@cases([
    Case("pdb", "set_trace() in the program", {"prog.py": BY_CODE}, hits=7, obstacles=TRACE_TAKEN),
    Case("pdb", "set_trace(), backend monitoring", {"prog.py": BY_MONITORING}, hits=7, since=(3, 14)),
    Case("pdb", "python -m pdb -c continue", {"prog.py": WHOLE}, "pdb", ["-c", "continue", "-c", "quit", "prog.py"],
         hits=4, obstacles=TRACE_TAKEN),
    Case("sys.settrace", "in the program", {"prog.py": TRACE}, hits=6, obstacles=TRACE_TAKEN),
])
def test_trace_functions(case, way, program, dap):
    check(dap, program(case.files), case, way)
