"""The core's trace functions: the same events as sys.settrace, in any thread, beside other tools."""
import sys
import threading
import time

import pytest

from dapper._frame_eval import opcodes
from tests.unit.core_kits import KITS, NATIVE, failing, function, needs_native

with_kit = pytest.mark.parametrize("kit", KITS)
DEADLINE = 20  # seconds


@pytest.fixture(autouse=True)
def same_trace_function_afterwards():
    before = sys.gettrace()
    yield
    sys.settrace(before)


def wait_until(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.001)


PROGRAM = """
    def f(n):
        def generate():
            for i in range(n):
                yield i
        total = 0
        for value in generate():
            total += value
        try:
            helper(total)
        except KeyError as error:
            total += 1
        return [x for x in range(2)], recursive(3)
    def helper(total):
        raise KeyError(
            total)
    def recursive(n):
        return n and recursive(n - 1)
"""


def events_of(install, remove, function, *args):
    """The events of one call of ``function``, by a trace function that ``install`` is given."""
    seen = []

    def trace(frame, event, arg):
        if frame.f_code.co_filename != "<program>":
            return None
        seen.append((event, frame.f_code.co_name, frame.f_lineno, arg[0] if event == "exception" else arg))
        return None if frame.f_code.co_name == "helper" else trace

    install(trace)
    try:
        function(*args)
    finally:
        remove()
    return [event[:3] if "generate" in event[1] and event[3] is None else event for event in seen]


@with_kit
def test_same_events_as_settrace(kit):
    f = function(PROGRAM)
    plain = events_of(sys.settrace, lambda: sys.settrace(None), f, 2)
    assert len(plain) > 30
    assert events_of(lambda trace: sys.settrace(kit.Tracer(trace)), lambda: sys.settrace(None), f, 2) == plain


@needs_native
def test_same_events_by_trace_thread():
    me = threading.get_ident()
    f = function(PROGRAM)
    plain = events_of(sys.settrace, lambda: sys.settrace(None), f, 2)
    assert events_of(lambda trace: NATIVE.trace_thread(me, trace), lambda: NATIVE.trace_thread(me, None), f, 2) == plain
    assert sys.gettrace() is None


@with_kit
def test_ignored_code_is_not_asked_about_again(kit):
    asked = []
    f = function("def g(): pass\ndef f():\n    g()\n    g()\n")

    def trace(frame, event, arg):
        asked.append(frame.f_code.co_name)
        tracer.ignore(frame.f_code)

    tracer = kit.Tracer(trace)
    sys.settrace(tracer)
    f()
    f()
    tracer.forget_ignored()
    f()
    sys.settrace(None)
    assert [name for name in asked if name in ("f", "g")] == ["f", "g", "f", "g"]


@with_kit
def test_errors_of_ours_do_not_reach_the_program(kit):
    faults = []
    f = function("def g(): pass\ndef f():\n    g()\n    return 1\n")
    sys.settrace(kit.Tracer(lambda frame, event, arg: failing, faults.append))
    assert f() == 1
    count = len(faults)
    sys.settrace(kit.Tracer(failing, faults.append))
    assert f() == 1
    sys.settrace(None)
    assert {type(error) for error in faults} == {ZeroDivisionError} and len(faults) >= count + 2 > 2


@with_kit
def test_system_exit_reaches_the_program(kit):
    log = []
    f = function("def f():\n    try:\n        a = 1\n    finally:\n        log.append('finally')\n", log=log)

    def local(frame, event, arg):
        if frame.f_lineno == 3:
            raise SystemExit(3)
        return local

    sys.settrace(kit.Tracer(lambda frame, event, arg: local if frame.f_code is f.__code__ else None))
    with pytest.raises(SystemExit):
        f()
    sys.settrace(None)
    assert log == ["finally"]


LOOP = "def f(n):\n    for i in range(n):\n        x = i\n        y = i\n    return n\n"


def offset_of(code, line):
    """Where a line begins."""
    return min(item.offset for item in opcodes.instructions(code) if item.line == line)


@with_kit
def test_a_lookout_knows_which_lines_matter(kit):
    seen, told, faults = [], [], []
    f = function(LOOP)
    code = f.__code__
    third, fourth, fifth = [offset_of(code, line) for line in (3, 4, 5)]

    def note(frame, offset):
        seen.append((offset, frame.f_locals["i"], frame.f_code is code))

    lookout = kit.Lookout(lambda frame, event, arg: told.append((event, frame.f_lineno)), faults.append)
    lookout.arm(code, {
        third: kit.Gate(note, kit.Condition(lambda i: i >= 2, code, ["i"])),
        fourth: kit.Gate(note, None, kit.Counter(("==", 2))),
        fifth: kit.Gate(failing),
    })
    sys.settrace(kit.Tracer(lambda frame, event, arg: lookout if frame.f_code is code else None, None, lookout))
    assert f(4) == 4
    assert seen == [(fourth, 1, True), (third, 2, True), (third, 3, True)] and told == [("return", 5)]
    assert [type(error) for error in faults] == [ZeroDivisionError]
    lookout.arm(code, {third: None})
    assert f(1) == 1
    assert told == [("return", 5), ("line", 3), ("return", 5)]
    lookout.disarm(code)
    assert f(0) == 0
    sys.settrace(None)
    assert told[3:] == [("line", 2), ("line", 5), ("return", 5)] and len(seen) == 3


