"""Code of ours into a running process: by `sys.remote_exec` (Python 3.14 and newer), else by a debugger of C."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from dapper.hub.obstacles import DAPPER, Target, refuse, tracer

STRANGER = os.path.join(DAPPER, "adapter", "boot", "stranger.py")
REMOTE_TIME = 20.0  #: seconds `sys.remote_exec` has
TRACER_TIME = 60.0  #: seconds a debugger of C has; it reads symbols first
PATIENCE = 5.0  #: seconds it has to end once it was asked to

MARK_TIME = 60.0  #: seconds the process has to follow an order
INSIST = 3.0  #: seconds after which `sys.remote_exec` is helped

REMOTE = "import sys; sys.remote_exec(int(sys.argv[1]), sys.argv[2])"

#: The main thread holds Python's lock, or we can't know what it is at: Python runs the code when it can. It sleeps without
#: the lock: the code runs at once. The text goes into memory of its own, as the thread may be inside malloc.
GDB = """\
set pagination off
set confirm off
set unwindonsignal on
set $place = ((void *(*)(void *, unsigned long, int, int, int, long)) mmap)(0, {size}, 3, 34, -1, 0)
restore {path} binary $place
set $holds = ((int (*)(void)) PyGILState_Check)()
if {sleeps} && !$holds
  set $lock = ((int (*)(void)) PyGILState_Ensure)()
  set $failed = ((int (*)(void *)) PyRun_SimpleString)($place)
  call ((void (*)(int)) PyGILState_Release)($lock)
else
  set $failed = ((int (*)(void *, void *)) Py_AddPendingCall)((void *) PyRun_SimpleString, $place)
