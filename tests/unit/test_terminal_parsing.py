"""What is typed in the terminal, on the command line and at the prompt: pure functions."""

import pytest

from dapper.terminal import options, sources, syntax
from dapper.terminal.syntax import Problem

COMMANDS = {"b", "c", "n", "p", "pp", "l", "list", "a", "args", "until", "help", "r"}


@pytest.mark.parametrize(
    "line, parts",
    [
        ("", []),
        ("  ", []),
        ("n", ["n"]),
        ("n;;s ;; p x", ["n", "s", "p x"]),
        (";;n;;", ["n"]),
        ("p ';;' ;; n", ["p ';;'", "n"]),
        ('p "a\\";;b";;n', ['p "a\\";;b"', "n"]),
        ("p [a;;b]", ["p [a;;b]"]),
        ("p don't ;; n", ["p don't", "n"]),
        ("x = 1; y = 2", ["x = 1; y = 2"]),
        ("a;;;b", ["a", ";b"]),
    ],
)
def test_a_line_is_split_outside_of_quotes_and_brackets(line, parts):
    assert syntax.split(line) == parts


@pytest.mark.parametrize(
    "text, expected",
    [
        ("n", ("n", "")),
        ("p  x + 1 ", ("p", "x + 1")),
        ("p(x)", ("p", "(x)")),
        ("p -x", ("p", "-x")),
        ("b 12, x == 3", ("b", "12, x == 3")),
        ("l .", ("l", ".")),
        ("l.", ("l", ".")),
        ("l 1, 5", ("l", "1, 5")),
        ("until 20", ("until", "20")),
        ("?n", ("help", "n")),
        ("!n", ("!", "n")),
        ("! c = 1", ("!", "c = 1")),
        ("x", ("!", "x")),
        ("exit()", ("exit", "")),
        ("total(3)", ("!", "total(3)")),
    ],
)
def test_commands_are_told_from_python(text, expected):
    assert syntax.parse(text, COMMANDS) == expected


@pytest.mark.parametrize(
    "text",
    ["c = 5", "n += 1", "n == 3", "a.b", "list(x)", "a[0]", "a, r = 1, 2", "b'text'", 'r"x"', "p.x = 3", "n //= 2",
     "p=1"],
)
def test_python_that_begins_like_a_command_is_python(text):
    assert syntax.parse(text, COMMANDS) == ("!", text)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("12", (None, 12, None, None)),
        ("shop.py:12", ("shop.py", 12, None, None)),
        ("C:\\x\\shop.py:12", ("C:\\x\\shop.py", 12, None, None)),
        ("12, x == 'a, b'", (None, 12, None, "x == 'a, b'")),
        ("Order.total", (None, None, "Order.total", None)),
        ("total , n > 3", (None, None, "total", "n > 3")),
        ("shop:Order.total", (None, None, "shop:Order.total", None)),
        ("shop.py:total, x", (None, None, "shop:total", "x")),
    ],
)
def test_places(text, expected):
    assert syntax.place(text) == expected


@pytest.mark.parametrize("text", ["", ", x", "0", "shop.py:", "shop.py:0", ":12"])
def test_places_that_are_none(text):
    with pytest.raises(Problem):
        syntax.place(text)


@pytest.mark.parametrize("text, expected", [("7", (7, None)), ("7, 9", (7, 9)), ("7,3", (7, 10)), ("0, 4", (1, 4))])
def test_spans_of_lines(text, expected):
    assert syntax.span(text) == expected


@pytest.mark.parametrize("text", ["x", "1, x", "1,", "-1", ","])
def test_spans_that_are_none(text):
    with pytest.raises(Problem):
        syntax.span(text)


def test_counts_and_numbers():
    assert syntax.count("", 1) == 1
    assert syntax.count("3", 1) == 3
    assert syntax.numbers("1, 2 3") == [1, 2, 3]
    assert syntax.number_and_rest("3  x > 1") == (3, "x > 1")
    for wrong in ("0", "-1", "x", "1 2"):
        with pytest.raises(Problem):
            syntax.count(wrong, 1)
    for wrong in ("", "x 3"):
        with pytest.raises(Problem):
            syntax.number_and_rest(wrong)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    (tmp_path / "shop.py").write_text("pass\n")
    (tmp_path / "todo").write_text("b 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_behind_the_program_is_its_own(shop):
    parsed = options.parse(["-c", "b 3", "--go", "shop.py", "-c", "x", "--go", "-m"])
    assert (parsed.program, parsed.args) == ("shop.py", ["-c", "x", "--go", "-m"])
    assert (parsed.scripts, parsed.go) == ([("command", "b 3")], True)


def test_everything_behind_a_module_or_a_text_is_its_own(shop):
    parsed = options.parse(["--engine=settrace", "-m", "http.server", "--cwd", "x"])
    assert (parsed.module, parsed.args, parsed.engine, parsed.cwd) == ("http.server", ["--cwd", "x"], "settrace", None)
    parsed = options.parse(["--code", "print(1)", "-g"])
    assert (parsed.code, parsed.args, parsed.go) == ("print(1)", ["-g"], False)


def test_scripts_keep_their_order(shop):
    parsed = options.parse(["-x", "todo", "-c", "n", "--commands=todo", "--command=s", "--", "shop.py"])
    assert parsed.scripts == [("file", "todo"), ("command", "n"), ("file", "todo"), ("command", "s")]
    assert parsed.program == "shop.py"


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "which program"),
        (["--"], "which program"),
        (["-"], "standard input"),
        (["nothing.py"], "no file nothing.py"),
        (["--frobnicate", "shop.py"], "no option --frobnicate"),
        (["-c"], "-c needs a value"),
        (["-x", "nothing", "shop.py"], "no command file nothing"),
        (["--cwd", "nowhere", "-m", "x"], "no folder nowhere"),
    ],
)
def test_a_command_line_without_sense_says_what_is_wrong(shop, words, said):
    with pytest.raises(Problem, match=said):
        options.parse(words)


def test_help_and_version_need_no_program():
    assert options.parse(["--help"]).help
    assert options.parse(["-V"]).version


MODULE = """\
import os

@wraps
def outer(a, /, b, *rest, c=1, **more):
    def inner(x):
        return [y
                for y in x]
    return inner

class Order:
    kind = 1

    async def total(self):
        return (lambda q: q)(1)

if True:
    def late(): pass
""".split("\n")


@pytest.mark.parametrize(
    "line, name, expected",
    [
        (1, "<module>", (1, len(MODULE), [])),
        (4, "outer", (3, 8, ["a", "b", "rest", "c", "more"])),
        (6, "outer.<locals>.inner", (5, 7, ["x"])),
        (6, "outer.<locals>.inner.<locals>.<listcomp>", (5, 7, ["x"])),
        (11, "Order", (10, 14, [])),
        (14, "Order.total", (13, 14, ["self"])),
        (14, "Order.total.<locals>.<lambda>", (14, 14, ["q"])),
        (17, "late", (17, 17, [])),
        (4, "nowhere", (1, len(MODULE), [])),
    ],
)
def test_the_block_a_frame_runs(line, name, expected):
    found = sources.block(MODULE, line, name)
    assert (found.first, found.last, found.parameters) == expected


def test_a_text_this_python_cannot_read_is_one_block():
    assert sources.block(["def f(:", "  pass"], 2, "f").last == 2
    assert sources.functions(["def f(:"]) == []


def test_functions_by_their_qualified_names():
    assert sources.functions(MODULE) == ["outer", "Order.total", "late"]
