"""The terminal face on real programs: commands in a pipe, the transcript out."""

import os
import re
import subprocess
import sys

import pytest

from tests.processes import Family
from tests.wire import DEADLINE

DAPPER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "dapper")

#: Before 3.11 code does not know its class.
CLASS = "Order." if sys.version_info >= (3, 11) else ""

SHOP = """\
class Order:
    def __init__(self, lines):
        self.lines = lines

    def total(self, rebate=0):
        amount = 0
        for line in self.lines:
            amount += line
        return amount - rebate


def book(order):
    paid = order.total(1)
    return paid


print(book(Order([3, 4])))
print(book(Order([5])))
"""


class Transcript:
    """What one sitting printed, and its exit status."""

    def __init__(self, text, errors, status):
        self.text = text
        self.errors = errors
        self.status = status

    def answers(self):
        """[(command, what came after it)]"""
        parts = [part.partition("\n") for part in ("\n" + self.text).split("\n(dapper) ")[1:]]
        return [(command, answer.rstrip("\n")) for command, _, answer in parts]

    def answer(self, command, number=0):
        """What came after a command, its first or a later time."""
        return [answer for asked, answer in self.answers() if asked == command][number]


@pytest.fixture
def sitting(program, tmp_path):
    """``sitting(text or Program, commands, *options, stdin=None, args=())`` → Transcript."""
    family = Family()

    def run(what, commands="", *options, stdin=None, args=(), target=None):
        prog = program(what) if isinstance(what, (str, dict)) else what
        environment = family.environment({"HOME": str(tmp_path), "PYTHONPATH": None})
        done = subprocess.run(
            [sys.executable, DAPPER] + list(options) + (target or [os.path.basename(prog.path)]) + list(args),
            input=(commands if stdin is None else stdin).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=prog.folder,
            env=environment,
            timeout=2 * DEADLINE,
        )
        text = done.stdout.decode().replace(os.path.realpath(prog.folder) + os.sep, "")
        text = re.sub("0x[0-9a-f]+", "0xX", text)
        family.wait_extinct()
        return Transcript(text, done.stderr.decode(), done.returncode)

    yield run
    family.kill()


def test_a_sitting_reads_like_one_in_pdb(sitting, engine):
    commands = "b 8, line == 4\nb\nc\nw\na\nu\np order.lines, order.total()\nd\nl\nn\n\nr\nc\nq\n"
    seen = sitting(SHOP, commands, "--engine", engine.name)
    assert (
        seen.text
        == """\
> prog.py(1)<module>()
-> class Order:
(dapper) b 8, line == 4
Breakpoint 1 at prog.py:8
(dapper) b
Num Type         Disp Enb   Where
1   breakpoint   keep yes   at prog.py:8
\tstop only if line == 4
(dapper) c
Breakpoint 1
> prog.py(8){0}total()
-> amount += line
(dapper) w
  prog.py(17)<module>()
-> print(book(Order([3, 4])))
  prog.py(13)book()
-> paid = order.total(1)
> prog.py(8){0}total()
-> amount += line
(dapper) a
self = <__main__.Order object at 0xX>
rebate = 1
(dapper) u
> prog.py(13)book()
-> paid = order.total(1)
(dapper) p order.lines, order.total()
([3, 4], 7)
(dapper) d
> prog.py(8){0}total()
-> amount += line
(dapper) l
  3  \t        self.lines = lines
  4
  5  \t    def total(self, rebate=0):
  6  \t        amount = 0
  7  \t        for line in self.lines:
  8 B->\t            amount += line
  9  \t        return amount - rebate
 10
 11
 12  \tdef book(order):
 13  \t    paid = order.total(1)
(dapper) n
> prog.py(7){0}total()
-> for line in self.lines:
(dapper) 
> prog.py(9){0}total()
-> return amount - rebate
(dapper) r
(return) total 6
> prog.py(13)book()
-> paid = order.total(1)
(dapper) c
6
4
The program ended with exit code 0.
(dapper) q
""".format(CLASS)
    )
    assert seen.errors == ""
    assert seen.status == 0


