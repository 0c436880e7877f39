"""The plug between a debugger and frame evaluation: in or out, never half."""
import sys

from dapper._frame_eval.frame_eval_main import manager
from dapper._frame_eval.telemetry import Reason, telemetry

#: what a debugger has to offer: what an engine calls, and what the runtime calls
PORT = ("wants", "enters", "on_line", "on_enter", "on_leave", "on_raise", "on_fault", "on_engine", "use")


def integrate_py_debugger(debugger, config=None, manager=manager):
    """Plug a debugger in: its stops come from the runtime from now on. Again: takes over another configuration.

    Args:
        debugger: a PyDebugger, or anything with the methods of `PORT` and a ``table`` of breakpoints.
        config: the launch key ``frameEval``; None keeps what is configured already.
        manager: whose runtime.

    Returns:
        Whether it is plugged in. If not, nothing has changed, and `get_integration_statistics` says why.
    """
    runtime, counts = manager.runtime, manager.integrations
    missing = [name for name in PORT if not callable(getattr(debugger, name, None))]
    if missing or not hasattr(debugger, "table"):
        problem = "%s has no %s" % (type(debugger).__name__, ", ".join(missing) or "table")
    elif runtime.is_connected(debugger):
        return runtime.initialize(config, debugger.table)
    elif runtime.is_connected():
        problem = "another debugger is plugged in"
    elif runtime.connect(debugger, config, debugger.table):
        counts["connected"] += 1
        return True
    else:
        problem = "; ".join(runtime.notices)
    counts["failed"] += 1
    counts["last_failure"] = problem
    telemetry.record(Reason.INTEGRATION_PATCH_FAILED, problem)
    return False


def remove_integration(debugger=None, manager=manager):
    """Take the plug out: the engine stops, and frame evaluation is as it was before.

    Args:
        debugger: out only if it is this one; None takes out whatever is plugged in.
        manager: whose runtime.

    Returns:
        Whether one was plugged in.
    """
    if not manager.runtime.is_connected(debugger):
        return False
    manager.runtime.disconnect()
    manager.integrations["removed"] += 1
    return True


def get_integration_statistics(manager=manager):
    """A dict: ``plugged`` (whether a debugger is), how often one was ``connected`` and ``removed``, how often that
    ``failed`` with the ``last_failure``, the ``engine``, ``faults`` and ``swaps``, and the ``counts`` of all reasons.
    """
    status = manager.runtime.status()
    return dict(
        manager.integrations,
        plugged=manager.runtime.is_connected(),
        engine=status["engine"],
        faults=status["faults"],
        swaps=status["swaps"],
        counts=telemetry.snapshot()["counts"],
    )


def forget_inherited(manager=manager):
    """In a forked child: the parent's debugger is not here, and its engine must not go on."""
    telemetry.forget_inherited()
    manager.runtime.forget_inherited()
    calling_off = sys.modules.get("dapper._frame_eval.calling_off")
    if calling_off is not None:
        calling_off.forget_inherited()
