"""Whether a breakpoint that was reached stops the thread: its condition, its hit count, its log message."""
from _thread import get_ident

from dapper._frame_eval.conditions import render_log
from dapper._frame_eval.telemetry import Reason, telemetry
from dapper.adapter.debugger.crew import main_ident

_OPTIMIZED = 1  # CO_OPTIMIZED


class Hits:
    """Decides for the breakpoints of one place.

    Args:
        logs: the Logs for their messages.
        say: ``say(event, body)`` sends a DAP event.
        listens: ``listens() -> bool``: does what happens on the calling thread matter?
    """

    def __init__(self, logs, say, listens):
        self._logs = logs
        self._say = say
        self._listens = listens

    def expect(self, table):
        """The calling thread is about to run with these breakpoints."""
        if table.decides and get_ident() == main_ident():
            from dapper.adapter.debugger import halting

            halting.expect()

    # The engine asks, or tells, from within the program's code

    def judge(self, breakpoints, frame, line):
        """The ids of those breakpoints that stop in ``frame`` now; their hits are counted, their messages sent."""
        return self.of(breakpoints, frame, line) if self._listens() else []

    def log_here(self, breakpoint, frame, line):
        """A log point was reached, its condition and hit count being met."""
        if self._listens():
            self.log(breakpoint, frame, line)

    def on_condition_error(self, breakpoint, error, frame, line):
        """What a breakpoint evaluates in the program's own code raised an exception."""
        if self._listens():
            self.failed(breakpoint, error, frame, line)

    # On the way to a stop

    def of(self, breakpoints, frame, line):
        """The ids of those breakpoints that stop in ``frame`` now.

        Raises:
            RecursionError, MemoryError: the program is at its limit, which says nothing of a condition.
        """
        return [one.id for one in breakpoints if self._passes(one, frame) and not self._logs_only(one, frame, line)]

    def log(self, breakpoint, frame, line):
        """Send its log message."""
        self._logs.put(breakpoint, frame.f_code, render_log(breakpoint.log, frame) + "\n", line)
        _release(frame)

    def failed(self, breakpoint, error, frame, line):
        """Its condition, or something in its log message, raised an exception, which was not seen before."""
        if isinstance(error, GeneratorExit):  # called off, of which Overtime tells
            telemetry.record(Reason.CONDITION_FAILED, "%s: %s" % (breakpoint.condition_text or "hit condition", error))
            if breakpoint.log is not None and breakpoint.condition is None:
                failure = "<%s: %s>" % (type(error).__name__, error)  # to find out which part it was would take as long
                text = "".join([part if type(part) is str else failure for part in breakpoint.log])
                self._logs.put(breakpoint, frame.f_code, text + "\n", line)
            return
        if breakpoint.log is not None and breakpoint.condition is None:
            self.log(breakpoint, frame, line)
            return
        telemetry.record(Reason.CONDITION_FAILED, breakpoint.condition_text or "hit condition")
        if not breakpoint.reported:
            breakpoint.reported = True
            what = "condition %r" % breakpoint.condition_text if breakpoint.condition_text else "hit condition"
            text = "Breakpoint %s failed: %s: %s\n" % (what, type(error).__name__, error)
            self._say("output", {"category": "important", "output": text})

    def _passes(self, breakpoint, frame):
        if breakpoint.condition is None and breakpoint.counter is None:
            return True
        from dapper._frame_eval.calling_off import CalledOff, run  # most programs start without

        try:
            if breakpoint.condition is not None:
                try:
                    if not run(_holds, breakpoint.condition, frame):
                        return False
                finally:
                    _release(frame)
            return breakpoint.counter is None or run(breakpoint.counter)
        except (RecursionError, MemoryError):
            raise
        except (Exception, CalledOff) as error:  # boundary: user condition; reported once, and it does not stop
            self.failed(breakpoint, error, frame, None)
            return False

    def _logs_only(self, breakpoint, frame, line):
        if breakpoint.log is None:
            return False
        self.log(breakpoint, frame, line)
        return True


def _holds(condition, frame):
    return bool(eval(condition, frame.f_globals, frame.f_locals))


def _release(frame):
    """The locals of a frame were read here."""
    if frame.f_code.co_varnames and not frame.f_code.co_flags & _OPTIMIZED:
        from dapper.adapter.debugger.frame_locals import release  # rare, and not for every start

        release(frame)
