"""Breakpoints that decide something, in functions: an engine may put that into the functions themselves."""

import os

import pytest

from tests.dap.test_breakpoints import configured, values

CALLS = """
    asked = []

    def note(value):
        asked.append(value)  # @noted
        return True

    def work(n):
        total = 0
        for i in range(n):
            total += i  # @hot
        return total

    def outside(a):
        def inside(b):
            return a + b  # @inside
        return inside

    class Thing:
        size = 3
        both = size * 2  # @body

        def __secret(self):
            return self.size  # @private

        def tell(self):
            return self.__secret()

    def items(n):
        for k in range(n):
            yield k * k  # @yield

    for turn in range(3):
        work(4)
    outside(1)(2)
    Thing().tell()
    seen = list(items(3))
    end = 1  # @end
    """



@pytest.mark.parametrize(
    "mark, extra, look, stops",
    [
        ("hot", {"condition": "i == 2"}, "(turn, i)", ["(0, 2)", "(1, 2)", "(2, 2)"]),
        ("hot", {"condition": "i == 2 and turn == 1"}, "(turn, i)", ["(1, 2)"]),
        ("hot", {"condition": "total > 1 and i"}, "i", ["3"] * 3),
        ("hot", {"hitCondition": "5"}, "(turn, i)", ["(1, 0)"]),
        ("hot", {"hitCondition": "%6"}, "(turn, i)", ["(1, 1)", "(2, 3)"]),
        ("hot", {"condition": "i > 1", "hitCondition": ">4"}, "(turn, i)", ["(2, 2)", "(2, 3)"]),
        ("hot", {"hitCondition": "@HIT@ == 12"}, "(turn, i)", ["(2, 3)"]),
        ("hot", {"condition": "(j := i) == 3"}, "(turn, i)", ["(0, 3)", "(1, 3)", "(2, 3)"]),
        ("hot", {"condition": "[x for x in (1,)] == [i]"}, "(turn, i)", ["(0, 1)", "(1, 1)", "(2, 1)"]),
        ("hot", {"condition": "(lambda: 3)() == i"}, "turn", ["0", "1", "2"]),
        ("hot", {"condition": "nowhere == 1"}, "i", []),
        ("hot", {"condition": "1 / (i - 1) and i == 3"}, "i", ["3"] * 3),
        ("inside", {"condition": "a == 1 and b == 2"}, "a + b", ["3"]),
        ("inside", {"condition": "a is None"}, "a", []),
        ("body", {"condition": "size == 3"}, "size", ["3"]),
        ("private", {"condition": "self.size == 3"}, "self.size", ["3"]),
        ("private", {"condition": "self.__secret"}, "1", []),
        ("yield", {"condition": "k == 2"}, "k", ["2"]),
        ("yield", {"hitCondition": "2"}, "k", ["1"]),
    ],
    ids=str,
)
def test_where_it_stops(dap, program, mark, extra, look, stops):
    s, answered = configured(dap, program(CALLS), dict(extra, line=mark))
    with s:
        assert answered[0]["verified"], answered
        s.configuration_done()
        assert values(s, look) == stops


def test_a_condition_is_evaluated_once_a_hit(dap, program):
    s, _ = configured(dap, program(CALLS), {"line": "hot", "condition": "note((turn, i)) and i == 3"}, "end")
    with s:
        s.configuration_done()
        for turn in range(3):
            s.wait_stop("hot")
            assert s.evaluate("(turn, i)") == "(%d, 3)" % turn
            s.continue_()
        s.wait_stop("end")
        assert s.evaluate("asked == [(turn, i) for turn in range(3) for i in range(4)]") == "True"
        s.finish()


def test_nothing_stops_inside_a_condition(dap, program):
    s, _ = configured(dap, program(CALLS), {"line": "hot", "condition": "note(i) and i == 3"}, "noted", "end")
    with s:
        s.configuration_done()
        assert [s.wait_stop("hot") and s.continue_() for _ in range(3)] == [None] * 3
        s.wait_stop("end")
        s.finish()


