"""Commands about where to stop."""
import ast
import os

from dapper.terminal.breakpoints import times
from dapper.terminal.registry import command
from dapper.terminal.syntax import Problem, number_and_rest, numbers, place

_GROUP = "Where to stop"
_FILTERS = ("raised", "uncaught", "userUnhandled")
_PLACE = "[[file:]line | function [, condition]]"


@command(_GROUP, "b", "break", usage="b(reak) " + _PLACE, needs_program=False)
def break_(face, argument):
    """Stop at a line of this file or of another one, or whenever a function is called.

    A function is named as it is written in its module: `total`, `Order.total`; `shop:Order.total` is the one in module
    shop. With a condition, stop only where that is true. Without anything, list all breakpoints.
    """
    if not argument:
        _list(face)
        return
    _add(face, argument, temporary=False)


@command(_GROUP, "tb", "tbreak", usage="tb(reak) " + _PLACE, needs_program=False)
def tbreak(face, argument):
    """As break, for one time only."""
    if not argument:
        _list(face)
        return
    _add(face, argument, temporary=True)


@command(_GROUP, "cl", "clear", usage="cl(ear) [file:line | number ...]", needs_program=False)
def clear(face, argument):
    """Remove breakpoints: by number, on a line, or, without anything, all of them."""
    every = list(face.breakpoints)
    if not argument:
        if every and face.console.interactive and not face.confirm("Clear all breakpoints?"):
            return
        _remove(face, every)
        return
    if ":" in argument:
        file, line, _, _ = place(argument)
        found = face.breakpoints.at(_find(face, file), line) if line else []
        if not found:
            raise Problem("There is no breakpoint at %s." % argument)
        _remove(face, found)
    else:
        _remove(face, [face.breakpoints.get(number) for number in numbers(argument)])


@command(_GROUP, "enable", usage="enable [number ...]", needs_program=False)
def enable(face, argument):
    """Have breakpoints stop the program again; all of them, unless told which."""
    _switch(face, argument, True)


@command(_GROUP, "disable", usage="disable [number ...]", needs_program=False)
def disable(face, argument):
    """Keep breakpoints, but do not stop there; all of them, unless told which."""
    _switch(face, argument, False)


@command(_GROUP, "condition", usage="condition number [condition]", needs_program=False)
def condition(face, argument):
    """Give a breakpoint another condition, or none."""
    number, text = number_and_rest(argument)
    found = face.breakpoints.get(number)
    found.condition = text or None
    face.tell_program(found)
    face.console.say("Breakpoint %d %s." % (number, "stops only if %s" % text if text else "stops without a condition"))


@command(_GROUP, "ignore", usage="ignore number [count]", needs_program=False)
def ignore(face, argument):
    """Pass over a breakpoint the next times it would stop; without a count it stops again."""
    number, text = number_and_rest(argument)
    found = face.breakpoints.get(number)
    if text and not text.isdigit():
        raise Problem("%s is not a count." % text)
    found.ignore = int(text or 0)
    face.tell_program(found)
    if found.ignore:
        face.console.say("Breakpoint %d lets the next %s pass." % (number, times(found.ignore)))
    else:
        face.console.say("Breakpoint %d stops the next time it is reached." % number)


@command(_GROUP, "commands", usage="commands [number]", needs_program=False)
def commands(face, argument):
    """Give a breakpoint (the last one, unless told which) commands to run whenever it stops the program.

    They follow one a line, up to a line `end`. The first one that lets the program go on is the last to run. With
    `silent` among them the place is not shown. No commands at all take away those there were.
    """
    found = face.breakpoints.get(numbers(argument)[0]) if argument else face.breakpoints.last()
    lines = []
    while True:
        line = face.console.read("(com) ")
        if line is None or line.strip() == "end":
            break
        if line.strip():
            lines.append(line.strip())
    found.commands = lines


@command(_GROUP, "exceptions", usage="exceptions [info | none | raised | uncaught | userUnhandled ...]",
         needs_program=False)
