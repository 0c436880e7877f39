"""The words behind `dapper` on the command line → what to debug, and how."""
import os

from dapper.terminal.syntax import Problem

USAGE = """\
usage: dapper [options] PROGRAM [argument ...]
       dapper [options] -m MODULE [argument ...]
       dapper [options] --code TEXT [argument ...]

Debug a program in this terminal, with the commands of pdb.

  -c, --command CMD    a command to begin with; may be repeated
  -x, --commands FILE  a file of commands to begin with (# starts a comment line); may be repeated
  -g, --go             do not wait at the first line: run to a breakpoint or an uncaught exception, and leave when
                       the program ends. Where no terminal is and no commands are left, a stop is shown and the
                       program goes on.
  -m MODULE            debug a module, as `python -m` runs it
  --code TEXT          debug a text, as `python -c` runs it
  --python PYTHON      the interpreter for the program (default: the one dapper runs on)
  --cwd FOLDER         where to run the program
  --no-just-my-code    stop and step in libraries too
  --engine NAME        how to find out where to stop: injection, monitoring or settrace (default: the best one here)
  --no-color           no colours (they are also off when the output is no terminal, or NO_COLOR is set)
  --log-to FOLDER      write logs there
  -h, --help           this text; `help` at the prompt explains the commands
  -V, --version        dapper's version

The program stops at its first line. Commands come from -c and -x first, then from the terminal, or from standard
input where that is no terminal. In that last case the program itself reads nothing, unless -c or -x is given: then
standard input is the program's alone. Processes the program starts run by themselves.

dapper ends with the exit code of the program; with 128 + N where signal N ended it; where you quit before it ended
with 0, or with 1 if it stood at an uncaught exception.
"""

_WITH_VALUE = {
    "-c": "command", "--command": "command",
    "-x": "file", "--commands": "file",
    "-m": "module",
    "--code": "code",
    "--python": "python",
    "--cwd": "cwd",
    "--engine": "engine",
    "--log-to": "log_to",
}
_SWITCHES = {
    "-g": "go", "--go": "go",
    "--no-just-my-code": "all_code",
    "--no-color": "no_color",
    "-h": "help", "--help": "help",
    "-V": "version", "--version": "version",
}


class Options:
    """What the command line says.

    Attributes:
        program, module, code: str or None; exactly one is given unless help or version is.
        args: words for the program.
        scripts: ("command", text) and ("file", path) pairs, in their order.
        python, cwd, engine, log_to: str or None.
        go, all_code, no_color, help, version: bool.
    """

    def __init__(self):
        self.program = self.module = self.code = None
        self.args = []
        self.scripts = []
        self.python = self.cwd = self.engine = self.log_to = None
        self.go = self.all_code = self.no_color = self.help = self.version = False


def parse(words):
    """Read the command line.

    Args:
        words: list of str, without the command's own name.

    Raises:
        Problem: it makes no sense.
    """
    options = Options()
    words = list(words)
    while words and not options.help and not options.version:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            if not words:
                break
            options.program = words.pop(0)
        elif not word.startswith("-") or word == "-":
            options.program = word
        elif word in _SWITCHES:
            setattr(options, _SWITCHES[word], True)
            continue
        elif word in _WITH_VALUE or (equals and name.startswith("--") and name in _WITH_VALUE):
            if not equals:
                if not words:
                    raise Problem("%s needs a value" % word)
                name, value = word, words.pop(0)
            _take(options, _WITH_VALUE[name], value)
            if options.module is None and options.code is None:
                continue
        else:
            raise Problem("there is no option %s" % word)
        options.args = words
        break
    if not options.help and not options.version:
        _check(options)
    return options


def _take(options, name, value):
    if name in ("command", "file"):
        options.scripts.append((name, value))
    else:
        setattr(options, name, value)


def _check(options):
    if options.program == "-":
        raise Problem("a program from standard input can't be debugged: its place is taken by your commands")
    if options.program is None and options.module is None and options.code is None:
        raise Problem("say which program to debug")
    if options.program is not None and not os.path.exists(os.path.join(options.cwd or "", options.program)):
        raise Problem("there is no file %s" % options.program)
    if options.cwd is not None and not os.path.isdir(options.cwd):
        raise Problem("there is no folder %s" % options.cwd)
    for kind, value in options.scripts:
        if kind == "file" and not os.path.isfile(value):
            raise Problem("there is no command file %s" % value)
