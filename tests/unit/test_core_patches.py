"""The core's patches: other code for functions, other constants, code that is heard of, calls that are not traced."""
import dis
import sys
import threading

import pytest

from tests.unit.core_kits import KITS, NATIVE, function, needs_native, run_python

with_kit = pytest.mark.parametrize("kit", KITS)
SUSPENDS = NATIVE is not None and NATIVE.suspend_callees(False)
loses_version = pytest.mark.skipif(
    not hasattr(sys, "_is_gil_enabled"), reason="functions lose their version from 3.13 on"
)
needs_suspension = pytest.mark.skipif(not SUSPENDS, reason="sys.monitoring does it from 3.12 on")


# ---- other code for a function -------------------------------------------------------------------------------------


def changed(code):
    """A copy of a code object in which the constant "old" is "new"."""
    return code.replace(co_consts=tuple("new" if const == "old" else const for const in code.co_consts))


@with_kit
def test_repoint(kit):
    f = function("def f(x=1):\n    return 'old', x\n")
    kit.repoint(f, changed(f.__code__))
    assert f() == ("new", 1)
    with pytest.raises(ValueError):
        kit.repoint(f, function("def f():\n    y = 1\n    return lambda: y\n")().__code__)


def is_specialised_for(callee):
    """Whether calls get specialised for the function."""
    caller = function("def f():\n    return g(1)\n", g=callee)
    for _ in range(200):
        caller()
    names = [one.opname for one in dis.get_instructions(caller, adaptive=True)]
    return any(name.startswith(("CALL_PY_EXACT", "CALL_PY_GENERAL")) for name in names)


@loses_version
@needs_native
def test_calls_are_as_fast_as_before():
    g = function("def f(x):\n    return 'old'\n")
    assert is_specialised_for(g)
    old = g.__code__
    for code, answer in ((changed(old), "new"), (old, "old"), (changed(old), "new")):
        assert NATIVE.repoint(g, code) is True
        assert g(1) == answer and is_specialised_for(g)


@loses_version
@needs_native
def test_what_they_would_be_otherwise():
    g = function("def f(x):\n    return 'old'\n")
    g.__code__ = changed(g.__code__)
    assert not is_specialised_for(g)  # when this fails, repoint has become needless
    assert NATIVE.restore_func_version(g, g.__code__) is True
    assert is_specialised_for(g)


@loses_version
@needs_native
def test_a_function_that_was_changed_otherwise_keeps_its_state():
    g = function("def f(x):\n    return 'old'\n")
    g.__defaults__ = (1,)
    assert NATIVE.repoint(g, changed(g.__code__)) is False
    assert g() == "new"


@needs_native
def test_restoring_the_version_for_other_code():
    with pytest.raises(ValueError):
        NATIVE.restore_func_version(changed, is_specialised_for.__code__)


@needs_native
def test_functions_repointed_while_threads_call_them():
    g = function("def f(x):\n    return 'old', x\n")
    old, new = g.__code__, changed(g.__code__)
    over, wrong = [], []

    def call(number):
        while not over:
            if g(number) not in (("old", number), ("new", number)):
                wrong.append(number)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(500):
        NATIVE.repoint(g, new)
        NATIVE.repoint(g, old)
    over.append(1)
    for thread in threads:
        thread.join(20)
    assert not wrong


# ---- other constants for a parent ----------------------------------------------------------------------------------


@needs_native
def test_replacing_the_code_of_functions_still_to_be_made():
    f = function("def f():\n    def inner():\n        return 'old'\n    return inner\n")
    old = next(const for const in f.__code__.co_consts if hasattr(const, "co_code"))
    before, new = f(), changed(old)
    counts = sys.getrefcount(old), sys.getrefcount(new)
    assert NATIVE.replace_const(f.__code__.co_consts, old, new) == 1
    assert (before(), f()()) == ("old", "new")
    assert (sys.getrefcount(old), sys.getrefcount(new)) == (counts[0] - 1, counts[1] + 1)
    assert NATIVE.replace_const(f.__code__.co_consts, old, new) == 0
    assert NATIVE.replace_const(f.__code__.co_consts, new, old) == 1
    assert (sys.getrefcount(old), sys.getrefcount(new)) == counts
    assert f()() == "old"


@needs_native
def test_replacing_constants_of_a_parent_that_runs():
    text = """
        def f(replace):
            found = []
            for number in range(4):
                def inner():
                    return "old"
                found.append(inner())
                if number == 1:
                    replace()
            return found
    """
    f = function(text)
    consts = f.__code__.co_consts
    old = next(const for const in consts if hasattr(const, "co_code"))
    assert f(lambda: NATIVE.replace_const(consts, old, changed(old))) == ["old", "old", "new", "new"]


# ---- code that is heard of before it runs --------------------------------------------------------------------------


