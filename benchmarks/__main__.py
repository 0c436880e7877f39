"""The command line: python -m benchmarks [sessions | looking | speed | report | gate] [options]"""

import argparse
import os
import sys


def arguments(argv):
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", default="all",
                        choices=["all", "sessions", "looking", "speed", "report", "gate"],
                        help="sessions: what a person waits for. looking: the same with large and hanging values. "
                             "speed: how fast the program runs. report: the page and its pictures, from the results. "
                             "gate: what must never get worse, as counts and one ratio.")
    parser.add_argument("--python", action="append",
                        help="an interpreter with dapper and debugpy; may be repeated; else ours")
    parser.add_argument("--rounds", type=int, default=5, help="how many count (default 5)")
    parser.add_argument("--slow-rounds", type=int, default=1, help="speed: rounds of debugpy and pdb (default 1)")
    parser.add_argument("--steps", type=int, default=40, help="sessions: steps in a round (default 40)")
    parser.add_argument("--programs", help="speed: only these, comma-separated; nothing is written down")
    parser.add_argument("--cases", help="speed: only these (never,condition,...), likewise")
    parser.add_argument("--first", action="store_true",
                        help="what is measured gets the processor before all other programs, where that is allowed: "
                             "for waiting times on a busy machine")
    return parser.parse_args(argv)


def words(text):
    """A list given with commas, or None."""
    return text.split(",") if text else None


def main(argv):
    """Do what was asked for.

    Returns:
        The exit code.
    """
    given = arguments(argv)
    pythons = given.python or [sys.executable]
    if given.first:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))  # inherited by all we start
    for python in pythons:
        if given.what in ("all", "sessions"):
            from benchmarks import sessions

            print("wrote", sessions.measure(python, given.rounds, given.steps))
        if given.what in ("all", "looking"):
            from benchmarks import looking

            print("wrote", looking.measure(python, given.rounds))
        if given.what in ("all", "speed"):
            from benchmarks import speed

            path = speed.measure(python, given.rounds, given.slow_rounds, words(given.programs), words(given.cases))
            print("wrote", path or "nothing: this was a part")
        if given.what == "gate":
            from benchmarks import gate

            if not gate.passes(python):
                return 1
    if given.what in ("all", "report"):
        from benchmarks import report

        for path in report.write():
            print("wrote", path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
