"""Where commands come from and where text goes: a terminal with editing, history and completion, a pipe, a script."""
import os
import sys
from collections import deque

HISTORY = os.path.join(os.path.expanduser("~"), ".dapper_history")
_HISTORY_LIMIT = 2000  #: lines read back
_STYLES = {"strong": "1", "quiet": "2", "bad": "31", "place": "36"}


class Console:
    """Input and output of the debugger.

    Args:
        scripts: ("command", text) and ("file", path) pairs to take commands from first.
        colour: bool: are colours wanted? They are off anyway where the output is no terminal.
        complete: ``complete(text) -> [(start, word)]`` for the text before the cursor: what could stand from there on.

    Attributes:
        interactive: a person is typing, in a terminal.
        on_screen: what is said appears in a terminal.
        colour: bool.
    """

    def __init__(self, scripts, colour, complete):
        self.interactive = _is_terminal(sys.stdin)
        self.on_screen = _is_terminal(sys.stdout)
        self._clever = self.on_screen and os.environ.get("TERM") != "dumb"
        self.colour = colour and self._clever and not os.environ.get("NO_COLOR")
        self._scripted = deque(_lines(scripts))
        self._piped = not self.interactive and not scripts and sys.stdin is not None
        self._complete = complete
        self._reader = None

    @property
    def has_script(self):
        """Are there commands left that came with the command line?"""
        return bool(self._scripted)

    def read(self, prompt):
        """The next line, without its end.

        Returns:
            str, or None when there are no more.

        Raises:
            KeyboardInterrupt: Ctrl-C.
        """
        if self._scripted:
            line = self._scripted.popleft()
            self.say(prompt + line)
            return line
        if not self.interactive:
            return self._read_pipe(prompt) if self._piped else None
        if self._reader is None:
            self._reader = self._clever and _edited(self._complete, self.colour) or _Plain(self._complete)
        try:
            return self._reader.read(prompt)
        except EOFError:
            self.say()
            return None

    def _read_pipe(self, prompt):
        line = sys.stdin.readline()
        if not line:
            return None
        line = line.rstrip("\r\n")
        # What a terminal would show of itself; else the transcript has answers without questions.
        self.say(prompt + line)
        return line

    def say(self, text=""):
        """Show text and the end of a line."""
        self.write(text + "\n")

    def write(self, text):
        """Show text as it is."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def complain(self, text):
        """Show that something can't be done."""
        self.say(self.style("bad", "*** ") + text)

    def style(self, name, text):
        """Text in one of the styles, where colours are on."""
        return "\033[%sm%s\033[0m" % (_STYLES[name], text) if self.colour else text


def _is_terminal(stream):
    return stream is not None and stream.isatty()


def _lines(scripts):
    for kind, value in scripts:
        if kind == "command":
            yield value
        else:
            with open(value, encoding="utf-8", errors="replace") as file:
                for line in file:
                    if line.strip():
                        yield line.rstrip("\r\n")


def _open_history(flags):
    """The history file, readable by its owner alone; None where there can be none."""
    try:
        descriptor = os.open(HISTORY, flags | os.O_CREAT, 0o600)
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, 0o600)
    except OSError:
        return None
    return os.fdopen(descriptor, "a" if flags & os.O_APPEND else "r", encoding="utf-8", errors="replace")


def _load_history():
    file = _open_history(os.O_RDONLY)
    if file is None:
        return []
    with file:
        return file.read().splitlines()[-_HISTORY_LIMIT:]


def _remember(line):
    file = _open_history(os.O_WRONLY | os.O_APPEND)
    if file is not None and line.strip() and "\n" not in line:
        with file:
            file.write(line + "\n")


def _edited(complete, colour):
    """A reader with line editing by prompt_toolkit, or None where that is missing."""
    try:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import Completer, Completion
        from prompt_toolkit.formatted_text import FormattedText
        from prompt_toolkit.history import History
    except ImportError:
        return None

    class Lines(History):
        """History in a file of plain lines."""

        def load_history_strings(self):
            return reversed(_load_history())

        def store_string(self, string):
            _remember(string)

    class Words(Completer):
        """Asks the debugger."""

        def get_completions(self, document, complete_event):
            text = document.text_before_cursor
            for start, word in complete(text):
                yield Completion(word, start_position=start - len(text))

    class Edited:
        """Reads with prompt_toolkit."""

        def __init__(self):
            self._session = PromptSession(history=Lines(), completer=Words(), complete_while_typing=False,
                                          enable_suspend=True, lexer=_lexer() if colour else None)

        def read(self, prompt):
            return self._session.prompt(FormattedText([("bold", prompt)] if colour else [("", prompt)]))

    return Edited()


def _lexer():
    try:
        from prompt_toolkit.lexers import PygmentsLexer
        from pygments.lexers import PythonLexer
    except ImportError:
        return None
    return PygmentsLexer(PythonLexer)


class _Plain:
    """Reads with input(), which edits lines where Python has readline."""

    def __init__(self, complete):
        self._complete = complete
        self._found = []
        try:
            import readline
        except ImportError:
            self._readline = None
            return
        self._readline = readline
        for line in _load_history():
            readline.add_history(line)
        readline.set_completer(self._candidate)
        readline.set_completer_delims(" \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?")
        readline.parse_and_bind("tab: complete")

    def read(self, prompt):
        line = input(prompt)
        _remember(line)
        return line

    def _candidate(self, word, number):
        """What readline asks for, one at a time, until the answer is None."""
        if number == 0:
            text = self._readline.get_line_buffer()[: self._readline.get_endidx()]
            begin = len(text) - len(word)
            # readline replaces from its own idea of a word's start; ours may lie before or behind it.
            self._found = [
                found[begin - start:] if start <= begin else text[begin:start] + found
                for start, found in self._complete(text)
            ]
        return self._found[number] if number < len(self._found) else None
