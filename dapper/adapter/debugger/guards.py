"""The try and with statements of source files: which of them stand around a line, and what their clauses do."""
import os
import sys

from dapper.adapter.debugger.values import type_of

_stat = os.stat
_open = open
_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, without importing ast
_LOOKS_AT_IT = ("exc", "error", "err", "trace", "fail", "hook")  # in names of what a clause calls with the exception at hand


def kind(node):
    """The name of a syntax tree's class."""
    return type_of(node).__name__


class Guards:
    """Those of one file, by function.

    Args:
        tree: the file's syntax tree.
    """

    def __init__(self, tree):
        self._around = {}  # (name, first line) of a code object → [(first, last, statement)], outer ones first
        self._calls = {}  # the same → calls of hasattr and getattr
        self._functions = {}
        self._walk(tree, ("<module>", 0))

    def around(self, code, line):
        """The statements whose protected block holds ``line`` of ``code``, innermost first."""
        found = self._around.get(_key(code), ())
        return [node for first, last, node in reversed(found) if first <= line <= last]

    def probes(self, code, line):
        """Whether a call on this line asks whether an attribute is there."""
        return any(first <= line <= last for first, last in self._calls.get(_key(code), ()))

    def function(self, code):
        """The syntax tree of a function, or None."""
        return self._functions.get(_key(code))

    def _walk(self, node, scope):
        for child in children(node):
            what = kind(child)
            inner = scope
            if what in _NAMES:
                decorators = getattr(child, "decorator_list", ())
                first = min([child.lineno] + [one.lineno for one in decorators])
                inner = (_NAMES[what] or child.name, first)
                self._functions[inner] = child
            elif what in ("Try", "TryStar", "With", "AsyncWith"):
                span = child.body[0].lineno, child.body[-1].end_lineno, child
                self._around.setdefault(scope, []).append(span)
            elif what == "Call" and kind(child.func) == "Name":
                if child.func.id == "hasattr" or child.func.id == "getattr" and len(child.args) == 3:
                    self._calls.setdefault(scope, []).append((child.lineno, child.end_lineno))
            self._walk(child, inner)


_NAMES = {"FunctionDef": "", "AsyncFunctionDef": "", "ClassDef": "", "Lambda": "<lambda>", "GeneratorExp": "<genexpr>"}


def _key(code):
    return (code.co_name, 0 if code.co_name == "<module>" else code.co_firstlineno)


def children(node):
    """The direct parts of a syntax tree."""
    for field in node._fields:
        value = getattr(node, field, None)
        if type_of(value) is list:
            for item in value:
                if hasattr(item, "_fields"):
                    yield item
        elif hasattr(value, "_fields"):
            yield value


def walk(nodes, into_functions=False):
    """All parts of some syntax trees, themselves included; of the functions in them only the heads."""
    todo = list(nodes)
    while todo:
        node = todo.pop()
        yield node
        if into_functions or kind(node) not in ("FunctionDef", "AsyncFunctionDef", "Lambda", "ClassDef"):
            todo.extend(children(node))


def raises_again(handler):
    """Whether an except clause ends with raising the exception it caught."""
    last = handler.body[-1]
    if kind(last) != "Raise":
        return False
    return last.exc is None or kind(last.exc) == "Name" and last.exc.id == handler.name


def looks_at_it(handler):
    """Whether an except clause does something with its exception: keeps, reports or examines it."""
    for node in walk(handler.body):
        what = kind(node)
        if what == "Name" and node.id == handler.name:
            return True
        called = node.func if what == "Call" else None
        name = getattr(called, "attr", None) or getattr(called, "id", None) or ""
        if any(part in name.lower() for part in _LOOKS_AT_IT):
            return True
    return False


def leaves_by_itself(statements):
    """Whether a finally block returns, breaks or continues, so that an exception is lost in it."""
    return any(kind(node) == "Return" for node in walk(statements)) or any(
        kind(node) in ("Break", "Continue") for node in statements
    )


class GuardMaps:
    """The Guards of each file, read again when the file changes.

    Args:
        key: ``key(filename)`` gives the path of the file code says it is from.
    """

    def __init__(self, key):
        self._key = key
        self._found = {}

    def of(self, frame):
        """The Guards of the file the code of ``frame`` is from, or None when there is no such file."""
        path = frame.f_code.co_filename
        if path.startswith("<frozen "):
            path = frame.f_globals.get("__file__")
        return self.of_file(path) if type_of(path) is str else None

    def of_file(self, filename):
        """The Guards of the file with this name in code objects, or None."""
        path = self._key(filename)
        try:
            stat = _stat(path)
            stamp = stat.st_mtime_ns, stat.st_size
        except (OSError, ValueError):
            stamp = _noted(filename)
        found = self._found.get(path)
        if found is None or found[0] != stamp:
            found = self._found[path] = stamp, _read(path, stamp)
        return found[1]


def _noted(filename):
    """The text of what is in no file, such as a cell of a notebook, as the program keeps it for tracebacks; or None."""
    entry = getattr(sys.modules.get("linecache"), "cache", {}).get(filename)
    return "".join(entry[2]) if type_of(entry) is tuple and len(entry) == 4 else None


def _read(path, stamp):
    if stamp is None:
        return None
    import warnings

    try:
        text = stamp
        if type_of(stamp) is tuple:
            with _open(path, "rb") as file:
                text = file.read()
        with warnings.catch_warnings():  # the program's own compilation says these, once
            warnings.simplefilter("ignore")
            return Guards(compile(text, path, "exec", _ONLY_AST, True))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
