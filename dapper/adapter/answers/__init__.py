"""What dapper answers: one file for each thing requests are about, loaded when the first such request comes.

A request is added by adding a function, marked with ``@answers("itsCommand")``, to the file it belongs to.
"""
import sys

#: In the order in which a session needs them; the first two always.
FILES = (
    "life", "breakpoints", "threads", "stack", "values", "sources", "memory", "jumps", "instructions", "data", "own",
)

_found = {}
_unread = list(FILES)


def find(command):
    """The function that answers requests with this command, or None."""
    while command not in _found and _unread:
        load(_unread[0])
    return _found.get(command)


def load(name):
    """Read one of the files."""
    module_name = "%s.%s" % (__name__, name)
    writes = sys.dont_write_bytecode
    sys.dont_write_bytecode = False  # our own files; see boot/sitecustomize.py
    try:
        __import__(module_name)
    finally:
        sys.dont_write_bytecode = writes
    for thing in list(vars(sys.modules[module_name]).values()):
        command = getattr(thing, "command", None)
        if type(command) is str:
            _found[command] = thing
    if name in _unread:
        _unread.remove(name)