def test_a_function_breakpoint_is_hit_at_the_first_line(sitting):
    seen = sitting(SHOP, "b Order.total\nb book, len(order.lines) == 1\nc\nc\nc\nc\n")
    text = re.sub(r"at prog\.py:\d+ \((.*)\)", r"at \1", seen.text)  # some engines know the place at once
    stops = [line for line in text.split("\n") if line.startswith("Breakpoint") or line.startswith("> ")]
    total = "> prog.py(6)%stotal()" % CLASS
    assert stops == [
        "> prog.py(1)<module>()",
        "Breakpoint 1 at Order.total",
        "Breakpoint 2 at book",
        "Breakpoint 1",
        total,
        "Breakpoint 2",
        "> prog.py(13)book()",
        "Breakpoint 1",
        total,
    ]


LOOP = """\
def spin(n):
    for i in range(n):
        x = i
    return x


spin(6)
y = 1
"""


def test_temporary_disabled_and_ignored_breakpoints(sitting):
    seen = sitting(LOOP, "tb 3\nc\nb 3\nignore 2 2\nc\np i\ndisable 2\nb 8\nc\nb\nenable\ncl 2\nb\ncl 7\ncl\nb\nq\n")
    assert seen.answer("c") == "Temporary breakpoint 1\n> prog.py(3)spin()\n-> x = i"
    assert seen.answer("ignore 2 2") == "Breakpoint 2 lets the next 2 hits pass."
    assert seen.answer("p i") == "3"
    assert seen.answer("c", 2) == "Breakpoint 3\n> prog.py(8)<module>()\n-> y = 1"
    assert seen.answer("b").split("\n")[1:] == [
        "2   breakpoint   keep no    at prog.py:3",
        "\talready stopped here 1 time",
        "3   breakpoint   keep yes   at prog.py:8",
        "\talready stopped here 1 time",
    ]
    assert seen.answer("cl 2") == "Deleted breakpoint 2 at prog.py:3"
    assert seen.answer("cl 7") == "*** There is no breakpoint 7."
    assert seen.answer("cl") == "Deleted breakpoint 3 at prog.py:8"
    assert seen.answer("b", 2) == "There are no breakpoints."


def test_a_breakpoint_runs_its_commands(sitting):
    commands = "b 3\ncommands\nsilent\np i * 10\nc\nend\nc\n"
    seen = sitting(LOOP, commands)
    assert seen.text.endswith("(dapper) c\n0\n10\n20\n30\n40\n50\nThe program ended with exit code 0.\n")


def test_breakpoints_that_can_not_be(sitting):
    seen = sitting(LOOP, "b 99\nb nowhere.py:3\nb 3, (\nb 3x\nb nosuch\nb 6\nb\nq\n")
    assert seen.answer("b 99").startswith("*** There is no code at line 99")
    assert seen.answer("b nowhere.py:3") == "*** There is no file nowhere.py."
    assert seen.answer("b 3, (").startswith("*** SyntaxError")
    assert seen.answer("b 3x") == "*** 3x is neither a line nor a function."
    assert seen.answer("b nosuch").startswith("Breakpoint 1 at nosuch\n    not set yet: ")
    assert seen.answer("b 6").startswith("Breakpoint 2 at prog.py:7\n    Line 6 has no code")


def test_breakpoints_in_another_file(sitting):
    files = {"prog.py": "import helper\n\nhelper.help(2)\n", "helper.py": "def help(n):\n    return n\n"}
    seen = sitting(files, "b helper.py:2\ntb helper:2, n > 1\nc\nw\ncl helper:2\nq\n")
    assert seen.answer("b helper.py:2") == "Breakpoint 1 at helper.py:2"
    assert seen.answer("c") == "Breakpoint 1\nTemporary breakpoint 2\n> helper.py(2)help()\n-> return n"
    assert seen.answer("cl helper:2") == "Deleted breakpoint 1 at helper.py:2"


def test_a_function_is_meant_as_the_frame_knows_it(sitting):
    files = {"prog.py": "import helper as h\n\nh.Tool().use(2)\n",
             "helper.py": "class Tool:\n    def use(self, n):\n        return n\n"}
    seen = sitting(files, "n\nb h.Tool().use, n == 2\nc\nq\n")
    assert seen.answer("b h.Tool().use, n == 2") == "*** h.Tool().use is neither a line nor a function."
    seen = sitting(files, "n\nb h.Tool.use, n == 2\nc\nq\n")
    assert seen.answer("b h.Tool.use, n == 2") == "Breakpoint 1 at helper.py:2 (Tool.use)"
    assert seen.answer("c") == "Breakpoint 1\n> helper.py(3)%suse()\n-> return n" % ("Tool." if CLASS else "")


