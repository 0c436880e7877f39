"""What has to be watched in a code object: decided once, for a reason, and forgotten without harm."""

import gc
import os
import threading

import pytest

from dapper._frame_eval.cache_manager import CacheManager
from dapper._frame_eval.selective_tracer import LineTable, Selector
from dapper._frame_eval.telemetry import Reason

TEXT = """
def f():
    x = 1
    return x

def g():
    return 2
"""


def codes(name="prog.py", text=TEXT):
    """The code objects of a module: name → code."""
    module = compile(text, name, "exec")
    found = {const.co_name: const for const in module.co_consts if hasattr(const, "co_code")}
    return dict(found, module=module)


class CountingTable:
    """A LineTable that counts how often it is asked for lines."""

    def __init__(self, table, asked=None):
        self._table = table
        self.asked = asked if asked is not None else []
        self.generation_of = table.generation_of
        self.enters = table.enters

    def lines_of(self, code):
        self.asked.append(code.co_name)
        return self._table.lines_of(code)

    def with_lines(self, file, lines):
        return CountingTable(self._table.with_lines(file, lines), self.asked)


@pytest.fixture
def prog():
    return codes()


def lines(selector, code):
    return sorted(selector.interest(code).lines)


def test_a_decision_says_what_and_why(prog):
    selector = Selector(LineTable().with_lines("prog.py", [3, 4, 6, 99]))
    for name, expected in {"f": [3, 4], "g": [], "module": [6]}.items():
        assert lines(selector, prog[name]) == expected
        reason = Reason.HAS_BREAKPOINTS if expected else Reason.NO_BREAKPOINTS
        assert selector.interest(prog[name]).reason == reason
        assert bool(selector.interest(prog[name])) == bool(expected)
    other = codes("other.py")["f"]
    assert selector.interest(other).reason == Reason.NO_BREAKPOINTS_IN_FILE
    assert selector.interest(other).code is None
    assert selector.interest(prog["f"]).code is prog["f"]


def test_a_decision_is_made_once(prog):
    table = CountingTable(LineTable().with_lines("prog.py", [3]))
    selector = Selector(table)
    for _ in range(3):
        lines(selector, prog["f"]), lines(selector, prog["g"]), lines(selector, codes("other.py")["f"])
    assert table.asked == ["f", "g"]


def test_breakpoints_elsewhere_change_no_decision(prog):
    caches = CacheManager()
    table = CountingTable(LineTable().with_lines("prog.py", [3]))
    Selector(table, caches).interest(prog["f"])
    table = table.with_lines("other.py", [1])
    assert lines(Selector(table, caches), prog["f"]) == [3]
    assert table.asked == ["f"]
    assert (caches.hits, caches.misses) == (1, 1)


def test_breakpoints_here_change_the_decision(prog):
    caches = CacheManager()
    table = LineTable()
    for wanted in ([3], [4], [], [4], [3, 4], []):
        table = table.with_lines("prog.py", wanted)
        selector = Selector(table, caches)
        assert lines(selector, prog["f"]) == wanted
        assert lines(selector, prog["f"]) == wanted


def test_what_is_dropped_is_decided_again(prog):
    caches = CacheManager()
    table = CountingTable(LineTable().with_lines("prog.py", [3]))
    selector = Selector(table, caches)
    for number in range(1, 4):
        assert lines(selector, prog["f"]) == [3]
        assert table.asked == ["f"] * number
        caches.drop()
    assert selector.codes() == [prog["f"]]  # that it was seen is no cache


def test_everything_can_be_dropped_between_any_two_questions(prog):
    def run(drop_at):
        caches, table, told = CacheManager(), LineTable(), []
        steps = 0
        for wanted in ([3], [3, 6], [], [4]):
            table = table.with_lines("prog.py", wanted).with_lines("other.py", [1])
            selector = Selector(table, caches)
            for name in ("f", "module", "g", "f"):
                if drop_at in (steps, "always"):
                    caches.drop()
                steps += 1
                told.append(lines(selector, prog[name]))
            told.append(sorted(code.co_name for code in selector.codes()))
        return steps, told

    steps, expected = run(None)
    assert steps == 16
    for drop_at in list(range(steps)) + ["always"]:
        assert run(drop_at)[1] == expected


