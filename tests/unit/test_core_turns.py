"""How the thread that reads gets its turn: the main thread stands aside when it is asked, and only for so long."""
import os
import subprocess
import sys
import threading
import time

import pytest

from tests.unit.core_kits import NATIVE, needs_native

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

#: A program that makes a system call in each round, and one that makes none.
BODIES = {"calls": "os.stat('/')", "computes": "pass"}

PROGRAM = """
import os, sys, threading, time
from dapper._frame_eval import core
kit = core.kit()
rounds, over, blocked = 0, False, []

def stands():
    before = rounds
    for _ in range(300):
        os.stat('/')
    return rounds == before

def read():
    global over
    try:
        %(reader)s
    finally:
        kit.go_on()
        over = True

threading.Thread(target=read).start()
until = time.monotonic() + 20
while not over and time.monotonic() < until:
    rounds += 1
    %(body)s
assert over, "the other thread never got its turn"
"""


def run(reader, body):
    """Let two threads meet in a process of their own; gives what it printed."""
    text = PROGRAM % {"reader": reader.replace("\n", "\n        "), "body": body}
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=60)
    assert done.returncode == 0 and "Traceback" not in done.stdout, done.stdout
    return done.stdout


@needs_native
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_main_thread_stands_aside(body):
    """Once it does, the other thread may let go of the GIL as often as it likes: the program makes no more rounds."""
    run("""assert kit.ask_aside(20000000)
while not stands():
    pass
assert stands()
kit.go_on()
before = rounds
while rounds == before:
    time.sleep(0.001)""", body)


@needs_native
def test_it_does_for_a_time():
    """Nobody tells it to go on."""
    run("""assert kit.ask_aside(20000)
before = rounds
while rounds < before + 1000:
    time.sleep(0.001)""", "pass")


@needs_native
def test_it_is_let_run_for_a_moment():
    run("""assert kit.ask_aside(20000000)
while not stands():
    pass
before = rounds
while rounds == before:
    kit.give_way(20000)
while not stands():
    pass""", "pass")


@needs_native
def test_a_way_is_not_given_by_who_has_not_asked():
    before = time.monotonic()
    NATIVE.give_way(10000000)
    assert time.monotonic() < before + 5


@needs_native
@pytest.mark.skipif(not NATIVE or NATIVE.await_input is None, reason="waits for sockets only")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_input_is_seen_while_the_program_computes(body):
    printed = run("""source, sink = os.pipe()
other, _ = os.pipe()
assert kit.await_input([source, other], 1, 1000) == []
before = sys.getswitchinterval()
threading.Thread(target=lambda: os.write(sink, b"x")).start()
found = kit.await_input([source, other], None, 20000000)
now = rounds
data = os.read(source, 10)
kit.go_on()
print(found == [(source, 1)], data, before == sys.getswitchinterval())""", body)
    assert printed == "True b'x' True\n"


@needs_native
@pytest.mark.skipif(not NATIVE or NATIVE.await_input is None, reason="waits for sockets only")
def test_what_is_no_descriptor_is_refused():
    with pytest.raises(ValueError):
        NATIVE.await_input([-1], 0, 0)


@needs_native
def test_somebody_elses_calls_leave_no_room():
    """Then it says so, and all is as before."""
    run("""import ctypes
from dapper._frame_eval.telemetry import Reason, telemetry
from dapper.adapter.answers.breakpoints import Sooner
add = ctypes.pythonapi.Py_AddPendingCall
add.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
call = ctypes.cast(ctypes.pythonapi.PyErr_CheckSignals, ctypes.c_void_p)
while Reason.TURN_NOT_GIVEN not in telemetry.snapshot()["counts"]:
    while add(call, None) == 0:
        pass
    with Sooner():
        pass
    time.sleep(0.001)""", "time.sleep(0.001)")


@needs_native
def test_who_was_asked_and_is_blocked_makes_nobody_slower():
    """What is pending for the main thread had all threads of 3.8 look for it between any two instructions."""
    run("""def seconds(times=20):
    best = 9
    for _ in range(times):
        began = time.thread_time()
        for _ in range(20000):
            kit
        best = min(best, time.thread_time() - began)
    return best
while not (blocked and blocked[0].locked()):
    time.sleep(0.001)
try:
    before, found, until = seconds(500), [9], time.monotonic() + 15
    while time.monotonic() < until and found[-1] > 1.2:
        kit.ask_aside(1000)
        kit.go_on()
        found.append(seconds() / before)
    assert found[-1] <= 1.2, found
finally:
    blocked[0].release()""", "blocked or blocked.append(threading.Lock()) or (blocked[0].acquire(), blocked[0].acquire())")


@needs_native
def test_who_stands_is_not_asked():
    run("""kit.main_stands(True)
assert kit.ask_aside(20000000)
before = rounds
while rounds < before + 1000:
    time.sleep(0.001)
kit.main_stands(False)
assert kit.ask_aside(20000000)
while not stands():
    pass""", "pass")