def test_until_leaves_a_loop_and_next_stays_in_the_frame_looked_at(sitting):
    seen = sitting(LOOP, "b 3\nc\ncl\nuntil\np i\nrun\nb 3\nc\ncl\nu\nn\nq\n")
    assert seen.answer("until") == "> prog.py(4)spin()\n-> return x"
    assert seen.answer("p i") == "5"
    assert seen.answer("n") == "> prog.py(8)<module>()\n-> y = 1"


RECURSION = """\
def down(n):
    for i in range(2):
        pass
    if n:
        down(n - 1)
    return n


down(3)
"""


def test_until_stays_in_its_own_call(sitting):
    seen = sitting(RECURSION, "b 5\nc\ncl\nuntil 6\np n\nuntil\nq\n")
    assert seen.answer("until 6") == "> prog.py(6)down()\n-> return n"
    assert seen.answer("p n") == "3"
    assert seen.answer("until") == "> prog.py(9)<module>()\n-> down(3)"


def test_jump_skips_and_repeats(sitting):
    seen = sitting("x = 1\nx = 2\nx = 3\nfor i in x,: pass\n", "n\nj 3\np x\nj 2\nn\np x\nj 99\nj\nq\n")
    assert seen.answer("j 3") == "> prog.py(3)<module>()\n-> x = 3"
    assert seen.answer("p x") == "1"
    assert seen.answer("p x", 1) == "2"
    assert seen.answer("j 99") == "*** There is no code at line 99 of this function."
    assert seen.answer("j") == "*** Say the line to jump to."


def test_python_runs_in_the_frame_looked_at(sitting):
    commands = """b 3
c
x = [i, n]
x
c = 5
!c
for q in x:
    print('got', q)

def twice(a):
    return 2 * a

twice(x)
nonsense
1 +
p 1, 2 ;; p ';;'
whatis spin
whatis n
pp dict.fromkeys(range(3), 'long ' * 6)
source spin
None
q
"""
    seen = sitting(LOOP, commands)
    assert seen.answer("x") == "[0, 6]"
    assert seen.answer("!c") == "5"
    assert seen.answer("for q in x:").endswith("\ngot 0\ngot 6")
    assert seen.answer("twice(x)") == "[0, 6, 0, 6]"
    assert seen.answer("nonsense") == "*** NameError: name 'nonsense' is not defined"
    assert seen.answer("1 +").startswith("*** SyntaxError: invalid syntax")
    assert seen.answer("p 1, 2 ;; p ';;'") == "(1, 2)\n';;'"
    assert seen.answer("whatis spin") == "Function __main__.spin"
    assert seen.answer("whatis n") == "<class 'int'>"
    assert seen.answer("pp dict.fromkeys(range(3), 'long ' * 6)").count("\n") == 2
    assert seen.answer("source spin").split("\n")[0] == "  1 \tdef spin(n):"
    assert seen.answer("None") == ""


def test_display_shows_what_has_changed(sitting):
    seen = sitting(LOOP, "b 3\nc\ndisplay x\ndisplay i\nc\nc\ndisplay\nundisplay x\nundisplay x\nc\nq\n")
    assert seen.answer("display x").startswith("display x: ** raised ")
    assert seen.answer("c", 1).split("\n")[3:] == [
        seen.answer("display x").replace("display x: ", "display x: 0  [old: ") + "]",
        "display i: 1  [old: 0]",
    ]
    assert seen.answer("c", 2).split("\n")[3:] == ["display x: 1  [old: 0]", "display i: 2  [old: 1]"]
    assert seen.answer("display") == "x: 1\ni: 2"
    assert seen.answer("undisplay x", 1) == "*** x is not displayed here."
    assert seen.answer("c", 3).split("\n")[3:] == ["display i: 3  [old: 2]"]


CRASH = """\
def half(n):
    raise ValueError("no half of %d" % n)


half(0)
"""


