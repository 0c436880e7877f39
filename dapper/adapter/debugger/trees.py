"""Text → syntax tree → code that can run inside a frame. Works without the ``ast`` package, which costs 3 ms."""
from dapper.adapter.debugger.values import FunctionType, type_name, type_of

FILENAME = "<console>"
_AST_ONLY = 0x400  # ast.PyCF_ONLY_AST
_AWAIT = 0x2000  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_FIRST = "_first_argument"  # what super() takes as the instance
_SCOPES = ("FunctionDef", "AsyncFunctionDef", "ClassDef", "Lambda")
_Cell = type((lambda x: lambda: x)(0).__closure__[0])
Code = type(compile("0", FILENAME, "eval"))


def parse(text, statements):
    """Text as a tree.

    Args:
        text: an expression, or, if ``statements``, any number of statements, which may be indented.

    Raises:
        SyntaxError, ValueError: it is none.
    """
    text = text.replace("\r\n", "\n").strip("\n")
    try:
        return compile(text.strip(), FILENAME, "eval", _AST_ONLY | _AWAIT, True)
    except SyntaxError:
        if not statements:
            if "\n" in text:  # an expression over several lines, cut out of its brackets
                return compile("(%s\n)" % text, FILENAME, "eval", _AST_ONLY | _AWAIT, True)
            raise
    lines = text.split("\n")
    if not text[:1].isspace() or not text.strip():
        try:
            return compile(text.strip(), FILENAME, "exec", _AST_ONLY | _AWAIT, True)
        except IndentationError:
            if not lines[1:] or not lines[1][:1].isspace():
                raise
        text = lines[1][: len(lines[1]) - len(lines[1].lstrip())] + text  # cut out from the middle of its first line
    tree = compile("if 1:\n" + text, FILENAME, "exec", _AST_ONLY | _AWAIT, True)  # a block cut out of a function
    if len(tree.body) == 1:
        tree.body = tree.body[0].body
    return tree


def kind(node):
    """The name of a node's class."""
    return type_name(type_of(node))


def compiled(tree):
    """Code objects to run one after the other in a module; the value of the last one counts.

    Raises:
        SyntaxError, ValueError: it parses, and means nothing.
    """
    if kind(tree) == "Expression":
        return [compile(tree, FILENAME, "eval", _AWAIT, True)]
    body = tree.body
    if not body or kind(body[-1]) != "Expr":
        return [compile(tree, FILENAME, "exec", _AWAIT, True)]
    last = compile("0", FILENAME, "eval", _AST_ONLY, True)
    last.body = body[-1].value
    codes = []
    if body[1:]:
        tree.body = body[:-1]
        codes.append(compile(tree, FILENAME, "exec", _AWAIT, True))
        tree.body = body
    return codes + [compile(last, FILENAME, "eval", _AWAIT, True)]


def names_in(code, found):
    """Add all names a code object and those inside of it mention to the set ``found``."""
    found.update(code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    for constant in code.co_consts:
        if type_of(constant) is Code:
            names_in(constant, found)


def as_function(tree, globals, visible, flat):
    """The tree as a function whose free variables are ``visible``: (function, {name: cell}).

    Its one argument is what ``super()`` takes as the instance. Names it assigns are among the cells, so that what was
    assigned can be read from them; in a ``flat`` place they are globals.
    """
    body = tree.body
    if kind(tree) == "Expression":
        body = [_returning(tree.body)]
    else:
        body = [_unannotated(statement) for statement in body]
        if body and kind(body[-1]) == "Expr":
            body[-1] = _returning(body[-1].value)
    assigned = _assigned(body)
    names, declaration = set(visible), "pass"
    if assigned:
        declaration = ("global " if flat else "nonlocal ") + ", ".join(sorted(assigned))
        names = names - assigned if flat else names | assigned
    code = _build(body, names, declaration)
    cells = {name: _Cell(visible[name]) if name in visible else _Cell() for name in code.co_freevars}
    return FunctionType(code, globals, FILENAME, None, tuple(cells.values())), cells


def _template(text):
    return compile("def f():\n %s" % text, FILENAME, "exec", _AST_ONLY, True).body[0].body[0]


def _returning(value):
    statement = _template("return 0")
    statement.value = value
    return statement


def _assigned(body):
    """The names a function with ``body`` would make its own."""
    code = _build(body, (), "pass")
    return (set(code.co_varnames) | set(code.co_cellvars)) - {_FIRST}


def _build(body, names, declaration):
    """The code of a function with ``body`` inside one with the parameters ``names``."""
    code = None
    for start in ("def", "async def"):
        source = "def outer(%s):\n %s inner(%s):\n  %s\n  pass" % (", ".join(sorted(names)), start, _FIRST, declaration)
        tree = compile(source, FILENAME, "exec", _AST_ONLY, True)
        inner = tree.body[0].body[0]
        inner.body[-1:] = body or inner.body[-1:]
        try:
            code = compile(tree, FILENAME, "exec", 0, True)
            break
        except SyntaxError:  # the first time: it may await
            if start == "async def":
                raise
    for _ in range(2):
        code = next(constant for constant in code.co_consts if type_of(constant) is Code)
    return code


def _unannotated(node):
    """The statement with ``x: int = 1`` turned into ``x = 1``: an annotated name can't be declared nonlocal."""
    if kind(node) == "AnnAssign" and node.simple:
        if node.value is None:
            return _template("pass")
        plain = _template("x = 0")
        plain.targets, plain.value = [node.target], node.value
        return plain
    if kind(node) not in _SCOPES:
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            statements = getattr(node, field, None)
            if type_of(statements) is list:
                statements[:] = [_unannotated(statement) for statement in statements]
    return node


def mangle(tree, cls):
    """Rename ``__x`` to ``_C__x`` all over the tree, as the compiler does inside a class named ``cls``."""
    prefix = "_" + cls.lstrip("_")
    if prefix == "_":
        return

    def visit(node):
        if kind(node) == "ClassDef":  # it mangles with a name of its own
            return
        for field in node._fields:
            value = getattr(node, field, None)
            if field in ("id", "attr", "name", "arg", "names", "asname"):
                setattr(node, field, _mangled(value, prefix))
            for child in value if type_of(value) is list else (value,):
                if hasattr(child, "_fields"):
                    visit(child)

    visit(tree)


def _mangled(name, prefix):
    if type_of(name) is list:
        return [_mangled(item, prefix) for item in name]
    if type_of(name) is str and name.startswith("__") and not name.endswith("__") and "." not in name:
        return prefix + name
    return name


def contains(tree, kinds):
    """Whether a node of one of ``kinds`` is in the tree."""
    if kind(tree) in kinds:
        return True
    for field in tree._fields:
        value = getattr(tree, field, None)
        for child in value if type_of(value) is list else (value,):
            if hasattr(child, "_fields") and contains(child, kinds):
                return True
    return False
