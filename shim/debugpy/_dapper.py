"""Finds dapper, and offers the modules of pydevd that programs import by name."""
import os
import sys
from importlib.machinery import PathFinder

_HERE = os.path.dirname(os.path.abspath(__file__))
_PYDEVD = os.path.join(_HERE, "_vendored", "pydevd")
_NAMES = ("pydevd", "pydevd_file_utils", "pydevd_tracing", "pydevd_plugins", "_pydevd_bundle", "_pydev_bundle")


def _find():
    """Import dapper: the installed one, else the one of the checkout this folder is in, which leaves no path behind.

    Raises:
        ImportError: there is none.
    """
    try:
        import dapper
    except ImportError:
        _load_from_checkout()
        import dapper
    if not hasattr(dapper, "wait_for_client"):
        raise ImportError(
            "debugpy is dapper's stand-in here, and the module 'dapper' in %s is another project's of that name. Install "
            "the debugger from its own folder: pip install PATH/TO/dapper" % os.path.dirname(dapper.__file__ or "?"))


def _load_from_checkout():
    import importlib.util

    folder = os.path.join(os.path.dirname(os.path.dirname(_HERE)), "dapper")
    if not os.path.isfile(os.path.join(folder, "adapter", "server.py")):
        raise ImportError(
            "debugpy is dapper's stand-in here, and dapper itself is not installed in %s: pip install PATH/TO/dapper"
            % sys.prefix)
    spec = importlib.util.spec_from_file_location(
        "dapper", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
    module = importlib.util.module_from_spec(spec)
    sys.modules["dapper"] = module
    spec.loader.exec_module(module)


class _Pydevd:
    """A finder for the names above that asks after all others: a real pydevd that is installed is found before."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        return PathFinder.find_spec(name, [_PYDEVD]) if name in _NAMES else None


def offer_pydevd():
    """Let ``import pydevd`` and its like find our few modules, without an entry in ``sys.path``."""
    if _Pydevd not in sys.meta_path:
        sys.meta_path.append(_Pydevd)


_find()
