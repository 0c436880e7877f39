"""Another tool's program runs alone, then under dapper, and both tools have to give what they give alone.

What the tool gives is the program's output and whatever `Case.result` reads from the folder the program ran in; what
dapper gives is stops or log messages. Where it can't be had, dapper says so in one message, with a reason code.
"""

import difflib
import os
import pprint
import re
import subprocess
import sys

import pytest

from tests.processes import Family
from tests.wire import DEADLINE

#: What dapper does: nothing but being there; a breakpoint that is hit; one with a false condition; a log point; a stop
#: and steps from it.
WAYS = ("attached", "hit", "false", "log", "step")

TRACE_TAKEN = {"settrace": "sys.settrace "}  #: obstacles of a tool that sets a trace function
_LOGGED = "dapper saw "
_alone = {}  # name of a case → what it gave alone


class Case:
    """A program with a tool in it or around it. The breakpoint stands at the mark "here" in one of its files.

    Args:
        tool: its name, as in the table of doc/coexistence.md.
        use: how it is used; tool and use together are the case's name.
        files: name → text, see Program.
        module: what to run with ``-m``; None: the first file.
        args: the program's arguments.
        env: what to add to its environment.
        result: called with the folder the program ran in; gives what the tool found out.
        hits: how often the marked line is reached; a dict where an engine can't know all: engine → how often it is seen.
        condition: one that is false whenever the line is reached.
        shows: the expression in the log message.
        code: the exit code.
        needs: names of modules that have to be installed.
        since: the first Python that has it.
        ways: of WAYS.
        steps: the requests after the first stop.
        obstacles: engine → what dapper says when it can't do its work there.
        launch: keys of launch.
        differs: (engine, way) pairs of which doc/coexistence.md says that the tool gives something else.
    """

    def __init__(self, tool, use, files, module=None, args=(), env=None, result=None, hits=1, condition="i == 'never'",
                 shows="i", code=0, needs=(), since=(), ways=WAYS, steps=("next", "next"), obstacles=None, launch=None,
                 differs=()):
        self.tool, self.use = tool, use
        self.files = files
        self.module, self.args = module, list(args)
        self.env = dict(env or {}, PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0")
        self.result = result or (lambda folder: None)
        self.hits = hits
        self.condition, self.shows = condition, shows
        self.code = code
        self.needs, self.since = needs, since
        self.ways, self.steps = ways, steps
        self.obstacles = obstacles or {}
        self.launch = launch or {}
        self.differs = differs

    def __str__(self):
        return ("%s, %s" % (self.tool, self.use)).replace(" ", "_")

    def alone(self, program):
        """(output, result) of a run without dapper; it is done once for all tests."""
        if str(self) not in _alone:
            what = ["-m", self.module] if self.module else [program.path]
            done = subprocess.run([sys.executable] + what + self.args, cwd=program.folder, stdin=subprocess.DEVNULL,
                                  env=Family().environment(self.env), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  universal_newlines=True, timeout=3 * DEADLINE)
            assert done.returncode == self.code, done.stdout + done.stderr
            _alone[str(self)] = self.given(program, done.stdout)
            for name in set(os.listdir(program.folder)) - set(self.files):
                if os.path.isfile(os.path.join(program.folder, name)):
                    os.remove(os.path.join(program.folder, name))
        return _alone[str(self)]

    def given(self, program, text):
        """(output, result) of a run that is over."""
        return text.replace(program.folder, "<folder>").splitlines(), self.result(program.folder)

    def expects(self, engine):
        """What dapper says when it can't do its work there, or None."""
        return self.obstacles.get(engine)

    def config(self, program):
        """The keys of launch."""
        what = {"module": self.module} if self.module else {"program": program.path}
        return dict(what, **self.launch, args=self.args, env=self.env, cwd=program.folder)

    def breakpoint(self, way):
        """What to set at the mark, as SourceBreakpoint."""
        more = {"false": {"condition": self.condition}, "log": {"logMessage": "%s{%s}" % (_LOGGED, self.shows)}}
        return dict(more.get(way, {}), line="here")


class Timeless(Case):
    """Its output has times in it, of pytest's, which are left out."""

    def given(self, program, text):
        output, found = super().given(program, text)
        return [re.sub(r"in [\d.]+s", "in a while", line).strip("= ") for line in output], found


def cases(every):
    """Parametrize a test with ``case`` and ``way``; what is not installed is skipped."""

    def one(case, way):
        missing = [name for name in case.needs if not _is_installed(name)]
        marks = [pytest.mark.skip(reason="not installed: %s (make coexist)" % ", ".join(missing))] if missing else []
        if sys.version_info < case.since:
            marks = [pytest.mark.skip(reason="not before Python %d.%d" % case.since)]
        return pytest.param(case, way, marks=marks, id="%s-%s" % (case, way))

    return pytest.mark.parametrize("case, way", [one(case, way) for case in every for way in case.ways])


def _is_installed(name):
    from importlib.util import find_spec

    return find_spec(name) is not None


def check(dap, program, case, way):
    """Debug a program to its end, and compare all of it with what the tool gives alone."""
    alone = case.alone(program)
    obstacle = case.expects(dap.engine)
    with dap.open() as session:
        hits = _debug(session, program, case, way, obstacle)
        given = case.given(program, "".join(one for one in outputs(session, "stdout") if _LOGGED not in one))
    assert bool(_differences(alone, given)) == ((dap.engine, way) in case.differs), _differences(alone, given)
    told = notices(session)
    if obstacle is None:
        assert told == []
        wanted = case.hits[dap.engine] if isinstance(case.hits, dict) else case.hits
        assert hits == {"attached": 0, "false": 0, "step": 1}.get(way, wanted)
    else:
        assert len(told) == 1 and obstacle in told[0]


def _debug(session, program, case, way, obstacle):
    """How often the debugger was where the breakpoint is: stops, or log messages."""
    session.initialize()
    config = case.config(program)
    session.launch(config.pop("program", None), **config)
    session.program = program
    path = program.marks["here"][0]
    if way != "attached":
        session.set_breakpoints(path, [case.breakpoint(way)])
    session.configuration_done()
    if way == "step" and obstacle is None:
        session.wait_stop("here", reason="breakpoint")
        session.set_breakpoints(path, [])
        for step in case.steps:
            getattr(session, step)()
        session.finish(case.code)
        return 1
    marks = session.marks_until_end()
    assert set(marks) <= {"here"}
    assert session.wire.wait_for_event("exited")["exitCode"] == case.code
    return "".join(outputs(session, "stdout")).count(_LOGGED) if way == "log" else len(marks)


def _differences(alone, given):
    """What the tool gave under dapper and not alone ("+"), or the other way round ("-")."""
    before, after = [pprint.pformat(one, width=100).splitlines() for one in (alone, given)]
    return [line for line in difflib.ndiff(before, after) if line[0] in "+-"]


def outputs(session, *categories):
    """The texts of these categories, an item for each event: a log message never shares one with the program."""
    bodies = session.wire.bodies("output")
    return [body["output"] for body in bodies if body.get("category", "console") in categories]


def notices(session):
    """What dapper has said to the user."""
    return outputs(session, "console", "important")
