"""The bytes of values that are a piece of memory, for readMemory and writeMemory."""
from dapper.adapter.debugger.values import key_of, module_of, mro_of, type_name, type_of
from dapper.protocol.errors import DapError

_BUFFERS = frozenset((
    ("array", "array"), ("mmap", "mmap"), ("numpy", "ndarray"), ("_ctypes", "Array"), ("_ctypes", "Structure"),
))
_PLAIN = (bytes, bytearray, memoryview)


def is_buffer(value):
    """Whether a value lays its memory open, by its type alone."""
    for base in mro_of(type_of(value)):
        if key_of(base) in _PLAIN or (module_of(base), type_name(base)) in _BUFFERS:
            return True
    return False


class Buffer:
    """What a memory reference stands for.

    Args:
        value: an object with one contiguous piece of memory.
    """

    __slots__ = ("_value",)

    def __init__(self, value):
        self._value = value

    def size(self):
        """How many bytes there are.

        Raises:
            DapError: the memory is gone or not contiguous.
        """
        with self._open() as view:
            return len(view)

    def read(self, offset, count):
        """Up to ``count`` bytes from ``offset`` on.

        Raises:
            DapError: the memory is gone or not contiguous.
        """
        with self._open() as view:
            start = max(offset, 0)
            return bytes(view[start : max(offset + count, start)])

    def write(self, offset, data):
        """Put ``data`` at ``offset``; how many bytes there was room for.

        Raises:
            DapError: the memory is gone, not contiguous or read-only.
        """
        with self._open() as view:
            if view.readonly:
                raise DapError("cannot_set", name="memory", why="it is read-only")
            room = max(min(len(view) - offset, len(data)), 0) if offset >= 0 else 0
            view[offset : offset + room] = data[:room]
            return room

    def _open(self):
        try:
            return memoryview(self._value).cast("B")
        except (ValueError, TypeError, BufferError) as error:
            raise DapError("cannot_evaluate", error="no memory to look at: %s" % error) from None
