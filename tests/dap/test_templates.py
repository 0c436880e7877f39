"""Templates of Jinja: breakpoints in them, frames with their variables, steps from line to line. Needs the library."""

import pytest

pytest.importorskip("jinja2")

PROGRAM = """
import sys
from jinja2 import Environment, FileSystemLoader

env = Environment(loader=FileSystemLoader(sys.path[0] + "/templates"))

def shout(text):
    loud = text.upper()  # @shout
    return loud + "!"  # @shouted

def page():
    text = env.get_template("page.html").render(title="News", items=["a", "b"], shout=shout)  # @render
    return text  # @rendered

page()
print("".join(page().split()))  # @end
"""
PAGE = """
<h1>{{ title }}</h1> {# @title #}
{% set n = 3 %} {# @set #}
<ul> {# @text #}
{% for item in items %} {# @for #}
  <li>{{ item }} {{ n }} {# @item #}
    {{ shout(item) }}</li> {# @call #}
{% endfor %}
</ul>
{% include "inc.html" %} {# @include #}
{{ title|lower }} {# @lower #}
"""
INC = """
Within.
{% if title %} {# @if #}
{{ title }} {# @within #}
{% endif %}
"""
FILES = {"prog.py": PROGRAM, "templates/page.html": PAGE, "templates/inc.html": INC}
PRINTED = "<h1>News</h1><ul><li>a3A!</li><li>b3B!</li></ul>Within.Newsnews\n"
BASE = """
<html>{% block head %}Nothing{% endblock %} {# @base_head #}
{% block body %} {# @base_body #}
{% endblock %}
</html> {{ title }} {# @base_end #}
"""
CHILD = """
{% extends "base.html" %} {# @extends #}
{% macro field(name) %} {# @macro #}
  <{{ name }}> {# @field #}
{% endmacro %}
{% block body %} {# @block #}
  {% set deep = title * 2 %} {# @deep #}
  {{ field(deep) }} {# @use #}
{% endblock %}
"""


def template_of(prog, name="page.html"):
    return prog.folder + "/templates/" + name


def test_a_breakpoint_in_a_template(dap, program):
    prog = program(FILES)
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, jinja=True)
        told = s.set_breakpoints(template_of(prog), ["item", "text"])
        assert [one["verified"] for one in told] == [False, False]
        assert "not loaded" in told[0]["message"]
        s.configuration_done()
        stop = s.wait_stop("for", reason="breakpoint")  # the tag below the text
        assert stop.names[:2] == ["page.html", "page"]
        assert stop.frames[0]["source"]["path"] == template_of(prog)
        changed = {one["breakpoint"]["id"]: one["breakpoint"] for one in s.wire.bodies("breakpoint")}
        assert [changed[one["id"]]["line"] for one in told] == [prog.line("item"), prog.line("for")]
        assert all(one["verified"] for one in changed.values())
        found = s.locals()
        assert found["title"]["value"] == "'News'" and found["n"]["value"] == "3"
        assert not any(name.startswith("l_") for name in found)
        assert s.evaluate("'lipsum' in globals() and 'title' in locals()") == "True"
        marks, items = [], []
        for _ in range(5):
            s.continue_()
            marks.append(s.wait_stop(reason="breakpoint").mark)
            if marks[-1] == "item":
                items.append(s.evaluate("item + title"))
        assert marks == ["item", "for", "item", "for", "for"] and items == ["'aNews'", "'bNews'"]
        s.set_breakpoints(template_of(prog), [])
        s.finish()
        assert s.output("stdout") == PRINTED


def test_steps_through_templates(dap, program):
    prog = program(FILES)
    with dap.launch(prog, ["render"], jinja=True) as s:
        s.wait_stop("render")
        s.step_in("title")
        s.next("set")
        s.next("for")
        s.next("item")
        s.next("call")
        s.step_in("shout")
        assert s.stopped.names[:3] == ["shout", "page.html", "page"]
        s.next("shouted")
        s.step_out("for")
        s.next("item")
        s.next("call")
        s.next("for")
        s.next("include")
        s.step_in("if")
        assert s.stopped.names[:3] == ["inc.html", "page.html", "page"]
        s.next("within")
        s.step_out("lower")
        s.next("render")  # in the middle of its line, behind the call
        s.next("rendered")
        s.set_breakpoints(None, [])
        s.finish()


def test_a_step_over_and_out_of_a_template(dap, program):
    prog = program(FILES)
    with dap.launch(prog, ["render", "include"], jinja=True) as s:
        s.wait_stop("render")
        s.set_breakpoints(None, [])
        s.continue_("include")
        s.next("lower")
        s.continue_("include")
        s.step_out("render")
        s.next("rendered")
        s.finish()


