"""BdbStart: pdb in the program stops where it was called, from 3.13 on.

``Bdb.set_trace`` asks for opcode events of the frames below it, then calls ``sys.settrace``. Where a tool of sys.monitoring
is at work, CPython then takes those events for nobody's: the frames have to ask again.
"""
import sys

_getframe = sys._getframe


class BdbStart:
    """Has the frames below ``Bdb.set_trace`` ask for their opcode events again, when it returns.

    Args:
        tool: the sys.monitoring id to use, whose PY_RETURN is free.
        code: the code object of ``Bdb.set_trace``.
        fault: takes errors of ours.
    """

    def __init__(self, tool, code, fault):
        self._tool = tool
        self._code = code
        self._fault = fault
        self._event = sys.monitoring.events.PY_RETURN
        sys.monitoring.register_callback(tool, self._event, self._on_return)
        sys.monitoring.set_local_events(tool, code, self._event)

    def stop(self):
        """Leave ``set_trace`` alone."""
        sys.monitoring.set_local_events(self._tool, self._code, 0)
        sys.monitoring.register_callback(self._tool, self._event, None)

    def _on_return(self, code, offset, value):
        try:
            frame = _getframe(1).f_back
            while frame is not None:
                if frame.f_trace_opcodes:
                    frame.f_trace_opcodes = False
                    frame.f_trace_opcodes = True
                frame = frame.f_back
        except Exception as error:  # boundary: engine callback; an error of ours must not reach the program
            self._fault(error)
