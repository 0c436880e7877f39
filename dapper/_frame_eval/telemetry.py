"""Why something is not the fastest way: typed reason codes, counters and a short recent history. No I/O."""
import _thread


class Reason:
    """Reason codes. A code is its own name, so that it reads the same in a log, a message and the reference page."""

    NO_BREAKPOINTS = "NO_BREAKPOINTS"  #: no breakpoint lies in this code
    FALLBACK_TO_TRACE_DISPATCH = "FALLBACK_TO_TRACE_DISPATCH"  #: sys.settrace does the work of a faster engine
    NO_MONITORING = "NO_MONITORING"  #: this Python has no sys.monitoring (it came with 3.12)
    TOOL_ID_TAKEN = "TOOL_ID_TAKEN"  #: other tools hold the sys.monitoring ids a debugger may use
    ENGINE_REQUESTED = "ENGINE_REQUESTED"  #: the configuration names another engine
    TRACE_FUNCTION_REPLACED = "TRACE_FUNCTION_REPLACED"  #: the program put its own function into sys.settrace
    CONDITION_FAILED = "CONDITION_FAILED"  #: a condition or log message raised an exception
    ENGINE_FAULT = "ENGINE_FAULT"  #: an error of ours inside an engine callback


class Telemetry:
    """Thread-safe counters by reason and the last events.

    Args:
        history: how many recent events are kept.
    """

    def __init__(self, history=64):
        self._lock = _thread.allocate_lock()
        self._counts = {}
        self._recent = []
        self._history = history
        self.enabled = True

    def record(self, reason, detail=""):
        """Count ``reason`` and remember ``detail``; does nothing when switched off."""
        if not self.enabled:
            return
        with self._lock:
            self._counts[reason] = self._counts.get(reason, 0) + 1
            self._recent.append((reason, detail))
            del self._recent[: -self._history]

    def snapshot(self):
        """A dict with ``counts`` by reason and ``recent`` as a list of (reason, detail)."""
        with self._lock:
            return {"counts": dict(self._counts), "recent": list(self._recent)}

    def reset(self):
        with self._lock:
            self._counts.clear()
            del self._recent[:]


telemetry = Telemetry()
