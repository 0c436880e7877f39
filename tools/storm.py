"""One scenario of the soak: a client in a process of its own, and kill -9 of anybody in its tree at any moment.

`tools/soak.py` calls `storm`; the client it starts is this file, run as a script.
"""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from tests.processes import Family, Process, poll  # noqa: E402
from tests.wire import Closed, Refused  # noqa: E402

LONGEST = 3.0  #: seconds from the client's start to the kill
WELL_KNOWN = ("another client", "can't", "Can't")  #: what an attach may be refused with


def storm(soak):
    """Let a client debug, and kill somebody.

    Args:
        soak: the Soak, with what lasts.

    Returns:
        Whom, in words.

    Raises:
        AssertionError: somebody is left over, or the client met with what must not be.
    """
    family = Family()
    family.mark = family.mark.replace("DAPPER_TEST_FAMILY", "DAPPER_SOAK_STORM")  # the client has a family of its own below
    folder = tempfile.mkdtemp(dir=soak.folder)
    number = soak.random.randrange(1 << 30)
    command = [sys.executable, os.path.abspath(__file__), str(number), str(soak.port), str(soak.hub_port), soak.options.engine or ""]
    client = Process(command, family.environment({"TMPDIR": folder}))
    try:
        victims, ended = set(), time.monotonic() + soak.random.random() * LONGEST
        while time.monotonic() < ended and client.popen.poll() is None:
            time.sleep(0.01)
        for _ in range(soak.random.choice([1, 1, 1, 2, 5])):
            found = _tree(soak, family, client)
            whom = soak.random.choice(sorted(found) or ["nobody"])
            if whom != "nobody":
                victims.add(whom)
                soak.kill(soak.random.choice(found[whom]))
        code = _end_of(client, soak.ENDS)
        if "client" not in victims and code:
            raise AssertionError("the client of storm %d ended with %d:\n%s" % (number, code, client.text("stderr")))
        family.wait_extinct(soak.ENDS)
        poll(lambda: not _of_lasting_hub(soak), "the end of what the lasting hub started", soak.ENDS)
    finally:
        client.close()
        family.kill()
    shutil.rmtree(folder, ignore_errors=True)
    return "kill -9 of " + " and ".join(sorted(victims) or ["nobody"])


def _end_of(client, seconds):
    """The client's exit code; one that hangs says where, and fails."""
    try:
        return client.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(client.pid, signal.SIGUSR1)
        poll(lambda: "that is all" in client.text("stderr") or client.popen.poll() is not None, "its stacks", 5)
        raise AssertionError("the client hangs:\n" + client.text("stderr")) from None


def _tree(soak, family, client):
    """Who → pids."""
    found = {}
    for pid, line in list(family.members().items()) + list(_of_lasting_hub(soak).items()):
        if pid == client.pid:
            who = "client"
        elif "--waiter" in line:
            who = "waiter"
        elif os.path.join("dapper", "adapter") in line:
            who = "hub"
        else:
            who = "debuggee"
        found.setdefault(who, []).append(pid)
    return found


def _of_lasting_hub(soak):
    """pid → command line of the programs that the hub at a port has started."""
    return {pid: line for pid, line in soak.family.members().items() if pid not in (soak.server.pid, soak.hub.pid)}


class _Options:
    """What a Soak reads, for the client.

    Args:
        engine: its name or nothing.
        seed: of the random numbers.
    """

    def __init__(self, engine, seed):
        self.engine = engine
        self.seed = seed


def debug(soak):
    """The client's part: launch or attach, play, end."""
    from tests.client import DapClient

    way = soak.random.choice(["launch", "launch", "launch at a port", "straight", "attach"])
    name = soak.random.choice(sorted(soak.programs))
    prog = soak.programs[name] if way.startswith("launch") else soak.server_program
    if way in ("launch", "attach"):
        s = DapClient.spawn(prog, soak.engine())
    else:
        s = DapClient.dial(soak.port if way == "straight" else soak.hub_port, prog, soak.engine())
    signal.signal(signal.SIGUSR1, lambda number, frame: _tell_all(s, frame))
    try:
        s.initialize()
        if way.startswith("launch"):
            s.launch(prog, console=soak.random.choice(["internalConsole", "integratedTerminal"]), cwd=prog.folder)
        else:
            s.attach(connect={"host": "127.0.0.1", "port": soak.port})
        s.set_breakpoints(None, ["stop"])
        s.configuration_done()
        for _ in range(3):
            soak.play(s)
        s.wire.request("disconnect", {"terminateDebuggee": way.startswith("launch") and soak.random.random() < 0.5})
    except Refused as refusal:
        if way.startswith("launch"):
            return  # what was killed can't be debugged
        if not any(reason in str(refusal) for reason in WELL_KNOWN):
            raise
    except Closed:
        return  # the hub was killed
    except BaseException:
        s.tell()
        raise
    finally:
        for child in s.children:
            child.crash()
        s.crash()


def _tell_all(s, frame):
    """Where we are, and what was said in all sessions."""
    traceback.print_stack(frame)
    sessions = [s]
    for session in sessions:
        sessions += session.children
        session.tell()
    print("that is all", file=sys.stderr, flush=True)


def main():
    """The client: seed, port of the program that listens, port of the hub, engine."""
    from soak import Soak

    client = Soak(_Options(sys.argv[4] or None, int(sys.argv[1])))
    client.port, client.hub_port = int(sys.argv[2]), int(sys.argv[3])
    client.random = random.Random(int(sys.argv[1]))
    try:
        debug(client)
    except Exception:  # boundary: the soak wants to know
        traceback.print_exc()
        code = 1
    else:
        code = 0
    sys.stderr.flush()
    os._exit(code)  # readers of pipes may wait for a program that runs on


if __name__ == "__main__":
    main()
