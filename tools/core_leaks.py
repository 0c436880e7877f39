"""Run everything the native core does many times, and tell what stays behind.

    PYTHON tools/core_leaks.py [TIMES]

Exit code 1: blocks of memory or references are left over. Needs the native core beside the sources or installed.
"""

import os
import pickle
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from dapper._frame_eval import core  # noqa: E402

TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 3000

kit, reason, detail = core.load()
if kit is None:
    sys.exit("there is no native core here: %s %s" % (reason, detail))


def failing(*args):
    raise ZeroDivisionError


def program(n):
    def inner(value):
        return value, n

    total = 0
    for number in range(n):
        total += inner(number)[0]
    try:
        raise KeyError(total)
    except KeyError:
        return list(x for x in range(n))


def with_locals():
    a, b = 1, [2]
    kit.call_with_locals(sys._getframe(), lambda x, y: b, ["a", "b"])
    try:
        kit.call_with_locals(sys._getframe(), len, ["later"])
    except NameError:
        pass
    later = a  # noqa: F841


def locals_read():
    a, b = 1, [2]

    def inner():
        c = 3
        return kit.read_locals(sys._getframe()), b, c

    inner()
    kept = locals()
    kept["more"] = 4
    kit.read_locals(sys._getframe())
    kit.drop_locals(sys._getframe())
    return a


def events():
    monitoring = getattr(sys, "monitoring", None)
    code = program.__code__.replace()
    kit.join_pairs(code)
    if monitoring is None:
        return
    monitoring.use_tool_id(3, "leaks")
    table = kit.LineTable()
    table.arm(code, {3: lambda frame, line: None})
    monitoring.register_callback(3, monitoring.events.LINE, table.on_line)
    kit.set_local_events(3, code, monitoring.events.LINE)
    type(program)(code, globals())(3)
    kit.carry_out(3, [code])
    kit.set_local_events(3, code, 0)
    monitoring.register_callback(3, monitoring.events.LINE, None)
    monitoring.free_tool_id(3)


def gates():
    frame, code = sys._getframe(), sys._getframe().f_code
    x, ignored = 1, []
    for test in (
        kit.Condition(lambda x: x == 1, code, ["x"]), kit.Condition(failing, code, ["x"]),
        kit.Compare(code, "x", ">", 0), kit.Compare(code, "x", ">", ""), kit.Condition(len, code, ["unbound"]), None,
    ):
        for counter in (kit.Counter(("%", 2)), kit.Counter(lambda count: True), kit.Counter(failing), None):
            kit.Gate(None, test, counter, lambda *args: ignored.append(args)).passes(frame)
    del x
    unbound = 1  # noqa: F841


def line_tables():
    table = kit.LineTable(lambda code: None, lambda error: None)
    codes = [compile("x", "", "exec") for _ in range(20)]
    for code in codes:
        table.arm(code, {1: lambda frame, line: frame, 2: failing, 0: lambda frame, line: 1, None: kit.Gate(failing)})
    for code in codes:
        for line in range(4):
            table.on_line(code, line)
        table.on_start(code, 0)
        table.on_resume(code, 0)
    for code in codes[::2]:
        table.disarm(code)
        table.on_start(code, 0)
    table.clear()


def cycles():
    table = kit.LineTable()
    table.discover = table.fault = lambda code, table=table: None
    table.arm(cycles.__code__, {1: table.on_line, 2: kit.Gate(table.on_start)})
    lookout = kit.Lookout(table.on_line)
    lookout.arm(cycles.__code__, {0: kit.Gate(lookout), 2: None})
    tracer = kit.Tracer(None, lookout, lookout)
    tracer.function = tracer


def traced():
    me = threading.get_ident()

    def local(frame, event, arg):
        return local

    lookout = kit.Lookout(local, lambda error: None)
    actions = {0: kit.Gate(lambda frame, offset: frame), 2: kit.Gate(failing)}
    lookout.arm(program.__code__, dict.fromkeys(range(4, 40, 2), actions[0]))
    lookout.arm(traced.__code__, dict(actions))
    lookout.disarm(traced.__code__)
    kit.trace_thread(me, lambda frame, event, arg: local)
    program(3)
    tracer = kit.Tracer(lambda frame, event, arg: lookout, None, lookout)
    kit.trace_thread(me, tracer)
    program(3)
    tracer = kit.Tracer(lambda frame, event, arg: tracer.ignore(frame.f_code))
    kit.trace_thread(me, tracer)
    program(3)
    tracer.forget_ignored()
    kit.trace_thread(me, None)
    sys.settrace(local)
    kit.trace_thread(me, failing)
    tracer = kit.thread_trace(me)
    tracer.fault = lambda error: None
    program(2)
    kit.trace_thread(me, None)
    sys.settrace(None)