end
printf "dapper: %d\\n", $failed
detach
"""

#: The same. Variables of the expressions are as long as the session.
LLDB = """\
expr -l c -- void *$place = ((void *(*)(void *, unsigned long, int, int, int, long)) mmap)(0, {size}, 3, 34, -1, 0)
memory write --infile {path} $place
expr -l c -- void *$run = (void *) &PyRun_SimpleString
expr -l c -- int $now = {sleeps} && !((int (*)(void)) &PyGILState_Check)()
expr -l c -- int $lock = $now ? ((int (*)(void)) &PyGILState_Ensure)() : 0
expr -l c -- int $failed = $now ? ((int (*)(void *)) $run)($place) : ((int (*)(void *, void *)) &Py_AddPendingCall)($run, $place)
expr -l c -- if ($now) ((void (*)(int)) &PyGILState_Release)($lock)
expr -l c -f decimal -- (int) $failed + 1000
process detach
"""


def into(pid, order, remote=True, prefer_lldb=False):
    """Have a process follow an order, and wait until it has; arguments as those of Injection.

    Raises:
        DapError: it did not work.
    """
    port = order.get("port")
    if port == 0:
        with socket.socket() as probe:  # whoever asks has to know it
            probe.bind((order["host"], 0))
            order["port"] = probe.getsockname()[1]
    folder = tempfile.mkdtemp(prefix="dapper-")
    mark = os.path.join(folder, "mark")
    injection = Injection(pid, dict(order, mark=folder, package=DAPPER), remote, prefer_lldb)
    try:
        injection.hand_over(folder)
        injection.run()
        end, insist = time.monotonic() + MARK_TIME, time.monotonic() + INSIST
        while os.path.isdir(folder) and not os.path.exists(mark):
            if time.monotonic() > insist:
                insist = end
                injection.insist()
            if time.monotonic() > end:
                raise refuse(pid, "its main thread ran no Python code within %g s" % MARK_TIME, "Try again when it does")
            time.sleep(0.02)
        with open(mark, encoding="utf-8") as file:
            why = file.read()
        if why:
            raise refuse(pid, why, "Try again when that is different")
    finally:
        injection.close()
        shutil.rmtree(folder, ignore_errors=True)


class Injection:
    """What one attach by process id needs.

    Args:
        pid: of the process.
        order: what ``stranger.py`` finds as ``ORDER``: texts and numbers; see there.
        remote: may `sys.remote_exec` be used?
        prefer_lldb: where both are.

    Raises:
        DapError: something stands in the way.
    """

    def __init__(self, pid, order, remote=True, prefer_lldb=False):
        self.pid = pid
        self._prefer_lldb = prefer_lldb
        if not os.path.isdir("/proc/self/fd"):
            raise refuse(pid, "attaching by process id works on Linux only", "Have the program call dapper.listen()")
        self._target = Target(pid)
        self._target.check()
        self._remote = remote and (self._target.version or (3, 0)) >= (3, 14) and self._twin() is not None
        self._tracer = None
        if not self._remote:
            self._need_tracer()
        code = "exec(compile(__import__('_io').open(%r, 'rb').read(), %r, 'exec'), {'__name__': 'dapper', 'ORDER': %r})"
        self._code = (code % (STRANGER, STRANGER, order)).encode("ascii", "backslashreplace")
        self._folder = None

    def _need_tracer(self):
        self._tracer = tracer(self._prefer_lldb, self.pid)
        self._target.check_tracing()

    def run(self):
        """Put the code in; it takes some seconds.

        Raises:
            DapError: it did not work.
        """
        self._folder = tempfile.mkdtemp(prefix="dapper-")
        path = self._write("code.py", self._code + b"\n")
        try:
            if self._remote:
                self._by_remote_exec(path)
            else:
                self._by_tracer()
        except BaseException:  # boundary: our folder goes, the error goes on
            self.close()
            raise

    def insist(self):
        """Python has not run it: have a debugger of C do it, if there is one and that is allowed; was it done?

        Raises:
            DapError: it is there and can't.
        """
        if self._folder is None or not self._remote or not self._target.sleeps() or not (shutil.which("gdb") or shutil.which("lldb")):
            return False
        self._need_tracer()
        self._by_tracer()
        return True

    def hand_over(self, path):
        """Let the process write there, and nobody else."""
        if not self._target.is_ours:
            os.chown(path, self._target.uid, self._target.gid)

    def close(self):
        """Leave nothing behind."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _write(self, name, data):
        """A file that we and the process can read, and nobody else."""
        path = os.path.join(self._folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        for each in (path, self._folder):
            self.hand_over(each)
        return path

    # -- sys.remote_exec ----------------------------------------------------------------------------------------------

    def _twin(self):
        """An interpreter of the process's own version, or None."""
        if sys.version_info[:2] == self._target.version and sys.version_info.releaselevel == "final":
            return sys.executable
        own = self._target.executable
        return own if os.access(own, os.X_OK) and os.path.basename(own).startswith("python") else None

    def _by_remote_exec(self, path):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DAPPER"))}
        command = [self._twin(), "-I", "-S", "-c", REMOTE, str(self.pid), path]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=environment, timeout=REMOTE_TIME, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise refuse(self.pid, "sys.remote_exec: %s" % error, "Have the program call dapper.listen()") from None
        if done.returncode == 0:
            return
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = words[-1] if words else "exit code %d" % done.returncode
        if "not enabled" in why or "disabled" in why:
            remedy = "Start it without -X disable-remote-debug and PYTHON_DISABLE_REMOTE_DEBUG"
        elif "PermissionError" in why or "not permitted" in why:
            self._target.check_tracing()  # says it better, if it is that
            remedy = "Run the debugger as root; in a container, with --cap-add=SYS_PTRACE"
        else:
            remedy = "Have the program call dapper.listen()"
        raise refuse(self.pid, "sys.remote_exec says %s" % why, remedy)

    # -- a debugger of C ----------------------------------------------------------------------------------------------

    def _by_tracer(self):
        name, path = self._tracer
        memory = self._write("code.bin", self._code + b"\0")
        facts = {"size": (len(self._code) | 4095) + 1, "path": memory, "sleeps": int(self._target.sleeps())}
        script = self._write("commands", (GDB if name == "gdb" else LLDB).format(**facts).encode())
        if name == "gdb":
            # Symbols' addresses are all it needs: to read what is known of types and lines takes most of its time.
            quick = ["-nx", "-nh", "-batch", "-readnever", "-iex", "set debuginfod enabled off"]
            command = [path] + quick + ["-p", str(self.pid), "-x", script]
        else:
            command = [path, "--no-lldbinit", "--batch", "-p", str(self.pid), "-s", script]
        text = _output_of(command, self.pid)
        if "dapper: 0" not in text and "= 1000" not in text:
            raise self._unhappy(name, text)

    def _unhappy(self, name, text):
        if "ptrace: Operation not permitted" in text or "attach failed" in text:
            return refuse(self.pid, "the system does not let %s trace it" % name,
                          "Run: sudo sysctl kernel.yama.ptrace_scope=0; in a container, --cap-add=SYS_PTRACE")
        if "No symbol" in text or "undeclared identifier" in text:
            return refuse(self.pid, "its Python is stripped of its symbols", "Have the program call dapper.listen()")
        words = [line for line in text.splitlines() if line.strip()]
        return refuse(self.pid, "%s says: %s" % (name, words[-1] if words else "nothing"), "Have the program call dapper.listen()")


def _output_of(command, pid):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               start_new_session=True)
    try:
        return process.communicate(timeout=TRACER_TIME)[0].decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # it takes back what it did to the process
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        raise refuse(pid, "%s took more than %g s" % (os.path.basename(command[0]), TRACER_TIME),
                     "Have the program call dapper.listen()") from None