def test_what_a_condition_raises_is_not_the_programs(dap, program):
    prog = program(CALLS)
    s = dap.open(prog)
    s.initialize()
    s.launch(prog)
    s.configure(exceptions=["raised"])
    s.set_breakpoints(None, [{"line": "hot", "condition": "{}[i]"}, "end"])
    with s:
        s.configuration_done()
        s.wait_stop("end")
        assert s.output("important").count("KeyError") == 1
        s.finish()


def test_one_count_for_frames_that_run_and_those_that_begin(dap, program):
    prog = program(
        """
        def down(n):
            if n == 5:
                here = 1  # @here
            value = n  # @hot
            if n:
                down(n - 1)
            return value

        down(10)
        down(3)
        end = 1  # @end
        """
    )
    s, _ = configured(dap, prog, "here", "end")
    with s:
        s.configuration_done()
        s.wait_stop("here")
        s.set_breakpoints(None, [{"line": "hot", "hitCondition": ">=6"}, "end"])
        assert s.continue_("hot").line
        assert s.evaluate("n") == "0"  # 5 4 3 2 1 0 is six
        for n in (3, 2, 1, 0):
            s.continue_("hot")
            assert s.evaluate("n") == str(n)
        s.continue_("end")
        s.finish()


def test_changed_while_frames_and_generators_are_under_way(dap, program):
    prog = program(
        """
        def numbers(n):
            for i in range(n):
                x = i  # @x
                yield i  # @yield

        def work():
            first = numbers(6)
            next(first)
            mark = 1  # @first
            next(first)
            second = numbers(3)
            next(second)
            mark = 2  # @second
            for _ in first:
                pass
            for _ in second:
                pass
            return 3  # @last

        work()
        """
    )
    s, _ = configured(dap, prog, {"line": "x", "condition": "i == 1"}, "first", "second", "last")
    with s:
        s.configuration_done()
        s.wait_stop("first")
        s.set_breakpoints(None, [{"line": "x", "condition": "i == 4"}, "second", "last"])
        s.continue_("second")  # i == 1 counts no more, in a generator that has code with that condition
        s.set_breakpoints(None, [{"line": "x", "condition": "i == 4"}, {"line": "yield", "condition": "i > 4"}, "last"])
        s.continue_("x")
        assert s.evaluate("i") == "4"
        s.continue_("yield")
        assert s.evaluate("i") == "5"
        s.set_breakpoints(None, [{"line": "x", "condition": "i == 2"}, "last"])
        s.continue_("x")
        assert s.evaluate("i") == "2"
        s.set_breakpoints(None, ["last"])
        s.continue_("last")
        s.finish()


def test_steps_stacks_and_jumps_where_code_decides(dap, program):
    prog = program(
        """
        def helper(v):
            return v + 1  # @helper

        def work(n):
            a = n  # @a
            b = helper(a)  # @b
            c = b  # @c
            return c  # @return

        for n in range(4):
            work(n)
        """
    )
    s, _ = configured(
        dap, prog, {"line": "a", "condition": "n == 2"}, {"line": "c", "hitCondition": "1000"},
        {"line": "helper", "condition": "v < 0"},
    )
    with s:
        s.configuration_done()
        stop = s.wait_stop("a")
        assert [frame["name"] for frame in stop.frames] == ["work", "<module>"]
        assert stop.frames[0]["line"] == prog.line("a")
        s.next("b")
        s.step_in("helper")
        s.step_out()
        s.next("c")
        target = s.wire.request("gotoTargets", {"source": {"path": prog.path}, "line": prog.line("a")})["targets"][0]
        s.wire.request("goto", {"threadId": s.stopped.thread, "targetId": target["id"]})
        s.wait_stop("a", reason="goto")
        s.next("b")
        s.next("c")
        s.next("return")
        s.finish()