@needs_native
def test_exec_is_heard_of(tmp_path):
    (tmp_path / "some_module.py").write_text("def f():\n    pass\nx = 1\n")
    out = run_python(
        """
        import sys, threading
        from dapper._frame_eval import core
        kit = core.kit()
        heard = []
        assert kit.watch_exec(lambda code: heard.append((code.co_filename, code.co_name)))
        sys.path.insert(0, %r)
        import some_module
        code = compile("a = 1", "<twice>", "exec")
        exec(code); exec(code)
        eval("1 + 1"); exec("b = 2")
        kit.watch_exec(lambda code: 1 / 0)
        exec(compile("c = 3", "<error>", "exec"))
        def leave(code): raise SystemExit("asked to")
        kit.watch_exec(leave)
        try:
            exec(compile("d = 4", "<leave>", "exec"))
        except SystemExit as error:
            print("left:", error, "d" in globals())
        kit.watch_exec(None)
        exec(compile("e = 5", "<off>", "exec"))
        for one in heard: print(*one)
        """ % str(tmp_path)
    )
    lines = out.stdout.splitlines()
    assert lines[0] == "left: asked to False"
    names = [line.rsplit(" ", 1)[0] for line in lines[1:]]
    assert names.count(str(tmp_path / "some_module.py")) == 1
    assert names.count("<twice>") == 1 and names.count("<string>") == 2 and "<off>" not in names
    assert "ZeroDivisionError" in out.stderr


@needs_native
def test_an_audit_hook_may_forbid_ours():
    out = run_python(
        """
        import sys
        from dapper._frame_eval import core
        kit = core.kit()
        def hook(event, args):
            if event == "sys.addaudithook":
                raise RuntimeError("no more hooks")
        sys.addaudithook(hook)
        print(kit.watch_exec(print))
        """
    )
    assert out.stdout.split() == ["False"]


# ---- calls that are not traced while a thread steps ----------------------------------------------------------------


@pytest.fixture
def suspension():
    yield
    sys.settrace(None)
    NATIVE.suspend_callees(False)
    assert not NATIVE.has_foreign_eval_hook()


STEPPED = """
    def f():
        a = called(3)
        b = sum(generated(2))
        try:
            failing()
        except KeyError:
            b += 1
        c = [one for one in (1, 2)]
        return called(0)
    def called(n):
        return n and called(n - 1)
    def generated(n):
        for i in range(n):
            yield called(1)
    def failing():
        raise KeyError
"""


def stepped(function, suspend, local_for=("f",)):
    """The events of one call of ``function`` whose frame is stepped, and with ``suspend`` its callees are suspended."""
    seen = []

    def local(frame, event, arg):
        if suspend and not seen:
            NATIVE.suspend_callees(True)
        seen.append((event, frame.f_code.co_name, frame.f_lineno))
        return local

    def trace(frame, event, arg):
        calls.append(frame.f_code.co_name)
        return local if frame.f_code.co_name in local_for else None

    calls = []
    NATIVE.trace_thread(threading.get_ident(), trace)
    try:
        function()
    finally:
        NATIVE.trace_thread(threading.get_ident(), None)
        NATIVE.suspend_callees(False)
    return seen, calls


@needs_suspension
def test_stepping_over_calls(suspension):
    f = function(STEPPED)
    events, calls = stepped(f, False)
    assert len(calls) > 12
    again, calls = stepped(f, True)
    assert again == events
    assert calls == ["f"] and not NATIVE.has_foreign_eval_hook()


@needs_suspension
def test_code_that_stays_traced(suspension):
    f = function(STEPPED)
    kept = f.__globals__["called"].__code__
    NATIVE.keep_tracing(kept)
    events, _ = stepped(f, False, ("f", "called"))
    again, calls = stepped(f, True, ("f", "called"))
    assert set(calls) == {"f", "called"} and again == events
    NATIVE.keep_tracing(kept, False)
    assert stepped(f, True)[1] == ["f"]


@needs_suspension
def test_generators_that_are_stepped(suspension):
    text = """
        def f():
            for i in range(2):
                other()
                yield i
        def other():
            return len([1])
        def drive():
            return list(f())
    """
    f = function(text)
    drive = f.__globals__["drive"]
    seen = []

    def local(frame, event, arg):
        seen.append((event, frame.f_lineno))
        NATIVE.suspend_callees(True)
        return local

    sys.settrace(NATIVE.Tracer(lambda frame, event, arg: local if frame.f_code is f.__code__ else None))
    assert drive() == [0, 1]
    sys.settrace(None)
    assert [line for event, line in seen if event == "line"] == [2, 3, 4, 2, 3, 4, 2]


