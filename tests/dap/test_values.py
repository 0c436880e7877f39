"""What is there at a stop: threads, frames, scopes, variables, expressions."""

import pytest

DATA = """
import threading

GLOBAL = "global"

class Point:
    kind = "point"

    def __init__(self, x, y):
        self.x = x
        self.y = y
        self._hidden = 3

def f(number, text="abc", *args, **kwargs):
    items = [1, "two", [3.0]]
    table = {"a": 1, 2: "b", (3,): None}
    point = Point(1, 2)
    many = list(range(250))
    nothing = None
    unicode = "é € 𝄞"
    captured = 7
    def inner():
        return captured
    return inner()  # @stop

f(5, 1.5, True, key=b"bytes")
end = 1  # @end
"""


@pytest.fixture
def at(dap, program):
    """A session stopped where there is something to look at."""
    with dap.launch(program(DATA), ["stop"]) as s:
        s.wait_stop("stop")
        yield s
        if not s.wire.closed:
            s.finish()


def test_threads(at):
    threads = at.threads()
    assert [thread["name"] for thread in threads] == ["MainThread"]
    assert threads[0]["id"] == at.stopped.thread


def without_ids(body):
    return [dict(frame, id=None) for frame in body["stackFrames"]]


def test_stack_paging(dap, program):
    prog = program("def f(n):\n    return f(n - 1) if n else 0  # @f\n\nf(20)\n")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        s.set_breakpoints(None, [{"line": "f", "condition": "n == 0"}])
        s.configuration_done()
        thread = s.wait_stop("f").thread
        everything = s.wire.request("stackTrace", {"threadId": thread})
        assert len(everything["stackFrames"]) == everything["totalFrames"] == 22
        page = s.wire.request("stackTrace", {"threadId": thread, "startFrame": 1, "levels": 3})
        assert page["totalFrames"] == 22
        assert without_ids(page) == without_ids(everything)[1:4]
        rest = s.wire.request("stackTrace", {"threadId": thread, "startFrame": 20, "levels": 50})
        assert without_ids(rest) == without_ids(everything)[20:]
        beyond = s.wire.request("stackTrace", {"threadId": thread, "startFrame": 99, "levels": 1})
        assert beyond["stackFrames"] == []
        for levels in (0, None):  # both mean all
            body = s.wire.request("stackTrace", {"threadId": thread, "startFrame": None, "levels": levels}, False)
            assert len(body["stackFrames"]) == 22
        assert len({frame["id"] for frame in everything["stackFrames"]}) == 22
        assert [s.evaluate("n", frame=frame["id"]) for frame in everything["stackFrames"][:3]] == ["0", "1", "2"]
        s.finish()


def test_scopes(at):
    scopes = at.scopes()
    assert list(scopes)[0] == "Locals" and "Globals" in scopes
    assert scopes["Locals"]["presentationHint"] == "locals"
    assert scopes["Locals"]["expensive"] is False
    assert len({scope["variablesReference"] for scope in scopes.values()}) == len(scopes)


def test_locals(at):
    found = at.locals()
    shown = {name: (found[name]["value"], found[name].get("type")) for name in found}
    assert shown["number"] == ("5", "int")
    assert shown["text"] == ("1.5", "float")
    assert shown["args"] == ("(True,)", "tuple")
    assert shown["kwargs"] == ("{'key': b'bytes'}", "dict")
    assert shown["items"] == ("[1, 'two', [3.0]]", "list")
    assert shown["nothing"] == ("None", "NoneType")
    assert shown["unicode"] == ("'é € 𝄞'", "str")
    assert shown["captured"] == ("7", "int")
    for name in ("number", "text", "nothing", "unicode"):
        assert found[name]["variablesReference"] == 0
    for name in ("items", "table", "point", "args"):
        assert found[name]["variablesReference"] > 0
        assert found[name]["evaluateName"] == name


def test_globals(at):
    found = at.variables(at.scopes()["Globals"]["variablesReference"])
    assert found["GLOBAL"]["value"] == "'global'"


def test_children(at):
    found = at.locals()
    items = at.variables(found["items"]["variablesReference"])
    assert [items[name]["value"] for name in ("0", "1", "2")] == ["1", "'two'", "[3.0]"]
    assert at.evaluate(items["1"]["evaluateName"]) == "'two'"
    table = at.variables(found["table"]["variablesReference"])
    assert {name: table[name]["value"] for name in ("'a'", "2", "(3,)")} == {"'a'": "1", "2": "'b'", "(3,)": "None"}
    point = at.variables(found["point"]["variablesReference"])
    assert (point["x"]["value"], point["y"]["value"]) == ("1", "2")
    assert at.evaluate(point["x"]["evaluateName"]) == "1"


def test_a_page_of_children(at):
    many = at.locals()["many"]
    reference = many["variablesReference"]
    if many.get("indexedVariables"):
        assert many["indexedVariables"] == 250
    page = at.variables(reference, filter="indexed", start=200, count=5)
    assert [variable["value"] for variable in page.values()] == ["200", "201", "202", "203", "204"]


