"""Bytecode as DAP shows it: the instructions of code objects."""
from dapper._frame_eval import opcodes, opsets
from dapper.protocol.errors import DapError


def disassemble(addresses, sources, reference, plus, first, count):
    """DisassembledInstructions around an address; where there are none it says so.

    Args:
        addresses: the Addresses.
        sources: describes the source of code.
        reference, plus: the address, and bytes behind it.
        first: how many instructions behind (or, if negative, before) it to begin.
        count: how many.

    Raises:
        DapError: there is no such address.
    """
    code, offset = addresses.find(reference, plus)
    found = opcodes.instructions(code)
    number = next((index for index, item in enumerate(found) if item.offset + item.size > offset), len(found))
    base = int(addresses.of(code), 16)
    positions = list(code.co_positions()) if hasattr(code, "co_positions") else None
    body, source = [], sources.describe(code)
    for index in range(number + first, number + first + count):
        if 0 <= index < len(found):
            body.append(_instruction(code, base, found[index], positions, source))
        else:
            outside = base - 2 * -index if index < 0 else base + len(code.co_code) + 2 * (index - len(found))
            body.append({"address": hex(max(outside, 0)), "instruction": "", "presentationHint": "invalid"})
    return body


def _instruction(code, base, item, positions, source):
    shown = opsets.opname[item.opcode]
    told = _operand(code, item)
    shown = "%s %s" % (shown, told) if told else shown
    body = {"address": hex(base + item.offset), "instruction": shown, "location": source}
    raw = code.co_code[item.offset : item.offset + item.size]
    body["instructionBytes"] = " ".join("%02x" % byte for byte in raw)
    if item.line:
        body["line"] = item.line
        place = positions[item.offset // 2] if positions else (None,) * 4
        if place[2] is not None and place[1] is not None:
            body["column"], body["endLine"], body["endColumn"] = place[2] + 1, place[1], place[3] + 1
    if item.offset == 0:
        body["symbol"] = getattr(code, "co_qualname", code.co_name)
    return body


def _operand(code, item):
    if item.target is not None:
        return "to %d" % item.target
    op, arg = item.opcode, item.arg
    if op in opsets.HAS_CONST and arg < len(code.co_consts):
        text = repr(code.co_consts[arg]) if type(code.co_consts[arg]) in _PLAIN else type(code.co_consts[arg]).__name__
        return "%d (%s)" % (arg, text if len(text) <= 60 else text[:57] + "...")
    if op in opsets.HAS_NAME:
        number = arg >> opcodes.NAME_FLAG_BITS.get(op, 0)
        return "%d (%s)" % (arg, code.co_names[number] if number < len(code.co_names) else "?")
    if op in opsets.HAS_LOCAL and arg < len(code.co_varnames):
        return "%d (%s)" % (arg, code.co_varnames[arg])
    return str(arg) if op in opsets.HAS_ARG else ""


_PLAIN = (int, str, bytes, float, bool, type(None))


def set_breakpoints(addresses, made):
    """Put instruction breakpoints where they belong.

    Args:
        made: (Breakpoint, reference, plus) of each.

    Returns:
        id(code) → (code, {offset: [Breakpoint]}).
    """
    by_code = {}
    for breakpoint, reference, plus in made:
        if breakpoint.broken:
            continue
        try:
            code, offset = addresses.find(reference, plus)
        except DapError as error:
            breakpoint.refuse("failed", str(error))
            continue
        item = next((item for item in opcodes.instructions(code) if item.offset == offset), None)
        if item is None:
            breakpoint.refuse("failed", "No instruction begins there.")
            continue
        breakpoint.bind(item.line)
        by_code.setdefault(id(code), (code, {}))[1].setdefault(offset, []).append(breakpoint)
    return by_code
