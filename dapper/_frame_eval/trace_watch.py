"""Hears when anybody sets a trace function, in Python or in C, and has the main thread look at its own right after."""
import os
import sys

from dapper._frame_eval import main_thread

_OURS = __file__.rpartition(os.sep)[0] + os.sep
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
    if event == "sys.settrace" and _lookers:
        main_thread.run(_look)


def _look():
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code is _on_audit.__code__:
            main_thread.run(_look)  # it was so quick that the trace function has not been set yet
            return
        frame = frame.f_back
    for look in list(_lookers):
        look()
