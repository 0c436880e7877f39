"""Why something is not the fastest way: typed reason codes, counters and a short recent history. No I/O.

Nothing here is called where a program runs undisturbed: a reason is recorded when a decision is made or something
fails, never for each line or call.
"""
import _thread
from time import monotonic


class _Choosing:
    """Why an engine is not used, or not at its best"""

    PYTHON_TOO_OLD = "This Python is older than those dapper works on."
    PYTHON_NOT_KNOWN = "This Python is newer than this dapper, so only what every Python has is used; update dapper."
    NOT_CPYTHON = "This is not CPython; bytecode and native parts of the engine are made for CPython alone."
    PLATFORM_NOT_KNOWN = "Rewriting code and the native core are not tried on this operating system."
    ARCHITECTURE_NOT_KNOWN = "Rewriting code and the native core are not tried on this kind of processor."
    NO_MONITORING = "This Python has no sys.monitoring; it came with 3.12."
    TOOL_ID_TAKEN = "Other tools (profiler, coverage, another debugger) hold the sys.monitoring ids a debugger may use."
    FREE_THREADED = "This is a free-threaded build, on which functions can't be changed while other threads run them."
    BRANCH_EVENTS_ON = "Another tool counts branches or instructions and would count those of a rewritten function too."
    PROFILER_ON = "A profiler is at work that knows functions by their code: those that exist keep what they have."
    MONITORING_SUFFICES = "There is sys.monitoring, which does the same and leaves calls as fast as they are."
    FOREIGN_EVAL_HOOK = "Another tool has put itself in front of every function call (PEP 523); its hook stays."
    JIT_ON = "The JIT is on; code it has compiled already keeps the functions it was compiled with."
    CORE_MISSING = "The native core was not built for this Python: same stops, slower. Install dapper with a compiler."
    CORE_BROKEN = "The native core is there but can't be loaded: same stops, slower. Reinstall dapper."
    CORE_OFF = "The configuration switches the native core off."
    ENGINE_NOT_BUILT = "This copy of dapper does not contain the engine."
    ENGINE_REQUESTED = "The configuration asks for another engine."
    INJECTION_OFF = "The configuration switches the rewriting of code off."
    FRAME_EVAL_OFF = "The configuration switches frame evaluation off; sys.settrace does the work."
    TRACE_FUNCTION_TAKEN = "Another tool uses sys.settrace here, which has room for one only."
    SELECTIVE_TRACING_DISABLED_BY_POLICY = "All calls are traced: no engine that leaves other code alone may be used."


class _Running:
    """What went wrong while the program ran"""

    ENGINE_START_FAILED = "An engine could not be started."
    ENGINE_FAULT = "An error of dapper itself inside an engine; the program ran on. Please report it."
    FALLBACK_TO_TRACE_DISPATCH = "sys.settrace took over from a faster engine, which had failed."
    TRACE_FUNCTION_REPLACED = "The program put its own function into sys.settrace; breakpoints wait until it is gone."
    INTEGRATION_PATCH_FAILED = "A debugger could not be connected to frame evaluation; all is as it was before."
    CONFIG_INVALID = "A frameEval setting is unknown or has a wrong value, and was ignored."
    CONDITION_SLOW = "A condition took longer than its budget; it is evaluated outside the program's own code from now on."
    TURN_NOT_GIVEN = "The main thread could not be asked to stand aside while breakpoints change; they may be late."
    CONDITION_FAILED = "A condition or log message raised an exception; that counts as not met."


class _Deciding:
    """What was decided about a piece of code"""

    NO_BREAKPOINTS_IN_FILE = "Its file has no breakpoints."
    NO_BREAKPOINTS = "Its file has breakpoints, but none lies in this code."
    HAS_BREAKPOINTS = "Breakpoints lie in this code: it is watched."
    CONDITION_NOT_IN_C = "A condition in a frame that runs already, or of the filter `raised`, takes a call of the debugger."


class _Rewriting:
    """Why code was not rewritten"""

    COMPILED_ELSEWHERE = "Its file uses Numba, which compiles functions from their bytecode and knows no probes."
    BYTECODE_INJECTION_FAILED = "A function could not be given its breakpoint; the line is watched in a slower way."


class Reason(_Choosing, _Running, _Deciding, _Rewriting):
    """The reason codes. A code is a string equal to its own name, so that it reads the same everywhere."""


SECTIONS = Reason.__bases__
TEXTS = {}  #: code → the sentence that explains it
for _section in SECTIONS:
    for _name, _text in list(vars(_section).items()):
        if _name.isupper():
            TEXTS[_name] = _text
            setattr(_section, _name, _name)  # above stands what a code means; its value is its name


class Telemetry:
    """Thread-safe counters by reason and the last events.

    Args:
        history: how many recent events are kept.
        clock: gives seconds.
    """

    def __init__(self, history=64, clock=monotonic):
        self.enabled = True
        self._history = history
        self._clock = clock
        self._renew()

    def record(self, reason, detail=""):
        """Count ``reason`` and remember ``detail``; does nothing when switched off.

        Args:
            reason: one of Reason.
            detail: a short text for people.
        """
        if not self.enabled:
            return
        at = round(self._clock() - self._begin, 6)
        with self._lock:
            self._counts[reason] = self._counts.get(reason, 0) + 1
            self._recent.append((at, reason, detail))
            del self._recent[: -self._history]

    def snapshot(self):
        """A dict with ``counts`` by reason, and ``recent``: dicts of reason, detail and seconds since the start."""
        with self._lock:
            counts, recent = dict(self._counts), list(self._recent)
        names = ("at", "reason", "detail")
        return {"telemetry": self.enabled, "counts": counts, "recent": [dict(zip(names, event)) for event in recent]}

    def reset(self):
        """Begin at zero."""
        with self._lock:
            self._counts, self._recent, self._begin = {}, [], self._clock()

    def forget_inherited(self):
        """In a forked child: begin at zero, whatever the parent's threads were doing."""
        self._renew()

    def _renew(self):
        # Re-entrant: while a thread is asked to pause, an engine has a say at every line, those below included.
        self._lock = _thread.RLock()
        self.reset()


telemetry = Telemetry()


def get_frame_eval_telemetry():
    """The process's counters and recent events, as `Telemetry.snapshot` gives them."""
    return telemetry.snapshot()


def reset_frame_eval_telemetry():
    """Set the process's counters to zero and forget the recent events."""
    telemetry.reset()
