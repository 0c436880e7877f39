"""Where a frame stands when an event arrives: just entered, leaving by return or yield, or unwinding."""
import opcode

_op = opcode.opmap.get
_RETURNS = {_op("RETURN_VALUE", -1), _op("RETURN_CONST", -1), _op("RETURN_GENERATOR", -1)}
_YIELD_VALUE = _op("YIELD_VALUE", -1)
# Up to 3.10 a suspended `yield from` or `await` points at the instruction before YIELD_FROM, which runs again.
_YIELD_FROM = _op("YIELD_FROM", -1)
_RESUME = _op("RESUME", -1)


def is_entered(frame):
    """Whether a call event is the start of the function, not the resumption of a generator."""
    lasti = frame.f_lasti
    if lasti < 0:
        return True
    bytecode = frame.f_code.co_code
    if _RESUME < 0:
        return False
    return bytecode[lasti] != _YIELD_VALUE and bytecode.find(bytes((_RESUME,)), 0, lasti + 1) in (-1, lasti)


def leaving(frame):
    """What a return event means: "return", "yield", or None while an exception unwinds the frame."""
    bytecode, lasti = frame.f_code.co_code, frame.f_lasti
    if lasti < 0:
        return None
    op = bytecode[lasti]
    if op in _RETURNS:
        return "return"
    if op == _YIELD_VALUE or bytecode[lasti + 2 : lasti + 3] == bytes((_YIELD_FROM & 255,)) and _YIELD_FROM >= 0:
        return "yield"
    return None


def line_at(code, offset):
    """The line of the instruction at ``offset``, or None."""
    for start, stop, line in code.co_lines():
        if start <= offset < stop:
            return line
    return None
