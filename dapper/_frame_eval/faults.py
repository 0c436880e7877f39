"""Where errors of the debugger's own go that come up while it is called by the program."""
import sys

from dapper._frame_eval.telemetry import Reason, telemetry


class Faults:
    """Called with an error: counted and told to the port. An engine keeps one for all of its callbacks.

    It is an object that keeps all it needs: at the interpreter's end the callbacks still run, while the modules they stand
    in have been emptied. What goes wrong then is no fault; it must only not reach the program.

    Args:
        port: has ``on_fault(error)``.
    """

    def __init__(self, port):
        self._port = port

    def __call__(self, error, _is_finalizing=sys.is_finalizing):
        if _is_finalizing() or isinstance(error, (RecursionError, MemoryError)):
            return  # in the second case the program is at its limit; what we do now must not push it over
        telemetry.record(Reason.ENGINE_FAULT, repr(error))
        self._port.on_fault(error)
