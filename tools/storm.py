"""One scenario of the soak: a client in a process of its own, and kill -9 of anybody in its tree at any moment.

`tools/soak.py` calls `storm`; the client it starts is `tools/storm_client.py`.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from tests.processes import Family, Process, poll  # noqa: E402

LONGEST = 3.0  #: seconds from the client's start to the kill
CLIENT = os.path.join(ROOT, "tools", "storm_client.py")


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
    command = [sys.executable, CLIENT, str(number), str(soak.port), str(soak.hub_port), soak.only_engine or ""]
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
        soak.wait_for_the_hub()
    except AssertionError:
        soak.tell("storm %d killed %s" % (number, victims))
        raise
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
    for pid, line in list(family.members().items()) + list(soak.of_lasting_hub().items()):
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
