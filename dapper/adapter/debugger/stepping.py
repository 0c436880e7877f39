"""A step as a plan: which event of its thread ends it. Pure.

A step over or out ends in its own frame or one of the callers; a step into also in any of the user's code that is
called. Leaving the frame of a step stops in the caller at once, in the middle of the line with the call.
"""

KEEP = "keep"  #: the step goes on
DONE = "done"  #: nothing is left to stop in
IN_CALLER = "in caller"  #: stop in the caller, in the middle of its line

_SUSPENDS_FOR_OTHERS = 0x80 | 0x200  # inspect.CO_COROUTINE, CO_ASYNC_GENERATOR: a yield there is an await


class Plan:
    """One step of one thread.

    Args:
        kind: "in", "over" or "out".
        frame: the frame the thread stands in.
        is_user: tells whether code is the user's, and so whether a step may end in it.

    Attributes:
        goes_in: whether calls have to be watched.
        reason: the DAP stop reason at its end.
    """

    __slots__ = ("kind", "frame", "goes_in", "reason", "_anywhere", "_line", "_is_user", "_callers")

    def __init__(self, kind, frame, is_user):
        self.kind = kind
        self.frame = frame
        self.goes_in = self._anywhere = kind == "in"  # anywhere: whether any of the user's lines ends it
        self.reason = "step"
        self._line = frame.f_lineno
        self._is_user = is_user
        self._callers = []
        caller = frame.f_back
        while caller is not None:
            if is_user(caller.f_code):
                self._callers.append(caller)
            caller = caller.f_back

    def enters(self, code):
        """Whether lines of ``code``, which is starting, matter to the step."""
        return self._anywhere and self._is_user(code)

    def stops_at_line(self, frame, line):
        """Whether ``line`` in ``frame`` ends the step. A line in a caller means that an exception came up to it.

        A loop that goes on within its one line has not left it: sys.settrace tells that as a line, monitoring does not.
        """
        if frame is self.frame:
            return self.kind != "out" and line != self._line
        if self._anywhere:
            return self._is_user(frame.f_code)
        for caller in self._callers:
            if caller is frame:
                return True
        return False

    def leaves(self, frame, suspended):
        """``frame`` returns or yields.

        Returns:
            KEEP, DONE or IN_CALLER; the plan itself has changed for what goes on.
        """
        if frame is not self.frame:
            return KEEP
        if suspended and frame.f_code.co_flags & _SUSPENDS_FOR_OTHERS:
            self.goes_in = self._anywhere = False  # others run meanwhile; this step belongs to this task
            return KEEP
        caller = frame.f_back
        self.frame = None
        if caller is None:
            return DONE
        if self._is_user(caller.f_code):
            return IN_CALLER
        if self.kind != "out":
            self.goes_in = self._anywhere = True  # a library called us: the next of the user's lines, wherever it is
        return KEEP
