"""Line breakpoints: where they sit, when they stop, what the client is told."""

import os

import pytest

COUNT = """
for n in range(6):
    x = n * 2  # @loop
end = 1  # @end
"""


def values(s, expression):
    """The expression's value at each stop up to the end."""
    seen = []
    while True:
        found = s.wire.wait(lambda: s.wire.peek("stopped") or s.wire.peek("terminated"), "a stop or the end")
        if found["event"] == "terminated":
            return seen
        s.wait_stop()
        seen.append(s.evaluate(expression))
        s.continue_()


def configured(dap, prog, *places, **config):
    """A session with these breakpoints in the program, not yet running; and what was answered."""
    s = dap.open(prog)
    s.initialize()
    s.launch(prog, **config)
    return s, s.set_breakpoints(None, places)


def test_stop_at_a_line(dap, program):
    prog = program(COUNT)
    with dap.launch(prog, ["end"]) as s:
        stop = s.wait_stop("end", reason="breakpoint")
        assert stop.body["allThreadsStopped"] is True
        assert stop.frames[0]["name"] == "<module>"
        assert stop.frames[0]["source"]["path"] == prog.path
        assert stop.frames[0]["column"] >= 1
        s.finish()


def test_the_ids_hit_are_told(dap, program):
    prog = program(COUNT)
    s, answered = configured(dap, prog, "loop", "end")
    with s:
        s.configuration_done()
        ids = [breakpoint["id"] for breakpoint in answered]
        assert len(set(ids)) == 2 and min(ids) >= 1
        assert s.wait_stop("loop").body["hitBreakpointIds"] == [ids[0]]
        s.set_breakpoints(None, ["end"])
        assert len(s.continue_("end").body["hitBreakpointIds"]) == 1


@pytest.mark.parametrize(
    "extra, stops",
    [
        ({"condition": "n == 4"}, ["4"]),
        ({"condition": "n % 2"}, ["1", "3", "5"]),
        ({"hitCondition": "3"}, ["2"]),
        ({"hitCondition": "== 3"}, ["2"]),
        ({"hitCondition": ">=5"}, ["4", "5"]),
        ({"hitCondition": "> 5"}, ["5"]),
        ({"hitCondition": "<=1"}, ["0"]),
        ({"hitCondition": "<3"}, ["0", "1"]),
        ({"hitCondition": "%2"}, ["1", "3", "5"]),
        ({"hitCondition": "@HIT@ in (1, 6)"}, ["0", "5"]),
        ({"condition": "n % 2", "hitCondition": "2"}, ["3"]),
        ({"condition": "n % 2", "hitCondition": ">=2"}, ["3", "5"]),
        ({"condition": ""}, ["0", "1", "2", "3", "4", "5"]),
        ({"condition": "undefined_name"}, []),
    ],
    ids=str,
)
def test_conditions(dap, program, extra, stops):
    prog = program(COUNT)
    s, answered = configured(dap, prog, dict(extra, line="loop"))
    with s:
        assert answered[0]["verified"], answered
        s.configuration_done()
        assert values(s, "n") == stops


def test_a_condition_that_fails_is_told_and_does_not_stop(dap, program):
    prog = program(COUNT)
    s, _ = configured(dap, prog, {"line": "loop", "condition": "1 / (n - 9) and [].missing"}, "end")
    with s:
        s.configuration_done()
        s.wait_stop("end")
        assert s.output("important").count("AttributeError") == 1
        s.finish()


@pytest.mark.parametrize("extra", [{"condition": "n ="}, {"hitCondition": "often"}, {"logMessage": "{n"}], ids=str)
def test_an_expression_that_is_none_is_refused(dap, program, extra):
    prog = program(COUNT)
    s, answered = configured(dap, prog, dict(extra, line="loop"), "end")
    with s:
        assert answered[0]["verified"] is False
        assert answered[0]["message"] and answered[0]["reason"] == "failed"
        assert answered[1]["verified"]


