"""The garbage collector rests while an answer is worked out, and is as the program has it whenever the program runs."""

import pytest

PROGRAM = """
import gc
import sys

class Thing:
    def __repr__(self):
        return "collects" if gc.isenabled() else "rests"

log = []
def note(phase, info):
    if phase == "start":
        log.append(info["generation"])

def run(thing, names):
    gc.callbacks.append(note)
    gc.set_threshold(50)
    del log[:]
    here = 1  # @here
    found, again = len(log), gc.isenabled()
    gc.callbacks.remove(note)
    return found, again

print(run(Thing(), {str(number): [number] for number in range(100)}))
off = gc.isenabled()  # @off
print(off)
"""


@pytest.fixture
def at(hub, program):
    with hub.launch(program(PROGRAM), ["here", "off"]) as s:
        s.wait_stop("here")
        yield s


def look(s):
    """Open the locals and what is in them."""
    for variable in s.locals().values():
        if variable["variablesReference"]:
            s.variables(variable["variablesReference"])


def test_an_answer_brings_few_collections_on(at):
    for _ in range(10):
        look(at)
    at.continue_("off")
    found, again = eval(at.output("stdout"))
    assert again is True
    assert found < 150, found  # 255 on 3.12 where the collector does not rest
    at.finish()


def test_it_is_on_for_the_code_of_the_program(at):
    assert at.locals()["thing"]["value"] == "collects"
    assert at.evaluate("gc.isenabled()", "watch") == "True"
    at.evaluate("gc.disable()", "repl")
    assert at.locals()["thing"]["value"] == "rests"
    at.continue_("off")
    assert eval(at.output("stdout"))[1] is False
    at.evaluate("gc.enable()", "repl")
    at.finish()
    assert at.output("stdout").split()[-1] == "True"


def test_it_is_on_after_code_that_hangs(at):
    number = at.wire.begin("evaluate", {"expression": "[0 for _ in iter(int, 1)]", "frameId": at.stopped.frame, "context": "repl"})
    at.wire.request("cancel", {"requestId": number})
    look(at)
    at.continue_("off")
    assert eval(at.output("stdout"))[1] is True
    at.finish()
