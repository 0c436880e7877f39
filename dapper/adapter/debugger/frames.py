"""Stacks as the user sees them, numbers for what the editor may ask about until a thread goes on, addresses of code."""
import sys

from dapper.protocol.errors import DapError

_ROOM = 1 << 28  # addresses a code object gets


class Handles:
    """Numbers for frames and containers; each belongs to a thread and is gone when that thread goes on."""

    def __init__(self):
        self._items = {}  # number → (item, owner)
        self._owners = {}  # owner → numbers
        self._last = 0

    def for_thread(self, owner):
        """A view that gives numbers on behalf of thread ``owner`` (a DAP thread id)."""
        return _Giver(self, owner)

    def give(self, item, owner=0):
        """A new number, from 1, for ``item``."""
        self._last = number = self._last + 1
        self._items[number] = (item, owner)
        self._owners.setdefault(owner, []).append(number)
        return number

    def get(self, number):
        """The item behind ``number``.

        Raises:
            DapError: it is gone or never was.
        """
        return self._find(number)[0]

    def owner(self, number):
        """The thread id ``number`` was given for.

        Raises:
            DapError: it is gone or never was.
        """
        return self._find(number)[1]

    def forget(self, owner):
        """Drop all that was given for thread ``owner``. Called by that thread."""
        for number in self._owners.pop(owner, ()):
            item, _ = self._items.pop(number, (None, None))
            if type(item) is FrameHandle and item.record.id == owner:
                item.forget()

    def _find(self, number):
        try:
            return self._items[number]
        except (KeyError, TypeError):
            raise DapError("stale_variables", reference=number) from None


class _Giver:
    __slots__ = ("_handles", "owner")

    def __init__(self, handles, owner):
        self._handles = handles
        self.owner = owner

    def give(self, item):
        return self._handles.give(item, self.owner)

    def get(self, number):
        return self._handles.get(number)


class Addresses:
    """Gives code objects addresses of their own; they mean nothing to the machine."""

    def __init__(self):
        self._codes = []
        self._numbers = {}

    def of(self, code, offset=0):
        """The address of an instruction, as a text."""
        number = self._numbers.get(id(code))
        if number is None:
            self._codes.append(code)
            number = self._numbers[id(code)] = len(self._codes)
        return hex(number * _ROOM + max(offset, 0))

    def find(self, text, plus=0):
        """(code, offset) behind an address.

        Raises:
            DapError: there is no such address.
        """
        try:
            number, offset = divmod(int(str(text), 0) + plus, _ROOM)
            if number < 1:
                raise IndexError
            return self._codes[number - 1], offset
        except (ValueError, IndexError):
            raise DapError("no_address", address=text) from None


class FrameHandle:
    """One stack frame of a stopped thread, behind its DAP id."""

    __slots__ = ("record", "frame", "line", "index")

    def __init__(self, record, frame, line, index):
        self.record = record
        self.frame = frame
        self.line = line
        self.index = index

    @property
    def real(self):
        """The interpreter's frame, also where another one stands for it: in a template."""
        return getattr(self.frame, "real", self.frame)

    def forget(self):
        """Leave no trace of having been looked at."""
        frame_locals = sys.modules.get("dapper.adapter.debugger.frame_locals")
        if frame_locals is not None:
            frame_locals.forget(self.real)


def chain(frame):
    """[(frame, line)] from ``frame`` outwards."""
    entries = []
    while frame is not None:
        entries.append((frame, frame.f_lineno or frame.f_code.co_firstlineno))
        frame = frame.f_back
    return entries


def traceback_entries(tb):
    """[(frame, line)] of a traceback, innermost first, with the callers of its first frame behind."""
    entries = []
    first = None
    while tb is not None:
        first = first or tb.tb_frame
        entries.append((tb.tb_frame, tb.tb_lineno))
        tb = tb.tb_next
    entries.reverse()
    return entries + (chain(first.f_back) if first is not None else [])


def stack_frame(number, frame, line, source, format):
    """The DAP StackFrame of one entry."""
    code = frame.f_code
    name = getattr(code, "co_qualname", code.co_name)
    if format.get("module"):
        name = "%s.%s" % (frame.f_globals.get("__name__", "?"), name)
    if format.get("line"):
        name = "%s : %d" % (name, line)
    return {"id": number, "name": name, "line": line, "column": 1, "source": source}
