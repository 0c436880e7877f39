"""How threads come to go on and to stop: continue, steps, pauses, jumps; what the client asks for, not what happens."""
from dapper._frame_eval.opcodes import executable_lines
from dapper.adapter.debugger.frames import chain
from dapper.adapter.debugger.originals import interrupt_main
from dapper.adapter.debugger.stepping import Plan
from dapper.adapter.debugger.threads import Stop


class Going:
    """Tells threads and the engine what the client wants of them.

    Args:
        debugger: the PyDebugger.
        runtime: the FrameEvalRuntime, whose engine may change.
    """

    def __init__(self, debugger, runtime):
        self._debugger = debugger
        self._crew = debugger.crew
        self._runtime = runtime

    def step(self, record, kind, by_instruction=False, call=None):
        """Plan a step; called on the stopped thread itself, which then goes on.

        Args:
            kind: "in", "over" or "out".
            by_instruction: whether it ends at the next instruction.
            call: the Call to step into, or None.

        Raises:
            DapError: instructions can't be told one by one here.
        """
        frame = record.stop.frames[0][0]
        engine = self._runtime.engine
        if by_instruction:
            self._debugger.instructions.step(record, kind)
        record.stop.released = True
        if engine is not None and not by_instruction:  # else nobody could tell when the step ends: the thread just goes on
            anywhere = lambda code: not self._debugger.sources.is_ours(code)  # who picks a call means it, a library's too
            record.plan = plan = call.plan(anywhere) if call else self._plan(kind, frame)
            engine.follow(record.ident, frame, plan)
        if self._debugger.config.get("steppingResumesAllThreads") is not False:
            self.go_on([other for other in self._crew if other is not record])

    def _plan(self, kind, frame):
        templates = self._debugger.templates
        return (Plan if templates is None else templates.plan)(kind, frame, self._debugger.sources.is_steppable)

    def go_on(self, records=None):
        """Let stopped threads run; all of them, unless told which."""
        self._crew.go_on(records)
        if self._runtime.engine is not None and not any(one.pausing for one in self._crew):
            self._runtime.engine.calm()

    def pause(self, reason="pause", records=None):
        """Have threads stop at their next line."""
        records = self._crew.threads() if records is None else records
        for record in records:
            if record.stop is None or record.stop.released:
                record.pausing = reason
        if self._runtime.engine is not None:
            self._runtime.engine.hurry([record.ident for record in records if record.pausing], reason == "pause")

    def arrived(self, record, reason="goto"):
        """The thread was sent to another line; say where it stands now. Called on it."""
        self._crew.arrived(record, Stop(chain(record.stop.frames[0][0]), reason, at_line=True))

    def is_ahead(self, record):
        """Whether the thread is at the next line already, of which it has only been told the one before."""
        stop = record.stop
        if stop is None or stop.reason != "data breakpoint":
            return False
        frame, line = stop.frames[0]
        return frame.f_lineno != line

    def catch_up(self, record):
        """Tell the line where the thread is: the step it was to make. Called on it."""
        self._crew.arrived(record, Stop(chain(record.stop.frames[0][0]), "step"))

    def interrupt(self):
        """Raise KeyboardInterrupt in the main thread, once it runs on if it stands."""
        main = self._crew.get(self._debugger.main_ident)
        if main is not None and main.stop is not None:
            main.interrupted = True  # now it would hit the work it does for the client
        else:
            interrupt_main()
        self.go_on()

    def pause_at_entry(self):
        """Have the main thread stop at the user's first line."""
        self.pause("entry", [self._crew.here(self._debugger.main_ident)])

    def break_here(self, frame):
        """Have the calling thread stop at the next line of ``frame``, in its caller when it has none, or else at once."""
        if not self._debugger.is_heard or self._runtime.engine is None:
            return
        record, is_shown = self._crew.here(), self._debugger.sources.is_shown
        if frame.f_lineno == max(executable_lines(frame.f_code)) and (frame.f_back is None or not is_shown(frame.f_back.f_code)):
            self._crew.stand(record, Stop(chain(frame), "breakpoint"))
            return
        plan = record.plan = Plan("over", frame, is_shown)
        plan.reason = "breakpoint"
        self._debugger.watch_this_thread()
        self._runtime.engine.follow(record.ident, frame, plan)
