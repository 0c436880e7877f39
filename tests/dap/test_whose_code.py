"""Whose code it is: rules of every kind, changes during a session, and an answer to "why"."""
import os

import pytest

FILES = {
    "main.py": """
        import sys
        sys.path.insert(0, sys.argv[1])
        import foreign, foreign.deep
        foreign.call(int)  # @call
        foreign.deep.call()  # @deep_call
        x = 1  # @end
        """,
    "site-packages/foreign/__init__.py": "def call(func):\n    return func()  # @foreign\n",
    "site-packages/foreign/deep.py": "def call():\n    return 2  # @deep\n",
}


@pytest.fixture
def library(program):
    prog = program(FILES)
    prog.library = os.path.join(prog.folder, "site-packages")
    return prog


def stepped_into(s):
    """Where steps into the two calls lead."""
    s.step_in()
    first = s.stopped.mark
    while s.stopped.mark != "deep_call":
        s.next()
    s.step_in()
    return [first, s.stopped.mark]


RULES = [
    ([{"path": "{library}/foreign", "include": True}], ["foreign", "deep"]),
    ([{"path": "{library}/foreign", "include": True}, {"path": "{library}/foreign/deep.py", "include": False}],
     ["foreign", "end"]),
    ([{"path": "**/foreign/*.py", "include": True}], ["foreign", "deep"]),
    ([{"module": "foreign", "include": True}, {"module": "foreign.deep", "include": False}], ["foreign", "end"]),
]


@pytest.mark.parametrize("rules, expected", RULES)
def test_steps_follow_the_rules(dap, library, rules, expected):
    rules = [dict(rule, path=rule["path"].format(library=library.library)) if "path" in rule else rule for rule in rules]
    with dap.launch(library, ["call"], args=[library.library], rules=rules) as s:
        s.wait_stop("call")
        assert stepped_into(s) == expected


def test_a_step_passes_over_library_code_unless_its_call_is_picked(dap, library):
    with dap.launch(library, ["deep_call"], args=[library.library]) as s:
        stop = s.wait_stop("deep_call")
        targets = s.wire.request("stepInTargets", {"frameId": stop.frame})["targets"]
        s.step_in("deep", targetId=targets[-1]["id"])
        frame = s.stopped.frames[0]
        assert frame["presentationHint"] == "subtle" and "library code" in frame["source"]["origin"]
        s.step_out()
        s.finish()


def test_a_step_passes_over_library_code(dap, library):
    with dap.launch(library, ["deep_call"], args=[library.library]) as s:
        s.wait_stop("deep_call")
        s.step_in("end")
        s.finish()


def test_rules_change_while_the_program_is_stopped(dap, library):
    with dap.launch(library, ["deep_call"], args=[library.library]) as s:
        s.wait_stop("deep_call")
        answer = s.wire.request("dapperWhoseCode", {"source": {"path": library.marks["deep"][0]}})
        assert answer["isUserCode"] is False and "library code" in answer["why"]
        rule = {"path": library.library, "include": True}
        s.wire.request("setDebuggerProperty", {"rules": [rule]})
        s.wire.wait_for_event("invalidated")
        answer = s.wire.request("dapperWhoseCode", {"source": {"path": library.marks["deep"][0]}})
        assert answer == {"isUserCode": True, "why": "a rule includes the path %s" % library.library, "rule": rule}
        s.step_in("deep")
        s.finish()


def test_just_my_code_changes_while_the_program_is_stopped(dap, library):
    with dap.launch(library, ["deep_call"], args=[library.library]) as s:
        s.wait_stop("deep_call")
        s.wire.request("setDebuggerProperty", {"justMyCode": False})
        s.step_in("deep")
        s.finish()


def test_a_breakpoint_says_which_rule_hides_its_file(hub, library):
    with hub.open(library) as s:
        s.initialize()
        s.launch(library, args=[library.library], rules=[{"module": "foreign", "include": False}])
        answer = s.set_breakpoints(library.marks["deep"][0], ["deep"])[0]
        assert not answer["verified"] and "foreign" in answer["message"]
        s.configuration_done()
        s.finish()


def test_a_workspace_in_site_packages_is_the_users(dap, library):
    workspace = os.path.join(library.library, "foreign")
    with dap.launch(library, ["deep_call"], args=[library.library], workspaceFolder=workspace) as s:
        s.wait_stop("deep_call")
        s.step_in("deep")
        s.finish()


def test_an_editable_package_is_the_users(dap, program, tmp_path):
    prog = program({
        "main.py": "import sys\nsys.path.insert(0, sys.argv[1])\nimport mine\nmine.f()  # @call\n",
        "workspace/mine.py": "def f():\n    return 1  # @inside\n",
        "site-packages/keep.txt": "",
    })
    os.symlink(os.path.join(prog.folder, "workspace", "mine.py"), os.path.join(prog.folder, "site-packages", "mine.py"))
    with dap.launch(prog, ["call"], args=[os.path.join(prog.folder, "site-packages")]) as s:
        s.wait_stop("call")
        s.step_in()
        assert s.stopped.line == prog.line("inside")
        s.finish()


def test_steps_pass_over_what_is_marked(dap, program):
    prog = program("""
        def helper(f):  # @DontTrace
            return f()
        def inner():
            return 1  # @inner
        helper(inner)  # @call
        x = 1
        """)
    with dap.launch(prog, ["call"]) as s:
        s.wait_stop("call")
        s.step_in("inner")
        s.finish()


def test_a_rule_of_the_wrong_form_is_refused(hub, program):
    prog = program("x = 1\n")
    with hub.open(prog) as s:
        s.initialize()
        refused = s.wire.refused("launch", {"program": prog.path, "rules": [{"include": True}]})
        assert "rules has to be a list" in refused.message
