"""The tables beside the bytecode: lines (three formats) and exceptions, read and written, byte for byte.

Nothing here asks for the version of Python; `opcodes` knows which format belongs to which. Sources of the formats:
``Objects/lnotab_notes.txt`` (3.8-3.10), ``InternalDocs/code_objects.md`` and ``InternalDocs/exception_handling.md``.
"""

# Kinds of entries in the location table.
_LONG = 14
_NO_COLUMNS = 13
_NO_LOCATION = 15
_ONE_LINE = 10


# ---- lnotab: 3.8 and 3.9 -------------------------------------------------------------------------------------------


def decode_lnotab(table, first_line):
    """Read ``co_lnotab``.

    Returns:
        One ``(offset, line)`` a pair of the table: from ``offset`` on the line is ``line``. A line may repeat.
    """
    marks = []
    offset = 0
    line = first_line
    for index in range(0, len(table) - 1, 2):
        offset += table[index]
        delta = table[index + 1]
        line += delta - 256 if delta > 127 else delta
        marks.append((offset, line))
    return marks


def lnotab_ranges(table, first_line, end):
    """The ``(start, end, line)`` of ``co_lnotab``, for ``end`` bytes of code."""
    out = []
    start, line = 0, first_line
    for offset, new in decode_lnotab(table, first_line):
        if new != line:
            if offset > start:
                out.append((start, offset, line))
            start, line = offset, new
    out.append((start, max(end, start + 2), line))
    return out


def lnotab_starts(table, first_line):
    """Where lines start; elsewhere a step forward makes no line event in 3.8 and 3.9."""
    starts = {0}
    line = first_line
    for offset, new in decode_lnotab(table, first_line):
        if new != line:
            starts.add(offset)
        line = new
    return starts


def encode_lnotab(marks, first_line):
    """Write ``co_lnotab`` from ``(offset, line)`` pairs in the order of offsets."""
    out = bytearray()
    last_offset = 0
    last_line = first_line
    for offset, line in marks:
        forward = offset - last_offset
        delta = line - last_line
        while forward > 255:
            out += b"\xff\x00"
            forward -= 255
        while delta > 127:
            out += bytes((forward, 127))
            forward = 0
            delta -= 127
        while delta < -128:
            out += bytes((forward, 128))
            forward = 0
            delta += 128
        out += bytes((forward, delta & 255))
        last_offset = offset
        last_line = line
    return bytes(out)


# ---- line table: 3.10 ----------------------------------------------------------------------------------------------


def encode_linetable(runs, first_line):
    """Write the ``co_linetable`` of 3.10.

    Args:
        runs: ``(bytes, line or None)`` in order; neighbours with the same line are joined.
    """
    out = bytearray()
    last = first_line
    pending = 0
    pending_line = None
    for size, line in list(runs) + [(0, -1)]:
        if line == pending_line:
            pending += size
            continue
        if pending:
            if pending_line is None:
                delta = -128
            else:
                delta = pending_line - last
                last = pending_line
                while delta > 127:
                    out += b"\x00\x7f"
                    delta -= 127
                while delta < -127:
                    out += b"\x00\x81"
                    delta += 127
            while pending > 254:
                out += bytes((254, delta & 255))
                delta = -128 if pending_line is None else 0
                pending -= 254
            out += bytes((pending, delta & 255))
        pending = size
        pending_line = line
    return bytes(out)


# ---- location table: 3.11 and later --------------------------------------------------------------------------------


class Location:
    """One entry of the location table.

    Args:
        units: code units it covers, 1 to 8 (more when it was made, not read).
        position: ``(line, end_line, column, end_column)`` with None for what is unknown; None: no line at all.
        raw: the bytes it was read from, or None.
        base: the line the bytes count from.
    """

    __slots__ = ("units", "position", "raw", "base")

    def __init__(self, units, position, raw=None, base=None):
        self.units = units
        self.position = position
        self.raw = raw
        self.base = base


