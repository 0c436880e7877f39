"""Whether a breakpoint that was reached stops the thread: its condition, its hit count, its log message."""
from dapper._frame_eval.conditions import render_log
from dapper._frame_eval.telemetry import Reason, telemetry


class Hits:
    """Decides for the breakpoints of one place.

    Args:
        sources: describes the source of a log message.
        say: ``say(event, body)`` sends a DAP event.
    """

    def __init__(self, sources, say):
        self._sources = sources
        self._say = say

    def of(self, breakpoints, frame, line):
        """The ids of those breakpoints that stop in ``frame`` now.

        Raises:
            RecursionError, MemoryError: the program is at its limit, which says nothing of a condition.
        """
        hit = []
        for breakpoint in breakpoints:
            if breakpoint.condition is not None:
                try:
                    if not eval(breakpoint.condition, frame.f_globals, frame.f_locals):
                        continue
                except (RecursionError, MemoryError):
                    raise
                except Exception as error:  # boundary: user condition; reported once, and it does not stop
                    self._failed(breakpoint, error)
                    continue
            breakpoint.hits += 1
            if breakpoint.hit_test is not None and not breakpoint.hit_test(breakpoint.hits):
                continue
            if breakpoint.log is not None:
                self._log(render_log(breakpoint.log, frame), frame, line)
            else:
                hit.append(breakpoint.id)
        return hit

    def _failed(self, breakpoint, error):
        telemetry.record(Reason.CONDITION_FAILED, breakpoint.condition_text)
        if not breakpoint.reported:
            breakpoint.reported = True
            text = "Breakpoint condition %r failed: %s: %s\n" % (breakpoint.condition_text, type(error).__name__, error)
            self._say("output", {"category": "important", "output": text})

    def _log(self, text, frame, line):
        source = self._sources.describe(frame.f_code)
        self._say("output", {"category": "stdout", "output": text + "\n", "source": source, "line": line})
