"""Stops between the beginnings of lines: at columns, at instructions, step by step through bytecode."""
from _thread import get_ident

from dapper._frame_eval.instructions import InstructionWatch
from dapper._frame_eval.opcodes import TELLS_INSTRUCTIONS
from dapper.adapter.debugger.frames import chain
from dapper.adapter.debugger.stepping import KEEP
from dapper.adapter.debugger.threads import Stop
from dapper.protocol.errors import DapError


class InstructionPlan:
    """A step by instructions, in the place of a Plan.

    Args:
        kind: "in", "over" or "out".
        frame: the frame the thread stands in.
        at_line: whether its instruction has not been told yet.
        is_user: tells whether code is the user's.
    """

    goes_in = False
    reason = "step"

    def __init__(self, kind, frame, at_line, is_user):
        self.deep = kind == "in"
        self._is_user = is_user
        self._told = (frame, frame.f_lasti) if at_line else None
        self._frames = []
        at = frame.f_back if kind == "out" else frame
        while at is not None:
            if at is frame or is_user(at.f_code):
                self._frames.append(at)
            at = at.f_back

    def ends_at(self, frame, offset):
        """Whether the step ends before this instruction."""
        told, self._told = self._told, None
        if told is not None and told[0] is frame and told[1] == offset:
            return False
        return any(frame is one for one in self._frames) or self.deep and self._is_user(frame.f_code)

    def enters(self, code):
        """See Plan."""
        return self.deep and self._is_user(code)

    def stops_at_line(self, frame, line):
        """See Plan; the instruction that follows at once ends the step."""
        return False

    def leaves(self, frame, suspended):
        """See Plan."""
        return KEEP


class InstructionStops:
    """Decides which instructions are stops, and stands there.

    Args:
        debugger: the PyDebugger.
        hits: its Hits.
    """

    def __init__(self, debugger, hits):
        self.breakpoints = {}  # id(code) → (code, {offset: [Breakpoint]})
        self.data = None  # the DataStops, while there are data breakpoints
        self._debugger = debugger
        self._hits = hits
        self._watch = None

    def refresh(self):
        """The breakpoints have changed.

        Raises:
            DapError: instructions can't be watched.
        """
        table = self._debugger.table
        columns = any(one.place is not None for stops in table.by_key.values() for one in stops)
        data = self.data is not None and self.data.selects
        if columns or self.breakpoints or data or self._watch is not None:
            try:
                self.watch.refresh(bool(columns or self.breakpoints or data))
            except RuntimeError as error:
                raise DapError("unsupported", what="stopping at single instructions", where=": %s" % error) from None

    def with_data(self, kind):
        """The DataStops.

        Args:
            kind: their class, which needs more than most sessions load.
        """
        if self.data is None:
            self.data = kind(self._debugger, self, self._hits)
        return self.data

    @staticmethod
    def check():
        """See whether this Python can tell of single instructions.

        Raises:
            DapError: it can't.
        """
        if not TELLS_INSTRUCTIONS:
            raise DapError("unsupported", what="stopping at single instructions", where=" before Python 3.12")

    @property
    def watch(self):
        """The InstructionWatch."""
        if self._watch is None:
            self.check()
            self._watch = InstructionWatch(self._select, self._debugger.enters, self.on_instruction)
        return self._watch

    def stop(self):
        """Forget all breakpoints."""
        self.breakpoints = {}
        if self.data is not None:
            self.data.stop()
            self.data = None
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def step(self, record, kind):
        """Plan a step by instructions; called on the stopped thread.

        Raises:
            DapError: instructions can't be watched.
        """
        stop = record.stop
        frame = stop.frames[0][0]
        plan = InstructionPlan(kind, frame, stop.at_line, self._debugger.sources.is_user)
        try:
            self.watch.follow(record.ident, frame, plan.deep)
        except RuntimeError as error:
            raise DapError("unsupported", what="stepping by instructions", where=": %s" % error) from None
        record.plan = plan

    def resume_following(self, ident):
        """A change of data was told; go on as before."""
        record = self._debugger.crew.get(ident)
        plan = record.plan if record is not None else None
        if isinstance(plan, InstructionPlan):
            self.watch.keep_following(ident, plan.deep)
        else:
            self.unfollow(ident)

    def unfollow(self, ident):
        """The step of that thread is over."""
        if self._watch is not None:
            self._watch.unfollow(ident)

    def _select(self, code):
        found = {}
        sources = self._debugger.sources
        for one in self._debugger.table.by_key.get(sources.key(code.co_filename), ()):
            if one.place is not None and not one.broken:
                for offset in one.place.offsets(code):
                    found.setdefault(offset, []).append(one)
        for offset, stops in self.breakpoints.get(id(code), (code, {}))[1].items():
            found.setdefault(offset, []).extend(stops)
        if self.data is not None:
            for offset in self.data.offsets(code):
                found.setdefault(offset, [])
        return found

    def on_instruction(self, frame, offset, found):
        """A thread is before an instruction.

        Args:
            found: the Breakpoints there, or None when it only steps.
        """
        debugger = self._debugger
        ident = get_ident()
        record = debugger.crew.get(ident)
        if ident in debugger.crew.hidden or record is not None and record.stop is not None:
            if self.data is not None:
                self.data.forget(ident)
            return
        record = debugger.crew.here()
        if not debugger.is_heard or not debugger.crew.may_stop(record):
            return
        if self.data is not None and self.data.on_instruction(record, frame, offset):
            return
        hit, plan = self._hits.of(found, frame, frame.f_lineno) if found else [], record.plan
        if hit:
            named = any(one.place is not None for one in found if one.id in hit)
            reason = "breakpoint" if named else "instruction breakpoint"
        elif isinstance(plan, InstructionPlan) and plan.ends_at(frame, offset):
            reason = plan.reason
        else:
            return
        debugger.crew.stand(record, Stop(chain(frame), reason, hit=hit))