def decode_locations(table, first_line):
    """Read ``co_linetable`` of 3.11 and later into a list of Location."""
    entries = []
    line = first_line
    index = 0
    size = len(table)

    def varint():
        nonlocal index
        byte = table[index]
        index += 1
        value = byte & 63
        shift = 6
        while byte & 64:
            byte = table[index]
            index += 1
            value |= (byte & 63) << shift
            shift += 6
        return value

    def signed():
        value = varint()
        return -(value >> 1) if value & 1 else value >> 1

    while index < size:
        start = index
        head = table[index]
        index += 1
        kind = (head >> 3) & 15
        base = line
        if kind == _NO_LOCATION:
            position = None
        elif kind < _ONE_LINE:
            second = table[index]
            index += 1
            column = kind << 3 | second >> 4
            position = (line, line, column, column + (second & 15))
        elif kind < _NO_COLUMNS:
            line += kind - _ONE_LINE
            position = (line, line, table[index], table[index + 1])
            index += 2
        elif kind == _NO_COLUMNS:
            line += signed()
            position = (line, line, None, None)
        else:
            line += signed()
            end_line = line + varint()
            column = varint() - 1
            end_column = varint() - 1
            position = (line, end_line, column if column >= 0 else None, end_column if end_column >= 0 else None)
        entries.append(Location((head & 7) + 1, position, table[start:index], base))
    return entries


def encode_locations(entries, first_line):
    """Write ``co_linetable`` of 3.11 and later from Location objects; bytes that still hold are kept."""
    out = bytearray()
    line = first_line
    for entry in entries:
        if entry.raw is not None and entry.base == line:
            out += entry.raw
            if entry.position is not None:
                line = entry.position[0]
            continue
        units = entry.units
        while units > 0:
            line = _write_location(out, entry.position, min(units, 8), line)
            units -= 8
    return bytes(out)


def _write_location(out, position, units, line):
    """Append one entry of at most 8 code units; returns the line the next one counts from."""

    def varint(value):
        while value > 63:
            out.append(64 | (value & 63))
            value >>= 6
        out.append(value)

    def signed(value):
        varint(-value << 1 | 1 if value < 0 else value << 1)

    def head(kind):
        out.append(0x80 | kind << 3 | (units - 1))

    if position is None:
        head(_NO_LOCATION)
        return line
    start, end, column, end_column = position
    delta = start - line
    if (column is None or end_column is None) and end in (start, None):
        head(_NO_COLUMNS)
        signed(delta)
    elif column is not None and end_column is not None and end == start and delta == 0 and (
        column < 80 and 0 <= end_column - column < 16
    ):
        head(column >> 3)
        out.append((column & 7) << 4 | (end_column - column))
    elif column is not None and end_column is not None and end == start and 0 <= delta < 3 and (
        column < 128 and end_column < 128
    ):
        head(_ONE_LINE + delta)
        out += bytes((column, end_column))
    else:
        head(_LONG)
        signed(delta)
        varint(end - start)
        varint(0 if column is None else column + 1)
        varint(0 if end_column is None else end_column + 1)
    return start


# ---- exception table: 3.11 and later -------------------------------------------------------------------------------


def decode_exceptions(table):
    """Read ``co_exceptiontable``.

    Returns:
        ``(start, end, handler, depth, lasti)`` entries: bytes from ``start`` up to ``end`` go to ``handler`` with
        ``depth`` values left on the stack, and the offset pushed if ``lasti``.
    """
    entries = []
    bytes_left = iter(table)

    def varint(byte):
        value = byte & 63
        while byte & 64:
            byte = next(bytes_left)
            value = value << 6 | (byte & 63)
        return value

    for byte in bytes_left:
        start = varint(byte) * 2
        size = varint(next(bytes_left)) * 2
        handler = varint(next(bytes_left)) * 2
        depth = varint(next(bytes_left))
        entries.append((start, start + size, handler, depth >> 1, bool(depth & 1)))
    return entries


def encode_exceptions(entries):
    """Write ``co_exceptiontable`` from entries as `decode_exceptions` gives them."""
    out = bytearray()

    def varint(value, mark):
        parts = [value & 63]
        value >>= 6
        while value:
            parts.append(value & 63)
            value >>= 6
        for index in range(len(parts) - 1, -1, -1):
            out.append(parts[index] | (64 if index else 0) | mark)
            mark = 0

    for start, end, handler, depth, lasti in entries:
        varint(start // 2, 128)
        varint((end - start) // 2, 0)
        varint(handler // 2, 0)
        varint(depth << 1 | bool(lasti), 0)
    return bytes(out)
