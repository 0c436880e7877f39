"""What a data breakpoint on one attribute of one object costs a program that changes others (3.12 and newer)."""

import statistics

from benchmarks.debuggers import Program, Session
from benchmarks.wire import Refused

METHOD = (
    "A program stores attributes of 500 objects and items; at a stop before each round the data breakpoint on an attribute "
    "of another object, of the same class, is set or taken away, in turn. A round counts with the fastest of ten pieces of "
    "work (CPU time); the ratio is the median of those of two rounds that follow each other. That it stops when its "
    "attribute changes is seen at the end."
)
ROUNDS = 40


def measure(python, home):
    """The ratio, for dapper; None where this Python has no data breakpoints.

    Args:
        python: path of the interpreter.
        home: a folder of `debuggers.folder`.

    Raises:
        RuntimeError: the data breakpoint did not stop the program.
    """
    program = Program(home, "watched")
    with Session("dapper", python, program, [ROUNDS]) as session:
        session.begin()
        session.breakpoints({"line": program.lines["stop"]})
        session.go()
        ask, told = session.adapter.request, None
        for number in range(ROUNDS):
            thread = session.stop()
            if told is None:
                frame = ask("stackTrace", threadId=thread, startFrame=0, levels=1)["stackFrames"][0]["id"]
                try:
                    told = ask("dataBreakpointInfo", name="watched.n", frameId=frame)["dataId"]
                except Refused:
                    return None  # before 3.12
            ask("setDataBreakpoints", breakpoints=[{"dataId": told}] * (number % 2))
            session.resume(thread)
        name, body = session.adapter.event("stopped", "terminated")
        if name != "stopped" or body["reason"] != "data breakpoint":
            raise RuntimeError("the change of the watched attribute was not told: %s" % body)
        session.resume(body["threadId"])
        session.end()
    rounds = program.result()["slices"]
    return statistics.median(with_it / without for with_it, without in zip(rounds[3::2], rounds[2::2]))
