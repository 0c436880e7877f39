"""pdb in the program beside tools of sys.monitoring: where it stops first, and which ids are left to it."""

import io
import pdb
import sys
import threading

import pytest

from dapper._frame_eval import opcodes
from dapper._frame_eval.bdb_start import BdbStart
from dapper._frame_eval.monitoring import free_ids

pytestmark = pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="there is no sys.monitoring")


def first_stop(debugger):
    """Where pdb stops first, on a thread of its own: it leaves its trace function behind."""
    found = []
    thread = threading.Thread(target=lambda: found.append(stop(debugger)))
    thread.start()
    thread.join()
    return found[0]


def stop(debugger):
    """The line of this function's file where pdb stops first, relative to the call of set_trace."""
    at = sys._getframe().f_lineno + 1
    debugger.set_trace()
    assert debugger.lines
    return debugger.lines[0] - at


class Recorder(pdb.Pdb):
    """Goes on at each stop."""

    def __init__(self):
        super().__init__(stdin=io.StringIO(), stdout=io.StringIO(), nosigint=True)
        self.lines = []

    def interaction(self, frame, *_):
        self.lines.append(frame.f_lineno)
        self.set_continue()


@pytest.mark.skipif(not opcodes.EARLY_OPCODE_EVENTS_GET_LOST, reason="opcode events are not lost")
def test_pdb_stops_where_it_was_called():
    monitoring, errors = sys.monitoring, []
    alone = first_stop(Recorder())
    monitoring.use_tool_id(4, "test")
    try:
        monitoring.set_events(4, monitoring.events.PY_START)
        assert first_stop(Recorder()) == alone + 1  # what BdbStart is for
        start = BdbStart(4, pdb.bdb.Bdb.set_trace.__code__, errors.append)
        assert first_stop(Recorder()) == alone
        start.stop()
        assert monitoring.get_local_events(4, pdb.bdb.Bdb.set_trace.__code__) == 0
    finally:
        monitoring.set_events(4, 0)
        monitoring.free_tool_id(4)
    assert errors == []


IDS = [((), (4, 0)), ((3,), (4, 0)), ((4,), (3, 0)), ((0,), (4, 3)), ((3, 4), None)]
IDS_BESIDE_PDB = [((), (5, 4)), ((0, 3), (5, 4)), ((5,), (4, 3)), ((3, 5), (4, 0)), ((3, 4), None)]


@pytest.mark.parametrize("taken, left", IDS_BESIDE_PDB if opcodes.PDB_TAKES_ID_0 else IDS)
def test_others_keep_the_ids_they_are_known_to_take(taken, left):
    for number in taken:
        sys.monitoring.use_tool_id(number, "test %d" % number)
    try:
        assert free_ids() == left
    finally:
        for number in taken:
            sys.monitoring.free_tool_id(number)
