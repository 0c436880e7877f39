"""Programs that trace, profile or count themselves; for test_as_if_nobody_looked."""
#: gettrace_is_none alone not settrace
import sys, threading
print(sys.gettrace(), sys.getprofile(), threading._trace_hook, threading._profile_hook)
here = 1  # @look
print(sys.gettrace(), sys.getprofile(), threading._trace_hook, threading._profile_hook)

#: own_trace_function
import sys
said = []
def trace(frame, event, arg):
    if frame.f_code.co_name in ("run", "sub"):
        said.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno))
        return trace
def sub():
    return 2
def run():
    a = 1
    return a + sub()
before = sys.gettrace()
sys.settrace(trace)
run()
sys.settrace(before)
print(said)

#: own_trace_function_and_gettrace
import sys
def trace(frame, event, arg): return None
before = sys.gettrace()
sys.settrace(trace)
print(sys.gettrace() is trace)
sys.settrace(before)

#: own_profile_function
import sys
said = []
def profile(frame, event, arg):
    said.append((frame.f_code.co_name, event, getattr(arg, "__name__", None) if event.startswith("c_") else None))
def sub(): return len("ab")
def run():
    return sub() + 1
sys.setprofile(profile)
run()
sys.setprofile(None)
print(said)

#: own_profile_function_and_a_look
import sys
names = []
def profile(frame, event, arg):
    if event in ("call", "return"):
        names.append(frame.f_code.co_name)
def run():
    here = 1  # @look
    return 5
sys.setprofile(profile)
run()
sys.setprofile(None)
print(names, sys.getprofile())

#: profile_of_threads
import threading
names = []
def profile(frame, event, arg):
    if event == "call" and frame.f_code.co_name == "work":
        names.append(event)
def work():
    here = 1  # @look
threading.setprofile(profile)
thread = threading.Thread(target=work)
thread.start()
thread.join()
threading.setprofile(None)
print(names)

#: cprofile
import cProfile, pstats, io
def sub(): return 1
def run():
    return [sub() for _ in range(5)]
profile = cProfile.Profile()
profile.enable()
run()
profile.disable()
print(sorted((key[2], value[0]) for key, value in pstats.Stats(profile).stats.items() if key[2] in ("sub", "run")))

#: cprofile_and_a_look
import cProfile, pstats
def sub():
    here = 1  # @look
    return 1
profile = cProfile.Profile()
profile.enable()
sub()
profile.disable()
print(sorted((key[2], value[0]) for key, value in pstats.Stats(profile).stats.items() if key[2] == "sub"))

#: trace_module
import trace
def run(n):
    total = 0
    for number in range(n):
        total += number
    return total
tracer = trace.Trace(count=1, trace=0)
print(tracer.runfunc(run, 4))
print(sorted(count for (file, line), count in tracer.results().counts.items() if file == run.__code__.co_filename))

#: own_monitoring_tool since 3.12
import sys
monitoring = sys.monitoring
said = []
monitoring.use_tool_id(3, "mine")
monitoring.register_callback(3, monitoring.events.LINE, lambda code, line: said.append(line - code.co_firstlineno))
monitoring.register_callback(3, monitoring.events.PY_START, lambda code, offset: said.append(code.co_name))
def run():
    a = 1
    return a
monitoring.set_local_events(3, run.__code__, monitoring.events.LINE | monitoring.events.PY_START)
run()
run()
monitoring.set_local_events(3, run.__code__, 0)
monitoring.free_tool_id(3)
print(said)

#: own_monitoring_tool_and_a_look since 3.12
import sys
monitoring = sys.monitoring
said = []
monitoring.use_tool_id(3, "mine")
monitoring.register_callback(3, monitoring.events.PY_START, lambda code, offset: said.append(code.co_name))
monitoring.set_events(3, monitoring.events.PY_START)
def run():
    here = 1  # @look
run()
monitoring.set_events(3, 0)
monitoring.free_tool_id(3)
print(said)

#: own_monitoring_tool_switched_off since 3.12
import sys
monitoring = sys.monitoring
said = []
def line(code, number):
    said.append(number - code.co_firstlineno)
    return monitoring.DISABLE
monitoring.use_tool_id(3, "mine")
monitoring.register_callback(3, monitoring.events.LINE, line)
def run():
    a = 1
    here = 1  # @look
    return a
monitoring.set_local_events(3, run.__code__, monitoring.events.LINE)
run()
run()
monitoring.set_local_events(3, run.__code__, 0)
monitoring.free_tool_id(3)
print(said)

#: audit_hook alone not settrace
import sys
said = []
active = True
def hook(event, arguments):
    if active and not event.startswith(("builtins.id", "object.", "sys._getframe", "sys.set", "sys.monitoring")):
        said.append(event)
sys.addaudithook(hook)
def run():
    a = [n for n in range(3)]
    return compile("1", "<x>", "eval")
run()
active = False
print(said)

#: displayhook
import sys
sys.displayhook(None)
said = []
sys.displayhook = said.append
here = 1  # @look
exec(compile("1 + 1", "<x>", "single"))
sys.displayhook = sys.__displayhook__
print(said)

#: import_hooks
import sys
class Finder:
    asked = []
    def find_spec(self, name, path=None, target=None):
        self.asked.append(name)
sys.meta_path.insert(0, Finder())
here = 1  # @look
try:
    import no_such_module
except ImportError as error:
    print(error)
del sys.meta_path[0]
print(Finder.asked)

#: patched_builtins
import builtins
calls = []
names = ["open", "print", "input", "repr", "exec", "compile", "__import__"]
before = {name: getattr(builtins, name) for name in names}
def patched(name):
    return lambda *args, **more: calls.append((name, args[:1] if name == "__import__" else 0)) or before[name](*args, **more)
here = 1  # @look
for name in ["open", "print", "input"]:
    setattr(builtins, name, patched(name))
here = 2  # @look
for name in names:
    setattr(builtins, name, before[name])
print(calls)

#: patched_time_and_os
import os, time
calls = []
before = time.time, time.monotonic, time.sleep, os.getpid, os.write
time.time = lambda: calls.append("time") or 0.0
time.monotonic = lambda: calls.append("monotonic") or 0.0
time.sleep = lambda seconds: calls.append("sleep")
os.getpid = lambda: calls.append("getpid") or 1
here = 1  # @look
time.time, time.monotonic, time.sleep, os.getpid, os.write = before
print(calls)

#: replaced_streams
import io, sys
before = sys.stdout, sys.stderr
sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
print("kept")
here = 1  # @look
texts = sys.stdout.getvalue(), sys.stderr.getvalue()
sys.stdout, sys.stderr = before
print(texts)

#: doctest_and_unittest
import doctest, io, sys, unittest
def twice(n):
    """
    >>> twice(2)
    4
    """
    here = 1  # @look
    return n * 2
class Test(unittest.TestCase):
    def test(self):
        here = 1  # @look
        self.assertEqual(twice(1), 2)
print(doctest.run_docstring_examples(twice, {"twice": twice}))
result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(Test).run(result)
print(result)
