"""The tree of processes: who descends from whom, how one ended, how to end them all."""
import os
import signal


def tree(pid, session=None):
    """The pids of ``pid`` and what descends from it, parents first.

    Args:
        session: everything in this session belongs to it too: what lost its parent on the way is found by that.
    """
    children, found = {}, [pid]
    for child, parent, its_session in _all_processes():
        children.setdefault(parent, []).append(child)
        if its_session == session and child not in found:
            found.append(child)
    for parent in found:  # grows while we walk
        found += [child for child in children.get(parent, ()) if child not in found]
    return found


def kill_tree(pid, others=(), session=None):
    """End ``pid``, what descends from it, and ``others``, at once and for good.

    Args:
        others: pids that belong to the tree although nothing shows it, such as orphans in a terminal.
        session: see ``tree``.
    """
    killed = {os.getpid()}  # never ourselves
    while True:  # what a victim started while we looked is found on the next look
        victims = [victim for victim in tree(pid, session) + list(others) if victim not in killed]
        if not victims:
            return
        for victim in victims:
            send(victim, getattr(signal, "SIGKILL", signal.SIGTERM))
        killed.update(victims)


def send(pid, number):
    """Send a signal; a process that is gone already is fine."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
    except PermissionError:
        pass  # it became somebody else's (sudo); nothing we can do


def alive(pid):
    """Does the process run? One that ended and was not waited for does not."""
    return any(pid == other for other, _, _ in _all_processes())


def outcome(returncode):
    """How a process ended.

    Args:
        returncode: as `subprocess` gives it: negative for a signal.

    Returns:
        (exit code as a shell tells it, sentence about the signal or None)
    """
    if returncode >= 0:
        return returncode, None
    number = -returncode
    try:
        name = signal.Signals(number).name
    except ValueError:
        return 128 + number, "The program was ended by signal %d.\n" % number
    return 128 + number, "The program was ended by %s (signal %d).\n" % (name, number)


def _all_processes():
    """(pid, parent, session) of every process alive."""
    if os.path.isdir("/proc/self"):
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open("/proc/%s/stat" % name, "rb") as stat:
                        state, parent, _, session = stat.read().rsplit(b")", 1)[1].split()[:4]
                except (OSError, IndexError, ValueError):
                    continue  # it ended while we looked
                if state != b"Z":
                    yield int(name), int(parent), int(session)
    elif os.name == "posix":
        import subprocess

        listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,sess="], stdout=subprocess.PIPE, check=False).stdout
        for line in listing.splitlines():
            pid, parent, session = line.split()
            yield int(pid), int(parent), int(session) if session.isdigit() else None
