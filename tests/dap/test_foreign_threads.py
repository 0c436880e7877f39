"""Threads made in C, of which Python learns when they call into it first: as those of Qt, or of a sound library."""

import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the program makes threads with the C library of Linux")

PROGRAM = """
import ctypes, sys

libc = ctypes.CDLL(None)

def helper(n):
    return n * 2  # @helper

@ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
def called(_):
    found = helper(21)  # @called
    results.append(found)  # @kept
    while waits:
        pass  # @loop
    return None

def start():
    thread = ctypes.c_ulong()
    assert libc.pthread_create(ctypes.byref(thread), None, called, None) == 0
    return thread

results, waits = [], []
for _ in range(2):
    libc.pthread_join(start(), None)
waits.append(1)  # @looping
last = start()
libc.pthread_join(last, None)
print(results)
"""


def test_a_thread_made_in_c(dap, engine, program):
    engine.need("see threads made in C")
    prog = program(PROGRAM)
    with dap.launch(prog, ["called", "helper"]) as s:
        main = s.threads()[0]["id"]
        s.wait_stop("called")
        assert s.stopped.thread != main
        s.continue_("helper")
        assert s.stopped.names[:2] == ["helper", "called"]
        s.step_out("called")
        s.next("kept")
        s.set_breakpoints(None, ["looping"])
        s.continue_("looping")
        s.set_breakpoints(None, [])
        s.next()  # the main thread starts another one
        s.set_breakpoints(None, ["loop"])
        s.continue_("loop")
        assert s.stopped.thread != main
        s.set_breakpoints(None, [])
        s.continue_()
        s.wire.request("pause", {"threadId": main})
        s.wait_stop(reason="pause")
        s.evaluate("waits.clear()", "repl")
        s.finish()
        assert s.output("stdout") == "[42, 42, 42]\n"
