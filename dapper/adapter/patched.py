"""Load dapper with the interpreter's own threads, locks and waits in a program that gevent has already patched.

A program started under dapper is patched after us, and nothing is to be done. One that calls us later would hand us
greenlets for threads, and the first stop would stand in our own way.
"""
import importlib
import os
import sys

_MODULES = ("_thread", "select", "time", "os")


def load():
    """Import all of the debuggee's half while what gevent replaced is in its old place."""
    saved = getattr(sys.modules.get("gevent.monkey"), "saved", None) or {}
    patched = []
    for module in _MODULES:
        for name, original in (saved.get(module) or {}).items():
            patched.append((sys.modules[module], name, getattr(sys.modules[module], name, None)))
            setattr(sys.modules[module], name, original)
    try:
        if patched:
            for name in _ours():
                importlib.import_module(name)
    finally:
        for module, name, value in patched:
            setattr(module, name, value)


def _ours():
    """The names of what may be loaded in a debuggee, now or later."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for room in ("protocol", "_frame_eval", "adapter/debugger", "adapter/debugger/templates", "adapter/answers", "adapter"):
        for name in sorted(os.listdir(os.path.join(package, room))):
            stem, extension = os.path.splitext(name)
            if extension == ".py" and stem not in ("__init__", "__main__", "messages", "pytest_plugin"):
                yield "dapper.%s.%s" % (room.replace("/", "."), stem)
