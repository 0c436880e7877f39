"""Programs run on a thread under a real engine, with a debugger that notes where it passes."""

import threading
from _thread import get_ident

from dapper._frame_eval.runtime import FrameEvalRuntime
from dapper._frame_eval.selective_tracer import LineTable
from tests.engines import ENGINES_HERE

NAMES = [engine.name for engine in ENGINES_HERE]


class Witness:
    """A debugger that never stops anybody.

    Attributes:
        met: (function, mark or line, what ``look`` said of the frame) for every line with a breakpoint, in order.
    """

    main_ident = threading.main_thread().ident
    hidden = ()

    def __init__(self, program=None, at_stop=None):
        self.met = []
        self.faults = []
        self.lines = []  # of on_engine
        self._program = program
        self._at_stop = at_stop
        self.runtime = None

    def wants(self, ident):
        return False

    def enters(self, ident, code):
        return False

    def on_line(self, frame, line, found, offset=None):
        if found:
            place = self._program.at(frame.f_code.co_filename, line) if self._program else line
            self.met.append((frame.f_code.co_name, place))
            if self._at_stop is not None:
                self._at_stop(self, len(self.met))

    def on_enter(self, frame):
        """Nobody asked."""

    on_leave = on_raise = on_enter

    def on_fault(self, error):
        self.faults.append(error)

    def on_engine(self, line, has_taken_over=True):
        self.lines.append(line)
        engine = self.runtime.engine
        if engine is not None and get_ident() != self.main_ident:
            engine.watch_this_thread()


def load(program):
    """The module code of a program, ready to run any number of times."""
    with open(program.path, encoding="utf-8") as file:
        return compile(file.read(), program.path, "exec")


def on_a_thread(function, *args):
    """Run ``function`` on a thread of its own and wait for its end; what it raises is raised here."""
    raised = []

    def run():
        try:
            function(*args)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def meet(program, engine, marks, at_stop=None, call=None):
    """Run a program under an engine.

    Args:
        program: a Program.
        engine: the engine's name.
        marks: where its breakpoints are.
        at_stop: called with (witness, how many stops so far) at every stop.
        call: ``call(witness, run)`` runs it, and whatever else it likes, instead of once; ``run(namespace)`` does so on
            a thread.

    Returns:
        The Witness.
    """
    witness = Witness(program, at_stop)
    witness.runtime = runtime = FrameEvalRuntime(witness)
    table = LineTable()
    for path, lines in program.by_path(marks).items():
        table = table.with_lines(path, lines)
    code = load(program)
    assert runtime.initialize({"engine": engine}, table)
    assert runtime.engine.name == engine, runtime.notices

    def run(namespace=None):
        on_a_thread(exec, code, {"__name__": "prog", "witness": witness} if namespace is None else namespace)

    try:
        if call is None:
            run()
        else:
            call(witness, run)
    finally:
        runtime.shutdown()
    return witness
