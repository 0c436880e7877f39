"""Which locals are bound for sure at an instruction."""
from dapper._frame_eval import opcodes, opsets


class Bound:
    """The locals of a code object that a probe may read without a check.

    Arguments nobody deletes; what the compiler itself reads unchecked on the straight way on; what was stored or read
    on the straight way there.
    """

    def __init__(self, code, found, flow):
        self._found, self._flow, self._names = found, flow, code.co_varnames
        arguments = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
        self._always = set(range(arguments)) - {item.arg for item in found if item.opcode in opsets.UNBINDS_LOCAL}
        # A comprehension puts its variables back with STORE_FAST even where they were unbound before.
        self._never = {item.arg for item in found if item.opcode == opsets.LOAD_FAST_AND_CLEAR}

    def at(self, number):
        """The names."""
        if not opcodes.LOAD_FAST_TRUSTED:
            return ()
        found, sources = self._found, self._flow.sources
        bound = set(self._always)
        killed = set()
        for place in range(number, len(found)):
            item = found[place]
            loads, stores, unbinds = _effects(item)
            if item.opcode == opsets.LOAD_FAST_CHECK:
                killed.update(loads)  # that it is bound behind the check says nothing of before
            bound.update(arg for arg in loads if arg not in killed)
            killed.update(stores)
            killed.update(unbinds)
            if item.target is not None or item.opcode in opsets.ENDS_FLOW:
                break
        killed = set()
        while number > self._flow.first and sources[number] and all(
            source == number - 1 for source, _ in sources[number]
        ):
            number -= 1
            loads, stores, unbinds = _effects(found[number])
            killed.update(unbinds)
            bound.update(arg for arg in stores + loads if arg not in killed)
        return {self._names[arg] for arg in bound - self._never if arg < len(self._names)}


def _effects(item):
    """What an instruction does to locals: (numbers it loads, numbers it stores, numbers it unbinds)."""
    op, arg = item.opcode, item.arg
    if op in opsets.LOADS_LOCAL:
        return (arg,), (), ()
    if op in opsets.LOAD_FAST_TWICE:
        return (arg >> 4, arg & 15), (), ()
    if op in opsets.STORES_LOCAL:
        return (), (arg,), ()
    if op in opsets.STORES_TWO:
        return (), (arg >> 4, arg & 15), ()
    if op in opsets.UNBINDS_LOCAL:
        return (), (), (arg,)
    return (), (), ()
