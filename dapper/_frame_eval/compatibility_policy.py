"""Which engine serves this interpreter, and why not another. Pure: facts in, choice out."""
import sys

from dapper._frame_eval.telemetry import Reason


class Facts:
    """What the policy has to know of an interpreter.

    Args:
        has_monitoring: whether sys.monitoring exists.
        tool_ids_free: whether two of the tool ids a debugger may use are free.
    """

    __slots__ = ("has_monitoring", "tool_ids_free")

    def __init__(self, has_monitoring, tool_ids_free):
        self.has_monitoring = has_monitoring
        self.tool_ids_free = tool_ids_free


class Choice:
    """An engine's name, and for each other one the reasons against it."""

    __slots__ = ("engine", "against")

    def __init__(self, engine, against):
        self.engine = engine
        self.against = against


def facts():
    """The Facts of this interpreter, now."""
    has_monitoring = hasattr(sys, "monitoring")
    free = False
    if has_monitoring:
        free = sum(sys.monitoring.get_tool(number) is None for number in (0, 3, 4)) >= 2
    return Facts(has_monitoring, free)


def choose(facts, wish=None):
    """The Choice for ``facts``; ``wish`` names an engine to prefer if nothing speaks against it."""
    against = {"monitoring": [], "settrace": []}
    if not facts.has_monitoring:
        against["monitoring"].append(Reason.NO_MONITORING)
    elif not facts.tool_ids_free:
        against["monitoring"].append(Reason.TOOL_ID_TAKEN)
    if wish == "settrace":
        against["monitoring"].append(Reason.ENGINE_REQUESTED)
    engine = "settrace" if against["monitoring"] else "monitoring"
    return Choice(engine, {name: reasons for name, reasons in against.items() if name != engine})
