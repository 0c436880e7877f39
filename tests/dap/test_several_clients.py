"""A second client looks on, or takes over: both see the same stops, and the session lasts as long as one of them."""

import pytest

from tests.client import DapClient
from tests.dap.test_attach import LISTENS, ended, listening, straight
from tests.processes import poll


def second(process, prog, **how):
    """One more client, which looks on or takes over."""
    s = DapClient.dial(process.port, prog)
    s.initialize()
    s.attach(**how)
    return s


def led(s):
    """Wait until a client is told that it leads."""
    s.wire.wait_for_event("dapperControl", lambda body: body["leads"])
    return s


def test_two_clients_see_the_same_stops(engine, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        with straight(process, prog, engine) as s:
            s.initialize()
            s.attach()
            s.set_breakpoints(None, ["loop"])
            s.configuration_done()
            s.wait_stop("loop")
            with second(process, prog, watch=True) as eye:
                assert [one["message"] for one in eye.set_breakpoints(None, ["end"])] != []
                eye.configuration_done()
                assert eye.wait_stop("loop").mark == "loop"
                assert eye.wire.bodies("process")[0]["systemProcessId"] == process.pid
                for _ in range(3):
                    s.continue_("loop")
                    eye.stopped = None
                    eye.wire.wait_for_event("continued")
                    eye.wait_stop("loop")
                    assert eye.locals()["count"]["value"] == s.locals()["count"]["value"]
                assert eye.evaluate("count") == s.evaluate("count")
                for command, arguments in (
                    ("continue", {"threadId": 1}),
                    ("next", {"threadId": 1}),
                    ("evaluate", {"expression": "done.set()", "frameId": eye.stopped.frames[0]["id"]}),
                    ("setVariable", {"variablesReference": 1, "name": "count", "value": "0"}),
                    ("terminate", {}),
                ):
                    assert eye.wire.refused(command, arguments).id == 1207
                eye.wire.request("disconnect", {})
            s.set_breakpoints(None, [])
            ended(s)
            s.continue_()
            assert process.wait() == 0


def test_taking_over_and_giving_back(engine, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        with straight(process, prog, engine) as agent:
            agent.initialize()
            agent.attach()
            agent.set_breakpoints(None, ["loop"])
            agent.configuration_done()
            agent.wait_stop("loop")
            with second(process, prog, takeOver=True) as human:
                led(human)
                human.set_breakpoints(None, ["loop"])
                human.configuration_done()
                human.wait_stop("loop")
                human.continue_("loop")
                assert agent.wire.refused("continue", {"threadId": 1}).id == 1207
                agent.wire.request("dapperTakeOver")
                led(agent)
                assert human.wire.refused("continue", {"threadId": 1}).id == 1207
                agent.stopped = human.stopped
                agent.set_breakpoints(None, [])
                for event in list(agent.wire.events):
                    agent.wire.taken.add(event["seq"])
                agent.continue_()
                agent.pause()
                ended(agent)
                agent.continue_()
                assert process.wait() == 0
                human.wire.wait_for_event("terminated")


@pytest.mark.parametrize("how", ["crash", "disconnect"])
def test_the_last_client_leads(hub, program, how):
    prog = program(LISTENS)
    with listening(prog) as process:
        first = DapClient.dial(process.port, prog)
        first.initialize()
        first.attach()
        first.set_breakpoints(None, ["loop"])
        first.configuration_done()
        first.wait_stop("loop")
        with second(process, prog, watch=True) as s:
            s.configuration_done()
            s.wait_stop("loop")
            if how == "crash":
                first.crash()
            else:
                first.wire.request("disconnect", {})
            led(s)
            s.continue_("loop")
            s.set_breakpoints(None, [])
            ended(s)
            s.continue_()
            assert process.wait() == 0
        first.close(orphans=False)


def test_many_look_on_and_one_hangs(hub, program):
    prog = program(LISTENS)
    with listening(prog) as process:
        with DapClient.dial(process.port, prog) as s:
            s.initialize()
            s.attach()
            s.configuration_done()
            eyes = [second(process, prog, watch=True).configuration_done() for _ in range(5)]
            s.pause()
            for eye in eyes:
                eye.wait_stop(reason="pause")
                assert eye.wire.request("threads") == s.wire.request("threads")
            eyes[0].crash()
            s.continue_()
            for eye in eyes[1:]:
                eye.wire.wait_for_event("continued")
            s.pause()
            ended(s)
            s.continue_()
            assert process.wait() == 0
            for eye in eyes:
                poll(lambda: eye.wire.closed, "the end of one that looked on")
                eye.close(orphans=False)


def test_a_launched_program_is_shared(hub, program):
    prog = program("x = 1  # @x\ny = 2  # @y\n")
    with hub.launch(prog, ["x", "y"], share=True) as s:
        shared = s.wire.wait_for_event("dapperShared")
        s.wait_stop("x")
        with DapClient.dial(shared["port"], prog) as stranger:
            stranger.initialize()
            assert stranger.wire.refused("attach", {"watch": True}).id == 1207
        with DapClient.spawn(prog) as eye:
            eye.initialize()
            eye.attach(connect={"port": shared["port"]}, accessToken=shared["accessToken"], watch=True)
            eye.configuration_done()
            eye.wait_stop("x")
            s.continue_("y")
            eye.stopped = None
            eye.wire.wait_for_event("continued")
            eye.wait_stop("y")
            s.finish()
            eye.wire.wait_for_event("terminated")