@needs_suspension
def test_a_suspended_frame_may_be_traced_again(suspension):
    """As when a breakpoint inside a call stops the thread, and it steps out from there."""
    text = """
        def f(stop):
            outer(stop)
            b = 1
        def outer(stop):
            inner(stop)
            c = 2
        def inner(stop):
            stop()
            d = 3
    """
    f = function(text)
    seen = []

    def local(frame, event, arg):
        if event == "line":
            seen.append((frame.f_code.co_name, frame.f_lineno))
        if frame.f_code is f.__code__:
            NATIVE.suspend_callees(True)
        return local

    tracer = NATIVE.Tracer(lambda frame, event, arg: local if frame.f_code is f.__code__ else None)

    def stop():
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename == "<program>":
            frame.f_trace = local
            frame = frame.f_back
        NATIVE.trace_thread(threading.get_ident(), tracer)

    sys.settrace(tracer)
    f(stop)
    sys.settrace(None)
    assert seen == [("f", 2), ("inner", 9), ("outer", 6), ("f", 3)]


@needs_suspension
def test_a_program_that_traces_inside_a_suspended_call(suspension):
    text = """
        def f():
            called()
            b = 1
        def called():
            settrace(theirs)
            helper()
            settrace(None)
            helper()
        def helper():
            pass
    """
    theirs = []
    scope = {"settrace": sys.settrace, "theirs": lambda frame, event, arg: theirs.append(frame.f_code.co_name)}
    f = function(text, **scope)
    events, calls = stepped(f, True)
    assert theirs == ["helper"] and calls == ["f"]
    assert events == [("line", "f", 2)]  # it took our trace function off


@needs_suspension
def test_profilers_go_on_in_suspended_calls(suspension):
    f = function(STEPPED)
    profiled = []
    sys.setprofile(lambda frame, event, arg: event == "call" and profiled.append(frame.f_code.co_name))
    try:
        stepped(f, True)
    finally:
        sys.setprofile(None)
    assert profiled.count("called") >= 7 and "generated" in profiled


@needs_native
def test_where_nothing_is_suspended():
    assert NATIVE.suspend_callees(True) is NATIVE.suspend_callees(False) is bool(SUSPENDS)
    assert NATIVE.has_foreign_eval_hook() is False


@needs_native
def test_nothing_is_leaked_by_marks():
    """Marks on code objects don't keep them alive."""
    code = compile("1", "<marked>", "exec")
    count = sys.getrefcount(code)
    NATIVE.Tracer(print).ignore(code)
    NATIVE.keep_tracing(code)
    NATIVE.LineTable(lambda code: None).on_start(code, 0)
    assert sys.getrefcount(code) == count


# ---- code in the place of what exec runs ---------------------------------------------------------------------------


@needs_native
@pytest.mark.skipif(not SUSPENDS, reason="the eval-frame hook is for 3.8 to 3.11")
def test_code_in_the_place_of_a_module(tmp_path):
    (tmp_path / "some_module.py").write_text("import sys\nframe = sys._getframe()\nwhat = 'old'\n")
    out = run_python(
        """
        import sys, threading
        from dapper._frame_eval import core
        kit = core.kit()
        def changed(code):
            return code.replace(co_consts=tuple("new" if const == "old" else const for const in code.co_consts))
        def listener(code):
            if "old" in code.co_consts:
                kit.run_instead(code, changed(code))
                assert kit.has_foreign_eval_hook() is False
                return True
        kit.watch_exec(listener)
        sys.path.insert(0, %r)
        import some_module
        assert some_module.what == "new"
        assert some_module.frame.f_globals is vars(some_module)
        code = compile("what = 'old'\\nhere = 1", "<twice>", "exec")
        for _ in range(2):
            space = {}
            exec(code, {}, space)
            assert space == {"what": "new", "here": 1}
        assert eval(compile("'old'", "<eval>", "eval")) == "new"
        try:
            exec(compile("what = 'old'\\n1 / 0", "<error>", "exec"))
        except ZeroDivisionError as error:
            entry = error.__traceback__.tb_next
            assert (entry.tb_frame.f_code.co_filename, entry.tb_lineno, entry.tb_next) == ("<error>", 2, None)
        kit.watch_exec(None)
        code = compile("what = 'old'", "<never>", "exec")
        kit.run_instead(code, changed(code))
        def called(): pass
        for _ in range(100): called()
        exec(code)
        assert what == "old"
        kit.run_instead(code, changed(code))
        kit.run_instead(code, None)
        exec(code)
        assert what == "old"
        kit.run_instead(code, changed(code))
        found = []
        thread = threading.Thread(target=lambda: exec(code, vars()) or found.append(what))
        thread.start(); thread.join()
        assert found == ["old"]
        exec(code)
        assert what == "new"
        try:
            kit.run_instead(called.__code__, code)
        except ValueError as error:
            print(error)
        """ % str(tmp_path)
    )
    assert out.stdout == "called is not run by exec\n"