@needs_native
def test_a_lookout_passes_suspensions_on_if_it_is_to():
    told, called = [], []
    f = function("def f(n):\n    for i in range(n):\n        yield i\n    return\n")
    lookout = NATIVE.Lookout(lambda frame, event, arg: told.append((event, arg)))
    code = f.__code__
    lookout.arm(code, {})

    def trace(frame, event, arg):
        if frame.f_code is code:
            called.append(frame.f_code.co_name)
            return lookout
        return None

    sys.settrace(NATIVE.Tracer(trace, None, lookout))
    assert list(f(2)) == [0, 1]
    silent = not hasattr(sys, "monitoring")  # where nobody uses it a suspension is not told from a return
    assert told == [("return", None)] if silent else [("return", 0), ("return", 1), ("return", None)]
    assert called == ["f"]
    del told[:], called[:]
    lookout.suspensions = True
    assert list(f(2)) == [0, 1]
    sys.settrace(None)
    assert told == [("return", 0), ("return", 1), ("return", None)] and called == ["f"] * 3


@with_kit
def test_threads_that_start_later(kit):
    seen = []
    f = function("def f():\n    pass\n")

    def trace(frame, event, arg):
        if frame.f_code is f.__code__:
            seen.append((event, threading.get_ident()))
            return trace
        return None

    threading.settrace(kit.Tracer(trace))
    thread = threading.Thread(target=f)
    try:
        thread.start()
        thread.join()
    finally:
        threading.settrace(None)
    assert [event for event, _ in seen] == ["call", "line", "return"] and seen[0][1] != threading.get_ident()


class Busy:
    """A thread that runs a loop until the ``with`` is left."""

    TEXT = """
        def f(turns, over):
            while not over:
                turns[0] += 1
                step(turns)
        def step(turns):
            return turns
    """

    def __enter__(self):
        self.turns, self.over = [0], []
        self.function = function(self.TEXT)
        self.code = self.function.__code__
        self.thread = threading.Thread(target=self.function, args=(self.turns, self.over))
        self.thread.start()
        self.ident = self.thread.ident
        self.turn()
        return self

    def turn(self):
        """Wait until it has done a few more turns."""
        begin = self.turns[0]
        wait_until(lambda: self.turns[0] > begin + 3 or not self.thread.is_alive())

    def frame(self):
        frame = sys._current_frames()[self.ident]
        while frame.f_code is not self.code:
            frame = frame.f_back
        return frame

    def __exit__(self, *exc_info):
        self.over.append(1)
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive()


@needs_native
def test_a_thread_that_runs_already():
    with Busy() as busy:
        seen = []

        def local(frame, event, arg):
            seen.append((frame.f_code.co_name, event, frame.f_lineno))
            return local

        def trace(frame, event, arg):
            seen.append((frame.f_code.co_name, event, frame.f_lineno))

        busy.frame().f_trace = local
        assert NATIVE.trace_thread(busy.ident, trace)
        wait_until(lambda: len(seen) > 30)
        own = {event for event in seen if event[0] in ("f", "step")}  # the garbage collector may call others there
        assert own == {("f", "line", line) for line in (2, 3, 4)} | {("step", "call", 5)}
        assert NATIVE.trace_thread(busy.ident, None)
        busy.turn()
        count = len(seen)
        busy.turn()
        assert len(seen) == count and NATIVE.thread_trace(busy.ident) is None


@needs_native
def test_a_condition_in_a_frame_that_runs_already():
    with Busy() as busy:
        seen, lookout = [], NATIVE.Lookout(failing)
        place = offset_of(busy.code, 4)
        condition = NATIVE.Condition(lambda turns: turns[0] % 100 == 0, busy.code, ["turns"])
        lookout.arm(busy.code, {place: NATIVE.Gate(lambda frame, offset: seen.append((frame.f_lineno, offset)), condition)})
        tracer = NATIVE.Tracer(lambda frame, event, arg: failing, None, lookout)
        tracer.ignore(busy.function.__globals__["step"].__code__)
        busy.frame().f_trace = lookout
        NATIVE.trace_thread(busy.ident, tracer)
        assert NATIVE.thread_trace(busy.ident) is tracer
        wait_until(lambda: len(seen) > 3)
        NATIVE.trace_thread(busy.ident, None)
        busy.frame().f_trace = None
        assert set(seen) == {(4, place)}


