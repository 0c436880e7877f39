"""The client of a storm, in a process of its own that may be killed at any moment: `tools/storm.py` starts it."""
import os
import signal
import sys
import traceback

from playing import Player  # beside us; it lets us import the tests' client

from tests.client import DapClient
from tests.wire import Closed, Refused

WELL_KNOWN = ("another client", "can't", "Can't")  #: what an attach may be refused with


def debug(player, port, hub_port):
    """Launch or attach, play, end.

    Args:
        player: the Player.
        port, hub_port: of the program that listens, and of the hub.
    """
    way = player.random.choice(["launch", "launch", "launch at a port", "straight", "attach"])
    name = player.random.choice(sorted(player.programs))
    prog = player.programs[name] if way.startswith("launch") else player.server_program
    if way in ("launch", "attach"):
        s = DapClient.spawn(prog, player.engine())
    else:
        s = DapClient.dial(port if way == "straight" else hub_port, prog, player.engine())
    signal.signal(signal.SIGUSR1, lambda number, frame: _tell_all(s, frame))
    try:
        s.initialize()
        if way.startswith("launch"):
            s.launch(prog, console=player.random.choice(["internalConsole", "integratedTerminal"]), cwd=prog.folder)
        else:
            s.attach(connect={"host": "127.0.0.1", "port": port})
        s.set_breakpoints(None, ["stop"])
        s.configuration_done()
        for _ in range(3):
            player.play(s)
        s.wire.request("disconnect", {"terminateDebuggee": way.startswith("launch") and player.random.random() < 0.5})
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
    player = Player(int(sys.argv[1]), sys.argv[4] or None)
    try:
        debug(player, int(sys.argv[2]), int(sys.argv[3]))
    except Exception:  # boundary: the soak wants to know
        traceback.print_exc()
        code = 1
    else:
        code = 0
    sys.stderr.flush()
    os._exit(code)  # readers of pipes may wait for a program that runs on


if __name__ == "__main__":
    main()