def test_hexadecimal(at):
    found = at.variables(at.scopes()["Locals"]["variablesReference"], format={"hex": True})
    assert found["captured"]["value"] == "0x7"


@pytest.mark.parametrize(
    "expression, value",
    [
        ("number + 1", "6"),
        ("GLOBAL + kwargs['key'].decode()", "'globalbytes'"),
        ("[n * number for n in range(3)]", "[0, 5, 10]"),
        ("(lambda: number)()", "5"),
        ("  number", "5"),
        ("len(many)", "250"),
        ("captured", "7"),
    ],
)
@pytest.mark.parametrize("context", ["watch", "repl", "variables", None])
def test_evaluate(shared, expression, value, context):
    arguments = {"expression": expression, "frameId": shared.stopped.frame}
    if context is not None:  # Helix sends none, and one client "variables"
        arguments["context"] = context
    assert shared.wire.request("evaluate", arguments)["result"] == value


@pytest.mark.parametrize("expression", ["number", "point.x", "table['a']", "items[2][0]", "GLOBAL"])
def test_hovering_shows_values(shared, expression):
    assert shared.evaluate(expression, "hover") == shared.evaluate(expression)


def test_hovering_has_no_effects(at):
    arguments = {"expression": "items.append(4)", "frameId": at.stopped.frame, "context": "hover"}
    at.wire.begin("evaluate", arguments)
    assert at.evaluate("len(items)") == "3"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One stopped session for many questions that change nothing (on the engine dapper chooses)."""
    from tests.client import DapClient
    from tests.programs import Program

    prog = Program(tmp_path_factory.mktemp("shared"), {"prog.py": DATA})
    with DapClient.spawn(prog) as s:
        s.run(prog, ["stop"])
        s.wait_stop("stop")
        yield s
        s.finish()


def test_evaluate_in_an_outer_frame(shared):
    assert shared.evaluate("GLOBAL", frame=shared.stopped.frames[1]["id"]) == "'global'"
    refused = shared.wire.refused("evaluate", {"expression": "number", "frameId": shared.stopped.frames[1]["id"]})
    assert "NameError" in refused.message


def test_evaluate_without_a_frame(shared):
    shared.evaluate("answer = 42", "repl", 0)
    assert shared.evaluate("answer", "repl", 0) == "42"


def test_evaluate_gives_children(shared):
    arguments = {"expression": "{'a': [1, 2]}", "frameId": shared.stopped.frame, "context": "watch"}
    body = shared.wire.request("evaluate", arguments)
    assert body["type"] == "dict"
    children = shared.variables(body["variablesReference"])
    assert children["'a'"]["value"] == "[1, 2]"


@pytest.mark.parametrize("expression", ["1 / 0", "undefined", "number.missing", "def", "", "raise SystemExit"])
def test_evaluate_failures_are_answers(shared, expression):
    arguments = {"expression": expression, "frameId": shared.stopped.frame, "context": "watch"}
    assert shared.wire.refused("evaluate", arguments).message
    assert shared.evaluate("number") == "5"


def test_system_exit_in_an_expression_ends_nothing(shared):
    arguments = {"expression": "__import__('sys').exit(3)", "frameId": shared.stopped.frame, "context": "repl"}
    shared.wire.refused("evaluate", arguments)
    assert shared.evaluate("number") == "5"


def test_statements_in_the_console(at):
    at.evaluate("number = 50", "repl")
    assert at.evaluate("number") == "50"
    at.evaluate("import os.path as borrowed", "repl")
    assert at.evaluate("borrowed.__name__") in ("'posixpath'", "'ntpath'")
    at.evaluate("for q in range(3):\n    total = q", "repl")
    assert at.evaluate("total") == "2"
    at.evaluate("print('printed')", "repl")
    at.wait_output("printed")
    assert at.evaluate("None", "repl") in ("", "None")


def test_clipboard_is_not_cut(shared):
    text = shared.evaluate("'x' * 100000", "clipboard")
    assert text == repr("x" * 100000)
    assert eval(shared.evaluate("many", "clipboard")) == list(range(250))


def test_set_variable(at):
    reference = at.scopes()["Locals"]["variablesReference"]
    body = at.wire.request("setVariable", {"variablesReference": reference, "name": "number", "value": "[1, 2]"})
    assert body["value"] == "[1, 2]"
    assert body["type"] == "list"
    assert at.evaluate("number") == "[1, 2]"
    at.wire.request("setVariable", {"variablesReference": reference, "name": "captured", "value": "8"})
    assert at.evaluate("inner()") == "8"
    found = at.locals()
    changes = [
        ("items", "0", "'first'", "items[0]"),
        ("table", "'a'", "9", "table['a']"),
        ("point", "x", "7", "point.x"),
    ]
    for container, name, value, expression in changes:
        arguments = {"variablesReference": found[container]["variablesReference"], "name": name, "value": value}
        assert at.wire.request("setVariable", arguments)["value"] == value
        assert at.evaluate(expression) == value
    refused = at.wire.refused("setVariable", {"variablesReference": reference, "name": "number", "value": "1 +"})
    assert "SyntaxError" in refused.message
    at.wire.refused("setVariable", {"variablesReference": reference, "name": "no such name", "value": "1"})


def test_what_was_set_is_what_the_program_sees(dap, program):
    prog = program(
        """
        def f():
            n = 1
            m = n + 1  # @stop
            print("n is", n, "and m is", m)
            return n
        f()
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        reference = s.scopes()["Locals"]["variablesReference"]
        s.wire.request("setVariable", {"variablesReference": reference, "name": "n", "value": "10"})
        s.finish()
        assert "n is 10 and m is 11" in s.output("stdout")