def test_post_mortem_at_an_uncaught_exception(sitting):
    seen = sitting(CRASH, "c\np n\nu\nexceptions\nc\n")
    shown = seen.answer("c").split("\n")
    assert shown[0] == "Traceback (most recent call last):"
    assert shown[-4:] == [
        "ValueError: no half of 0",
        "Uncaught exception: look around; the program ends when it goes on.",
        "> prog.py(2)half()",
        "-> raise ValueError(\"no half of %d\" % n)",
    ]
    assert seen.answer("p n") == "0"
    assert seen.answer("u") == "> prog.py(5)<module>()\n-> half(0)"
    assert seen.answer("exceptions").endswith("Stops for exceptions: uncaught.")
    assert seen.answer("c", 1) == "The program ended with exit code 1."
    assert seen.errors.startswith("Traceback")
    assert seen.status == 1


def test_the_exceptions_to_stop_for_can_be_chosen(sitting):
    text = "try:\n    {}['x']\nexcept KeyError:\n    pass\n" + CRASH
    seen = sitting(text, "exceptions raised\nc\nexceptions none\nexceptions bad\nc\n")
    assert seen.answer("c").endswith("Exception raised.\n> prog.py(2)<module>()\n-> {}['x']")
    assert seen.answer("exceptions bad").startswith("*** bad is none of raised")
    assert seen.answer("c", 1) == "The program ended with exit code 1."


@pytest.mark.parametrize(
    "text, commands, status, said",
    [
        ("raise SystemExit(7)", "c\n", 7, "The program ended with exit code 7."),
        ("pass", "c\n", 0, "The program ended with exit code 0."),
        ("import os; os.kill(os.getpid(), 9)", "c\n", 137, "SIGKILL"),
        ("raise SystemExit(7)", "q\n", 0, ""),
        ("raise SystemExit(7)", "", 0, ""),
        (CRASH, "c\nq\n", 1, "Uncaught"),
        (CRASH, "c\n", 1, "Uncaught"),
    ],
)
def test_exit_status(sitting, text, commands, status, said):
    seen = sitting(text, commands)
    assert seen.status == status
    assert said in seen.text


def test_a_program_that_does_not_compile_ends(sitting):
    seen = sitting("x = (\n", "q\n")
    assert seen.status == 1
    assert "SyntaxError" in seen.errors


def test_restart_keeps_breakpoints_and_takes_other_arguments(sitting):
    text = "import sys\n\nprint(sys.argv[1:])\n"
    seen = sitting(text, "b 3\nc\nrun\nc\nc\nrun 'x y' z\nc\nc\nq\n", args=["a"])
    assert [line for line in seen.text.split("\n") if line.startswith(("B", "["))] == [
        "Breakpoint 1 at prog.py:3",
        "Breakpoint 1",
        "Breakpoint 1",
        "['a']",
        "Breakpoint 1",
        "['x y', 'z']",
    ]
    assert seen.answer("c", 2) == "['a']\nThe program ended with exit code 0."


def test_commands_without_a_program_say_so(sitting):
    seen = sitting("pass\n", "c\nn\nx\nb 1\nh n\nq\n")
    for command in ("n", "x"):
        assert seen.answer(command) == "*** The program has ended. run starts it again, q leaves."
    assert seen.answer("b 1") == "Breakpoint 1 at prog.py:1"
    assert seen.answer("h n").startswith("n(ext)\n")


def test_the_program_does_not_read_commands(sitting):
    seen = sitting("import sys\nprint(repr(sys.stdin.read()))\n", "c\nq\n")
    assert "''\nThe program ended" in seen.text


def test_with_a_script_the_standard_input_is_the_programs(sitting):
    prog_text = "import sys\nprint(repr(sys.stdin.read()))\n"
    seen = sitting(prog_text, "", "-c", "n ;; n", "-c", "c", stdin="for the program")
    assert "'for the program'\n" in seen.text
    assert seen.answers()[0][0] == "n ;; n"
    assert seen.status == 0


