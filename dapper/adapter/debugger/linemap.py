"""What a source file can tell about its lines before any of it runs. Pure but for reading the file."""
import os
from _bisect import bisect_left, bisect_right

from dapper._frame_eval import opcodes
from dapper._frame_eval.conditions import compile_quietly

_stat = os.stat
_open = open
_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, without importing ast
_OPTIMIZED = 1  # inspect.CO_OPTIMIZED: a function's code, not a class body's
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_GENERIC = "<generic parameters of "  # runs as part of a def or class statement with type parameters
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # where statements have statements
_PARTS = ("handlers", "cases")  # that are none themselves
_WINDOW = 12  # lines; a breakpoint is not moved further than a reader would look


class LineMap:
    """The executable lines, statements and names of one file's text.

    Attributes:
        loops: the first lines of for and while statements.
        problem: why there are none, or None.
        pending: why nobody knows them yet, or None; of a template only.
    """

    is_template = False
    pending = None
    loops = frozenset()
    _firsts = _lasts = ()  # of statements and headers with several lines; they are apart

    def __init__(self, text, filename):
        self.problem = None
        self.statements = []  # (first, last, kind) of simple statements and of the headers of compound ones
        self._names = {}  # (name, first line) → qualified name
        self._shadowed = {}  # (name, first line) of a comprehension or class → (the code around it, whether it is a class)
        self._codes = {}  # line → the code objects with instructions of it
        self._lines = {}  # id(code) → those of its lines that can be stopped at, once somebody asked
        try:
            tree = compile_quietly(text, filename, "exec", _ONLY_AST)
            code = compile_quietly(text, filename, "exec")
        except (SyntaxError, ValueError, RecursionError) as error:
            self.problem = "%s: %s" % (type(error).__name__, error)
            return
        self._walk(tree)
        self.statements.sort()
        self.loops = frozenset(first for first, _, kind in self.statements if kind in ("For", "AsyncFor", "While"))
        self._firsts = [first for first, last, _ in self.statements if first < last]
        self._lasts = [last for first, last, _ in self.statements if first < last]
        self._headers = {
            line for first, last, kind in self.statements if kind == "ClassDef" for line in range(first, last + 1)
        }
        self._gather(code, "")

    def has(self, line):
        """Whether a thread can stop at a line."""
        return any(line in self._lines_of(code) for code in self._codes.get(line, ()))

    def _lines_of(self, code):
        found = self._lines.get(id(code))
        if found is None:
            found = self._lines[id(code)] = opcodes.executable_lines(code)
        return found

    def spans(self, first, last):
        """(first line, last line) of the statements and headers with several lines that reach into these lines."""
        begin, end = bisect_left(self._lasts, first), bisect_right(self._firsts, last)
        return list(zip(self._firsts[begin:end], self._lasts[begin:end]))

    def resolve(self, line):
        """Where a breakpoint on ``line`` goes.

        Returns:
            The line, or None when no code is near it.
        """
        if self.has(line):
            return line
        inside = [span for span in self.statements if span[0] <= line <= span[1]]
        for first, last, _ in sorted(inside, key=lambda span: span[1] - span[0]):
            for candidate in range(line, first - 1, -1):
                if self.has(candidate):
                    return candidate
            for candidate in range(line, last + 1):
                if self.has(candidate):
                    return candidate
        for candidate in range(line + 1, line + _WINDOW + 1):
            if self.has(candidate):
                return candidate
        for candidate in range(line - 1, line - _WINDOW - 1, -1):
            if self.has(candidate):
                return candidate
        return None

    def qualname(self, code):
        """The qualified name of ``code``; Python below 3.11 does not keep it."""
        return self._names.get((code.co_name, code.co_firstlineno), code.co_name)

    def qualnames(self):
        """The qualified names of all functions and classes of the file."""
        return self._names.values()

    def shadowed(self, code):
        """Lines of the code of a comprehension or class on which its statement stops already."""
        around, is_class = self._shadowed.get((code.co_name, code.co_firstlineno), (None, False))
        if around is None:
            return ()
        return self._lines_of(around) & self._headers if is_class else self._lines_of(around)

    def _gather(self, code, prefix):
        for line in {line for _, _, line in opcodes.line_ranges(code)}:
            self._codes.setdefault(line, []).append(code)
        for inner in code.co_consts:
            if isinstance(inner, type(code)):
                key = inner.co_name, inner.co_firstlineno
                if inner.co_name in _COMPREHENSIONS or inner.co_name.startswith(_GENERIC):
                    self._shadowed[key] = code, False
                    self._gather(inner, prefix)
                    continue
                if not inner.co_flags & _OPTIMIZED:
                    self._shadowed[key] = code, True
                name = getattr(inner, "co_qualname", None) or prefix + inner.co_name
                self._names.setdefault(key, name)
                inside = ".<locals>." if inner.co_flags & _OPTIMIZED else "."
                self._gather(inner, name + inside)

    def _walk(self, node):
        """Note the statements below a statement; no expression has any."""
        for name in _BLOCKS:
            for child in getattr(node, name, ()):
                if name not in _PARTS:
                    self.statements.append(_span(child))
                self._walk(child)


