"""What a process finds around it: modules, descriptors, signals, arguments, exits; for test_as_if_nobody_looked."""
#: modules alone
import sys
# dapper's own, and the modules in C that it is made with; doc/looking.md names them.
OURS = {
    "_bisect", "_collections", "_functools", "_json", "_opcode", "_opcode_metadata", "_operator", "_posixsubprocess",
    "_socket", "atexit", "cython_runtime", "gc", "opcode", "select", "zlib",
}
print(sorted(name for name in sys.modules if not name.startswith(("dapper", "_cython")) and name not in OURS))

#: imports_run_once
import sys
sys.modules.pop("this_is_none", None)
before = "colorsys" in sys.modules
import colorsys
here = 1  # @look
print(before, colorsys is sys.modules["colorsys"], colorsys.rgb_to_hsv(0, 0, 0))

#: main_module alone
import sys
here = 1  # @look
import __main__
print(__main__.__dict__ is globals(), __name__, __spec__, __file__ == sys.argv[0], __package__, __loader__.__class__.__name__)
print(sorted(globals()))

#: builtins_are_the_same alone
import builtins
before = sorted(vars(builtins))
print(len(before), hasattr(builtins, "_"))
here = 1  # @look
print(sorted(vars(builtins)) == before)

#: arguments alone
import sys
here = 1  # @look
print(sys.argv[1:], sys.argv[0] == __file__, getattr(sys, "orig_argv", [0, __file__])[1:] == [__file__])

#: path alone
import sys
here = 1  # @look
print(sys.path, sys.meta_path[-3:], len(sys.path_hooks), sys.pycache_prefix)

#: flags_and_options alone
import sys
here = 1  # @look
print(sys.flags, sys._xoptions, sys.warnoptions, sys.dont_write_bytecode, sys.getswitchinterval(), sys.executable)

#: open_descriptors alone
import os
made = os.open(os.devnull, os.O_RDONLY), os.open(os.devnull, os.O_RDONLY)
here = 1  # @look
print(made, os.dup(made[0]), os.pipe())
print([number for number in range(30) if os.path.exists("/proc/self/fd/%d" % number)] if os.path.isdir("/proc/self/fd") else 0)

#: descriptors_after_a_look
import os
def lowest():
    number = os.open(os.devnull, os.O_RDONLY)
    os.close(number)
    return number
before = lowest()
here = 1  # @look
print(lowest() - before)

#: all_descriptors_closed alone
import os
os.closerange(3, 1000)
print("on", os.open(os.devnull, os.O_RDONLY))

#: standard_streams alone
import os, sys
for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.name, stream.mode, stream.encoding, stream.errors, stream.isatty(), stream.line_buffering, stream.newlines, stream.fileno())
print(type(sys.stdout).__name__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__)
here = 1  # @look
print(repr(sys.stdin.read()), os.get_inheritable(0), os.get_inheritable(1))

#: bytes_on_the_streams alone
import os, sys
sys.stdout.write("caf\u00e9 \U0001d11e\n")
sys.stdout.flush()
sys.stdout.buffer.write(b"raw\r\n\ttabs\n")
sys.stdout.buffer.flush()
here = 1  # @look
os.write(1, b"by descriptor\n")
os.write(2, b"to stderr\n")
print("no newline at the end", end="")

#: much_output alone
import sys
for number in range(2000):
    print(number, "x" * 50)
here = 1  # @look
print("end", file=sys.stderr)

#: output_of_children alone
import subprocess, sys
print("before", flush=True)
print(subprocess.call([sys.executable, "-S", "-c", "print('child')"]))
here = 1  # @look
print(subprocess.check_output([sys.executable, "-c", "import sys; print(sys.argv)", "a"]))

#: child_is_not_traced alone not settrace
import subprocess, sys
here = 1  # @look
print(subprocess.check_output([sys.executable, "-c", "import sys; print(sys.gettrace() is None)", "a"]))

#: forked_child alone
import os, sys
print("parent", flush=True)
pid = os.fork()
if not pid:
    print("child", flush=True)
    os._exit(3)
print(os.waitpid(pid, 0)[1] >> 8)
here = 1  # @look

#: locale alone
import locale, sys
print(locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(), sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
here = 1  # @look
print(locale.setlocale(locale.LC_ALL), locale.localeconv()["decimal_point"], sys.stdout.encoding, sys.getdefaultencoding())

#: locale_of_c alone env LC_ALL=C
import locale, os, sys
print(locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(), sys.getfilesystemencoding(), sys.flags.utf8_mode)
here = 1  # @look
print(sys.stdout.encoding, sys.stdout.errors, os.environ.get("LC_ALL"), os.environ.get("LC_CTYPE"))

#: locale_changed
import locale
locale.setlocale(locale.LC_ALL, "C")
here = 1  # @look
print(locale.setlocale(locale.LC_ALL), "%.1f" % 1.5, locale.format_string("%d", 1000, grouping=True))

#: signal_handlers alone
import signal
def table():
    return [(int(number), str(signal.getsignal(number))) for number in sorted(signal.Signals)]
before = table()
here = 1  # @look
print(before == table())
print(before)

#: signal_masks alone
import signal
print(signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.set_wakeup_fd(-1))
here = 1  # @look
print(signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.set_wakeup_fd(-1), signal.getitimer(signal.ITIMER_REAL))

#: signal_handler_runs
import os, signal
def handler(number, frame):
    print("signal", number == signal.SIGUSR1, frame.f_code.co_name)
    here = 1  # @look
before = signal.signal(signal.SIGUSR1, handler)
def run():
    os.kill(os.getpid(), signal.SIGUSR1)
    here = 2  # @look
    os.kill(os.getpid(), signal.SIGUSR1)
    print("after")
run()
signal.signal(signal.SIGUSR1, before)

#: signal_raises
import os, signal
def handler(number, frame):
    raise TimeoutError("late")
before = signal.signal(signal.SIGALRM, handler)
try:
    here = 1  # @look
    os.kill(os.getpid(), signal.SIGALRM)
    for _ in range(1000):
        pass
except TimeoutError as error:
    print(error)
signal.signal(signal.SIGALRM, before)

#: signal_used_by_looks
import os, signal
got = []
before = signal.signal(signal.SIGURG, lambda number, frame: got.append(number == signal.SIGURG))
here = 1  # @look
os.kill(os.getpid(), signal.SIGURG)
print(got, signal.getsignal(signal.SIGURG) is not before)
signal.signal(signal.SIGURG, before)

#: keyboard_interrupt_caught
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started us may have it ignored
try:
    here = 1  # @look
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000):
        pass