def test_set_expression(at):
    frame = at.stopped.frame
    for target, value in [("items[1]", "'new'"), ("point.y", "99"), ("number", "3"), ("globals()['GLOBAL']", "'g'")]:
        body = at.wire.request("setExpression", {"expression": target, "value": value, "frameId": frame})
        assert body["value"] == value
        assert at.evaluate(target) == value
    at.wire.refused("setExpression", {"expression": "number + 1", "value": "2", "frameId": frame})
    at.wire.refused("setExpression", {"expression": "items[99]", "value": "2", "frameId": frame})


@pytest.mark.parametrize(
    "text, expected",
    [
        ("poi", "point"),
        ("point.", "x"),
        ("point._h", "_hidden"),
        ("x = num", "number"),
        ("impo", "import"),
        ("Glo", None),
    ],
)
def test_completions(shared, text, expected):
    arguments = {"frameId": shared.stopped.frame, "text": text, "column": len(text) + 1}
    targets = shared.wire.request("completions", arguments)["targets"]
    labels = [target["label"] for target in targets]
    if expected is None:
        assert "GLOBAL" not in labels
    else:
        assert expected in labels
        assert len(set(labels)) == len(labels)


def test_stale_references_are_refused_and_nothing_else(at):
    frame, reference = at.stopped.frame, at.scopes()["Locals"]["variablesReference"]
    at.next()
    for command, arguments in [
        ("scopes", {"frameId": frame}),
        ("variables", {"variablesReference": reference}),
        ("evaluate", {"expression": "1", "frameId": frame}),
        ("setVariable", {"variablesReference": reference, "name": "number", "value": "1"}),
        ("variables", {"variablesReference": 987654}),
        ("scopes", {"frameId": -1}),
        ("stackTrace", {"threadId": 987654}),
        ("next", {"threadId": 987654}),
    ]:
        assert at.wire.refused(command, arguments).message, command
    assert at.stack()


def test_questions_to_a_running_program_are_refused(dap, program):
    prog = program("print('ready', flush=True)\ngo_on = True\nwhile go_on:\n    pass\n")
    with dap.launch(prog) as s:
        s.wait_output("ready")
        thread = s.threads()[0]["id"]
        for command, arguments in [
            ("next", {"threadId": thread}),
            ("scopes", {"frameId": 1}),
            ("variables", {"variablesReference": 1}),
            ("exceptionInfo", {"threadId": thread}),
        ]:
            assert s.wire.refused(command, arguments).message
        stop = s.pause()
        s.wire.request("setExpression", {"expression": "go_on", "value": "False", "frameId": stop.frame})
        s.finish()


def test_values_that_behave_badly(dap, program):
    prog = program(
        """
        class NoRepr:
            def __repr__(self):
                raise RuntimeError("no")

        class LongRepr:
            def __repr__(self):
                return "x" * 10_000_000

        class WrongRepr:
            def __repr__(self):
                return 5

        class Liar:
            @property
            def __class__(self):
                raise RuntimeError("liar")

        class NoDir:
            def __dir__(self):
                raise RuntimeError("no dir")

        class Exits:
            def __repr__(self):
                raise SystemExit(9)

        loop = []
        loop.append(loop)
        bad = [NoRepr(), WrongRepr(), Liar(), NoDir(), Exits(), loop]
        one, two, three, four, five, long = NoRepr(), WrongRepr(), Liar(), NoDir(), Exits(), LongRepr()
        surrogate = "\\ud800"
        x = 1  # @stop
        """
    )
    with dap.launch(prog, ["stop"]) as s:
        s.wait_stop("stop")
        found = s.locals()
        assert {"bad", "one", "two", "three", "four", "five", "long", "loop", "surrogate"} <= set(found)
        assert len(found["long"]["value"]) < 1_000_000
        for name in ("bad", "one", "two", "three", "four", "five", "loop"):
            if found[name]["variablesReference"]:
                s.variables(found[name]["variablesReference"])
        assert s.evaluate("len(bad)") == "6"
        s.finish()
