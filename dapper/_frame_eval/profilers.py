"""Whether a profiler is at work that knows functions by their code objects: then functions keep the ones they have.

cProfile keeps of two code objects with one name the figures of the last one; line_profiler knows those it has seen only.
"""
import sys

from dapper._frame_eval.compatibility_policy import OUR_TOOLS
from dapper._frame_eval.telemetry import Reason, telemetry


def are_at_work(kit):
    """Whether one is; noted in the telemetry.

    Args:
        kit: from `core.kit`.
    """
    found = _name(kit)
    if found:
        telemetry.record(Reason.PROFILER_ON, found)
    return bool(found)


def _name(kit):
    if "line_profiler" in sys.modules:  # it is at work in the functions it measures only
        return "line_profiler"
    if hasattr(sys, "monitoring"):
        name = sys.monitoring.get_tool(sys.monitoring.PROFILER_ID)
        return name if name is not None and not name.startswith(OUR_TOOLS) else None
    return "a profile function" if kit.is_profiled() else None