def _children(node):
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            for item in value:
                if hasattr(item, "_fields"):
                    yield item
        elif hasattr(value, "_fields"):
            yield value


def _span(statement):
    """(first line, last line, kind) of a statement, of its header only if it has a body."""
    first = min([statement.lineno] + [item.lineno for item in getattr(statement, "decorator_list", ())])
    kind = type(statement).__name__
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    if not body:
        return first, statement.end_lineno, kind
    start = body[0]
    below = getattr(start, "lineno", None) or start.pattern.lineno  # a match_case has no line of its own
    below = min([below] + [item.lineno for item in getattr(start, "decorator_list", ())])
    last = statement.lineno
    for part in ("test", "iter", "target", "items", "args", "bases", "keywords", "returns", "subject", "type_params"):
        last = max([last] + [end for end in _ends(getattr(statement, part, None))])
    return first, min(last, max(below - 1, first)), kind


def _ends(part):
    if isinstance(part, list):
        for item in part:
            yield from _ends(item)
    elif hasattr(part, "end_lineno"):
        yield part.end_lineno
    elif hasattr(part, "_fields"):
        for child in _children(part):
            yield from _ends(child)


def _read(path):
    with _open(path, "rb") as file:
        return file.read()


def _archive_of(path):
    """(stat, path) of the file that a path leads into, or (None, None)."""
    above = os.path.dirname(path)
    while above != os.path.dirname(above):
        try:
            return _stat(above), above
        except NotADirectoryError:
            above = os.path.dirname(above)
        except (OSError, ValueError):
            break
    return None, None


def _read_within(archive, path):
    """The text of a source in a zip.

    Raises:
        OSError: it is not in there, or this is no zip.
    """
    from zipimport import ZipImportError, zipimporter

    try:
        return zipimporter(archive).get_data(path)
    except ZipImportError as error:
        raise OSError(str(error)) from None


class LineMaps:
    """The LineMap of each file, read again when the file changes.

    Attributes:
        templates: the Templates, which know the lines of theirs; or None.
    """

    def __init__(self):
        self.templates = None
        self._maps = {}
        self._places = {}

    def places(self, path):
        """The Places of a file."""
        from dapper.adapter.debugger.columns import Places

        line_map = self.of(path)
        found = self._places.get(path)
        if found is None or found[0] is not line_map:
            try:
                with _open(path, "rb") as file:
                    text = file.read()
            except OSError:
                return Places()
            found = self._places[path] = line_map, Places(text, path)
        return found[1]

    def of(self, path):
        """The LineMap of the file at ``path``, or None when it can't be read."""
        if self.templates is not None and self.templates.has(path):
            return self.templates.map_of(path)
        try:
            stat, archive = _stat(path), None
        except NotADirectoryError:  # a file within a file: a zip
            stat, archive = _archive_of(path)
        except (OSError, ValueError):
            return None
        if stat is None:
            return None
        stamp = stat.st_mtime_ns, stat.st_size
        found = self._maps.get(path)
        if found is None or found[0] != stamp:
            try:
                text = _read(path) if archive is None else _read_within(archive, path)
            except OSError:
                return None
            found = self._maps[path] = stamp, LineMap(text, path)
        return found[1]
