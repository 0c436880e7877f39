"""How many values, and how many blocks, are on a frame's stacks before each instruction."""
from dapper._frame_eval import opcodes, opsets, tables

_EFFECTS = {}  # opcode << 8 | argument → what it does to the depth when it doesn't jump


def stack_depths(code, found=None):
    """The depth of the stack before each instruction, None for what is out of reach.

    Exact from 3.11 on, where the exception table needs it; an upper bound before, as the compiler reckons it.

    Raises:
        ValueError: two ways lead to an instruction with different depths (3.11 and later).
    """
    found = found or opcodes.instructions(code)
    index = {item.offset: number for number, item in enumerate(found)}
    depths = [None] * len(found)
    exact = opcodes.EXCEPTION_TABLE
    handlers = []
    if exact:
        handlers = [
            (index[start], index.get(end, len(found)), index[handler], depth + lasti + 1)
            for start, end, handler, depth, lasti in tables.decode_exceptions(code.co_exceptiontable)
        ]
    # A generator of 3.10 begins with the value it was sent on the stack.
    todo = [(0, int(found[0].opcode == opsets.GEN_START))] if found else []
    count, ends, no_jump, known_effects = len(found), opsets.ENDS_FLOW, opsets.NOT_A_JUMP, _EFFECTS
    while todo:
        while todo:
            number, depth = todo.pop()
            while number < count:
                known = depths[number]
                if known is not None and (exact or known >= depth):
                    if exact and known != depth:
                        raise ValueError("depth %d and %d at %r" % (known, depth, found[number]))
                    break
                depths[number] = depth
                item = found[number]
                op = item.opcode
                if item.target is not None and op not in no_jump:
                    todo.append((index[item.target], depth + opcodes.stack_effect(op, item.arg, True)))
                if op in ends:
                    break
                key = op << 8 | item.arg
                effect = known_effects.get(key) if item.arg < 256 else None
                if effect is None:
                    effect = opcodes.stack_effect(op, item.arg, False)
                    if item.arg < 256:
                        known_effects[key] = effect
                depth += effect
                number += 1
        rest = []
        for entry in handlers:
            start, end, handler, depth = entry
            if any(depths[number] is not None for number in range(start, end)):
                todo.append((handler, depth))
            else:
                rest.append(entry)
        if len(rest) == len(handlers):
            break
        handlers = rest
    return depths


def block_depths(found):
    """How many blocks of ``try`` and ``with`` are open before each instruction, at most (up to 3.10).

    A frame has room for 20; one more ends the process. A block whose handler runs is replaced by one for that.
    """
    index = {item.offset: number for number, item in enumerate(found)}
    depths = [None] * len(found)
    todo = [(0, 0)]
    while todo:
        number, depth = todo.pop()
        while number < len(found) and (depths[number] is None or depths[number] < depth):
            depths[number] = depth
            item = found[number]
            op = item.opcode
            if op in opsets.SETUPS:
                depth += 1
            if item.target is not None:
                todo.append((index[item.target], depth))
            if op in opsets.ENDS_FLOW:
                break
            if op in opsets.POPS_BLOCK:
                depth = max(depth - 1, 0)
            number += 1
    return depths
