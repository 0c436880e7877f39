"""What programs say themselves about how a debugger should show their types.

A class may have ``__debug_repr__(self)``, a text, and ``__debug_children__(self)``, a mapping or pairs of name and
value. For a class one can't change, `describe` says the same from outside.
"""
from dapper.adapter.debugger.values import MISSING, FunctionType, key_of, mro_of, type_attribute, type_of, user_call

_told = {}  # key of a class → (text, children, the class)


def describe(cls, text=None, children=None):
    """Say how instances of ``cls`` and of its subclasses are shown.

    Args:
        cls: a class.
        text: function from an instance to a str, or None.
        children: function from an instance to a mapping, or to pairs of name and value, or None.

    Raises:
        TypeError: ``cls`` is no class.
    """
    if not isinstance(cls, type):
        raise TypeError("describe() takes a class, not %r" % (cls,))
    _told[key_of(cls)] = (text, children, cls)


def text_maker(cls):
    """The function that makes the text of instances of ``cls``, or None."""
    return _find(cls, 0, "__debug_repr__")


def children_maker(cls):
    """The function that makes the children of instances of ``cls``, or None."""
    return _find(cls, 1, "__debug_children__")


def _find(cls, which, name):
    for base in mro_of(cls) if _told else ():
        told = _told.get(key_of(base))
        if told is not None and told[which] is not None:
            return told[which]
    found = type_attribute(cls, name)
    return found if found is not MISSING and type_of(found) is FunctionType else None


def pairs(maker, value):
    """The children as a list of (name, value). Runs the maker, which is user code."""
    made = user_call(maker, value)
    made = user_call(lambda: list(made.items()) if hasattr(made, "items") else list(made))
    return [(name if type_of(name) is str else user_call(str, name), child) for name, child in made]
