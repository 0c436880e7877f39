"""Commands about the debugger itself, and Python typed at the prompt."""
import codeop
import os
import string

from dapper.terminal.registry import COMMANDS, GROUPS, command
from dapper.terminal.syntax import Problem

_GROUP = "The rest"
_WORD_CHARACTERS = string.ascii_letters + string.digits + "_"


@command(_GROUP, "h", "help", usage="h(elp) [command]", needs_program=False)
def help_(face, argument):
    """Show the commands, or what one of them does."""
    say = face.console.say
    if argument:
        found = COMMANDS.get(argument.split()[0])
        if found is None:
            raise Problem("There is no command %s." % argument)
        say(found.usage)
        for line in found.help.split("\n"):
            say(("    " + line).rstrip())
        return
    for headline, group in GROUPS.items():
        say("%s:" % headline)
        for each in group:
            say("    %-48s %s" % (each.usage, _first_sentence(each.help)))
    say("Anything else is Python and runs in the frame looked at; ! before it says so, even of a name like c or list.")
    say("An empty line repeats the last command, ;; divides two on one line, Ctrl-C pauses the program.")


@command(_GROUP, "interact", usage="interact")
def interact(face, argument):
    """Type Python, block by block, into the frame looked at, until Ctrl-D or a line `exit()`."""
    face.console.say("Python in %s; Ctrl-D or exit() leads back." % face.place(face.session.frame))
    while not face.over:
        try:
            text = face.console.read(">>> ")
            if text is None or text.strip() in ("exit", "exit()", "quit", "quit()"):
                break
            run_python(face, text, "... ")
        except KeyboardInterrupt:
            face.console.say()
        except Problem as problem:
            face.console.complain(str(problem))


def run_python(face, text, more_prompt="...      "):
    """Run a statement or show the value of an expression; ask for more lines where it has not ended.

    Raises:
        Problem: it raised.
    """
    text = _complete(face.console, text, more_prompt)
    if text.strip():
        shown = face.session.evaluate(text, "repl")
        if shown:
            face.console.say(face.sources.paint(shown))


def _complete(console, text, prompt):
    while _is_open(text):
        line = console.read(prompt)
        if line is None:
            break
        text += "\n" + line
    return text


def _is_open(text):
    try:
        return codeop.compile_command(text, "<stdin>", "single") is None
    except (SyntaxError, ValueError, OverflowError):
        return False  # wrong here; the program's Python, which may be another one, has the last word


def _first_sentence(text):
    sentence = text.split("\n\n")[0].replace("\n", " ")
    for end in (". ", "; ", ": "):
        sentence = sentence.split(end)[0]
    return sentence.rstrip(".")


def completions(face, text):
    """What could stand at the end of a line typed so far.

    Returns:
        (index in the line where it begins, word) pairs.
    """
    begin = len(text) - len(text.split(";;")[-1].lstrip())
    line = text[begin:]
    word, blank, rest = line.partition(" ")
    if not blank and word.isidentifier():
        found = [(begin, name) for name in sorted(COMMANDS) if name.startswith(word) and len(name) > 1]
        return found + _from_program(face, text, begin)
    if blank and word in COMMANDS:
        begin = len(text) - len(rest.lstrip())
        if word in ("h", "help"):
            return [(begin, name) for name in sorted(COMMANDS) if name.startswith(text[begin:])]
        if word in ("b", "break", "tb", "tbreak", "cl", "clear") and "," not in rest:
            return _places(face, text, begin)
    return _from_program(face, text, begin)


def _places(face, text, begin):
    typed = text[begin:]
    found = [(begin, name) for name in face.functions_here() if name.startswith(typed)]
    folder, name = os.path.split(typed)
    try:
        entries = sorted(os.listdir(os.path.expanduser(folder) or os.curdir))
    except OSError:
        return found
    for entry in entries:
        path = os.path.join(folder, entry)
        if not entry.startswith(name) or entry.startswith(".") and not name:
            continue
        if os.path.isdir(os.path.expanduser(path)):
            found.append((begin, path + os.sep))
        elif entry.endswith(".py"):
            found.append((begin, path + ":"))
    return found


def _from_program(face, text, begin):
    if face.over:
        return []
    typed = text[begin:].lstrip("!")
    offset = len(text) - len(typed)
    try:
        answer = face.session.ask("completions", text=typed, column=len(typed) + 1, frameId=face.session.frame["id"])
    except Problem:
        return []
    word = len(typed.rstrip(_WORD_CHARACTERS))
    found = []
    for item in answer.get("targets") or ():
        start = item.get("start")
        found.append((offset + (word if start is None else start), item.get("text") or item["label"]))
    return found