def test_log_points(dap, program):
    prog = program(COUNT)
    s, _ = configured(
        dap,
        prog,
        {"line": "loop", "logMessage": "n is {n}, a dict { {'k': n}['k'] } and {undefined}", "condition": "n < 2"},
        {"line": "end", "logMessage": "plain {{text}}"},
    )
    with s:
        s.configuration_done()
        s.finish()
        logged = [line for line in s.output("stdout", "console").splitlines() if "n is" in line or "plain" in line]
        assert [line.split(" and ")[0] for line in logged[:2]] == ["n is 0, a dict 0", "n is 1, a dict 1"]
        assert "NameError" in logged[0]
        assert logged[2:] == ["plain {text}"]


def test_a_hit_condition_set_where_the_thread_stands_counts_each_pass_once(dap, program):
    prog = program("def spin():\n    for i in range(40):\n        x = i  # @loop\n\nspin()\n")
    with dap.launch(prog, ["loop"]) as s:
        s.wait_stop("loop")
        s.set_breakpoints(None, [{"line": "loop", "hitCondition": "> 9"}])
        s.continue_("loop")
        assert s.evaluate("i") == "10"
        s.set_breakpoints(None, [])
        s.finish()


def test_several_breakpoints_on_one_line(dap, program):
    prog = program(COUNT)
    s, answered = configured(
        dap,
        prog,
        {"line": "loop", "condition": "n == 1"},
        {"line": "loop", "condition": "n in (1, 3)"},
        {"line": "loop", "logMessage": "log {n}"},
    )
    with s:
        ids = [breakpoint["id"] for breakpoint in answered]
        assert len(set(ids)) == 3
        s.configuration_done()
        assert s.wait_stop("loop").body["hitBreakpointIds"] == ids[:2]
        assert s.evaluate("n") == "1"
        assert s.continue_("loop").body["hitBreakpointIds"] == [ids[1]]
        assert s.evaluate("n") == "3"
        s.finish()
        assert s.output("stdout", "console").count("log ") == 6


def test_set_and_removed_while_running(dap, program):
    prog = program(
        """
        import threading
        done = threading.Event()
        print("ready", flush=True)
        count = 0
        while not done.wait(0.01):
            count += 1  # @loop
        """
    )
    with dap.launch(prog) as s:
        s.wait_output("ready")
        assert s.set_breakpoints(None, ["loop"])[0]["verified"]
        s.wait_stop("loop")
        first = int(s.evaluate("count"))
        s.continue_("loop")
        assert int(s.evaluate("count")) == first + 1
        assert s.set_breakpoints(None, []) == []
        s.continue_()
        assert s.pause()
        assert int(s.evaluate("count", frame=s.stopped.frames[-1]["id"])) > first + 1
        s.evaluate("setattr(done, '_flag', True)", "repl", s.stopped.frames[-1]["id"])  # set() waits for a lock that may be held
        s.finish()


def test_set_where_the_program_stands(dap, program):
    """The line was reached already; a breakpoint set on it now waits for its next execution."""
    prog = program("def f():\n    x = 1  # @x\n    y = 2  # @y\n    return y\n\nfor n in range(2):\n    f()\n")
    with dap.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        s.next("y")
        s.set_breakpoints(None, ["y"])
        s.continue_("y")
        assert s.evaluate("n") == "1"
        s.finish()


def test_lines_without_code_move_and_say_so(dap, program):
    prog = program(
        """
        # words  @comment
        x = 1  # @first

        # more words @between
        y = (2 +
             # inside @inside
             x)  # @last
        def f():  # @def
            \"\"\"@doc\"\"\"
            return 1  # @return

        # the end  @end
        """
    )
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        marks = ["comment", "between", "end"]
        comment, between, end = s.set_breakpoints(None, marks)
        for moved in (comment, between, end):
            assert moved["verified"] and moved["line"] not in [prog.line(mark) for mark in marks], moved
        assert comment["line"] == prog.line("first")
        assert between["line"] == prog.line("between") + 1
        s.configuration_done()
        assert s.marks_until_end()[0] == "first"


def test_lines_out_of_reach_are_unverified_with_the_reason(dap, program):
    prog = program("x = 1  # @x\n")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        far, near = s.set_breakpoints(None, [5000, "x"])
        assert far["verified"] is False and far["message"]
        assert near["verified"] is True
        s.configuration_done()
        assert s.marks_until_end() == ["x"]


