"""The order children are shown in: groups first, then by name, underscores last."""
from dapper.adapter.debugger.members import Lazy, is_function
from dapper.adapter.debugger.values import is_a, type_of

_TITLES = (
    ("special", "special variables"),
    ("function", "function variables"),
    ("class", "class variables"),
    ("protected", "protected variables"),
)


class Group:
    """A heading with children below it.

    Args:
        title: what it is called.
        make: ``make(hex)`` gives the children when it is opened: views.Child objects, groups, or items.
    """

    __slots__ = ("title", "make")

    def __init__(self, title, make):
        self.title = title
        self.make = make


def grouped(children, ways, first=()):
    """Sort children into groups.

    Args:
        children: views.Child objects.
        ways: group → "group", "inline" or "hide".
        first: children that stand right behind the groups, in the order given.
    """
    piles = {"special": [], "function": [], "class": [], "protected": [], None: []}
    for child in sorted(children, key=lambda child: (_rank(child.name), child.name)):
        piles[_pile(child)].append(child)
    groups, inline = [], list(first) + piles[None]
    for pile, title in _TITLES:
        if ways[pile] == "inline":
            inline.extend(piles[pile])
        elif ways[pile] == "group" and piles[pile]:
            groups.append(Group(title, lambda hex, members=piles[pile]: members))
    return groups + inline


def _rank(name):
    if not name.startswith("_"):
        return 0
    return 1 if not name.startswith("__") else 3 if name.endswith("__") else 2


def _pile(child):
    if _rank(child.name) == 3:
        return "special"
    if type_of(child.value) is not Lazy:
        if is_function(child.value):
            return "function"
        if is_a(child.value, type):
            return "class"
    return "protected" if child.name.startswith("_") else None
