"""Stacks, tracebacks, locals, generators, recursion: programs for test_as_if_nobody_looked."""
#: recursion_depth not settrace
def depth(n=1):
    try:
        return depth(n + 1)
    except RecursionError:
        return n
first = depth()
here = 1  # @look
print(first, depth())

#: recursion_depth_alone alone not settrace
def depth(n=1):
    try:
        return depth(n + 1)
    except RecursionError:
        return n
first = depth()
here = 1  # @look
print(first, depth())

#: recursion_just_below_the_limit
import sys
def deep(n):
    if n == 0:
        here = 1  # @look
        return 0
    return deep(n - 1) + 1
print(deep(sys.getrecursionlimit() - 120))

#: recursion_limit_is_the_same
import sys
here = 1  # @look
print(sys.getrecursionlimit())

#: recursion_in_repr
class Thing:
    def __repr__(self): return "<%r>" % self
thing = Thing()
try:
    repr(thing)
except RecursionError as error:
    print(type(error).__name__)

#: recursion_ten_times
def endless(n):
    return endless(n + 1)
for _ in range(10):
    try:
        endless(0)
    except RecursionError as error:
        text = str(error)  # what was called at the limit, a comparison or not, is chance
print(text[:32])
here = 1  # @look
try:
    endless(0)
except RecursionError as error:
    print(str(error)[:32] == text[:32])

#: recursion_uncaught alone not settrace
import sys
sys.setrecursionlimit(150)
def endless(n):
    return endless(n + 1)
endless(0)

#: inspect_stack
import inspect
def inner():
    here = 1  # @look
    return [(info.function, info.lineno, info.code_context and info.code_context[0].strip()) for info in inspect.stack()]
def outer():
    return inner()
for row in outer()[:2]:
    print(row)
print(len(outer()))

#: inspect_frames
import inspect
def run(a, *rest, key=1, **more):
    local = 2
    here = 1  # @look
    print(inspect.getargvalues(inspect.currentframe()))
run(1, 2, 3, other=4)

#: frame_chain
import sys
def names(frame):
    while frame is not None:
        yield frame.f_code.co_name
        frame = frame.f_back
def inner():
    here = 1  # @look
    print(list(names(sys._getframe())))
inner()
[inner() for _ in range(1)]

#: frame_attributes
import sys
def run():
    frame = sys._getframe()
    here = 1  # @look
    print(frame.f_trace, frame.f_trace_lines, frame.f_trace_opcodes, frame.f_lineno - frame.f_code.co_firstlineno)
run()

#: print_stack
import traceback, sys
def run():
    here = 1  # @look
    traceback.print_stack(file=sys.stdout)
run()

#: traceback_of_a_caught_one
import traceback
def inner():
    here = 1  # @look
    raise ValueError("no")
def outer():
    inner()
try:
    outer()
except ValueError:
    print(traceback.format_exc())

#: traceback_with_cause_and_context
import traceback
def cause():
    try:
        1 / 0
    except ZeroDivisionError as error:
        here = 1  # @look
        raise KeyError("k") from error
def context():
    try:
        cause()
    except KeyError:
        here = 1  # @look
        {}["missing"]
try:
    context()
except KeyError:
    print(traceback.format_exc())

#: traceback_walk
import traceback
def inner():
    here = 1  # @look
    raise ValueError
def outer():
    try:
        inner()
    finally:
        here = 1  # @look
try:
    outer()
except ValueError as error:
    print([(frame.f_code.co_name, line) for frame, line in traceback.walk_tb(error.__traceback__)])

#: uncaught alone
def inner(value):
    local = [value]
    raise ValueError("no %s" % value)
def outer():
    inner("way")
print("begin")
outer()

#: uncaught_chain alone
def inner():
    {}["x"]
try:
    inner()
except KeyError as error:
    raise RuntimeError("outer") from error

#: uncaught_group alone since 3.11
def fail(kind):
    raise kind("member")
caught = []
for kind in (ValueError, TypeError):
    try:
        fail(kind)
    except Exception as error:
        error.add_note("a note")
        caught.append(error)
raise ExceptionGroup("several", caught)

#: uncaught_syntax_error alone
print("begin")
compile("a b", "<made>", "exec")

#: syntax_error_in_the_program alone
print("never")
a b

#: own_excepthook alone
import sys
def hook(kind, error, tb):
    depth = 0
    while tb:
        depth, tb = depth + 1, tb.tb_next
    print("hook", kind.__name__, error, depth)
sys.excepthook = hook
def fails():
    raise ValueError("no")
fails()

#: own_excepthook_that_calls_the_original alone
import sys
def hook(kind, error, tb):
    print("hook")
    sys.__excepthook__(kind, error, tb)
sys.excepthook = hook
raise ValueError("no")

#: excepthook_is_the_original alone
import sys
print(sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__, sys.unraisablehook is sys.__unraisablehook__)
here = 1  # @look
print(sys.excepthook is sys.__excepthook__)
try:
    1 / 0
except ZeroDivisionError:
    sys.__excepthook__(*sys.exc_info())

#: exc_info_while_handling
import sys
print(sys.exc_info())
try:
    raise ValueError("a")
