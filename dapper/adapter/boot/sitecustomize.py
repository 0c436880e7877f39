"""The first code in a process that a hub started, and in its Python children.

Runs the user's own sitecustomize as if we were not here, then reports to the hub if there is one. Any Python reads this
file, old ones too, so it keeps to the oldest spelling.
"""
import gc
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _step_aside():
    """Take this folder off the path and give the module's name back."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != _HERE]
    sys.path_importer_cache.pop(_HERE, None)
    sys.modules.pop(__name__, None)


def find_spec(name, path=None, target=None):
    """Find dapper's modules: all lie here, so they need not be looked for at every place where modules may be."""
    if path is None or not name.startswith("dapper."):
        return None
    file = os.path.join(path[0], name.rpartition(".")[2] + ".py")
    if not os.path.isfile(file):
        return None  # a package, or the native core
    from _frozen_importlib import ModuleSpec
    from _frozen_importlib_external import SourceFileLoader

    spec = ModuleSpec(name, SourceFileLoader(name, file), origin=file)
    spec.has_location = True
    return spec


def _report():
    """Hand over to dapper, loaded from where this file stands, installed or not."""
    if sys.version_info < (3, 8):
        _complain()
        return
    package = os.path.dirname(os.path.dirname(_HERE))
    if "dapper" not in sys.modules:
        import _frozen_importlib
        import _frozen_importlib_external

        spec = _frozen_importlib_external.spec_from_file_location(
            "dapper", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
        )
        module = _frozen_importlib.module_from_spec(spec)
        sys.modules["dapper"] = module
        spec.loader.exec_module(module)
    sys.meta_path.insert(0, _ours)  # for its find_spec: a class would be garbage that the program's first collection finds
    writes = sys.dont_write_bytecode
    sys.dont_write_bytecode = False  # our own files, in our own folder: else each start compiles them anew
    collects = gc.isenabled() and gc.get_freeze_count() < 1000  # 3.12 itself begins with some hundred
    if collects:
        gc.disable()  # nothing of what we load is garbage: looking for some takes a tenth of our start
    try:
        from dapper.adapter.server import boot

        boot()
    finally:
        if collects:
            gc.freeze()
            gc.unfreeze()  # what there is counts as old now, and is not gone through for the program's first list
            gc.enable()
        sys.meta_path.remove(_ours)
        sys.dont_write_bytecode = writes


def _complain():
    """Tell the hub that this Python is too old for it; the program runs on."""
    import json
    import socket

    host, port, token = os.environ["DAPPER_BOOT"].rsplit(":", 2)
    version = "%d.%d.%d" % sys.version_info[:3]
    hello = {"token": token, "pid": os.getpid(), "executable": sys.executable, "python": version, "startMethod": "start"}
    body = json.dumps({"seq": 1, "type": "event", "event": "dapperHello", "body": hello}).encode("ascii")
    try:
        sock = socket.create_connection((host, int(port)))
        sock.sendall(("Content-Length: %d\r\n\r\n" % len(body)).encode("ascii") + body)
        sock.recv(1)  # a launched one is ended now
        sock.close()
    except (OSError, socket.error):
        pass  # the hub is gone


_ours = sys.modules[__name__]
_step_aside()
try:
    import sitecustomize  # the user's own, if there is one; else the ImportError that Python expects in that case
except ImportError:
    sys.modules[__name__] = _ours  # what the import that runs us looks for; it removes it as that error comes out
    raise
finally:
    if os.environ.get("DAPPER_BOOT"):
        _report()
    globals().clear()  # else our functions, which refer to them, were garbage that the program's first collection finds