@needs_native
def test_local_functions_of_other_tools_are_not_called():
    with Busy() as busy:
        seen, faults = [], []
        ours = lambda frame, event, arg: seen.append((event, frame.f_lineno))  # noqa: E731
        busy.frame().f_trace = failing
        tracer = NATIVE.Tracer(lambda frame, event, arg: ours, faults.append, None, ours)
        NATIVE.trace_thread(busy.ident, tracer)
        wait_until(lambda: len(seen) > 10)
        NATIVE.trace_thread(busy.ident, None)
        assert set(seen) == {("line", 6), ("return", 6)} and not faults


@needs_native
def test_only_the_thread_that_was_named():
    with Busy() as busy, Busy() as other:
        idents = []

        def trace(frame, event, arg):
            idents.append(threading.get_ident())

        NATIVE.trace_thread(busy.ident, trace)
        wait_until(lambda: busy.ident in idents)
        other.turn()
        assert set(idents) == {busy.ident}
        assert NATIVE.thread_trace(other.ident) is None and sys.gettrace() is None
        NATIVE.trace_thread(busy.ident, None)
    assert NATIVE.trace_thread(busy.ident, None) is False


@needs_native
def test_all_threads_but_one():
    with Busy() as busy, Busy() as other:
        idents = set()
        tracer = NATIVE.Tracer(lambda frame, event, arg: idents.add(threading.get_ident()))
        assert NATIVE.trace_threads(tracer, skip=[threading.get_ident()]) >= 2
        wait_until(lambda: len(idents) == 2)
        assert idents == {busy.ident, other.ident} and sys.gettrace() is None
        assert NATIVE.thread_trace(busy.ident) is NATIVE.thread_trace(other.ident) is tracer
        NATIVE.trace_threads(None)
        busy.turn()
        other.turn()
        assert NATIVE.thread_trace(busy.ident) is None


@needs_native
def test_beside_a_trace_function_in_python():
    f = function(PROGRAM)
    alone = []
    beside = []

    def make(log):
        def trace(frame, event, arg):
            if frame.f_code.co_filename == "<program>":
                log.append((event, frame.f_code.co_name, frame.f_lineno))
                return trace
            return None

        return trace

    def ours(frame, event, arg):
        if frame.f_code.co_filename == "<program>":
            seen.append((event, frame.f_code.co_name, frame.f_lineno))

    sys.settrace(make(alone))
    f(2)
    sys.settrace(None)
    seen, theirs, me = [], make(beside), threading.get_ident()
    sys.settrace(theirs)
    NATIVE.trace_thread(me, ours)
    shared = NATIVE.is_shared(me)
    f(2)
    NATIVE.trace_thread(me, None)
    assert sys.gettrace() is theirs
    sys.settrace(None)
    assert shared and not NATIVE.is_shared(me)
    assert beside == alone
    assert seen == alone


@needs_native
def test_the_other_tool_may_leave():
    me = threading.get_ident()
    f = function("def g(): pass\ndef f():\n    g()\n    g()\n")
    seen = []

    def theirs(frame, event, arg):
        seen.append(("theirs", frame.f_code.co_name))
        sys.settrace(None)

    def ours(frame, event, arg):
        seen.append(("ours", frame.f_code.co_name))

    sys.settrace(theirs)
    tracer = NATIVE.Tracer(ours)
    NATIVE.trace_thread(me, tracer)
    f()
    alone = sys.gettrace() is tracer
    NATIVE.trace_thread(me, None)
    assert sys.gettrace() is None and alone
    program = [one for one in seen if one[1] in ("f", "g")]
    assert program == [("theirs", "f"), ("ours", "f"), ("ours", "g"), ("ours", "g")]


@needs_native
def test_the_program_may_keep_and_restore_the_trace_function():
    seen = []
    f = function("def f():\n    pass\n")
    NATIVE.trace_thread(threading.get_ident(), lambda frame, event, arg: seen.append(frame.f_code.co_name))
    kept = sys.gettrace()
    sys.settrace(None)
    f()
    sys.settrace(kept)
    f()
    f()
    NATIVE.trace_thread(threading.get_ident(), None)
    assert seen.count("f") == 2 and sys.gettrace() is None


@needs_native
def test_a_trace_function_of_an_audited_process_can_be_refused():
    """An audit hook that forbids sys.settrace forbids ours."""
    from tests.unit.core_kits import run_python

    text = """
        import sys, threading
        from dapper._frame_eval import core
        def hook(event, args):
            if event == "sys.settrace":
                raise RuntimeError("no tracing here")
        sys.addaudithook(hook)
        try:
            core.kit().trace_thread(threading.get_ident(), print)
        except RuntimeError as error:
            print(error)
        print(sys.gettrace())
    """
    out = run_python(text)
    assert out.stdout.split("\\n")[-1].strip().endswith("None") and "no tracing here" in out.stdout + out.stderr