except ValueError:
    here = 1  # @look
    print(sys.exc_info()[:2])
    try:
        raise KeyError("b")
    except KeyError as error:
        here = 1  # @look
        print(repr(error.__context__), sys.exc_info()[0])
    print(sys.exc_info()[0])
print(sys.exc_info())

#: bare_raise_again
def run():
    try:
        raise ValueError("first")
    except ValueError:
        here = 1  # @look
        raise
try:
    run()
except ValueError as error:
    print(error, error.__context__, error.__traceback__.tb_next.tb_lineno)

#: warnings_in_finally
def run():
    try:
        here = 1  # @look
        return "try"
    finally:
        here = 2  # @look
        print("finally")
print(run())

#: locals_is_a_snapshot before 3.13
def run():
    a = 1
    found = locals()
    a = 2
    here = 1
    print(sorted(found), found["a"], sorted(locals()))
run()

#: locals_after_a_look
def run(argument):
    a = 1
    here = 1  # @look
    b = 2
    print(sorted(locals().items()))
    del a
    here = 2  # @look
    print(sorted(locals().items()))
run(3)

#: locals_with_extra_names before 3.13
def run():
    found = locals()
    found["extra"] = 5
    here = 1  # @look
    print(sorted(found.items(), key=str))
run()

#: locals_of_a_class_body
class Body:
    a = 1
    here = a  # @look
    b = a + 1
    print(sorted(name for name in locals() if not name.startswith("__")))
print(Body.b)

#: locals_of_module_code
import sys
before = set(globals())
here = 1  # @look
print(sorted(set(globals()) - before), locals() is globals(), sys._getframe().f_locals is globals())

#: closures
def outer():
    shared = 1
    def inner():
        nonlocal shared
        shared += 1
        here = shared  # @look
        shared += 1
        return shared
    print(inner(), shared)
    here = 1  # @look
    shared = 10
    print(inner(), shared, inner.__closure__[0].cell_contents)
outer()

#: unbound_locals
def run(flag):
    if flag:
        value = 1
    here = 1  # @look
    try:
        print(value)
    except UnboundLocalError as error:
        print(type(error).__name__)
run(False)
run(True)

#: empty_cells
def run():
    def inner():
        return later
    here = 1  # @look
    try:
        inner()
    except NameError as error:
        print(error)
    later = 5
    here = 2  # @look
    print(inner())
run()

#: comprehension_variables
def run():
    x = "outer"
    values = [x for x in range(3)]
    here = 1  # @look
    print(x, values, {k: x for k in "ab"}, list(x for x in "cd"))
run()

#: exec_with_own_names
names = {"a": 1}
exec("b = a + 1\nhere = 1", names)
here = 1  # @look
print(sorted(name for name in names if not name.startswith("__")), eval("a + b", names))

#: generators_suspended
def counter():
    n = 0
    while True:
        n += 1
        got = yield n
        here = got  # @look
def run():
    made = counter()
    print(next(made), made.send("a"), made.gi_frame.f_lineno > 0, made.gi_running)
    here = 1  # @look
    print(next(made), made.gi_frame.f_locals)
run()

#: generator_throw_and_close
def generator():
    try:
        yield 1
    except ValueError as error:
        here = 1  # @look
        print("thrown", error)
        yield 2
    finally:
        print("finally")
made = generator()
print(next(made), made.throw(ValueError("in")))
here = 1  # @look
made.close()
print(made.gi_frame)

#: iterators_are_not_consumed
def run():
    items, pairs, lines = iter([1, 2, 3]), zip("ab", [1, 2]), map(str, range(3))
    made = (n * n for n in range(4))
    next(items), next(made)
    here = 1  # @look
    print(list(items), list(pairs), list(lines), list(made))
run()

#: contextlib_and_finally
import contextlib
@contextlib.contextmanager
def manager(name):
    print("enter", name)
    try:
        yield name
    finally:
        here = 1  # @look
        print("exit", name)
with manager("a") as a, manager("b"):
    here = 2  # @look
    print("in", a)
with contextlib.ExitStack() as stack:
    for name in "cd":
        stack.enter_context(manager(name))

#: line_numbers
import sys
def lines():
    yield sys._getframe().f_lineno
    here = 1  # @look
    yield sys._getframe().f_lineno
    yield (
        sys._getframe().f_lineno
    )
print(list(lines()))

#: code_objects_are_the_same
def run():
    return 1
def looked():
    here = 1  # @look
before = run.__code__, run.__code__.co_code, run.__defaults__
looked()
print(run.__code__ is before[0], run.__code__.co_code == before[1], run.__code__.co_consts, run.__code__.co_stacksize)

#: functions_are_the_same
import inspect, pickle
def run(a, b: int = 2, *, c=3):
    "Text."
    here = 1  # @look
    return a
run(1)
print(inspect.signature(run), run.__doc__, run.__code__.co_varnames, run.__code__.co_firstlineno, run.__module__)
print(inspect.getsource(inspect.getmodule) is not None)

#: disassembly_of_another
import dis, io
def run(a):
    return a + 1
def looked():
    here = 1  # @look
looked()
print([one.opname for one in dis.get_instructions(run)])
