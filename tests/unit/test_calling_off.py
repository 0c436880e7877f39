"""An evaluation is called off while it is at its end, beginning or over, again and again: nothing is raised elsewhere."""
import os
import random
import sys
import threading
import time
from _weakref import ref

import pytest

from dapper._frame_eval.bytecode_safety import Probe
from dapper._frame_eval.calling_off import CalledOff, run
from dapper._frame_eval.copies import COPIES
from dapper._frame_eval.implant import Implant, Plant
from dapper.adapter.debugger import halting
from dapper.adapter.debugger.evaluations import evaluation
from tests.unit.core_kits import KITS, NATIVE
from tests.unit.probing import Trap, probed

DEADLINE = 20
SECONDS = float(os.environ.get("DAPPER_TEST_RACE", "0.3"))


def turns(slow, number):
    """What the conditions ask: takes some time, more or less."""
    for _ in range(number):
        slow.sum += 1
    return False


class Slow:
    def __init__(self):
        self.sum = 0


class Python:
    """Asked by `run`."""

    @staticmethod
    def make(failed):
        def ask(slow, number):
            try:
                run(turns, slow, number)
            except CalledOff:
                failed.append(1)

        return ask


class Gate:
    """Asked by a Gate."""

    def __init__(self, kit):
        self.kit = kit

    def make(self, failed):
        source = "lambda slow, number: True if (turns(slow, number)) else False"
        function = eval(compile(source, "<condition>", "eval"), {"turns": turns})
        gate = None

        def ask(slow, number):
            gate.passes(sys._getframe())

        test = self.kit.Condition(function, ask.__code__, ("slow", "number"))
        gate = self.kit.Gate(None, test, None, lambda frame, error: failed.append(isinstance(error, CalledOff)))
        return ask


class InCode:
    """Asked by a probe."""

    @staticmethod
    def make(failed):
        class Failing(Trap):
            def error(self, number):
                failed.append(isinstance(sys.exc_info()[1], CalledOff))

        def ask(slow, number):
            slow.sum += 0
            return slow

        ask.__globals__["turns_in_code"] = turns
        more = {} if NATIVE is None else {"landing": NATIVE.Landing}
        copy, built = probed(ask, {1: Probe(1, "turns_in_code(slow, number)")}, Failing(), **more)
        line = ask.__code__.co_firstlineno + 1
        implant = Implant(ask.__code__, built, {line: Plant(line, None, ())}, None)
        key = id(copy.__code__)
        COPIES[key] = ref(copy.__code__, lambda _: COPIES.pop(key)), implant  # another code may have this id next
        return copy


no_probes = pytest.mark.skipif(NATIVE is None and sys.version_info < (3, 12), reason="no probes without the core here")
HOW = [pytest.param(Python(), id="python"), pytest.param(InCode(), id="probe", marks=no_probes)]
HOW += [pytest.param(Gate(*kit.values), id="gate-%s" % kit.id, marks=kit.marks) for kit in KITS]


def race(ask, over):
    """The program: asks, and does its own things; gives what reached it."""
    stray, slow, chance = [], Slow(), random.Random(1)
    while not over():
        try:
            for _ in range(5):
                ask(slow, chance.choice((5, 60, 3000)))
                total = 0
                for number in range(chance.randrange(60)):
                    total += number
        except BaseException as error:
            stray.append(error)
    return stray


def enough(failed):
    """When to end: after a while, but not before something was called off; a busy machine lets few tries be."""
    least, most = time.monotonic() + SECONDS, time.monotonic() + SECONDS + DEADLINE

    def over():
        now = time.monotonic()
        return now > least and (failed or halting._FREE_THREADED) or now > most

    return over


def hunt(ident, is_main, over):
    """Call off whatever is found, without waiting. Gives how often that was tried."""
    tried, chance = 0, random.Random(2)
    while not over():
        frame = sys._current_frames().get(ident)
        found = evaluation(frame) if frame is not None else None
        frame = None
        if found is not None and found.is_sure:
            halt = halting.Halt(found, ident, is_main)
            halt.again(found)
            tried += 1
            time.sleep(chance.choice((0, 0.0005)))
            halt.over()
    return tried


@pytest.mark.parametrize("how", HOW)
def test_nothing_is_raised_outside_on_another_thread(how):
    failed, strays = [], []
    over = threading.Event()
    ask = how.make(failed)  # before anybody hunts: code of that name is run to make it, too
    thread = threading.Thread(target=lambda: strays.extend(race(ask, over.is_set)))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread.start()
    try:
        tried = hunt(thread.ident, False, enough(failed))
    finally:
        over.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert tried and not strays
    if not halting._FREE_THREADED:
        assert failed and all(failed)


@pytest.mark.skipif(not hasattr(halting._signal, "pthread_kill"), reason="no signals to threads here")
@pytest.mark.parametrize("how", HOW)
def test_nothing_is_raised_outside_on_the_main_thread(how):
    failed, tried = [], []
    ask = how.make(failed)
    me, over = threading.get_ident(), enough(failed)
    hunter = threading.Thread(target=lambda: tried.append(hunt(me, True, over)))
    halting.expect()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        hunter.start()
        strays = race(ask, over)
        hunter.join()
    finally:
        sys.setswitchinterval(interval)
        halting.leave()
    assert tried[0] and failed and all(failed) and not strays
