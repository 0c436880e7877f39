"""A step where templates are rendered: their lines are places to stop at, the code between them is not."""
from dapper.adapter.debugger.stepping import DONE, IN_CALLER, KEEP, Plan


class TemplatePlan(Plan):
    """See Plan. A step that begins in a template ends at a line of it, of a template around it, or in the user's
    function that had it rendered; a step into, also in one that it renders and in functions it calls.

    Args:
        room: the Templates.
    """

    __slots__ = ("_room", "_level", "_outer", "_rendering")

    def __init__(self, kind, frame, is_user, room):
        super().__init__(kind, frame, is_user)
        self._room = room
        self._outer = levels = room.levels(frame)  # the templates being rendered around here
        self._level = levels.pop(0) if room.is_template(frame) and levels else None  # the one the step begins in
        self._rendering = bool(self._level or levels)
        self._callers = [one for one in self._callers if not room.is_template(one)]
        self.goes_in = self.goes_in or self._rendering and room.watches_calls

    def enters(self, code):
        """See Plan."""
        return self._room.is_node_code(code) or self._anywhere and self._is_user(code)

    def stops_at_line(self, frame, line):
        """See Plan."""
        if not self._room.is_template(frame):
            return super().stops_at_line(frame, line)
        level = self._room.place(frame, line)
        if level is None:
            return False
        if self._anywhere:
            return True
        if level is self._level:
            return self.kind != "out"
        return any(level is outer for outer in self._outer)

    def leaves(self, frame, suspended):
        """See Plan."""
        if frame is self._level or any(frame is outer for outer in self._outer):
            if suspended:
                return KEEP  # what it yields is a piece of its text
            if frame is self._level:
                self._level = self.frame = None
            self._outer = [outer for outer in self._outer if outer is not frame]
            return KEEP if self._level or self._outer or self._callers or self._anywhere else DONE
        if self._level is None and (frame is self.frame or not self._rendering):
            return super().leaves(frame, suspended)
        if self._level is None and not self._outer and any(frame.f_back is caller for caller in self._callers):
            self.frame = None
            return IN_CALLER
        return KEEP