def test_a_file_without_code(dap, program):
    prog = program({"main.py": "import empty  # @main\n", "empty.py": "# nothing\n", "broken.py": "x = (\n"})
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        empty = s.set_breakpoints(os.path.join(prog.folder, "empty.py"), [1])[0]
        broken = s.set_breakpoints(os.path.join(prog.folder, "broken.py"), [1])[0]
        assert broken["verified"] is False and "SyntaxError" in broken["message"]
        s.configuration_done()
        if empty["verified"]:  # to the interpreter there is something on line 1
            s.wait_stop(line=1)
        s.finish()


def test_a_file_that_does_not_exist_yet(dap, program):
    prog = program(
        """
        import os, sys
        path = os.path.join(os.path.dirname(__file__), "later.py")
        with open(path, "w") as file:
            file.write("x = 1\\n\\ny = 2\\n")
        import later
        """
    )
    later = os.path.join(prog.folder, "later.py")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        first, second = s.set_breakpoints(later, [1, 3])
        for breakpoint in (first, second):
            assert breakpoint["verified"] is False
            assert breakpoint["reason"] == "pending"
            assert breakpoint["message"]
        s.configuration_done()
        s.wait_stop(line=1, reason="breakpoint")
        changed = s.wire.wait_for_event("breakpoint", lambda body: body["breakpoint"].get("id") == first["id"])
        assert changed["reason"] == "changed"
        assert changed["breakpoint"]["verified"] is True
        assert changed["breakpoint"]["line"] == 1
        s.continue_()
        s.wait_stop(line=3)
        s.finish()


def test_events_come_only_when_the_truth_changes(dap, program):
    prog = program({"main.py": "import mod\nx = 1  # @x\n", "mod.py": "y = 2  # @y\n\n# words @words\n"})
    with dap.launch(prog, ["x", "y", "words"]) as s:
        s.marks_until_end()
        assert s.wire.bodies("breakpoint") == []


def test_before_launch(dap, program):
    """Some clients set breakpoints before the event initialized, or even before launch."""
    prog = program(COUNT)
    with dap.fresh(prog) as s:
        s.initialize()
        early = s.set_breakpoints(None, ["end"])[0]
        assert early["id"] >= 1
        s.launch(prog)
        s.configuration_done()
        assert s.wait_stop("end").body["hitBreakpointIds"] == [early["id"]]
        if not early["verified"]:
            s.wire.wait_for_event("breakpoint", lambda body: body["breakpoint"].get("id") == early["id"])
        s.finish()


def test_the_old_way_of_lines(dap, program):
    prog = program(COUNT)
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        body = s.wire.request("setBreakpoints", {"source": {"path": prog.path}, "lines": [prog.line("end")]})
        assert body["breakpoints"][0]["verified"]
        s.configuration_done()
        s.wait_stop("end")
        s.finish()


def test_file_names_are_told_back(dap, program):
    prog = program(COUNT)
    s, answered = configured(dap, prog, "end")
    with s:
        assert answered[0]["line"] == prog.line("end")
        assert answered[0].get("source", {}).get("path", prog.path) == prog.path


def test_breakpoint_locations(hub, program):
    prog = program("x = 1  # @x\n\n# words\ny = (\n    x\n)  # @end\n")
    with hub.launch(prog, ["x"]) as s:
        s.wait_stop("x")
        body = s.wire.request("breakpointLocations", {"source": {"path": prog.path}, "line": 1, "endLine": 6})
        lines = {place["line"] for place in body["breakpoints"]}
        assert 1 in lines and 3 not in lines and lines & {4, 5}
        s.finish()


def test_the_builtin(dap, program):
    prog = program(
        """
        def f():
            breakpoint()  # @call
            return 1  # @after
        f()
        """
    )
    with dap.launch(prog) as s:
        stop = s.wait_stop()
        assert stop.mark in ("call", "after")
        assert stop.names[:2] == ["f", "<module>"]
        s.finish()


def test_a_line_of_the_module_is_hit_after_a_stop_at_its_entry(dap, program):
    """The stop at the entry has everything traced while the module's code is about to be run."""
    prog = program("import sys\n\nx = 1  # @x\n")
    with dap.launch(prog, ["x"], stopOnEntry=True) as s:
        s.wait_stop(reason="entry")
        s.continue_()
        s.wait_stop("x")
        s.finish()
