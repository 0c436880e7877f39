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
BREAKPOINT = "b 50, number < 0"
ORDERS = 12 * 10 ** 6
ROUNDS = 3
SHARE = 20  # a slow one does so much less work
PATIENCE = 1.0  # seconds for that share: far more than starting and ending differ from run to run


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


def seconds(command, orders, typed=""):
    """Return how long the shop takes for so many orders, its start and end included; leave when it fails."""
    start = time.perf_counter()
    done = subprocess.run(command + [SHOP, str(orders)], cwd=ROOT, input=typed, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit("%s\nexit code %d: %s" % (done.stdout, done.returncode, " ".join(command)))
    return taken


def work(command, typed=""):
    """Return the seconds of work for ORDERS orders, best of ROUNDS, and whether that had to be reckoned from few."""
    def best(orders, rounds=ROUNDS):
        return max(min(seconds(command, orders, typed) for _ in range(rounds)) - without, 0.001)

    without = min(seconds(command, 0, typed) for _ in range(ROUNDS))  # what starting and ending takes
    few = best(ORDERS // SHARE, 1)
    return (few * SHARE, True) if few > PATIENCE else (best(ORDERS), False)


def compare():
    """Time the shop's work by itself, in dapper and in the standard library's pdb."""
    rows = {
        "by itself": ([sys.executable], ""),
        "in dapper, with %s" % BREAKPOINT: (DEBUGGER + ["--go", "-c", BREAKPOINT], ""),
        "in pdb, with the same": ([sys.executable, "-m", "pdb"], BREAKPOINT + "\nc\nq\n"),
    }
    print("\n%d million orders, with a breakpoint in the loop whose condition is asked for half of them:" % (ORDERS // 10 ** 6))
    for name, (command, typed) in rows.items():
        taken, reckoned = work(command, typed)
        note = "  (reckoned from a %dth of them)" % SHARE if reckoned else ""
        print("  %-42s %6.2f s%s" % (name, taken, note), flush=True)
    print("dapper, with its native core, writes the condition into the code that runs; others are called at every line.")


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
