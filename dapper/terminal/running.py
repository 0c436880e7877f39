"""Commands that let the program go on."""
import shlex

from dapper.terminal.breakpoints import real
from dapper.terminal.registry import command
from dapper.terminal.sources import block
from dapper.terminal.syntax import Problem, count

_GROUP = "Running"


class Quit(Exception):
    """The user wants to leave."""


def _takes_nothing(name, argument):
    if argument:
        raise Problem("%s takes no argument. To evaluate it, write !%s %s" % (name, name, argument))


@command(_GROUP, "s", "step", usage="s(tep)")
def step(face, argument):
    """Go to the next line, also when it stands in a function that is called."""
    _takes_nothing("s", argument)
    face.session.resume("stepIn")
    face.arrived()


@command(_GROUP, "n", "next", usage="n(ext)")
def next_(face, argument):
    """Go to the next line of this function, or to the caller where it returns.

    In a frame reached with up, this is the next line of that frame.
    """
    _takes_nothing("n", argument)
    session = face.session
    line = session.frame["line"]
    above = session.index > 0
    # Back in the frame, the line of the call is not over yet: that is no next line.
    if _back_to_frame(session) and (not above or session.frame["line"] == line):
        session.resume("next")
    face.arrived()


@command(_GROUP, "r", "return", usage="r(eturn)")
def return_(face, argument):
    """Run until this function returns; show what it returns."""
    _takes_nothing("r", argument)
    session = face.session
    if _back_to_frame(session):
        session.resume("stepOut")
    face.arrived(returned=True)


@command(_GROUP, "c", "cont", "continue", usage="c(ont(inue))")
def continue_(face, argument):
    """Run until a breakpoint, an exception nobody handles, or Ctrl-C."""
    _takes_nothing("c", argument)
    face.session.resume("continue")
    face.arrived()


@command(_GROUP, "unt", "until", usage="unt(il) [line]")
def until(face, argument):
    """Run until a line below the current one is reached, or the function returns: the way out of a loop.

    With a line, run until that line or one below it is reached.
    """
    session = face.session
    if not _back_to_frame(session):
        face.arrived()
        return
    frame, thread = session.frame, session.thread
    source, depth = frame.get("source") or {}, len(session.stack)
    path = source.get("path")
    first = count(argument, frame["line"] + 1)
    if first <= frame["line"]:
        raise Problem("Line %d is not below the current line." % first)
    if path is None:
        raise Problem("Without a file there are no lines to run to.")
    last = max(first, block(face.sources.lines(source), frame["line"], frame["name"]).last)
    found = session.ask("breakpointLocations", source=source, line=first, endLine=last).get("breakpoints") or ()
    breakpoints = session.breakpoints
    breakpoints.passing[real(path)] = sorted({each["line"] for each in found})
    session.send_file(path)
    try:
        # Leaving the function ends it as well; deeper calls of the same function may pass these lines and do not count.
        stop = session.resume("stepOut")
        while stop and stop.thread == thread and not stop.hits and stop.reason in ("step", "breakpoint"):
            if len(session.stack) < depth or (len(session.stack) == depth and session.frame["line"] >= first):
                break
            stop = session.resume("stepOut")
    finally:
        del breakpoints.passing[real(path)]
        if not session.ended:
            session.send_file(path)
    face.arrived()


@command(_GROUP, "j", "jump", usage="j(ump) line")
def jump(face, argument):
    """Make this line of the function the next one to run, without running what lies between.

    Python does not allow every jump: not into a for loop, for example.
    """
    session = face.session
    line = count(argument, None)
    if line is None:
        raise Problem("Say the line to jump to.")
    if session.index:
        raise Problem("Only the innermost frame can jump.")
    targets = session.ask("gotoTargets", source=session.frame.get("source") or {}, line=line).get("targets") or ()
    if not targets:
        raise Problem("There is no code at line %d of this function." % line)
    session.resume("goto", targetId=targets[0]["id"])
    face.arrived()


@command(_GROUP, "run", "restart", usage="run | restart [argument ...]", needs_program=False)
def restart(face, argument):
    """End the program and start it again, with other arguments if any are given. Breakpoints stay."""
    try:
        words = shlex.split(argument)
    except ValueError as error:
        raise Problem("%s: %s" % (argument, error)) from None
    face.restart(words or None)


@command(_GROUP, "q", "quit", "exit", usage="q(uit)", needs_program=False)
def quit_(face, argument):
    """End the program and leave. Ctrl-D does the same."""
    raise Quit()


def _back_to_frame(session):
    """Run until the frame looked at is the innermost one.

    Returns:
        False when something stopped the program before.
    """
    for _ in range(session.index):
        stop = session.resume("stepOut")
        if stop is None or stop.reason != "step":
            return False
    return True
