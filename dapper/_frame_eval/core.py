"""The native core, or its twin in pure Python: the one place that knows which.

The twin (`core_pure`) has the same names. What only the core can do is None there; all the rest does the same, more
slowly, and passes the same tests.
"""
import sys

from dapper._frame_eval.telemetry import Reason

#: What the sources beside this file offer. A build of other sources has another number.
API = 19

#: The native module.
NAME = "dapper._frame_eval._frame_evaluator"
_loaded = None


def load():
    """Load the native core; from the second time on, answers what it answered before.

    Returns:
        (module, None, "") or (None, the Reason, what the import said).
    """
    global _loaded
    if _loaded is None:
        _loaded = _load()
    return _loaded


def kit(allowed=True):
    """The module to take the core's names from: the native one where it loads, else `core_pure`.

    Args:
        allowed: whether it may be the native one.
    """
    native = load()[0] if allowed else None
    if native is not None:
        return native
    from dapper._frame_eval import core_pure

    return core_pure


def at_hand():
    """The kit that costs least to have now: the native one once it was asked for and loaded, else `core_pure`."""
    return kit(_loaded is not None)


def loaded():
    """The native core if it has been loaded, else None; nothing is loaded now."""
    return _loaded and _loaded[0]


def _load():
    # Loading a module that is not made for these builds would switch the global lock on.
    if "free-threading build" in sys.version:
        return None, Reason.FREE_THREADED, "the native core is not proven on free-threaded builds"
    try:
        __import__(NAME)
    except ModuleNotFoundError as error:
        if error.name == NAME:
            return None, Reason.CORE_MISSING, ""
        return None, Reason.CORE_BROKEN, str(error)
    except ImportError as error:
        return None, Reason.CORE_BROKEN, str(error)
    native = sys.modules[NAME]
    if native.API != API:
        detail = "it was built from other sources (number %s instead of %s)" % (native.API, API)
        return None, Reason.CORE_BROKEN, detail
    return native, None, ""
