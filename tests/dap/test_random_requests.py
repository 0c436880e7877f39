"""Thousands of requests, sensible and senseless: each is answered, in DAP, and the session and the program live on.

DAPPER_RANDOM_REQUESTS says how many (for each engine), DAPPER_RANDOM_SEED repeats a run.
"""

import os
import random

from tests.wire import Closed, Late

COUNT = int(os.environ.get("DAPPER_RANDOM_REQUESTS", "400"))
SEED = int(os.environ.get("DAPPER_RANDOM_SEED", "1"))
ANSWER = 15  # seconds
TURN = 0.5  # for a step, which may have to wait until one before it has ended

PROGRAM = """
import collections, threading, time

class Odd:
    __slots__ = ("slot", "__dict__")

    def __init__(self):
        self.slot = [self]

    @property
    def fails(self):
        raise ValueError("no")

    def __repr__(self):
        raise RuntimeError("no repr")

def work(number):
    data = bytearray(b"some bytes")
    table = {1: "one", "two": [2, 2.0], (3,): {3}, Odd(): None}
    values = [Odd(), collections.deque([1]), range(5), None, Ellipsis, "text\\ud800", b"x", lambda: 0, Odd, 10 ** 50]
    total = number  # @one
    for value in values:
        total += 1  # @two
    return total

def other():
    while not done:
        time.sleep(0.002)

done = False
threading.Thread(target=other, daemon=True).start()
for number in range(10 ** 9):
    work(number)
"""

EXPRESSIONS = [
    "1 + 1", "values", "table", "data", "number", "values[0]", "table['two']", "nothing", "1 / 0", "(", "", " ", "\n",
    "\0", "a b", "lambda: number", "[x for x in values]", "values[0].fails", "__import__('os')", "raise SystemExit",
    "exit", "x = 5", "total += 1", "del total", "import time", "await work", "yield 1", "return", "print('said')", "é",
    "\U0001d11e", "number" * 500, "(" * 300, "+" * 3000 + "1", "'" + "x" * 70000 + "'", "{**table}", "*values",
    "globals()", "locals()", "None", "...", "f'{number}'", "if 1:\n    y = 2", "data[0] = 65", "(number := 3)",
    "def f(): pass", "class C: pass", "values.append(1)", "number; number",
]
ODD = [
    None, 0, 1, -1, 2, 7, 10 ** 6, 2 ** 31 - 1, 1.5, "", "x", "1", True, False, [], {}, [1], {"a": 1}, [None], [{}],
    "\ud800", "é",
]

#: command → its arguments and what they are drawn from
COMMANDS = {
    "threads": [],
    "stackTrace": ["threadId", "startFrame", "levels", "format"],
    "scopes": ["frameId"],
    "variables": ["variablesReference", "start", "count", "filter", "format"],
    "setVariable": ["variablesReference", "name", "value", "format"],
    "setExpression": ["expression", "value", "frameId", "format"],
    "evaluate": ["expression", "frameId", "context", "format"],
    "completions": ["text", "column", "line", "frameId"],
    "exceptionInfo": ["threadId"],
    "source": ["source", "sourceReference"],
    "modules": ["startModule", "moduleCount"],
    "loadedSources": [],
    "locations": ["locationReference"],
    "readMemory": ["memoryReference", "offset", "count"],
    "writeMemory": ["memoryReference", "offset", "data", "allowPartial"],
    "setBreakpoints": ["source", "breakpoints", "lines"],
    "setFunctionBreakpoints": ["functions"],
    "setExceptionBreakpoints": ["filters", "filterOptions", "exceptionOptions"],
    "breakpointLocations": ["source", "line", "endLine"],
    "gotoTargets": ["source", "line"],
    "goto": ["threadId", "targetId"],
    "cancel": ["requestId", "progressId"],
    "pause": ["threadId"],
    "continue": ["threadId", "singleThread"],
    "next": ["threadId", "singleThread", "granularity"],
    "stepIn": ["threadId", "granularity"],
    "stepOut": ["threadId", "granularity"],
    "initialize": ["adapterID", "pathFormat"],
    "configurationDone": [],
    "setDebuggerProperty": ["x"],
    "debugpySystemInfo": [],
    "noSuchRequest": ["x"],
}
MOVES = {"goto", "pause", "continue", "next", "stepIn", "stepOut"}


