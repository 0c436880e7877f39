"""Source text: lines of a file or of what the program alone has, in colour, and which function a line stands in."""
import ast
import os
import tokenize

try:
    from pygments import highlight
    from pygments.formatters import TerminalFormatter
    from pygments.lexers import PythonLexer, PythonTracebackLexer
except ImportError:  # no colours then
    highlight = PythonLexer = PythonTracebackLexer = None


class Sources:
    """Texts of DAP sources, kept while their files do not change.

    Args:
        fetch: ``fetch(source) -> text`` for a source that is no file here; it may raise KeyError when there is none.
        colour: bool: may `painted` lines hold colours?
    """

    def __init__(self, fetch, colour):
        self._fetch = fetch
        self.colour = colour and highlight is not None
        self._kept = {}  # path or reference → [stamp, lines, painted lines or None]

    def lines(self, source):
        """The text of a DAP Source as a list of lines without their ends; [] where there is none."""
        return self._keep(source)[1]

    def painted(self, source):
        """As `lines`, in colour if there are colours."""
        kept = self._keep(source)
        if kept[2] is None:
            kept[2] = self._paint_lines(kept[1])
        return kept[2]

    def paint(self, text):
        """Python text, such as the repr of a value, in colour."""
        return self._highlight(text, PythonLexer)

    def paint_traceback(self, text):
        """A traceback in colour."""
        return self._highlight(text, PythonTracebackLexer)

    def forget(self):
        """The program is gone, and the texts that only it had."""
        self._kept.clear()

    def _highlight(self, text, lexer):
        if not self.colour:
            return text
        return highlight(text, lexer(stripnl=False, ensurenl=False), TerminalFormatter(bg=_background()))

    def _paint_lines(self, lines):
        if not self.colour or not lines:
            return lines
        painted = self.paint("\n".join(lines)).split("\n")
        return painted if len(painted) == len(lines) else lines

    def _keep(self, source):
        path, reference = source.get("path"), source.get("sourceReference") or 0
        key = reference or path
        stamp = None if reference else _stamp(path)
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            kept = self._kept[key] = [stamp, self._read(source, stamp), None]
        return kept

    def _read(self, source, stamp):
        if stamp is not None:
            try:
                with tokenize.open(source["path"]) as file:
                    return file.read().splitlines()
            except (OSError, SyntaxError, UnicodeDecodeError):
                return []  # unreadable, or not text: there is nothing to show
        try:
            return self._fetch(source).splitlines()
        except KeyError:
            return []


def _background():
    """dark, unless the terminal says otherwise (rxvt, konsole and others set COLORFGBG to "foreground;background")."""
    return "light" if os.environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15") else "dark"


def _stamp(path):
    try:
        status = os.stat(path)
    except (OSError, TypeError, ValueError):
        return None  # no file here
    return status.st_mtime_ns, status.st_size


class Block:
    """A function, a class or a whole module in a text.

    Attributes:
        first, last: its lines, decorators included.
        parameters: names in the order they are written; [] for what has none.
    """

    def __init__(self, first, last, parameters=()):
        self.first = first
        self.last = last
        self.parameters = list(parameters)


def block(lines, line, name):
    """The block a frame runs.

    Args:
        lines: the text.
        line: where the frame is, from 1.
        name: the frame's, such as ``Order.total`` or ``<module>``.

    Returns:
        A Block; the module's where the text can't be read by this Python or nothing of that name is there.
    """
    module = Block(1, len(lines))
    short = name.rpartition(".")[2]
    if short == "<module>":
        return module
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return module  # perhaps a newer Python's than ours
    found = None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            first = min([node.lineno] + [decorator.lineno for decorator in getattr(node, "decorator_list", ())])
            fits = getattr(node, "name", "<lambda>") == short or short.startswith("<")
            # ast.walk goes from the outside in, so the last that fits is the innermost.
            if fits and first <= line <= node.end_lineno:
                found = Block(first, node.end_lineno, _parameters(node))
    return found or module


def functions(lines):
    """Qualified names of the functions in a text; [] where this Python can't read it."""
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return list(_functions(tree, ""))


def _functions(node, prefix):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, prefix + child.name + ".")
        elif isinstance(child, (ast.If, ast.Try, ast.With)):
            yield from _functions(child, prefix)


def _parameters(node):
    if isinstance(node, ast.ClassDef):
        return []
    arguments = node.args
    every = list(getattr(arguments, "posonlyargs", ())) + arguments.args
    every += [arguments.vararg] if arguments.vararg else []
    every += arguments.kwonlyargs
    every += [arguments.kwarg] if arguments.kwarg else []
    return [argument.arg for argument in every]
