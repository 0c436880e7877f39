"""Debug at random for a long time, and end things at random moments: no orphan, no hang, no leak.

    python tools/soak.py [--minutes 30] [--seed N] [--cycles 1000] [--way straight|hub|pid] [--engine NAME] [--only SCENARIO]

Scenarios are launches and attaches of several programs whose client, hub or program is ended somewhere on the way,
kindly or by kill -9; in a storm the client is a process of its own, and who is killed dies at any moment. After each,
every process of it has to be gone, and what lives longer (a hub that serves at a port, a program that listens) has to have
as few descriptors and threads as before. First, ``--cycles`` attaches and detaches of one program under load. Linux only;
exit code 1 tells of a fault, with the seed that leads to it again.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from tests.client import DapClient  # noqa: E402
from tests.processes import Family, Process, free_port, hub_command, poll  # noqa: E402
from tests.wire import DEADLINE, Closed, Late, Refused  # noqa: E402
from playing import Player  # noqa: E402  beside us
from storm import storm  # noqa: E402

ENDS = 1.5 * DEADLINE  #: seconds after which what should have ended is an orphan
GROWTH = 24 * 1024  #: kB that a process may grow by in a whole soak


class Soak(Player):
    """The whole of it.

    Args:
        options: of the command line.
    """

    ENDS = ENDS

    def __init__(self, options):
        super().__init__(options.seed, options.engine)
        self.options = options
        self.family = Family()
        self.counts = {}

    def start_lasting(self):
        """A program that listens and a hub at a port, both for the whole time."""
        self.port, self.hub_port = free_port(), free_port()
        self.server = Process([sys.executable, self.server_program.path, str(self.port)], self.family.environment())
        poll(lambda: "ready" in self.server.text(), "the program that listens")
        self.hub = Process(hub_command("--port", str(self.hub_port)), self.family.environment())
        poll(lambda: "listens" in self.hub.text("stderr"), "the hub")
        self.cycle(False, "lasting hub")  # it has a door for children from now on, which is no leak

    # -- scenarios ----------------------------------------------------------------------------------------------------

    def cycle(self, stop, way="straight"):
        """Attach to the program that listens, and detach."""
        where = {"processId": self.server.pid} if way == "pid" else {"connect": {"host": "127.0.0.1", "port": self.port}}
        with self.client(way) as s:
            s.initialize()
            s.attach(**where)
            if stop:
                s.set_breakpoints(None, ["stop"])
            s.configuration_done()
            if stop:
                s.wait_stop("stop")
                s.locals()
            s.wire.request("disconnect", {})

    def client(self, way):
        """A client of the program itself, of the hub at a port, or of a hub of its own."""
        if way == "lasting hub":
            return DapClient.dial(self.hub_port, self.server_program, self.engine())
        if way == "straight":
            return DapClient.dial(self.port, self.server_program, self.engine())
        return DapClient.spawn(self.server_program, self.engine())

    def storm(self):
        """A client in a process of its own, and a kill at any moment."""
        return storm(self)

    def launch(self):
        """A launch that is ended somewhere."""
        name = self.random.choice(sorted(self.programs))
        prog = self.programs[name]
        if self.random.random() < 0.3:
            s = DapClient.dial(self.hub_port, prog, self.engine())
        else:
            s = DapClient.spawn(prog, self.engine())
        try:
            console = self.random.choice(["internalConsole", "internalConsole", "integratedTerminal"])
            self.go(s, name, console)
        finally:
            self.over(s)
        return name

    def go(self, s, name, console):
        """From launch to its end, or until something is killed."""
        moment = self.random.random()
        try:
            s.initialize()
            if moment < 0.05:
                return self.end(s)
            s.launch(s.program, console=console, cwd=s.program.folder)
            if moment < 0.15:
                return self.end(s)
            if self.random.random() < 0.7:
                s.set_breakpoints(None, ["stop"])
            s.wire.request("setExceptionBreakpoints", {"filters": self.random.choice([[], ["uncaught"], ["raised"]])})
            s.configuration_done()
            if moment < 0.25:
                return self.end(s)
            self.play(s)
            return self.end(s)
        except (Closed, Refused):
            return None  # it ended by itself before we came to that
        except Late:
            s.tell()
            for pid in {(s.hub or self.hub).pid, *s.family.members()}:
                print(told(pid))
            raise

    def end(self, s):
        """End it in one of many ways."""
        way = self.random.choice(["crash", "hub", "debuggee", "all", "disconnect", "detach", "terminate", "nothing"])
        self.counts[way] = self.counts.get(way, 0) + 1
        others = [pid for pid in s.family.members() if s.hub is None or pid != s.hub.pid]
        if way in ("hub", "all") and s.hub is not None:
            s.hub.kill()
        if way in ("debuggee", "all") and others:
            self.kill(self.random.choice(others))
        if way in ("crash", "all"):
            s.crash()
        elif way == "disconnect":
            s.wire.request("disconnect", {"terminateDebuggee": True})
        elif way == "detach":
            s.wire.request("disconnect", {"terminateDebuggee": False})
        elif way == "terminate":
            s.wire.request("terminate", {})
            if self.random.random() < 0.5:
                s.wire.request("terminate", {})

    def over(self, s):
        """The client goes, and all has to end."""
        for child in s.children:
            child.crash()
        s.crash()
        if s.hub is not None:
            s.hub.wait(ENDS)
        try:
            s.family.wait_extinct(ENDS)
        except AssertionError:
            s.tell()
            raise
        for process in s.terminals + [s.hub] * (s.hub is not None):
            process.close()
        self.wait_for_the_hub()

    def of_lasting_hub(self):
        """pid → command line of the programs that the hub at a port has started."""
        return {pid: line for pid, line in self.family.members().items() if pid not in (self.server.pid, self.hub.pid)}

    def wait_for_the_hub(self):
        """Wait until none of the programs lives that the hub at a port has started.

        Raises:
            AssertionError: some do; it tells what they are at.
        """
        try:
            poll(lambda: not self.of_lasting_hub(), "the end of what the lasting hub started", ENDS)
        except Late as late:
            raise AssertionError("\n".join([str(late)] + [told(pid) for pid in self.of_lasting_hub()])) from None

    def lasting(self):
        """An attach to the program that listens, by one of the ways, broken off somewhere."""
        way = self.random.choice(["straight", "hub", "lasting hub", "pid"])
        s = self.client(way)
        try:
            s.initialize()
            if self.random.random() < 0.1:
                return way
            s.attach(**({"processId": self.server.pid} if way == "pid" else {"connect": {"host": "127.0.0.1", "port": self.port}}))
            if self.random.random() < 0.7:
                s.set_breakpoints(None, ["stop"])
            if self.random.random() < 0.9:
                s.configuration_done()
                self.play(s)
            if self.random.random() < 0.3:
                s.wire.request("disconnect", {})
            elif self.random.random() < 0.3 and s.hub is not None:
                s.hub.kill()
        except Refused as refusal:
            if not any(reason in str(refusal) for reason in ("another client", "can't", "Can't")):
                raise
        except Closed:
            pass  # it was faster
        finally:
            self.over(s)
        return way

    # -- the whole ----------------------------------------------------------------------------------------------------

    def run(self):
        """All of it; the exit code."""
        self.start_lasting()
        began, done = time.monotonic(), 0
        try:
            before = None
            for number in range(self.options.cycles):
                if number == 20:
                    before = self.sizes()
                self.cycle(number % 10 == 0, self.options.way)
            if before is not None:
                self.compare(before)
            self.tell("%d attaches (%s) and detaches in %.0f s; descriptors, threads, kB of the program and the hub %s"
                      % (self.options.cycles, self.options.way, time.monotonic() - began, self.grown(before)))
            end, before = time.monotonic() + self.options.minutes * 60, None
            while time.monotonic() < end:
                scenario = self.options.only or self.random.choice(["launch", "lasting", "storm"])
                what = "%s %s" % (scenario, getattr(self, scenario)())
                self.counts[what] = self.counts.get(what, 0) + 1
                done += 1
                if done == 30:
                    before = self.sizes()
                if done % 50 == 0:
                    self.tell("%d scenarios" % done)
            if before is not None:
                self.compare(before)
                self.tell("descriptors, threads, kB of the program that listens and the hub at a port %s" % self.grown(before))
            self.cycle(True)
        except (Exception, KeyboardInterrupt):  # boundary: whatever it was, nothing stays behind
            traceback.print_exc()
            print("soak: a fault after %d scenarios; --seed %d" % (done, self.options.seed))
            return 1
        finally:
            for process in (self.server, self.hub):
                process.close()
            self.family.kill()
        print("soak: %d scenarios without a fault in %.0f s" % (done, time.monotonic() - began))
        for what in sorted(self.counts):
            print("  %5d %s" % (self.counts[what], what))
        print(self.server.text("stderr") + self.hub.text("stderr"))
        shutil.rmtree(self.folder, ignore_errors=True)
        return 0

    def sizes(self):
        """(descriptors, threads, kB) of what lasts."""
        return [size_of(process.pid) for process in (self.server, self.hub)]

    def grown(self, before):
        """Before and now, in words."""
        return "%s before, %s after" % (before, self.sizes())

    def compare(self, before):
        """Has what lasts not grown?"""
        limits = [(fds, threads, kilobytes + GROWTH) for fds, threads, kilobytes in before]

        def fits():
            return all(now <= limit for pair in zip(self.sizes(), limits) for now, limit in zip(*pair))

        try:
            poll(fits, "as few descriptors, threads and memory as before", 20)
        except Late:
            now = ["a leak: %r before, %r now" % (before, self.sizes())] + [told(pid) for pid in (self.server.pid, self.hub.pid)]
            raise AssertionError("\n".join(now)) from None

    @staticmethod
    def kill(pid):
        """Kill it for good; it may be gone."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it was faster

    @staticmethod
    def tell(text):
        """Say how far we are."""
        print("soak: " + text, flush=True)