def test_the_code_is_the_old_one_when_the_breakpoint_is_gone(dap, program):
    prog = program(
        """
        def work(i):
            def inner():
                return i  # @inner
            return inner()  # @hot

        def codes():
            with open(__file__) as file:
                module = compile(file.read(), __file__, "exec")
            plain = [code for code in module.co_consts if getattr(code, "co_name", "") == "work"]
            inner = [code for code in plain[0].co_consts if hasattr(code, "co_code")]
            mine = [code for code in work.__code__.co_consts if hasattr(code, "co_code")]
            return plain[0] == work.__code__ and inner[0] == mine[0]

        for i in range(3):
            work(i)
        end = 1  # @end
        """
    )
    s, _ = configured(
        dap, prog, {"line": "hot", "condition": "i == 1"}, {"line": "inner", "condition": "i == 1"}, "end"
    )
    with s:
        s.configuration_done()
        s.wait_stop("hot")
        s.continue_("inner")
        s.set_breakpoints(None, ["end"])
        s.continue_("end")
        assert s.evaluate("codes()") == "True"
        s.finish()


def test_log_messages_in_functions(dap, program):
    s, _ = configured(
        dap, program(CALLS),
        {"line": "hot", "logMessage": "at {i} of {n}, {total}, {1 / (i - 1)}"},
        {"line": "inside", "logMessage": "a is {a}", "condition": "b == 2"},
        {"line": "yield", "logMessage": "k {k} {[k for _ in 'a']}", "hitCondition": "%2"},
    )
    with s:
        s.configuration_done()
        s.finish()
        lines = s.output("stdout", "console").splitlines()
        assert [line for line in lines if line.startswith("at 0")] == ["at 0 of 4, 0, -1.0"] * 3
        assert sum("ZeroDivisionError" in line for line in lines) == 3
        assert sum(line.startswith("at ") for line in lines) == 12
        assert [line for line in lines if line.startswith("a is")] == ["a is 1"]
        assert len([line for line in lines if line.startswith("k 1")]) == 1


def test_no_log_message_is_lost_at_the_end(dap, program):
    prog = program("def work():\n    for i in range(5000):\n        x = i  # @hot\nwork()\n")
    s, _ = configured(dap, prog, {"line": "hot", "logMessage": "at {i}"})
    with s:
        s.configuration_done()
        s.finish()
        told = [line for line in s.output("stdout", "console").splitlines() if line.startswith("at ")]
        assert told == ["at %d" % i for i in range(5000)]


@pytest.mark.parametrize("setting", [{"injection": False}, {"fastConditions": False}, {"conditionBudget": 0},
                                     {"core": False}], ids=str)
def test_what_may_be_switched_off(dap, program, setting):
    prog = program(CALLS)
    s = dap.open(prog)
    s.initialize()
    s.launch(prog, frameEval=dict(setting, engine=dap.engine))
    s.set_breakpoints(None, [
        {"line": "hot", "condition": "note(i) and i == 3", "hitCondition": "2"},
        {"line": "yield", "logMessage": "k is {k}"}, {"line": "inside", "condition": "a == 1"}, "end",
    ])
    with s:
        s.configuration_done()
        s.wait_stop("hot")
        assert s.evaluate("turn") == "1"
        s.continue_("inside")
        s.continue_("end")
        assert s.evaluate("len(asked)") == "12"
        s.finish()
        assert s.output("stdout", "console").count("k is") == 3


def test_a_condition_that_takes_its_time(dap, program):
    prog = program(
        """
        import time
        asked = []

        def nap(value):
            asked.append(value)
            time.sleep(0.02)
            return value == 3

        def work():
            for i in range(5):
                x = i  # @hot

        work()
        work()
        end = 1  # @end
        """
    )
    s = dap.open(prog)
    s.initialize()
    s.launch(prog, frameEval={"engine": dap.engine, "conditionBudget": 5})
    s.set_breakpoints(None, [{"line": "hot", "condition": "nap(i)"}, "end"])
    with s:
        s.configuration_done()
        for _ in range(2):
            s.wait_stop("hot")
            assert s.evaluate("i") == "3"
            s.continue_()
        s.wait_stop("end")
        assert s.evaluate("asked == list(range(5)) * 2") == "True"
        told = s.wire.request("dapperTelemetry")
        if told["engine"] == "injection":
            assert told["counts"]["CONDITION_SLOW"] == 1
        s.finish()