except KeyboardInterrupt as error:
    print("ctrl-c", repr(error))

#: keyboard_interrupt_uncaught alone
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
print("begin", flush=True)
here = 1  # @look
os.kill(os.getpid(), signal.SIGINT)
for _ in range(1000):
    pass

#: killed_by_a_signal alone
import os, signal
print("begin", flush=True)
here = 1  # @look
os.kill(os.getpid(), signal.SIGTERM)

#: exit_code alone
import sys
here = 1  # @look
sys.exit(7)

#: exit_text alone
import sys
here = 1  # @look
sys.exit("the reason")

#: exit_object alone
class Odd:
    def __str__(self): return "odd"
raise SystemExit(Odd())

#: exit_at_once alone
import atexit, os
atexit.register(print, "never")
here = 1  # @look
os._exit(9)

#: exit_in_a_finally alone
import sys
try:
    here = 1  # @look
    sys.exit(3)
finally:
    print("finally")

#: atexit_in_order alone
import atexit, sys
for number in range(3):
    atexit.register(print, "at exit", number)
def late():
    here = 1
    print("late", sys.modules["__main__"].__name__)
atexit.register(late)
here = 1  # @look
print("end")

#: atexit_raises alone
import atexit
class Bad:
    def __call__(self): raise ValueError("at exit")
    def __repr__(self): return "<bad>"
atexit.register(Bad())
atexit.register(print, "before it")
here = 1  # @look

#: warnings_once alone
import warnings
def old():
    warnings.warn("old", UserWarning, stacklevel=2)
for _ in range(2):
    old()
here = 1  # @look
old()
warnings.warn("plain")
warnings.warn("gone", DeprecationWarning)

#: warning_filters
import warnings
before = list(warnings.filters)
here = 1  # @look
print(before == warnings.filters)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    here = 1  # @look
    warnings.warn("seen")
print([(str(one.message), one.category.__name__) for one in caught])

#: warnings_of_open_files
import gc, os, warnings
def leak():
    file = open(os.devnull)
    here = 1  # @look
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    leak()
print([one.category.__name__ for one in caught])

#: warnings_as_errors alone env PYTHONWARNINGS=error
import warnings
here = 1  # @look
try:
    warnings.warn("made an error")
except UserWarning as error:
    print("raised", error)

#: environment alone
import os
OURS = {"DAPPER_BOOT", "DAPPER_ROOT", "PYTHONPATH", "PYTHONIOENCODING"}
here = 1  # @look
print(sorted(set(os.environ) - OURS))

#: working_directory_and_umask alone
import os, resource
here = 1  # @look
mask = os.umask(0)
print(os.getcwd(), mask, os.nice(0) >= 0, resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 0)

#: hooks_of_sys
import sys
print(sys.getprofile(), sys.displayhook is sys.__displayhook__, sys.get_asyncgen_hooks(), sys.get_coroutine_origin_tracking_depth())
here = 1  # @look
print(sys.getprofile(), sys.displayhook is sys.__displayhook__, sys.get_asyncgen_hooks(), sys.get_coroutine_origin_tracking_depth())

#: faulthandler_and_logging
import faulthandler, logging
print(faulthandler.is_enabled(), logging.getLogger().handlers, logging.getLogger().level)
here = 1  # @look
logging.getLogger("some").warning("to stderr")
print(faulthandler.is_enabled(), logging.getLogger().handlers)

#: random_numbers
import random
random.seed(42)
first = [random.random() for _ in range(3)]
random.seed(42)
here = 1  # @look
print(first == [random.random() for _ in range(3)])

#: decimal_context
import decimal
decimal.getcontext().prec = 5
here = 1  # @look
print(decimal.Decimal(1) / 3, decimal.getcontext().flags[decimal.Inexact])

#: errno_is_kept
import ctypes
ctypes.set_errno(42)
here = 1  # @look
print(ctypes.get_errno())

#: files_keep_their_place
import os, tempfile
with tempfile.TemporaryFile("w+") as file:
    file.write("one\ntwo\nthree\n")
    file.seek(0)
    print(file.readline())
    here = 1  # @look
    print(file.tell(), file.read())

#: run_as_module alone
import runpy, sys
here = 1  # @look
sys.argv[:] = ["x", "sample"]
print(runpy.run_module("this", run_name="not_main")["__name__"])
