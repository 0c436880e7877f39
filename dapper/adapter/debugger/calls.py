"""The calls of a line that have still to be made, for a step into one of them."""
from dapper._frame_eval import opcodes, opsets
from dapper._frame_eval.copies import implant_of
from dapper.adapter.debugger.guards import children, kind
from dapper.adapter.debugger.stepping import Plan

_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, without importing ast
_CALLS = opsets.named(
    "CALL", "CALL_KW", "CALL_FUNCTION_EX", "CALL_FUNCTION", "CALL_FUNCTION_KW", "CALL_METHOD"
)
_COMPREHENSIONS = ("ListComp", "SetComp", "DictComp", "GeneratorExp")
_OWN_CODE = ("Lambda", "FunctionDef", "AsyncFunctionDef", "ClassDef")
_LONGEST = 60


class Call:
    """A call to step into.

    Attributes:
        offset, end: where its instruction begins and ends.
        lines: (first, last) of its statement.
    """

    __slots__ = ("frame", "offset", "end", "label", "node", "lines")

    def __init__(self, frame, item, label, node, lines):
        self.frame = frame
        self.offset = item.offset
        self.end = item.offset + item.size
        self.label = label
        self.node = node
        self.lines = lines

    def plan(self, is_user):
        """The plan of a step into it; see Plan."""
        return IntoPlan(self, is_user)

    def describe(self, number):
        """The DAP StepInTarget."""
        node = self.node
        return {
            "id": number,
            "label": self.label,
            "line": node.lineno,
            "column": node.col_offset + 1,
            "endLine": node.end_lineno,
            "endColumn": node.end_col_offset + 1,
        }


class IntoPlan(Plan):
    """A step into one call of the line; see Plan. If it calls nothing of the user's, it ends behind the line."""

    __slots__ = ("_call",)

    def __init__(self, call, is_user):
        super().__init__("in", call.frame, is_user)
        self._call = call

    def stops_at_line(self, frame, line):
        """See Plan."""
        call = self._call
        if frame.f_back is call.frame and frame is not self.frame:
            return call.offset <= call.frame.f_lasti < call.end and self._is_user(frame.f_code)
        if frame is call.frame:
            return not call.lines[0] <= line <= call.lines[1]
        if self.frame is None:
            return super().stops_at_line(frame, line)
        return any(frame is caller for caller in self._callers)


def targets(frame, statements, text):
    """The Calls that the statement a frame stands at has still to make, in the order in which they are made.

    Args:
        statements: (first line, last line, kind) of the file's statements.
        text: the file's text, bytes.
    """
    line = frame.f_lineno
    spans = [span for span in statements if span[0] <= line <= span[1]]
    first, last = min(spans, key=lambda span: span[1] - span[0])[:2] if spans else (line, line)
    try:
        tree = compile(text, frame.f_code.co_filename, "exec", _ONLY_AST, True)
    except (SyntaxError, ValueError):
        return []
    nodes = []
    _in_order(tree, first, last, nodes, _scope(tree, frame.f_code))
    implant = implant_of(frame.f_code)
    items = [
        item for item in opcodes.instructions(frame.f_code)
        if item.opcode in _CALLS and item.line is not None and first <= item.line <= last
        and not (implant is not None and implant.is_probe(item.offset))
    ]
    lines = text.split(b"\n")
    found, seen = [], {}
    for node, item in _pairs(frame.f_code, nodes, items):
        if item.offset <= frame.f_lasti or kind(node) != "Call":
            continue
        label = _label(node, lines)
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            label = "%s (call %d)" % (label, seen[label])
        found.append(Call(frame, item, label, node, (first, last)))
    return found


def _pairs(code, nodes, items):
    """The calls of the source with their instructions; none where they can't be told apart."""
    if opcodes.LINES_AS_LOCATIONS:
        positions = list(code.co_positions())
        where = {}
        for item in items:
            where.setdefault(positions[item.offset // 2], item)
        for node in nodes:
            item = where.get((node.lineno, node.end_lineno, node.col_offset, node.end_col_offset))
            if item is not None:
                yield node, item
    elif len(nodes) == len(items):
        yield from zip(nodes, items)


def _scope(tree, code):
    """The syntax tree of the function whose code this is, or the whole tree."""
    todo = [tree]
    while todo:
        node = todo.pop()
        todo.extend(children(node))
        if kind(node) in ("FunctionDef", "AsyncFunctionDef", "ClassDef") and node.name == code.co_name:
            if min([node.lineno] + [one.lineno for one in node.decorator_list]) == code.co_firstlineno:
                return node
        if kind(node) == "Lambda" and code.co_name == "<lambda>" and node.lineno == code.co_firstlineno:
            return node
    return tree


def _in_order(node, first, last, found, scope):
    """Calls between two lines in the order they are made: what is in brackets before the call itself."""
    for child in children(node if scope is None else scope):
        if hasattr(child, "lineno") and (child.lineno > last or child.end_lineno < first):
            continue
        what = kind(child)
        if what in _OWN_CODE:
            continue
        if what in _COMPREHENSIONS and not (opcodes.INLINES_COMPREHENSIONS and what != "GeneratorExp"):
            _in_order(child.generators[0].iter, first, last, found, None)
            if kind(child.generators[0].iter) == "Call":
                found.append(child.generators[0].iter)
            found.append(child)  # its own code is called, too
            continue
        _in_order(child, first, last, found, None)
        if what == "Call" and first <= child.lineno <= last:
            found.append(child)


def _label(node, lines):
    """The call as it is written, what it calls with dots for its arguments."""
    function = node.func
    if function.lineno != function.end_lineno:
        return getattr(function, "attr", "call")
    name = lines[function.lineno - 1][function.col_offset : function.end_col_offset].decode("utf-8", "replace")
    short = name if len(name) <= _LONGEST else "…" + name[-_LONGEST:]
    return short + ("(…)" if node.args or node.keywords else "()")
