"""What this process's children get from us: an environment to report from, and after a fork a start of their own."""
import os
import sys
from _thread import get_ident

_environ = os.environ
_stat = os.stat
_get_ident = get_ident

#: These count threads for their warning about forks after the hooks that bring them back have run; python/cpython#137109.
COUNTS_THREADS_LATE = (3, 13) <= sys.version_info < (3, 13, 10) or (3, 14) <= sys.version_info < (3, 14, 1)

NO_ROOT = "0"  #: DAPPER_ROOT below a process that no hub started: what runs there outlives the hub

BOOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boot")


def install(server):
    """Follow forks from now on.

    Threads of ours would make a fork one of a multi-threaded process, which Python 3.12 warns of: they leave before.

    Args:
        server: the process's Server.
    """
    if not hasattr(os, "register_at_fork"):
        return
    back = server.unpark
    if COUNTS_THREADS_LATE:
        back = _after(server.unpark)
    os.register_at_fork(before=server.park, after_in_parent=back, after_in_child=server.become_child)


def _after(unpark):
    """Have ``unpark`` called behind a fork, not by its hook; returns the hook, for forks that are not called as os.fork."""
    forking = set()  # idents of threads

    def behind(fork):
        def forks():
            me = _get_ident()
            forking.add(me)
            pid = None
            try:
                pid = fork()
                return pid
            finally:
                forking.discard(me)
                if (pid if type(pid) is not tuple else pid[0]) != 0:
                    unpark()

        forks.__name__ = forks.__qualname__ = fork.__name__
        forks.__doc__ = fork.__doc__
        return forks

    os.fork, os.forkpty = behind(os.fork), behind(os.forkpty)
    return lambda: None if _get_ident() in forking else unpark()


def unwanted(arguments):
    """Do these launch or attach arguments say that children are not to be debugged?"""
    value = arguments.get("subProcess") if type(arguments) is dict else None
    return value is not None and str(value).lower() in ("false", "0")


def make_home(ticket):
    """Have future children report to a hub that came to this process after its start.

    Args:
        ticket: HOST:PORT:TOKEN
    """
    paths = [path for path in _environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != BOOT]
    _environ["PYTHONPATH"] = os.pathsep.join([BOOT] + paths)
    _environ["DAPPER_ROOT"] = NO_ROOT
    _environ["DAPPER_BOOT"] = ticket


def forget_home():
    """Take ourselves out of the environment of future children."""
    for name in ("DAPPER_BOOT", "DAPPER_ROOT"):
        _environ.pop(name, None)
    paths = _environ.get("PYTHONPATH", "").split(os.pathsep)
    if BOOT in paths:
        paths.remove(BOOT)
        if paths:
            _environ["PYTHONPATH"] = os.pathsep.join(paths)
        else:
            del _environ["PYTHONPATH"]


def thread_exists(native_id):
    """Does the kernel still know this thread? Where it does not tell, no."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        _stat("/proc/self/task/%d" % native_id)
    except OSError:
        return False
    return True
