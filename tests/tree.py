"""A client that debugs a whole tree of processes: takes every child up, and lets it go on from each stop."""

from tests.processes import poll
from tests.wire import Closed, Refused

DEADLINE = 40.0  #: seconds; a tree of ten processes, each started under a debugger


class Tree:
    """The sessions of a program and of all that it starts.

    Args:
        root: a DapClient whose program runs.
        marks: where the children are to stop.
    """

    def __init__(self, root, marks):
        self.root = root
        self.marks = list(marks)
        self.sessions = [root]
        self.stops = []  # the Stop of each, in the order they came

    def stopped(self, count=1):
        """Take children up until so many sessions stand at once.

        Returns:
            Those sessions; they stand still.
        """

        def look():
            self._take_up()
            for session in self.sessions:
                if session.stopped is None and session.wire.peek("stopped"):
                    self.stops.append(session.wait_stop())
            standing = [session for session in self.sessions if session.stopped is not None]
            return standing if len(standing) >= count else None

        return poll(look, "%d stops at once" % count, DEADLINE)

    def run_to_the_end(self):
        """Continue every process from every stop, until the root session is over.

        Returns:
            The marks of the stops, in the order they came.
        """
        marks = []

        def look():
            self._take_up()
            for session in self.sessions:
                try:
                    if session.stopped is not None or session.wire.peek("stopped"):
                        stop = session.stopped or session.wait_stop()
                        self.stops.append(stop)
                        marks.append(stop.mark)
                        session.continue_()
                    if session is not self.root and not session.wire.closed and session.wire.peek("terminated"):
                        session.leave()
                except (Closed, Refused):
                    continue  # the process was killed meanwhile
            return self.root.wire.peek("terminated")

        poll(look, "the end of the program and its children", DEADLINE)
        return marks

    def _take_up(self):
        for session in list(self.sessions):
            while session.configurations:
                try:
                    self.sessions.append(session.wait_child(stop_at=self.marks))
                except (Closed, Refused, AssertionError):
                    continue  # it ended before it was reached