def exceptions(face, argument):
    """Show the exception the program stopped for, or say which ones to stop for.

    raised: whenever one is raised in your code. uncaught: when the program or a thread is about to die of it.
    userUnhandled: when one leaves your code and goes into a library's. none: never.
    """
    words = argument.replace(",", " ").split()
    if words and words != ["info"]:
        wrong = [word for word in words if word not in _FILTERS]
        if wrong and words != ["none"]:
            raise Problem("%s is none of %s." % (wrong[0], ", ".join(_FILTERS)))
        face.filters[:] = [] if wrong else words
        if not face.over:
            face.session.filters = list(face.filters)
            face.session.send_filters()
    elif not face.over and face.session.stop.reason == "exception":
        face.show_exception()
    face.console.say("Stops for exceptions: %s." % (", ".join(face.filters) or "none"))


def _add(face, argument, temporary):
    file, line, function, text = place(argument)
    if function:
        module, function = _meant(face, function)
        made = face.breakpoints.add(function=function, module=module, condition=text, temporary=temporary)
    else:
        made = face.breakpoints.add(path=_find(face, file), line=line, condition=text, temporary=temporary)
    try:
        face.tell_program(made)
    except Problem:
        face.breakpoints.remove(made.number, forever=True)
        raise
    if made.reason == "failed":
        face.breakpoints.remove(made.number, forever=True)
        face.tell_program(made)
        raise Problem(made.message)
    kind = "Temporary breakpoint" if temporary else "Breakpoint"
    face.console.say("%s %d at %s" % (kind, made.number, made.where))
    # A function of this very file that is not defined yet needs no word: it will be.
    if made.message and not (function in face.functions_here() and not made.verified):
        face.console.say(("    " if made.verified else "    not set yet: ") + made.message)


def _meant(face, name):
    """As in pdb, a name means the function of this file, or what the frame looked at calls so.

    Returns:
        (module or None, qualified name); None and the name itself where neither knows it (yet).
    """
    path, function = None, name
    if name in face.functions_here():
        path = face.current_path()
    elif not face.over and ":" not in name and "<" not in name:
        try:
            question = "(lambda f: (f.__code__.co_filename, f.__qualname__))(%s)" % name
            path, function = ast.literal_eval(face.session.evaluate(question, "clipboard"))
        except Problem:
            pass  # no function of that name here; perhaps one of a module to come
    if path is None or not os.path.isfile(path):
        return None, name
    return os.path.splitext(os.path.basename(path))[0], function.replace(".<locals>", "")


def _find(face, file):
    """The path of a file as the user names it, or of the one looked at when that is None.

    Raises:
        Problem: there is no such file.
    """
    if file is None:
        path = face.current_path()
        if path is None:
            raise Problem("There is no current file: write file:line.")
        return path
    folders = [face.folder, os.getcwd()]
    current = face.current_path()
    if current:
        folders.append(os.path.dirname(current))
    for name in (file, file + ".py"):
        for folder in folders:
            path = os.path.abspath(os.path.join(folder, os.path.expanduser(name)))
            if os.path.isfile(path):
                return path
    if file.startswith("<"):
        return file
    raise Problem("There is no file %s." % file)


def _list(face):
    every = list(face.breakpoints)
    if not every:
        face.console.say("There are no breakpoints.")
        return
    face.console.say("Num Type         Disp Enb   Where")
    for each in every:
        for line in each.describe():
            face.console.say(line)


def _remove(face, found):
    for each in found:
        face.breakpoints.remove(each.number)
        face.tell_program(each)
        face.console.say("Deleted breakpoint %d at %s" % (each.number, each.where))


def _switch(face, argument, on):
    found = [face.breakpoints.get(number) for number in numbers(argument)] or list(face.breakpoints)
    for each in found:
        each.enabled = on
        face.tell_program(each)
        face.console.say("%s breakpoint %d at %s" % ("Enabled" if on else "Disabled", each.number, each.where))
