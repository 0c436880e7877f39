"""Commands that look at the stopped program."""
import ast

from dapper.terminal.registry import command
from dapper.terminal.sources import block
from dapper.terminal.syntax import Problem, count, span

_STACK = "Where it is"
_VALUES = "Values"
_AROUND = 5  #: lines shown before and behind the current one


@command(_STACK, "w", "where", "bt", usage="w(here) | bt [count]")
def where(face, argument):
    """Show the stack, innermost frame last; > marks the frame looked at. With a count, only so many frames."""
    session = face.session
    shown = session.stack[: count(argument, None)]
    for index in reversed(range(len(shown))):
        face.show_frame(shown[index], "> " if index == session.index else "  ")


@command(_STACK, "u", "up", usage="u(p) [count]")
def up(face, argument):
    """Look at the caller of this frame."""
    _move(face, count(argument, 1))


@command(_STACK, "d", "down", usage="d(own) [count]")
def down(face, argument):
    """Look at the frame that this one called."""
    _move(face, -count(argument, 1))


@command(_STACK, "l", "list", usage="l(ist) [first[, last] | .]")
def list_(face, argument):
    """Show source around the current line, or go on from where the last list ended.

    `.` is the current line again; first, last are the lines to show (last below first is a count). -> marks the
    current line, B a breakpoint.
    """
    frame = face.session.frame
    lines = _lines_of(face, frame)
    if argument and argument != ".":
        first, last = span(argument)
    elif argument == "." or face.listed is None:
        first, last = max(1, frame["line"] - _AROUND), None
    else:
        first, last = face.listed + 1, None
    if first > len(lines):
        raise Problem("There are %d lines." % len(lines))
    last = min(last or first + 2 * _AROUND, len(lines))
    _show_lines(face, frame, first, last)
    face.listed = last
    face.repeat = "list"


@command(_STACK, "ll", "longlist", usage="ll | longlist")
def longlist(face, argument):
    """Show the whole function, or the file where no function runs."""
    frame = face.session.frame
    lines = _lines_of(face, frame)
    found = block(lines, frame["line"], frame["name"])
    _show_lines(face, frame, found.first, found.last)


@command(_STACK, "threads", usage="threads")
def threads(face, argument):
    """Show all threads and where they are; > marks the one looked at."""
    session = face.session
    for thread in session.ask("threads")["threads"]:
        frames = session.ask("stackTrace", threadId=thread["id"], levels=1).get("stackFrames") or ()
        mark = ">" if thread["id"] == session.thread else " "
        place = face.place(frames[0]) if frames else ""
        face.console.say(("%s %-3d %-20s %s" % (mark, thread["id"], thread["name"], place)).rstrip())


@command(_STACK, "thread", usage="thread [number]")
def thread(face, argument):
    """Look at another thread, or say which one is looked at."""
    session = face.session
    known = {each["id"]: each["name"] for each in session.ask("threads")["threads"]}
    number = count(argument, session.thread)
    if number not in known:
        raise Problem("There is no thread %d." % number)
    if argument:
        session.look_at(number)
        face.listed = None
    face.console.say("[Thread %d: %s]" % (number, known[number]))
    face.show_place()


@command(_VALUES, "p", usage="p expression")
def p(face, argument):
    """Show the value of an expression."""
    face.console.say(face.sources.paint(face.session.evaluate(_some(argument), "clipboard")))


@command(_VALUES, "pp", usage="pp expression")
def pp(face, argument):
    """Show the value of an expression, spread over lines where it is long."""
    text = face.session.evaluate("__import__('pprint').pformat((\n%s\n))" % _some(argument), "clipboard")
    face.console.say(face.sources.paint(_literal(text)))


@command(_VALUES, "a", "args", usage="a(rgs)")
def args(face, argument):
    """Show the arguments of this function and their values now."""
    frame = face.session.frame
    for name in block(_lines_of(face, frame), frame["line"], frame["name"]).parameters:
        try:
            value = face.session.evaluate(name, "clipboard")
        except Problem:
            value = "*** undefined ***"
        face.console.say("%s = %s" % (name, face.sources.paint(value)))


@command(_VALUES, "whatis", usage="whatis expression")
def whatis(face, argument):
    """Show the type of a value; for a function, method or class its name."""
    question = (
        "(lambda v: (type(v).__name__, '%%s.%%s' %% (getattr(v, '__module__', '?'), getattr(v, '__qualname__', '?')),"
        " repr(type(v))))((\n%s\n))" % _some(argument)
    )
    kind, name, full = _literal(face.session.evaluate(question, "clipboard"))
    words = {"function": "Function", "method": "Method", "type": "Class", "module": "Module"}
    if kind in ("function", "method", "type"):
        face.console.say("%s %s" % (words[kind], name))
    else:
        face.console.say(full)


@command(_VALUES, "source", usage="source expression")
def source(face, argument):
    """Show the source of a function, a class or a module."""
    question = "(lambda v: __import__('inspect').getsourcelines(v))((\n%s\n))" % _some(argument)
    lines, first = _literal(face.session.evaluate(question, "clipboard"))
    text = face.sources.paint("".join(lines)).rstrip("\n").split("\n")
    for number, line in enumerate(text, max(1, first)):
        face.console.say("%3d \t%s" % (number, line))


@command(_VALUES, "display", usage="display [expression]")
def display(face, argument):
    """Show an expression whenever the program stops in this function and its value has changed.

    Without anything, list what is displayed here.
    """
    here = face.displayed_here()
    if not argument:
        for text, value in here.items():
            face.console.say("%s: %s" % (text, value))
        return
    here[argument] = face.value_to_display(argument)
    face.console.say("display %s: %s" % (argument, face.sources.paint(here[argument])))


@command(_VALUES, "undisplay", usage="undisplay [expression]")
def undisplay(face, argument):
    """Display an expression no more, or, without one, none in this function."""
    here = face.displayed_here()
    if not argument:
        here.clear()
    elif here.pop(argument, None) is None:
        raise Problem("%s is not displayed here." % argument)


@command(_VALUES, "rv", "retval", usage="retval | rv")
def retval(face, argument):
    """Show what the function that the last step left returned."""
    found = face.returned()
    if not found:
        raise Problem("The last step left no function.")
    for name, value in found:
        face.console.say("%s %s" % (name, face.sources.paint(value)))


def _some(argument):
    if not argument:
        raise Problem("Say an expression.")
    return argument


def _literal(text):
    """The value whose repr the program gave us."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        raise Problem("The program answered with something unexpected: %s" % text[:200]) from None


def _move(face, steps):
    session = face.session
    last = len(session.stack) - 1
    goal = min(max(session.index + steps, 0), last)
    if goal == session.index:
        raise Problem("Oldest frame" if steps > 0 else "Newest frame")
    session.index = goal
    face.listed = None
    face.show_place()


def _lines_of(face, frame):
    lines = face.sources.lines(frame.get("source") or {})
    if not lines:
        raise Problem("There is no source text for %s." % face.place(frame))
    return lines


def _show_lines(face, frame, first, last):
    source_ = frame.get("source") or {}
    lines = face.sources.painted(source_)
    marks = face.breakpoints.marks(source_["path"]) if source_.get("path") else ()
    for number in range(first, last + 1):
        mark = ("B" if number in marks else " ") + ("->" if number == frame["line"] else "")
        face.console.say(("%3d %s\t%s" % (number, mark, lines[number - 1])).rstrip())
