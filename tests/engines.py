"""Which engines this interpreter has, and what each can't do (named flags instead of ifs in tests)."""

import os
import sys
from typing import FrozenSet, NamedTuple

import pytest

from dapper._frame_eval import core


class Engine(NamedTuple):
    """One way to find out where to stop."""

    name: str
    cannot: FrozenSet[str] = frozenset()  # flags from FLAGS

    def need(self, flag):
        """Skip the calling test when this engine can't do ``flag``."""
        if flag not in FLAGS:
            raise ValueError("no such flag: %s" % flag)
        if flag in self.cannot:
            pytest.skip("%s: %s" % (self.name, FLAGS[flag]))


#: flag → why an engine may lack it.
FLAGS = {
    "outlive the recursion limit": "CPython drops a trace function that it can't call at the recursion limit",
    "see threads made in C": "sys.settrace is for one thread, and nobody tells of one that Python did not start",
}

SETTRACE = Engine("settrace", frozenset(["outlive the recursion limit", "see threads made in C"]))
MONITORING = Engine("monitoring")

INJECTION = Engine("injection")

_BELOW_312 = [INJECTION] if core.load()[0] is not None else []  # without sys.monitoring it needs the native core
ENGINES_HERE = [SETTRACE] + ([MONITORING, INJECTION] if hasattr(sys, "monitoring") else _BELOW_312)
ALL = os.environ.get("DAPPER_ENGINES") == "all"


def in_turn(named):
    """Cases, for tests that are dear and in which the engine has a small part.

    Each is tried on one engine, and on another one by the next Python; with DAPPER_ENGINES=all on each.

    Args:
        named: (name, value) of the cases.

    Returns:
        What to parametrize ``engine`` and the value with.
    """
    found = []
    for number, (name, value) in enumerate(named):
        turn = (number + sys.version_info[1]) % len(ENGINES_HERE)
        for engine in ENGINES_HERE if ALL else [ENGINES_HERE[turn]]:
            found.append(pytest.param(engine, value, id="%s-%s" % (engine.name, name)))
    return found