def test_a_command_file(sitting, program):
    prog = program({"prog.py": LOOP, "todo": "# where it turns\nb 3, i == 5\n\nc\np i\nc\n"})
    seen = sitting(prog, "", "-x", "todo")
    assert seen.answers()[0] == ("# where it turns", "")
    assert seen.answer("p i") == "5"
    assert seen.status == 0


def test_go_shows_stops_and_goes_on_to_the_end(sitting):
    seen = sitting(LOOP, "", "--go", "-c", "b 3, i > 4")
    assert seen.text == (
        "(dapper) b 3, i > 4\nBreakpoint 1 at prog.py:3\nBreakpoint 1\n> prog.py(3)spin()\n"
        "-> x = i\nThe program ended with exit code 0.\n"
    )
    seen = sitting(CRASH, "", "--go")
    assert seen.status == 1


def test_modules_and_texts(sitting, program):
    prog = program({"tool/__main__.py": "import sys\nprint(sys.argv[1:], __name__)\n"})
    seen = sitting(prog, "n\nc\n", target=["-m", "tool"], args=["-c", "x"])
    assert seen.text.startswith("> tool/__main__.py(1)<module>()\n-> import sys\n")
    assert "['-c', 'x'] __main__\n" in seen.text
    seen = sitting(prog, "ll\nc\n", target=["--code", "x = 1\nprint(x + 1)"])
    assert seen.answer("ll") == "  1  ->\tx = 1\n  2  \tprint(x + 1)"
    assert seen.answer("c").startswith("2\n")


def test_the_folder_to_run_in(sitting, program, tmp_path):
    prog = program({"sub/prog.py": "import os\nprint(os.path.basename(os.getcwd()))\n"})
    seen = sitting(prog, "c\n", "--cwd", "sub")
    assert "sub\nThe program ended" in seen.text


THREADS = """\
import threading

def work(n):
    m = n
    go.wait()

go = threading.Event()
thread = threading.Thread(target=work, args=(3,), name="helper")
thread.start()
go.set()
thread.join()
"""


def test_threads_are_listed_and_looked_at(sitting):
    seen = sitting(THREADS, "b 4\nc\nthreads\nthread 1\nthread 2\np n\nthread 9\nthread 1\nn\nc\n")
    assert seen.answer("c").startswith("Breakpoint 1\n[Thread 2: helper]\n> prog.py(4)work()")
    listed = seen.answer("threads").split("\n")
    assert listed[0].startswith("  1   MainThread ") and listed[1] == "> 2   helper               prog.py(4)work()"
    assert seen.answer("thread 1").startswith("[Thread 1: MainThread]\n> ")
    assert seen.answer("p n") == "3"
    assert seen.answer("thread 9") == "*** There is no thread 9."
    assert seen.answer("c", 1) == "The program ended with exit code 0."


def test_every_command_has_help(sitting):
    from dapper.terminal import face  # noqa: F401  it fills the registry
    from dapper.terminal.registry import COMMANDS

    names = sorted(COMMANDS)
    seen = sitting("pass\n", "h\n" + "".join("h %s\n" % name for name in names) + "h nonsense\nq\n")
    for name in names:
        said = seen.answer("h %s" % name)
        assert said.startswith(COMMANDS[name].usage + "\n    ")
        assert COMMANDS[name].usage in seen.answer("h")
    assert seen.answer("h nonsense") == "*** There is no command nonsense."


def test_a_command_line_without_sense(sitting):
    seen = sitting("pass\n", "", "--frobnicate")
    assert seen.status == 2
    assert "there is no option --frobnicate" in seen.errors
    assert seen.text == ""


def test_an_interpreter_that_is_not_there(sitting):
    seen = sitting("pass\n", "", "--python", "/nowhere/python")
    assert seen.status == 1
    assert "/nowhere/python" in seen.text


def test_stepping_in_and_out_of_functions(sitting):
    seen = sitting(SHOP, "b 13\nc\ns\nr\nrv\nn\ns\nn 5\nq\n")
    assert seen.answer("s").startswith("> prog.py(6)")
    assert seen.answer("r").startswith("(return) total 6\n> prog.py(13)book()")
    assert seen.answer("rv") == "(return) total 6"
    assert seen.answer("n") == "> prog.py(14)book()\n-> return paid"
    assert seen.answer("n 5") == "*** n takes no argument. To evaluate it, write !n 5"