def size_of(pid):
    """(descriptors, threads, kB) of a process."""
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        kilobytes = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    return len(os.listdir("/proc/%d/fd" % pid)), len(os.listdir("/proc/%d/task" % pid)), kilobytes


def told(pid):
    """What a process is, what it has open, and at what each of its threads is."""
    folder = "/proc/%d/task" % pid
    tasks = os.listdir(folder) if os.path.isdir(folder) else []
    lines = ["process %d" % pid]
    for name in ["cmdline", "status"] + ["task/%s/%s" % (task, what) for task in tasks for what in ("wchan", "syscall", "stack")]:
        try:
            with open("/proc/%d/%s" % (pid, name), errors="replace") as file:
                lines.append("  %s: %s" % (name, file.read().replace("\0", " ").replace("\n", "; ")[:600]))
        except OSError as error:
            lines.append("  %s: %s" % (name, error))
    for link in os.listdir("/proc/%d/fd" % pid) if tasks else []:
        try:
            lines.append("  fd %s: %s" % (link, os.readlink("/proc/%d/fd/%s" % (pid, link))))
        except OSError as error:
            lines.append("  fd %s: %s" % (link, error))
    if shutil.which("py-spy"):
        dump = subprocess.run(["py-spy", "dump", "--nonblocking", "-p", str(pid)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines.append(dump.stdout.decode("utf-8", "replace"))
    return "\n".join(lines)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--way", choices=["straight", "hub", "pid"], default="straight", help="of the cycles")
    parser.add_argument("--engine")
    parser.add_argument("--only", choices=["launch", "lasting", "storm"])
    options = parser.parse_args()
    print("soak: seed %d" % options.seed)
    return Soak(options).run()


if __name__ == "__main__":
    sys.exit(main())
