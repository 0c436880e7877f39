"""Starts the hub: `python -m dapper.adapter` or, without installation, `python PATH/dapper/adapter`."""
import os
import sys


def _load_dapper():
    """Make the package this file stands in importable, whatever the folder we were started from holds."""
    folder = os.path.dirname(os.path.abspath(__file__))
    package = os.path.dirname(folder)
    if "dapper" not in sys.modules:
        from importlib.util import module_from_spec, spec_from_file_location

        path = os.path.join(package, "__init__.py")
        spec = spec_from_file_location("dapper", path, submodule_search_locations=[package])
        sys.modules["dapper"] = module = module_from_spec(spec)
        spec.loader.exec_module(module)
    # Python put this folder (or, for -m, the current one) first. A socket.py in there would be ours to stumble over.
    if sys.path and os.path.abspath(sys.path[0] or os.curdir) in (folder, os.getcwd()):
        del sys.path[0]


def main():
    """The console script `dapper-adapter`; also the waiter's and the runner's way in, which only the hub uses."""
    if sys.version_info < (3, 8):
        sys.exit("dapper needs Python 3.8 or newer; this is %s" % sys.version.split()[0])
    words = sys.argv[1:]
    if words[:1] == ["--waiter"]:
        from dapper.hub.waiter import main as wait

        return wait(words[1:])
    if words[:1] == ["--run"]:
        from dapper.adapter.run import main as run

        return run(words[1:])
    from dapper.hub.main import main as serve

    return serve(words)


if __name__ == "__main__":
    _load_dapper()
    sys.exit(main())
