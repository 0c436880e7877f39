"""What a client of the soak does at random: the programs it debugs, and how it plays with them.

`tools/soak.py` and the client of a storm, `tools/storm_client.py`, are both players.
"""
import os
import random
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from tests.programs import Program  # noqa: E402
from tests.tree import Tree  # noqa: E402
from tests.wire import Closed, Refused  # noqa: E402

PROGRAMS = {
    "busy": "n = 0\nwhile n < 300000:\n    n += 1  # @stop\n",
    "sleeping": "import time\nfor n in range(20):\n    time.sleep(0.05)  # @stop\n",
    "threads": """
        import threading, time
        def work():
            for n in range(200):
                time.sleep(0.001)  # @stop
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        """,
    "children": """
        import subprocess, sys
        code = "import time; time.sleep(0.2)"
        for process in [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]: process.wait()
        x = 1  # @stop
        """,
    "forks": """
        import os, time
        for n in range(3):
            if os.fork() == 0:
                time.sleep(0.1)  # @stop
                os._exit(0)
        for n in range(3): os.wait()
        """,
    "loud": "for n in range(20000):\n    print('line', n)  # @stop\n",
    "failing": "def f(n):\n    if n: f(n - 1)\n    else: raise ValueError(n)  # @stop\nf(50)\n",
    "pool": """
        from concurrent.futures import ProcessPoolExecutor  # multiprocessing's Pool waits for ever for what a killed one did
        def work(n): return n * n  # @stop
        if __name__ == "__main__":
            with ProcessPoolExecutor(2) as pool: print(sum(pool.map(work, range(20))))
        """,
}

SERVER = """
import sys, threading, time
sys.path.insert(0, %r)
import dapper
dapper.listen(int(sys.argv[1]))
def work():
    n = 0
    while True:
        for n in range(1000):
            n += 1  # @stop
        time.sleep(0.001)
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
print("ready", flush=True)
work()
""" % ROOT


class Player:
    """Somebody with programs to debug, and dice.

    Args:
        seed: of the dice.
        engine: its name, or nothing for one at random.
    """

    def __init__(self, seed, engine):
        self.random = random.Random(seed)
        self.only_engine = engine
        self.folder = tempfile.mkdtemp(prefix="soak-")
        self.programs = {}
        for name, text in PROGRAMS.items():
            os.mkdir(os.path.join(self.folder, name))
            self.programs[name] = Program(os.path.join(self.folder, name), {"prog.py": text})
        os.mkdir(os.path.join(self.folder, "server"))
        self.server_program = Program(os.path.join(self.folder, "server"), {"prog.py": SERVER})

    def engine(self):
        """One of those there are, or the default."""
        if self.only_engine:
            return self.only_engine
        return self.random.choice([None, None, "settrace"])

    def play(self, s):
        """Take children up, stop, look, go on, for a while."""
        tree, end = Tree(s, ["stop"]), time.monotonic() + self.random.random() * 2
        while time.monotonic() < end and not s.wire.peek("terminated"):
            tree._take_up()
            for session in tree.sessions:
                try:
                    if session.stopped is None and session.wire.peek("stopped"):
                        session.wait_stop()
                    if session.stopped is not None:
                        self.random.choice([session.locals, session.next, session.step_in, session.continue_])()
                except (Closed, Refused, AssertionError):
                    session.stopped = None  # the program ended, or is elsewhere by now
            self.random.choice([lambda: None, lambda: time.sleep(0.01)])()