def test_conditions_counts_and_messages(dap, program):
    prog = program(FILES)
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, jinja=True)
        lines = [
            {"line": "item", "condition": "item == 'b'"},
            {"line": "call", "hitCondition": "3"},
            {"line": "within", "logMessage": "title is {title}"},
            {"line": "lower", "condition": "nothing"},
        ]
        s.set_breakpoints(template_of(prog), [one for one in lines if one["line"] != "within"])
        s.set_breakpoints(template_of(prog, "inc.html"), lines[2:3])
        s.configuration_done()
        s.wait_stop("item")
        assert s.evaluate("item") == "'b'"
        s.continue_("call")
        assert s.evaluate("item") == "'a'"
        s.continue_("item")
        s.finish()
        assert s.output("console", "stdout").count("title is News\n") == 2
        assert s.output("important").count("condition 'nothing' failed: NameError") == 1


def test_blocks_and_macros(dap, program):
    files = {"prog.py": PROGRAM.replace("page.html", "child.html"), "templates/base.html": BASE, "templates/child.html": CHILD}
    prog = program(files)
    with dap.launch(prog, ["block"], jinja=True) as s:
        stop = s.wait_stop("block")
        assert stop.names[:4] == ["child.html: block body", "base.html", "child.html", "page"]
        s.set_breakpoints(template_of(prog, "child.html"), [])
        s.next("deep")
        s.next("use")
        assert s.evaluate("deep") == "'NewsNews'"
        s.step_in("macro")
        assert s.stopped.names[0] == "child.html: macro"
        s.next("field")
        assert s.evaluate("name") == "'NewsNews'"
        s.step_out("base_end")
        s.finish()
        assert s.output("stdout") == "<html>Nothing<NewsNews></html>News\n"


def test_variables_are_set(hub, program):
    prog = program(FILES)
    with hub.launch(prog, ["for", "item"], jinja=True) as s:
        s.wait_stop("for")
        local = s.scopes()["Locals"]["variablesReference"]
        s.wire.request("setVariable", {"variablesReference": local, "name": "items", "value": "['x']"})
        s.continue_("item")
        s.evaluate("item = 'y'", "repl")
        assert s.evaluate("item") == "'y'"
        s.wire.request("setExpression", {"expression": "title", "value": "'Olds'", "frameId": s.stopped.frame})
        s.set_breakpoints(template_of(prog), [])
        s.finish()


def test_exceptions_are_shown_in_the_template(dap, program):
    files = dict(FILES, **{"templates/inc.html": "Within.\n\n{{ 1 // (n - 3) }} {# @fails #}\n"})
    prog = program(files)
    with dap.launch(prog, exceptions=["raised"], jinja=True) as s:
        stop = s.wait_stop("fails", reason="exception")
        assert stop.names[:3] == ["inc.html", "page.html", "page"]
        told = s.wire.request("exceptionInfo", {"threadId": stop.thread})["details"]["stackTrace"]
        assert 'inc.html", line 3, in inc.html\n    {{ 1 // (n - 3) }}' in told
        assert s.locals()["n"]["value"] == "3"
        s.finish(1)


def test_an_uncaught_exception(hub, program):
    files = dict(FILES, **{"templates/inc.html": "Within.\n\n{{ none_of.them }} {# @fails #}\n"})
    prog = program(files)
    with hub.launch(prog, exceptions=["uncaught"], jinja=True) as s:
        s.wait_stop("fails", reason="exception")
        assert s.locals()["n"]["value"] == "3"
        s.finish(1)


def test_a_template_that_was_loaded_before(dap, program):
    prog = program(FILES)
    with dap.launch(prog, ["end"], jinja=True) as s:
        s.wait_stop("end")
        told = s.set_breakpoints(template_of(prog), ["call"])
        assert told[0]["verified"]
        s.continue_("call")
        told = s.set_breakpoints(template_of(prog), ["call", "text", "lower"])
        assert [one["line"] for one in told] == [prog.line("call"), prog.line("for"), prog.line("lower")]
        assert s.marks_until_end() == ["call", "for", "call", "for", "lower"]


def test_without_the_key_a_template_is_none(hub, program):
    prog = program(FILES)
    with hub.open(prog) as s:
        s.initialize()
        s.launch(prog)
        told = s.set_breakpoints(template_of(prog), ["item"])
        assert not told[0]["verified"] and "set 'jinja'" in told[0]["message"]
        s.configuration_done()
        s.finish()
        assert s.output("stdout") == PRINTED
