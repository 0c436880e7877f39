"""Hears when anybody sets a trace function, in Python or in C, and has the main thread look at its own right after."""
import sys

from dapper._frame_eval import main_thread

_lookers = []
_hooked = False


def add(look):
    """Call ``look()`` on the main thread soon after each ``sys.settrace`` of any thread."""
    global _hooked
    _lookers.append(look)
    if not _hooked:
        sys.addaudithook(_on_audit)  # for the life of the process; another hook may have forbidden it
        _hooked = True


def remove(look):
    """Call it no more."""
    if look in _lookers:
        _lookers.remove(look)


def _on_audit(event, _):
    if event == "sys.settrace":
        for look in _lookers:
            main_thread.run(look)
