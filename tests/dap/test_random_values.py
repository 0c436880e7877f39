"""Values and expressions that hypothesis makes up: a look at each is answered, in DAP, and neither ends anything.

DAPPER_RANDOM_VALUES says how many batches (for each engine), DAPPER_RANDOM_SEED repeats a run (``make fuzz``).
"""

import os

import pytest

from tests.wire import Refused

hypothesis = pytest.importorskip("hypothesis", reason="hypothesis is not installed (the extra `fuzz`)")
strategies = hypothesis.strategies

BATCHES = int(os.environ.get("DAPPER_RANDOM_VALUES", "3"))
SEED = int(os.environ.get("DAPPER_RANDOM_SEED", "1"))
ANSWER = 15  # seconds
OURS = 1000  # the number of an internal error

PROGRAM = """
class Odd:
    def __init__(self, *parts, **more):
        self.parts = parts
        vars(self).update(more)

class Fails(Odd):
    def __repr__(self):
        raise ValueError(self.parts)

class Slots:
    __slots__ = ("slot",)

class Equal(Odd):
    def __eq__(self, other):
        raise TypeError("not compared")
    __hash__ = None

class Text(str):
    pass

class Table(dict):
    def __len__(self):
        return -1

class Meta(type):
    def __hash__(cls):
        raise TypeError
    def __eq__(cls, other):
        raise TypeError
    def __repr__(cls):
        return 5

class Made(metaclass=Meta):
    pass

def stand(here):
    for _ in range(10 ** 9):
        value = here
        here = here  # @stop

import threading
try:
    stand(None)
finally:
    print("ended")
"""

_plain = (
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.complex_numbers()
    | strategies.text(strategies.characters())  # lone surrogates, too
    | strategies.binary()
    | strategies.sampled_from(["...", "NotImplemented"]).map(eval)
)
_literals = strategies.recursive(
    _plain.map(repr),
    lambda inner: strategies.lists(inner, max_size=5).map(lambda parts: "[%s]" % ", ".join(parts))
    | strategies.lists(inner, max_size=5).map(lambda parts: "(%s)" % "".join(part + ", " for part in parts))
    | strategies.dictionaries(_plain.map(repr), inner, max_size=5).map(
        lambda table: "{%s}" % ", ".join("%s: %s" % pair for pair in table.items())
    )
    | strategies.builds(
        "{}({})".format,
        strategies.sampled_from(["Odd", "Fails", "Equal", "Text", "iter", "repr", "[].append", "Made", "Slots", "range"]),
        inner,
    ),
    max_leaves=20,
)
_operators = strategies.sampled_from(["+", "-", "*", "/", "==", "<", "in", "is", "and", "or", "if 1 else", ",", ":=", "."])
_expressions = strategies.recursive(
    _literals | strategies.sampled_from(["value", "here", "Odd", "_", "__name__", "locals()", "vars(Odd)", "Made", "Table(a=1)"]),
    lambda inner: strategies.builds("({} {} {})".format, inner, _operators, inner)
    | strategies.builds("{}.{}".format, inner, strategies.sampled_from(["parts", "__class__", "real", "__dict__", "x"]))
    | strategies.builds("{}[{}]".format, inner, inner)
    | strategies.builds("[{} for value in {}]".format, inner, inner)
    | strategies.builds("(lambda: {})()".format, inner),
    max_leaves=8,
)
_asked = _expressions | strategies.text(max_size=40)


def children(s, reference, levels):
    """Ask for children and theirs, lazy ones too."""
    for variable in s.wire.request("variables", {"variablesReference": reference, "count": 12}, deadline=ANSWER)["variables"]:
        if levels and variable["variablesReference"]:
            children(s, variable["variablesReference"], levels - 1)


def tried(s, command, **arguments):
    """Ask; a refusal is an answer, one that owns to a fault of ours is not."""
    try:
        return s.wire.request(command, arguments, deadline=ANSWER)
    except Refused as refusal:
        assert refusal.id != OURS, refusal
        return None


def test_values_and_expressions(dap, program):
    prog = program(PROGRAM)
    print("seed %d" % SEED)
    with dap.launch(prog, ["stop"], valueLimits={"seconds": 2}) as s:
        s.wait_stop("stop")

        @hypothesis.seed(SEED)
        @hypothesis.settings(
            max_examples=BATCHES, deadline=None, database=None, derandomize=False, suppress_health_check=list(hypothesis.HealthCheck)
        )
        @hypothesis.given(strategies.lists(_literals, min_size=1, max_size=8), strategies.lists(_asked, max_size=12))
        def look(literals, asked):
            frame = s.stopped.frame
            tried(s, "evaluate", expression="here = [%s]" % ", ".join(literals), context="repl", frameId=frame)
            for name in ("value", "here"):
                for context in ("watch", "hover", "clipboard"):
                    body = tried(s, "evaluate", expression=name, context=context, frameId=frame)
                    if body and body["variablesReference"]:
                        children(s, body["variablesReference"], 2)
            for text in asked:
                for context in ("watch", "repl"):
                    tried(s, "evaluate", expression=text, context=context, frameId=frame)
                tried(s, "completions", text=text, column=len(text) + 1, frameId=frame)
                tried(s, "setExpression", expression=text, value=literals[0], frameId=frame)
            for scope in s.scopes(frame).values():
                children(s, scope["variablesReference"], 1)
            s.continue_("stop")

        look()
        s.wire.request("disconnect", {"terminateDebuggee": True})
