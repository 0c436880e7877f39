"""What this process's children get from us: an environment to report from, and after a fork a start of their own."""
import os
import sys

_environ = os.environ
_stat = os.stat

BOOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boot")


def install(server):
    """Follow forks from now on.

    Threads of ours would make a fork one of a multi-threaded process, which Python 3.12 warns of: they leave before.

    Args:
        server: the process's Server.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=server.park, after_in_parent=server.unpark, after_in_child=server.become_child)


def unwanted(arguments):
    """Do these launch or attach arguments say that children are not to be debugged?"""
    value = arguments.get("subProcess") if type(arguments) is dict else None
    return value is not None and str(value).lower() in ("false", "0")


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