def traced_elsewhere():
    begun, over = threading.Lock(), threading.Lock()
    begun.acquire()
    over.acquire()

    def run():
        begun.release()
        while not over.acquire(False):
            program(1)

    thread = threading.Thread(target=run)
    thread.start()
    begun.acquire()
    for what in (lambda frame, event, arg: None, failing, None):
        kit.trace_thread(thread.ident, kit.Tracer(what, lambda error: None) if what else None)
        program(5)
    over.release()
    thread.join()


def suspended():
    def local(frame, event, arg):
        kit.suspend_callees(True)
        return local

    kit.trace_thread(threading.get_ident(), lambda frame, event, arg: local)
    program(3)
    kit.suspend_callees(False)
    kit.trace_thread(threading.get_ident(), None)


def patched():
    scope = {}
    exec("def f():\n    def g():\n        return 'old'\n    return g\n", scope)
    f = scope["f"]
    inner = next(const for const in f.__code__.co_consts if hasattr(const, "co_code"))
    kit.replace_const(f.__code__.co_consts, inner, inner.replace(co_name="other"))
    kit.repoint(f, f.__code__.replace(co_name="other"))
    kit.repoint(f(), inner)
    kit.restore_func_version(f, f.__code__)


def heard():
    kit.watch_exec(lambda code: code)
    exec("x = 1", {})
    kit.watch_exec(None)


def probes():
    trap = kit.Trap(lambda frame, k: frame, lambda frame, k, error: error, lambda error: None)
    kit.Landing(trap.trap, 1)()
    try:
        failing()
    except ZeroDivisionError:
        kit.Landing(trap.error, 1)()
    pickle.loads(pickle.dumps([trap, kit.Landing(failing, 1), kit.Counter(("==", 1))]))
    ring = kit.LogRing(failing, 10, failing, lambda error: None)
    point = kit.LogPoint(ring, "key")
    for number in range(10):
        point(("x = ", number, "\n"))
    ring.drain()
    point(("left in it",))


def gated():
    def once(exception_type):
        return exception_type is KeyError

    ours = program.__code__
    gate = kit.RaiseGate(lambda frame, exception: frame, once, lambda code: code is ours, lambda error: None)
    for exception in (KeyError(1), ValueError(1)):
        gate.on_raise(ours, 0, exception)
        gate.on_raise(gated.__code__, 0, exception)
    kit.RaiseGate(failing, failing, failing, lambda error: None).on_raise(gated.__code__, 0, KeyError())
    kit.trace_thread(threading.get_ident(), kit.Tracer(lambda frame, event, arg: None, raises=gate))
    program(2)
    kit.trace_thread(threading.get_ident(), None)
    by_thread = kit.ThreadGate(lambda *args: args)
    by_thread(1)
    by_thread.add(threading.get_ident())
    by_thread(1, 2)
    by_thread.discard(threading.get_ident())


def monitored():
    monitoring = sys.monitoring
    table = kit.LineTable(lambda code: None)
    code = program.__code__
    condition = kit.Condition(lambda n, number: number > 1, code, ["n", "number"], lambda frame: False)
    table.arm(code, {None: kit.Gate(lambda frame, line: frame, condition)})
    monitoring.use_tool_id(3, "leaks")
    monitoring.register_callback(3, monitoring.events.LINE, table.on_line)
    monitoring.register_callback(3, monitoring.events.PY_START, table.on_start)
    monitoring.set_local_events(3, code, monitoring.events.LINE | monitoring.events.PY_START)
    program(3)
    monitoring.set_local_events(3, code, 0)
    monitoring.free_tool_id(3)


def memory():
    """(blocks, references to what is used most); collected."""
    import gc

    gc.collect()
    return sys.getallocatedblocks(), sys.getrefcount(None), sys.getrefcount(True), sys.getrefcount(program.__code__)


def resident():
    """Resident memory in KiB, where the system tells."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    except OSError:
        return 0


def main():
    """Run all; return the exit code."""
    jobs = [
        with_locals, locals_read, events, gates, line_tables, cycles, traced, suspended, patched, heard, probes, gated,
        traced_elsewhere,
    ]
    if hasattr(sys, "monitoring"):
        jobs.append(monitored)
    bad = 0
    sys.unraisablehook = lambda unraisable: None  # some jobs fail on purpose
    for job in jobs:
        times = TIMES // 20 if job is traced_elsewhere else TIMES
        for _ in range(12):  # caches of the interpreter's own come and go: what is ours is lost every time
            before, kib = memory(), resident()
            for _ in range(times):
                job()
            left = [now - then for then, now in zip(before, memory())]
            leaks = max(map(abs, left)) > times // 3
            if not leaks:
                break
        bad += leaks
        print("%-18s %6d times, left: blocks %d, None %d, True %d, code %d; %+d KiB%s"
              % ((job.__name__, times) + tuple(left) + (resident() - kib, "  LEAK" if leaks else "")), flush=True)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
