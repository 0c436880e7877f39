"""Where SystemExit is made: no event tells of it alone, so the class itself is asked, and nothing else costs anything.

The constructor of the class, a slot in its C structure, is replaced while a client wants to stop at exits: Python code
sees the same ``sys.exit`` and the same ``SystemExit``. Before Python 3.12 ``sys.exit`` makes no instance of it; there
raising has to be watched instead.
"""
import atexit
import sys

from dapper._frame_eval import opcodes, opsets

_getframe = sys._getframe
_NAME = 24  # bytes of the head of a PyTypeObject, before tp_name
_BASICSIZE, _BASE, _INIT = 1, 29, 34  # words behind; Include/cpython/object.h, the same since 3.8


class Exits:
    """Tells of every SystemExit that is made.

    Args:
        on_exit: called with (frame, exception) on the thread that makes it.
    """

    def __init__(self, on_exit):
        self._on_exit = on_exit
        self._slot = self._before = self._callback = None

    def install(self):
        """Begin; does nothing where SystemExit is not made when it is raised."""
        if not opcodes.EXIT_MAKES_ITS_EXCEPTION or self._slot is not None:
            return
        import ctypes

        words = ctypes.c_void_p * (_INIT + 1)
        head = words.from_address(id(SystemExit) + _NAME)
        if head[_BASICSIZE] != SystemExit.__basicsize__ or head[_BASE] != id(BaseException):
            return  # a Python whose types are laid out in another way
        prototype = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.py_object, ctypes.c_void_p)
        self._before = head[_INIT]
        original = prototype(self._before)

        def init(exception, arguments, named):
            result = original(exception, arguments, named)
            on_exit = self._on_exit
            frame = _getframe(1)
            if on_exit is not None and not _only_makes_one(frame):
                on_exit(frame, exception)
            return result

        self._callback = prototype(init)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._callback))  # subclasses made meanwhile call it for ever
        self._slot = head
        head[_INIT] = ctypes.cast(self._callback, ctypes.c_void_p).value
        atexit.register(self.remove)

    def remove(self):
        """End; a subclass of SystemExit that was made meanwhile keeps calling us, in vain."""
        self._on_exit = None
        if self._slot is not None:
            self._slot[_INIT] = self._before
            self._slot = None


def _only_makes_one(frame):
    """Whether the line a frame is at names SystemExit, but is no ``raise``: the exception is made for later."""
    code, line = frame.f_code, frame.f_lineno
    names = False
    for item in opcodes.instructions(code):
        if item.line == line:
            if item.opcode == opsets.RAISE_VARARGS:
                return False
            if item.opcode in opsets.HAS_NAME:
                names = names or code.co_names[item.arg >> opcodes.NAME_FLAG_BITS.get(item.opcode, 0)] == "SystemExit"
    return names
