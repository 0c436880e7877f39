"""Debug examples/shop.py from a command script, then time it with and without dapper.  (`make demo`)"""

import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHOP = "examples/shop.py"
SCRIPT = "examples/demo.dbg"
DEBUGGER = [sys.executable, "-m", "dapper"]
# What the script ends with, having put order 3 right.
REPAIRED = "order 3:   16.02"
ROUNDS = 3


def show():
    """Debug the shop, with the commands of the script on standard input as if somebody typed them.

    Returns:
        Whether the program ended well and with the repaired order.
    """
    print("$ dapper %s < %s\n" % (SHOP, SCRIPT), flush=True)
    seen = []
    with open(os.path.join(ROOT, SCRIPT)) as commands, \
            subprocess.Popen(DEBUGGER + [SHOP], cwd=ROOT, stdin=commands, stdout=subprocess.PIPE,
                             universal_newlines=True) as debugger:
        for line in debugger.stdout:
            print(line, end="", flush=True)
            seen.append(line)
    return debugger.returncode == 0 and REPAIRED in "".join(seen)


def seconds(command):
    """Return how long a command takes, its start and end included; leave with what it said when it fails."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit("%s\nexit code %d: %s" % (done.stdout, done.returncode, " ".join(command)))
    return taken


def compare():
    """Time the shop by itself and in the debugger, in turns, and print the best of each."""
    breakpoint_elsewhere = ["--go", "-c", "b 40, order.number == 99"]
    commands = {
        "by itself": [sys.executable, SHOP],
        "in dapper, with a conditional breakpoint": DEBUGGER + breakpoint_elsewhere + [SHOP],
    }
    rounds = [{name: seconds(command) for name, command in commands.items()} for _ in range(ROUNDS)]
    print("\nThe same program, from start to end, best of %d:" % ROUNDS)
    for name in commands:
        print("  %-42s %5.2f s" % (name, min(one[name] for one in rounds)))


def main():
    """Run both parts.

    Returns:
        The exit code.
    """
    if not show():
        print("\nThe demo did not come out as it should.", file=sys.stderr)
        return 1
    compare()
    return 0


if __name__ == "__main__":
    sys.exit(main())
