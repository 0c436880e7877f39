"""Which engines this interpreter has, and what each can't do (named flags instead of ifs in tests)."""

import sys
from typing import FrozenSet, NamedTuple

import pytest


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
    "tell a branch over lines from its value": "CPython up to 3.11 gives the jump of `a if b else c` the line of a",
    "tell a filter over lines from its element": "CPython 3.13 gives a comprehension's if the line of its element",
}

_VERSION = sys.version_info[:2]
#: What no engine tells apart by line events alone, because of the lines that CPython writes down.
_LINE_TABLES = frozenset(
    ["tell a branch over lines from its value"] * (_VERSION < (3, 12))
    + ["tell a filter over lines from its element"] * (_VERSION == (3, 13))
)

SETTRACE = Engine("settrace", _LINE_TABLES | {"outlive the recursion limit"})
MONITORING = Engine("monitoring", _LINE_TABLES)

ENGINES_HERE = [SETTRACE] + ([MONITORING] if hasattr(sys, "monitoring") else [])