def test_why_code_was_not_changed_is_recorded(dap, program):
    s, _ = configured(dap, program(CALLS), {"line": "hot", "condition": "(j := i) == 3"}, "end")
    with s:
        s.configuration_done()
        s.wait_stop("hot")
        told = s.wire.request("dapperTelemetry")
        if told["engine"] == "injection":
            assert told["counts"]["BYTECODE_INJECTION_FAILED"] >= 1
            assert any("walrus" in one["detail"] for one in told["recent"])
        s.set_breakpoints(None, [])
        s.finish()


def test_the_program_sees_its_functions_as_they_are(dap, program):
    prog = program(
        """
        import copy, inspect, pickle, traceback

        def work(i):
            if i == 7:
                raise ValueError(i)  # @raise
            return i  # @hot

        work(1)
        assert inspect.getsource(work).startswith("def work(i):")
        assert pickle.loads(pickle.dumps(work)) is work and copy.deepcopy(work) is work
        assert work.__code__.co_consts[:1] == (None,) or 7 in work.__code__.co_consts
        try:
            work(7)
        except ValueError as error:
            assert traceback.extract_tb(error.__traceback__)[-1].line.startswith("raise ValueError(i)")
        end = 1  # @end
        """
    )
    s, _ = configured(
        dap, prog, {"line": "raise", "condition": "i == 8"}, {"line": "hot", "condition": "i == 9"}, "end"
    )
    with s:
        s.configuration_done()
        s.wait_stop("end")
        s.finish()


def test_deep_lines_of_long_code(dap, program):
    body = "".join("    x += %d\n" % n for n in range(150))
    prog = program("def work(x):\n%s    y = x  # @deep\n    z = y  # @more\n    return z\n\nfor n in range(3):\n    work(n)\n"
                   % body)
    s, _ = configured(dap, prog, "deep", {"line": "more", "condition": "x < 0"})
    with s:
        s.configuration_done()
        assert values(s, "n") == ["0", "1", "2"]


ONE_CODE = {
    "main.py": """
        import os

        path = os.path.join(os.path.dirname(__file__), "part.py")
        with open(path) as file:
            code = compile(file.read(), path, "exec")
        for limit in range(2):
            exec(code, {"limit": limit, "calls": True})
        exec(code, {"limit": 2, "calls": True}, {"limit": 1, "calls": False})
        """,
    "part.py": """
        def work():
            for k in range(3):
                x = k  # @function

        for i in range(3):
            y = i  # @module
        if calls:
            work()
        """,
}


def test_one_piece_of_code_with_several_globals(dap, program):
    prog = program(ONE_CODE)
    places = [
        {"line": "function", "condition": "k == limit"},
        {"line": "module", "condition": "i == limit and len(str(limit)) == 1"},
    ]
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        assert all(one["verified"] for one in s.set_breakpoints(os.path.join(prog.folder, "part.py"), places))
        s.configuration_done()
        assert values(s, "limit") == ["0", "0", "1", "1", "1"]


@pytest.mark.parametrize("condition", ["i == limit", "i == limit and len(locals()) > 2", "i == later"])
def test_conditions_of_the_main_module(dap, program, condition):
    prog = program("limit = 2\nfor i in range(4):\n    later = 2\n    y = i  # @hot\n")
    s, answered = configured(dap, prog, {"line": "hot", "condition": condition})
    with s:
        assert answered[0]["verified"], answered
        s.configuration_done()
        assert values(s, "i") == ["2"]
