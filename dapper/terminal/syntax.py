"""A line as typed → commands and their arguments. Pure: knows no program and no session."""
import re

#: Behind a command's letters these say that the line is Python after all: `n.x`, `list(b)`, `c = 5`, `b"x"`.
_PYTHON_BEHIND = re.compile(r"""[.(\["']|\s*,|\s*(?:[-+*/%&|^@]|//|\*\*|<<|>>)?=""")
_WORD = re.compile(r"([^\W\d]\w*)(.*)", re.DOTALL)
#: Commands that print: `p(x)` is theirs, whatever the program calls p.
_PRINTING = ("p", "pp")
_LEAVING = ("exit()", "quit()")


class Problem(Exception):
    """What the user typed can't be done; the text says why and is shown behind ``***``."""


def split(line):
    """Split a line at every ``;;`` outside quotes and brackets.

    Returns:
        A list of non-empty commands, stripped; [] for an empty line.
    """
    parts, start = [], 0
    for index in top_level(line, ";"):
        if index >= start and line.startswith(";;", index):
            parts.append(line[start:index])
            start = index + 2
    parts.append(line[start:])
    return [part.strip() for part in parts if part.strip()]


def top_level(text, wanted):
    """Yield the indexes of the character ``wanted`` in Python text, outside quotes and brackets.

    A quote that is never closed quotes nothing: half a sentence is no string.
    """
    depth, index = 0, 0
    while index < len(text):
        char = text[index]
        if char == wanted and depth == 0:
            yield index
        elif char in "\"'":
            index = _end_of_quote(text, index)
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth = max(0, depth - 1)
        index += 1


def _end_of_quote(text, start):
    """Index of the quote that closes the one at ``start``, or ``start`` if there is none."""
    index = start + 1
    while index < len(text):
        if text[index] == "\\":
            index += 1
        elif text[index] == text[start]:
            return index
        index += 1
    return start


def parse(text, commands):
    """Tell a command from Python.

    Args:
        text: one command of `split`.
        commands: the names there are.

    Returns:
        (name, argument); the name is ``"!"`` for Python, whose text is the argument then.
    """
    if text.startswith("!"):
        return "!", text[1:].strip()
    if text.startswith("?"):
        return "help", text[1:].strip()
    if text in _LEAVING:
        return text[:-2], ""
    match = _WORD.match(text)
    if match is None or match.group(1) not in commands:
        return "!", text
    word, behind = match.groups()
    if behind != "." and not (word in _PRINTING and behind.startswith("(")) and _PYTHON_BEHIND.match(behind):
        return "!", text
    return word, behind.strip()


def place(argument):
    """Take ``[file:]line | function [, condition]`` apart.

    Returns:
        (file or None, line or None, function or None, condition or None)

    Raises:
        Problem: there is nothing before the comma, or a line that is none.
    """
    where, _, condition = argument.partition(",")
    where = where.strip()
    condition = condition.strip() or None
    if not where:
        raise Problem("Say where: a line, file:line or a function.")
    file, colon, behind = where.rpartition(":")
    behind = behind.strip()
    if not colon:
        if where.isdigit():
            return None, _line(where), None, condition
        if not _is_name(where):
            raise Problem("%s is neither a line nor a function." % where)
        return None, None, where, condition
    file = file.strip()
    if file and behind.isdigit():
        return file, _line(behind), None, condition
    if not file or not _is_name(behind):
        raise Problem("%s is not file:line." % where)
    # A function of one module: the adapter wants that module's name.
    return None, None, "%s:%s" % (file[:-3] if file.endswith(".py") else file, behind), condition


def _is_name(text):
    return all(part.isidentifier() or part == "<locals>" for part in text.split("."))


def _line(digits):
    if int(digits) < 1:
        raise Problem("Lines count from 1.")
    return int(digits)


def count(argument, default):
    """A whole number above zero, or ``default`` where none is given."""
    if not argument:
        return default
    if not argument.isdigit() or int(argument) < 1:
        raise Problem("%s is not a number from 1 on." % argument)
    return int(argument)


def numbers(argument):
    """Numbers of breakpoints, divided by blanks or commas."""
    words = argument.replace(",", " ").split()
    for word in words:
        if not word.isdigit():
            raise Problem("%s is not the number of a breakpoint." % word)
    return [int(word) for word in words]


def number_and_rest(argument):
    """``"3 x > 1"`` → (3, "x > 1")"""
    word, _, rest = argument.partition(" ")
    if not word.isdigit():
        raise Problem("Say the number of a breakpoint first.")
    return int(word), rest.strip()


def span(argument):
    """``"5"``, ``"5, 9"`` or ``"5, 3"`` (three lines on from 5) → (first, last); last is None when not given."""
    first, comma, last = (part.strip() for part in argument.partition(","))
    if not first.isdigit() or (comma and not last.isdigit()):
        raise Problem("%s is not a range of lines: first, last." % argument)
    start = max(1, int(first))
    if not comma:
        return start, None
    stop = int(last)
    return start, stop if stop >= start else start + stop
