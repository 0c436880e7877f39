"""The try statements of code that is in no file."""
import linecache

from dapper.adapter.debugger.guards import GuardMaps

CELL = "def f():\n    try:\n        return 1 / 0\n    except ZeroDivisionError:\n        pass\n"


def test_a_cell_is_read_where_tracebacks_read_it():
    name = "/no/such/folder/cell.py"
    maps = GuardMaps(lambda filename: filename)
    code = compile(CELL, name, "exec").co_consts[0]
    assert maps.of_file(name) is None
    linecache.cache[name] = (len(CELL), None, CELL.splitlines(True), name)
    try:
        assert [type(node).__name__ for node in maps.of_file(name).around(code, 3)] == ["Try"]
        linecache.cache[name] = (5, None, ["pass\n"], name)
        assert maps.of_file(name).around(code, 3) == []
    finally:
        del linecache.cache[name]
