"""Small programs that notice whether somebody looks at them, by subject.

A program begins at its head, ``#: name`` and flags:

    alone        in a process of its own; the others run one after the other in one process
    since 3.12   and newer
    before 3.13  and older
    env A=B      with this in the environment
    not NAME     not on this engine, which doc/looking.md gives the reason for
"""

import os
import sys
from typing import NamedTuple

_HERE = os.path.dirname(os.path.abspath(__file__))


class Case(NamedTuple):
    """One program.

    Attributes:
        name: subject and name.
        text: its source, as it stands alone.
        alone: whether it has a process of its own.
        env: name → value.
        engines_not: names of engines.
    """

    name: str
    text: str
    alone: bool
    env: dict
    engines_not: tuple

    @property
    def looks(self):
        """The lines to stop at, from 1."""
        return [number for number, line in enumerate(self.text.split("\n"), 1) if line.endswith("# @look")]


def cases():
    """The programs for this Python; every one has a name of its own."""
    found = []
    for file in sorted(os.listdir(_HERE)):
        if file.endswith(".py") and not file.startswith("_"):
            with open(os.path.join(_HERE, file), encoding="utf-8") as source:
                parts = source.read().split("\n#: ")[1:]
            found += [case for case in (_case(file[:-3], part) for part in parts) if case is not None]
    names = [case.name for case in found]
    assert len(set(names)) == len(names), "two programs of one name"
    return found


def _case(subject, part):
    head, _, text = part.partition("\n")
    name, *flags = head.split()
    alone, env, engines_not = False, {}, ()
    while flags:
        flag = flags.pop(0)
        if flag == "alone":
            alone = True
        elif flag in ("since", "before"):
            version = tuple(map(int, flags.pop(0).split(".")))
            if (sys.version_info >= version) != (flag == "since"):
                return None
        elif flag == "env":
            key, _, value = flags.pop(0).partition("=")
            env[key] = value
        elif flag == "not":
            engines_not += (flags.pop(0),)
        else:
            raise ValueError("no such flag: %s" % flag)
    return Case("%s.%s" % (subject, name), text.strip("\n") + "\n", alone, env, engines_not)