def test_code_that_is_gone_is_forgotten():
    caches = CacheManager()
    selector = Selector(LineTable().with_lines("prog.py", [3]), caches)
    for number in range(100):
        selector.interest(codes("other%d.py" % number)["f"])
        selector.interest(codes("prog.py")["g"])
    gc.collect()
    assert caches.stats()["codes"] == 0
    assert selector.codes() == []


def test_an_identity_is_never_mistaken_for_another():
    selector = Selector(LineTable().with_lines("prog.py", [3]))
    seen = set()
    for number in range(2000):
        mine = number % 2
        code = codes("prog.py" if mine else "other.py")["f"]
        assert lines(selector, code) == ([3] if mine else [])
        selector.caches.drop()  # else the decision keeps a watched code object, and its identity
        seen.add(id(code))
    assert len(seen) < 2000  # identities did come back


def test_what_is_watched_stays_alive():
    selector = Selector(LineTable().with_lines("prog.py", [3]))
    selector.interest(codes()["f"])
    gc.collect()
    assert [code.co_name for code in selector.codes()] == ["f"]


def test_figures(prog):
    caches = CacheManager()
    selector = Selector(LineTable().with_lines("prog.py", [3]), caches)
    alive = [prog["f"], prog["g"], codes("other.py")["f"], codes("other.py")["g"]]
    for code in alive:
        selector.interest(code)
    assert caches.stats() == {
        "codes": 4, "trace_rate": 0.25, "cache_hits": 0, "cache_misses": 2, "fast_path_hits": 2
    }
    assert CacheManager().stats()["trace_rate"] == 0.0


def test_what_else_is_made_of_code(prog):
    caches = CacheManager()
    caches.keep(prog["f"], 1, "probes", "made of 1")
    caches.keep(prog["f"], 1, "map", "another")
    assert caches.find(prog["f"], 1, "probes") == "made of 1"
    assert caches.find(prog["f"], 1, "map") == "another"
    assert caches.find(prog["f"], 2, "probes") is None  # the breakpoints are others now
    assert caches.find(prog["g"], 1, "probes") is None
    caches.keep(prog["f"], 2, "probes", "made of 2")
    assert caches.find(prog["f"], 2, "probes") == "made of 2"
    caches.drop()
    assert caches.find(prog["f"], 2, "probes") is None


def test_many_threads_and_changing_breakpoints():
    caches = CacheManager()
    alive = [codes()["f"] for _ in range(50)]
    current = [Selector(LineTable(), caches)]
    done, wrong = threading.Event(), []

    def ask():
        while not done.is_set():
            for code in alive:
                selector = current[0]
                if lines(selector, code) != sorted(selector.table.lines_of(code)):
                    wrong.append(selector)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(60):
        current[0] = Selector(current[0].table.with_lines("prog.py", [[3], [4], [], [3, 4]][number % 4]), caches)
        if not number % 7:
            caches.drop()
        for code in alive:
            lines(current[0], code)
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong


# -- the table of lines -----------------------------------------------------------------------------------------------


def test_a_file_is_known_however_it_is_spelled(tmp_path, monkeypatch):
    path = tmp_path / "prog.py"
    path.write_text(TEXT)
    (tmp_path / "link.py").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    table = LineTable().with_lines("link.py", [3])
    for name in (str(path), "prog.py", os.path.join(".", "prog.py"), str(tmp_path / "link.py")):
        assert list(table.lines_of(codes(name)["f"])) == [3]


def test_code_without_a_file():
    table = LineTable().with_lines("<string>", [3])
    assert list(table.lines_of(codes("<string>")["f"])) == [3]
    assert not table.generation_of(codes("<stdin>")["f"])


def test_a_table_is_a_value(prog):
    first = LineTable()
    second = first.with_lines("prog.py", [3])
    third = second.with_lines("prog.py", [])
    assert [table.generation for table in (first, second, third)] == [0, 1, 2]
    assert [table.generation_of(prog["f"]) for table in (first, second, third)] == [0, 1, 0]
    assert not second.enters(prog["f"])
