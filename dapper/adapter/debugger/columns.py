"""Places within lines: statements, lambdas, elements of comprehensions and calls, and where they begin in bytecode."""
from dapper._frame_eval import opcodes, opsets, tables

_CALLS = opsets.named("CALL", "CALL_KW", "CALL_FUNCTION_EX")
_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, without importing ast
_LISTS = {"ListComp": "<listcomp>", "SetComp": "<setcomp>", "DictComp": "<dictcomp>"}


class Place:
    """One place to stop at.

    Attributes:
        start, end: (line, column in characters from 1).
        is_first: whether it is where its line begins anyway.
        scopes: (name, first line) of the code objects it may be in.
        scope: the first of them, in which it is written.
    """

    __slots__ = ("start", "end", "is_first", "is_call", "scope", "scopes", "_span")

    def __init__(self, node, end, scopes, is_call, text):
        self._span = node.lineno, node.col_offset, end.end_lineno, end.end_col_offset
        self.start = node.lineno, _column(text, node.lineno, node.col_offset)
        self.end = end.end_lineno, _column(text, end.end_lineno, end.end_col_offset)
        self.is_call = is_call
        self.is_first = False
        self.scopes = scopes
        self.scope = scopes[0]

    def offsets(self, code):
        """Where the place begins in a code object."""
        if (code.co_name, code.co_firstlineno) not in self.scopes and (code.co_name, 0) not in self.scopes:
            return []
        positions = list(code.co_positions())
        handlers = {entry[2] for entry in tables.decode_exceptions(code.co_exceptiontable)}
        found, inside = [], False
        first = opcodes.resume_offset(code)
        for item in opcodes.instructions(code):
            if item.opcode in opsets.PROLOGUE or item.offset <= first:
                continue
            place = positions[item.offset // 2]
            if self.is_call:
                if item.opcode in _CALLS and _span(place) == self._span:
                    found.append(item.offset)
                continue
            if place[0] is None or place[2] is None:
                continue  # belongs to what is around it
            before, inside = inside, self._holds(place)
            if inside and not before and item.offset not in handlers:
                found.append(item.offset)
        return found

    def _holds(self, place):
        line, column, last, end = self._span
        first_line, last_line, start, stop = place
        return (line, column) <= (first_line, start) and (last_line, stop) <= (last, end)


def _span(place):
    return place[0], place[2], place[1], place[3]


def _column(text, line, offset):
    """A column in UTF-16 units from 1, as DAP counts, from one in bytes from 0."""
    raw = text[line - 1] if 0 < line <= len(text) else b""
    return len(raw[:offset].decode("utf-8", "replace").encode("utf-16-le")) // 2 + 1


class Places:
    """The Places of a file's text; none when it does not compile.

    Args:
        text: bytes.
        filename: what its code objects will be named.
    """

    def __init__(self, text=b"", filename=""):
        import warnings

        self._by_line = {}  # line → Places, those included that turn out to have no bytecode of their own
        self._checked = {}  # line → those that have
        self._codes = {}  # (name, first line) → code objects
        found = {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = compile(text, filename, "exec", _ONLY_AST, True)
                self._keep(compile(text, filename, "exec", 0, True))
        except (SyntaxError, ValueError, RecursionError):
            return
        _gather(tree, (("<module>", 0),), text.split(b"\n"), found)
        for place in found.values():
            self._by_line.setdefault(place.start[0], []).append(place)

    def _keep(self, code):
        first = 0 if code.co_name == "<module>" else code.co_firstlineno
        self._codes.setdefault((code.co_name, first), []).append(code)
        for inner in code.co_consts:
            if isinstance(inner, type(code)):
                self._keep(inner)

    def on_line(self, line):
        """Those that begin on a line, from left to right."""
        found = self._checked.get(line)
        if found is None:
            found = [place for place in self._by_line.get(line, ()) if self._has_code(place)]
            found.sort(key=lambda place: place.start)
            if found:
                found[0].is_first = not found[0].is_call
            self._checked[line] = found
        return found

    def _has_code(self, place):
        return any(place.offsets(code) for scope in place.scopes for code in self._codes.get(scope, ()))


def _gather(node, scopes, text, found):
    for child in _children(node):
        what = type(child).__name__
        inner = scopes
        if type(child).__mro__[1].__name__ == "stmt" and not _is_docstring(child):
            _add(found, child, _end(child), scopes, False, text)
        if what in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
            first = min([child.lineno] + [one.lineno for one in child.decorator_list])
            inner = ((child.name, first),)
        elif what == "Lambda":
            inner = (("<lambda>", child.lineno),)
            _add(found, child.body, child.body, inner, False, text)
        elif what == "GeneratorExp":
            inner = (("<genexpr>", child.lineno),)
            _add(found, child.elt, child.elt, inner, False, text)
        elif what in _LISTS:
            inner = scopes + ((_LISTS[what], child.lineno),)
            first, last = (child.key, child.value) if what == "DictComp" else (child.elt, child.elt)
            _add(found, first, last, inner, False, text)
        elif what == "Call":
            _add(found, child, child, scopes, True, text)
        _gather(child, inner, text, found)


def _add(found, node, end, scopes, is_call, text):
    place = Place(node, end, scopes, is_call, text)
    found.setdefault(place.start, place)


def _end(statement):
    """What ends a statement as far as a place of it is concerned: its header, if it has a body."""
    for part in ("test", "iter", "subject"):
        if hasattr(statement, part) and hasattr(statement, "body"):
            return getattr(statement, part)
    if hasattr(statement, "items"):
        return statement.items[-1].optional_vars or statement.items[-1].context_expr
    return statement


def _is_docstring(statement):
    return type(statement).__name__ == "Expr" and type(statement.value).__name__ == "Constant"


def _children(node):
    for field in node._fields:
        value = getattr(node, field, None)
        if type(value) is list:
            for item in value:
                if hasattr(item, "_fields"):
                    yield item
        elif hasattr(value, "_fields"):
            yield value


def nearest(line_places, column):
    """The place a breakpoint at this column goes to: the one there, else the last before it, else the first."""
    best = None
    for place in line_places:
        if place.start[1] <= column:
            best = place
    return best or (line_places[0] if line_places else None)
