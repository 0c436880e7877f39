"""Templates of Django: breakpoints in them, frames with their variables, steps from tag to tag. Needs the library."""

import pytest

pytest.importorskip("django")

PROGRAM = """
import sys, django
from django.conf import settings

folders = {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [sys.path[0] + "/templates"]}
settings.configure(TEMPLATES=[folders], USE_TZ=False)
django.setup()
from django.template.loader import get_template

def shout():
    loud = "HEY"  # @shout
    return loud + "!"  # @shouted

def page():
    text = get_template("page.html").render({"title": "News", "items": ["a", "b"], "shout": shout})  # @render
    return text  # @rendered

page()
print("".join(page().split()))  # @end
"""
PAGE = """
{% extends "base.html" %} {# @extends #}
{% block body %} {# @block #}
<ul> {# @text #}
{% for item in items %} {# @for #}
  <li>{{ item }} {{ title }} {# @item #}
  {{ shout }}</li> {# @call #}
{% endfor %}
</ul>
{% include "inc.html" %} {# @include #}
{{ title|lower }} {# @lower #}
{% endblock %}
"""
BASE = """
<html>
{% block body %} {# @base_body #}
{% endblock %}
</html> {{ title }} {# @base_end #}
"""
INC = """
Within. {% comment %}
{{ not_this }}
{% endcomment %}
{% if title %} {# @if #}
{{ title }} {# @within #}
{% endif %}
"""
FILES = {
    "prog.py": PROGRAM, "templates/page.html": PAGE, "templates/base.html": BASE, "templates/inc.html": INC,
}
PRINTED = "<html><ul><li>aNewsHEY!</li><li>bNewsHEY!</li></ul>Within.Newsnews</html>News\n"


def template_of(prog, name="page.html"):
    return prog.folder + "/templates/" + name


def test_breakpoints_in_a_template(dap, program):
    prog = program(FILES)
    with dap.launch(prog, ["render"], django=True) as s:
        s.wait_stop("render")
        told = s.set_breakpoints(template_of(prog), ["item", "text"])
        assert [(one["verified"], one["line"]) for one in told] == [(True, prog.line("item")), (True, prog.line("for"))]
        stop = s.continue_("for")
        assert stop.names[:4] == ["page.html", "base.html", "page.html", "page"]
        assert [frame["line"] for frame in stop.frames[1:3]] == [prog.line("base_body"), prog.line("extends")]
        found = s.locals()
        assert found["title"]["value"] == "'News'" and "context" not in found and "True" not in found
        stop = s.continue_("item")
        assert stop.reason == "breakpoint" and s.evaluate("item + title") == "'aNews'"
        local = s.scopes()["Locals"]["variablesReference"]
        s.wire.request("setVariable", {"variablesReference": local, "name": "title", "value": "'Olds'"})
        s.continue_("item")
        assert s.evaluate("item + title") == "'bOlds'"
        s.set_breakpoints(template_of(prog), [])
        s.continue_("render")
        s.finish()
        assert s.output("stdout") == PRINTED


def test_steps_through_templates(dap, program):
    prog = program(FILES)
    with dap.launch(prog, ["render"], django=True) as s:
        s.wait_stop("render")
        s.set_breakpoints(None, [])
        s.step_in("extends")
        s.step_in("base_body")
        s.step_in("for")
        s.next("item")
        s.next("call")
        s.step_in("shout")
        assert s.stopped.names[:3] == ["shout", "page.html", "base.html"]
        s.next("shouted")
        s.next("item")
        s.next("call")
        s.next("include")
        s.step_in("if")
        s.next("within")
        s.step_out("lower")
        s.next("base_end")
        s.next("render")  # in the middle of its line, behind the call
        s.next("rendered")
        s.finish()


def test_a_step_over_and_out_of_a_template(dap, program):
    prog = program(FILES)
    with dap.launch(prog, ["include"], django=True) as s:
        s.wait_stop("include")
        s.next("lower")
        s.step_out("base_end")
        s.step_out("render")
        s.next("rendered")
        s.continue_("include")
        s.set_breakpoints(template_of(prog), [])
        s.finish()


def test_conditions_counts_and_messages(dap, program):
    prog = program(FILES)
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, django=True)
        lines = [{"line": "item", "condition": "item == 'b'"}, {"line": "call", "hitCondition": "3"}]
        s.set_breakpoints(template_of(prog), lines)
        s.set_breakpoints(template_of(prog, "inc.html"), [{"line": "within", "logMessage": "title is {title}"}])
        s.configuration_done()
        s.wait_stop("item", reason="breakpoint")
        s.continue_("call")
        assert s.evaluate("item") == "'a'"
        s.continue_("item")
        s.finish()
        assert s.output().count("title is News\n") == 2


def test_exceptions_are_shown_in_the_template(dap, program):
    inner = "Within.\n\n{% if title %} \n{% for one, other in items %} {# @fails #}{% endfor %}\n{% endif %}\n"
    prog = program(dict(FILES, **{"templates/inc.html": inner}))
    with dap.launch(prog, ["render"], django=True) as s:
        s.wait_stop("render")
        s.wire.request("setExceptionBreakpoints", {"filters": ["raised"]})
        stop = s.continue_("fails")
        assert stop.names[:3] == ["inc.html", "page.html", "base.html"]
        assert s.locals()["title"]["value"] == "'News'"
        s.wire.request("setExceptionBreakpoints", {"filters": ["uncaught"]})
        s.continue_("fails")  # now it is about to end the program
        assert s.stopped.reason == "exception" and s.stopped.names[:2] == ["inc.html", "page.html"]
        told = s.wire.request("exceptionInfo", {"threadId": s.stopped.thread})["details"]["stackTrace"]
        assert 'inc.html", line 4, in inc.html\n    {% for one, other in items %}' in told
        s.finish(1)
