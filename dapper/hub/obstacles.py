"""What stands in the way of code of ours into a running process, and what removes it; Linux tells most of it."""
import os
import shutil
import struct
import sys
import time

from dapper.protocol.errors import DapError

PTRACE_SCOPE = "/proc/sys/kernel/yama/ptrace_scope"
DAPPER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SYMBOLS = b"Py_AddPendingCall"  #: what a debugger of C has to find in the process
CAP_SYS_PTRACE = 1 << 19
QUIET = 0.1  #: seconds without a word from a thread that sleeps

#: machine number in an ELF file → its name
MACHINES = {3: "x86", 40: "arm", 62: "x86-64", 183: "aarch64", 243: "riscv", 22: "s390", 21: "ppc64"}


def refuse(pid, why, remedy):
    """The error that says why a process can't be attached to.

    Args:
        pid: of the process.
        why, remedy: sentences without a full stop.
    """
    return DapError("cannot_inject", pid=pid, why=why, remedy=remedy)


class Target:
    """A process as /proc shows it.

    Args:
        pid: of a process.

    Attributes:
        executable: its file, as it sees it.
        version: (3, minor) of its Python.
        image: the file that holds the interpreter, as we can open it.
        uid, gid: whose it is.

    Raises:
        DapError: there is no such process, or it is no Python.
    """

    def __init__(self, pid):
        self.pid = pid
        self._proc = "/proc/%d/" % pid
        try:
            self.uid, self.gid = (os.stat(self._proc).st_uid, os.stat(self._proc).st_gid)
        except OSError:
            raise refuse(pid, "there is no such process", "`ps -e` lists those there are") from None
        try:
            self.executable = os.readlink(self._proc + "exe")
            with open(self._proc + "maps", encoding="utf-8", errors="surrogateescape") as file:
                mapped = sorted({line.split(None, 5)[5].rstrip("\n") for line in file if len(line.split(None, 5)) == 6})
        except OSError as error:
            raise self._forbidden(error) from None
        self.image, self.version = self._interpreter([path for path in mapped if path.startswith("/")])

    def _forbidden(self, error):
        if os.geteuid() != self.uid and os.geteuid() != 0:
            return refuse(self.pid, "it belongs to another user (uid %d)" % self.uid,
                          "Run the debugger as that user, or as root: sudo -u '#%d' ..." % self.uid)
        return refuse(self.pid, "the system does not let us look at it (%s)" % error.strerror,
                      "In a container, run it with --cap-add=SYS_PTRACE")

    def _interpreter(self, mapped):
        """(file that holds the interpreter, version)"""
        for path in mapped:
            name = os.path.basename(path.replace(" (deleted)", ""))
            if name.startswith(("libpython3.", "Python3.")):
                return self._proc + "root" + path, _version(name.partition("3.")[2])
        name = os.path.basename(self.executable.replace(" (deleted)", ""))
        image = self._proc + "exe"
        if name.startswith("python3."):
            return image, _version(name[8:])
        for path in mapped:  # a Python under another name has its library beside it
            before, found, after = path.partition("/python3.")
            if found and after.partition("/")[2].endswith(".so"):
                return image, _version(after.partition("/")[0])
        if not holds(image, SYMBOLS):
            raise refuse(self.pid, "it is no Python process (%s)" % (self.executable or "a kernel thread"),
                         "`ps -e` lists the processes there are")
        return image, None

    @property
    def is_ours(self):
        """Does it belong to the user we are?"""
        return self.uid == os.geteuid()

    def sleeps(self):
        """Does its main thread wait in the system, and for something else than Python's lock?

        Who waits for the lock awakes every 5 ms (sys.getswitchinterval), and must not be made to take it once more: it may
        be holding the mutex that guards it.
        """
        before, end = self.status("voluntary_ctxt_switches"), time.monotonic() + QUIET
        while self.status("State").startswith("S") and self.status("voluntary_ctxt_switches") == before:
            if time.monotonic() > end:
                return True
            time.sleep(0.01)
        return False

    def status(self, name):
        """A field of its status, a text."""
        with open(self._proc + "status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith(name + ":"):
                    return line.partition(":")[2].strip()
        return ""

    def check(self):
        """Look for what would stop any way of getting in.

        Raises:
            DapError: something does.
        """
        if self.pid == os.getpid():
            raise refuse(self.pid, "it is the debugger itself", "Give another")
        if self.version is not None and self.version < (3, 8):
            raise refuse(self.pid, "it runs Python %d.%d" % self.version, "dapper debugs 3.8 and newer")
        if not self.is_ours and os.geteuid() != 0:
            raise self._forbidden(None)
        if self.status("State").startswith("Z"):
            raise refuse(self.pid, "it has ended already and waits for its parent", "There is nothing to debug")
        there = self._proc + "root" + DAPPER
        if not (os.path.exists(there) and os.path.samefile(there, DAPPER)):
            raise refuse(self.pid, "it sees other files than we do (a container), and dapper is not among them",
                         "Mount %s there, or have the program call dapper.listen()" % DAPPER)

    def check_tracing(self):
        """Look for what would stop a debugger of C.

        Raises:
            DapError: something does.
        """
        tracer = self.status("TracerPid")
        if tracer not in ("", "0"):
            raise refuse(self.pid, "process %s traces it already" % tracer, "End that one: kill %s" % tracer)
        theirs, ours = machine(self.image), machine("/proc/self/exe")
        if theirs != ours:
            raise refuse(self.pid, "it is a program for %s, and we are one for %s" % (theirs, ours),
                         "Run the debugger with a Python for %s" % theirs)
        if not holds(self.image, SYMBOLS):
            raise refuse(self.pid, "its Python is stripped of its symbols", "Have the program call dapper.listen()")
        check_scope(self.pid, ptrace_scope(), may_trace())


def check_scope(pid, scope, may):
    """What Linux's Yama thinks of tracing.

    Args:
        pid: of the process.
        scope: see ptrace_scope.
        may: see may_trace.

    Raises:
        DapError: it is against it.
    """
    if scope == 3:
        raise refuse(pid, "kernel.yama.ptrace_scope is 3: this system allows no tracing until it is booted anew",
                     "Have the program call dapper.listen()")
    if scope and not may:
        raise refuse(pid, "kernel.yama.ptrace_scope is %d" % scope,
                     "Run: sudo sysctl kernel.yama.ptrace_scope=0, or start the debugger as root")


def ptrace_scope():
    """Who may trace whom: 0 each his own, 1 parents only, 2 who has the right, 3 nobody."""
    try:
        with open(PTRACE_SCOPE, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def may_trace():
    """Have we the right to trace whatever the scope is?"""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("CapEff:"):
                return bool(int(line.split()[1], 16) & CAP_SYS_PTRACE)
    return False


def tracer(prefer_lldb=False, pid=0):
    """(name, path) of a debugger of C.

    Raises:
        DapError: there is none.
    """
    names = ["lldb", "gdb"] if prefer_lldb or sys.platform == "darwin" else ["gdb", "lldb"]
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return name, path
    install = "Install Xcode's command line tools: xcode-select --install" if sys.platform == "darwin" else \
        "Install gdb: sudo apt-get install gdb, or sudo dnf install gdb, or sudo apk add gdb"
    raise refuse(pid, "getting into a Python older than 3.14 takes gdb or lldb, and neither is here", install)


def _version(text):
    digits = ""
    for character in text:
        if not character.isdigit():
            break
        digits += character
    return (3, int(digits)) if digits else None


def machine(path):
    """The name of the machine an ELF file is for."""
    try:
        with open(path, "rb") as file:
            head = file.read(20)
    except OSError:
        return "unknown"
    if head[:4] != b"\x7fELF":
        return "unknown"
    number = struct.unpack("<H" if head[5] == 1 else ">H", head[18:20])[0]
    return MACHINES.get(number, "machine %d" % number)


def holds(path, text):
    """Is this text in that file?"""
    try:
        with open(path, "rb") as file:
            last = b""
            for piece in iter(lambda: file.read(1 << 20), b""):
                if text in last + piece:
                    return True
                last = piece[-len(text):]
    except OSError:
        return True  # not ours to say
    return False