class Asker:
    """Draws requests; learns ids from answers."""

    def __init__(self, session, rng):
        self.session = session
        self.rng = rng
        self.threads, self.frames, self.references, self.memory = [1], [1], [1], ["1"]

    def learn(self, body):
        """Keep the numbers of an answer."""
        for key, known in (("threads", self.threads), ("stackFrames", self.frames)):
            if body.get(key):
                known[:] = [one["id"] for one in body[key]]
        for one in body.get("scopes", []) + body.get("variables", []) + [body]:
            for key in ("variablesReference", "valueLocationReference"):
                if one.get(key):
                    self.references.append(one[key])
            if one.get("memoryReference"):
                self.memory.append(one["memoryReference"])
        del self.references[:-60], self.memory[:-10]

    def request(self):
        """(command, arguments)."""
        command = self.rng.choice(list(COMMANDS) if self.rng.random() < 0.75 else sorted(MOVES))
        arguments = {}
        for name in COMMANDS[command]:
            if self.rng.random() < 0.85:
                arguments[name] = self.value(name) if self.rng.random() < 0.85 else self.rng.choice(ODD)
        return command, arguments if self.rng.random() < 0.97 else self.rng.choice([None, {}])

    def value(self, name):
        """A sensible value."""
        rng, program = self.rng, self.session.program
        if name == "threadId":
            return rng.choice(self.threads)
        if name == "frameId":
            return rng.choice(self.frames)
        if name in ("variablesReference", "locationReference"):
            return rng.choice(self.references)
        if name == "memoryReference":
            return rng.choice(self.memory)
        if name in ("expression", "value", "text"):
            return rng.choice(EXPRESSIONS)
        if name == "name":
            return rng.choice(["number", "values", "0", "'two'", "slot", "len()", "1", "data"])
        if name == "context":
            return rng.choice(["watch", "hover", "repl", "clipboard", "variables"])
        if name == "filter":
            return rng.choice(["indexed", "named"])
        if name == "format":
            return {rng.choice(["hex", "rawString", "module", "line", "includeAll"]): True}
        if name == "source":
            return rng.choice([{"path": program.path}, {"path": "/nowhere/at/all.py"}, {"sourceReference": 1}, {}])
        if name == "breakpoints":
            more = [("condition", "number > 3"), ("condition", "("), ("hitCondition", "> 2"), ("logMessage", "{number}")]
            line = rng.choice([program.line("one"), program.line("two"), 1, 99999])
            return [dict([rng.choice(more)] if rng.random() < 0.5 else [], line=line)]
        if name == "filters":
            return [rng.choice(["raised", "uncaught", "userUnhandled", "none"])]
        if name == "data":
            return rng.choice(["QUJD", "?", ""])
        if name == "granularity":
            return rng.choice(["line", "statement", "instruction"])
        return rng.choice([0, 1, 2, 5, program.line("one"), True, "x"])


def one_session(dap, prog, rng, count):
    """Ask until enough was asked or the program has ended (it may: its variables are set); how many were asked."""
    with dap.open(prog) as s:
        s.initialize(supportsMemoryReferences=True, supportsVariablePaging=True, supportsInvalidatedEvent=True)
        s.launch(prog)
        s.configure(["one"])
        s.configuration_done()
        s.wait_stop("one")
        asker = Asker(s, rng)
        for number in range(count):
            command, arguments = asker.request()
            what = "%d: %s %r" % (number, command, str(arguments)[:300])
            try:
                seq = s.wire.begin(command, arguments, checked=False)
                turn = TURN if command in ("next", "stepIn", "stepOut") else ANSWER
                answer = s.wire.wait(lambda: s.wire.responses.get(seq), what, turn)
            except Closed:
                assert s.wire.peek("terminated"), "the session ended at " + what
                return number + 1
            except Late:
                if command in ("next", "stepIn", "stepOut"):
                    continue
                raise
            assert (answer.get("body") or {}).get("error", {}).get("id") != 1000, "%s: %s" % (what, answer["message"])
            if answer["success"]:
                asker.learn(answer.get("body") or {})
            if s.wire.peek("terminated"):
                return number + 1
            if command in MOVES and rng.random() < 0.7:
                s.wire.begin("pause", {"threadId": 1})
        s.wire.request("disconnect", {"terminateDebuggee": True})
    return count


def test_random_requests(dap, program):
    prog = program(PROGRAM)
    print("seed %d" % SEED)
    rng = random.Random(SEED)
    asked = 0
    while asked < COUNT:
        asked += one_session(dap, prog, rng, min(COUNT - asked, 200))
