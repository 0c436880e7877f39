"""The architecture, as far as imports can tell: rooms, directions, no circles, and what a debuggee has to load."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dapper"

#: room → the rooms it may import from; its own is always allowed. Longest prefix wins.
MAY_IMPORT = {
    "dapper.protocol": set(),
    "dapper._frame_eval": set(),
    "dapper.adapter.debugger": {"dapper.protocol", "dapper._frame_eval"},
    "dapper.adapter": {"dapper", "dapper.protocol", "dapper._frame_eval", "dapper.adapter.debugger"},
    "dapper.adapter.__main__": {"dapper.hub"},
    "dapper.hub": {"dapper", "dapper.protocol"},
    "dapper.terminal": {"dapper", "dapper.protocol"},
    "dapper": {"dapper.adapter", "dapper.adapter.debugger", "dapper.cli"},
    "dapper.__main__": {"dapper.cli"},
    "dapper.doctor": {"dapper", "dapper.protocol", "dapper._frame_eval"},
    "dapper.cli": {"dapper", "dapper.doctor", "dapper.adapter", "dapper.hub", "dapper.protocol", "dapper.terminal"},
}

#: What a debuggee must not load before it is asked for something: each costs the program's start milliseconds.
TOO_HEAVY = {
    "asyncio",
    "logging",
    "inspect",
    "dataclasses",
    "typing",
    "json",
    "re",
    "enum",
    "traceback",
    "subprocess",
    "ast",
    "dis",
    "socket",
    "selectors",
    "queue",
    "threading",
    "tokenize",
    "linecache",
    "warnings",
    "ctypes",
    "contextlib",
}
MODULE_BUDGET = 74 + 3 * (sys.version_info >= (3, 14))  # modules a session may add; there ``opcode`` loads three more


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources():
    found = {module_name(path): path for path in PACKAGE.rglob("*.py") if "boot" not in path.parts}
    assert len(found) > 20, "the package was not found where this test looks for it"
    return found


def imports(path, modules):
    """The modules of dapper that the file at ``path`` imports, deferred imports included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, "%s: relative imports hide where a thing comes from" % path
            for alias in node.names:
                inner = "%s.%s" % (node.module, alias.name)
                found.add(inner if inner in modules else node.module)
    return {name for name in found if name.split(".")[0] == "dapper"}


def room(module):
    return max((name for name in MAY_IMPORT if module == name or module.startswith(name + ".")), key=len)


def test_imports_only_go_down():
    modules = sources()
    wrong = []
    for module, path in modules.items():
        here = room(module)
        for target in imports(path, modules):
            there = room(target)
            if there != here and there not in MAY_IMPORT[here]:
                wrong.append("%s imports %s" % (module, target))
    assert not wrong, "\n".join(sorted(wrong))


def test_there_is_no_circle():
    modules = sources()
    graph = {module: imports(path, modules) & set(modules) for module, path in modules.items()}
    done, circles = set(), []

    def walk(module, trail):
        if module in trail:
            circles.append(" → ".join(trail[trail.index(module) :] + [module]))
        elif module not in done:
            for target in sorted(graph[module]):
                walk(target, trail + [module])
            done.add(module)

    for module in sorted(graph):
        walk(module, [])
    assert not circles, "\n".join(circles)


LOAD = """
import sys
before = set(sys.modules)
import dapper.adapter.server, dapper.adapter.session
from dapper.adapter.debugger.py_debugger import get_debugger
get_debugger()
print("\\n".join(sorted(set(sys.modules) - before)))
"""


def test_a_debuggee_loads_few_modules():
    done = subprocess.run(
        [sys.executable, "-S", "-c", LOAD], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    assert "dapper.adapter.session" in loaded
    assert not loaded & TOO_HEAVY
    assert len(loaded) <= MODULE_BUDGET, "\n".join(sorted(loaded))
