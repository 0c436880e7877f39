"""Runs in a process that was not started with us, with ``ORDER`` among its names: load dapper and do what it says.

``ORDER`` has ``package``, the folder of dapper; and ``ticket``, or ``host`` and ``port``: see server.follow_order. With
``mark``, a folder, a file ``mark`` there is to say how it went: nothing, or why not. Leaves no name and no folder behind;
what goes wrong is told on the process's stderr.
"""
import os
import sys


def _load(package):
    """dapper, from where this file stands, unless the process has it."""
    if "dapper" in sys.modules:
        return
    import _frozen_importlib
    import _frozen_importlib_external

    spec = _frozen_importlib_external.spec_from_file_location(
        "dapper", package + "/__init__.py", submodule_search_locations=[package]
    )
    module = _frozen_importlib.module_from_spec(spec)
    sys.modules["dapper"] = module
    spec.loader.exec_module(module)


def _mark(text):
    if "mark" in ORDER:  # noqa: F821
        with open(ORDER["mark"] + "/mark.new", "w") as file:  # noqa: F821
            file.write(text)
        os.rename(ORDER["mark"] + "/mark.new", ORDER["mark"] + "/mark")  # noqa: F821


_writes = sys.dont_write_bytecode
sys.dont_write_bytecode = True  # the process may be another user's: no file of ours becomes theirs
try:
    _load(ORDER["package"])  # noqa: F821
    if "gevent.monkey" in sys.modules and "dapper.adapter.server" not in sys.modules:
        from dapper.adapter.patched import load

        load()
    from dapper.adapter.server import follow_order

    follow_order(ORDER)  # noqa: F821
except Exception as error:  # boundary: a program that did not ask for us must not die of us
    sys.stderr.write("dapper: attaching failed: %s: %s\n" % (type(error).__name__, error))
    _mark("%s: %s" % (type(error).__name__, error))
else:
    _mark("")
finally:
    sys.dont_write_bytecode = _writes
