"""Which engines this interpreter has, and what each can't do (named flags instead of ifs in tests)."""

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
