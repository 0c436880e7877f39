"""Arrays, tables and tensors of well-known libraries, known by the names of their types and never imported here.

What is asked of them costs the same for ten items and for ten billion: shape, dtype, device, the first few items.
"""
from dapper.adapter.debugger.values import Interrupted, module_of, mro_of, namespace_of, type_name, type_of, user_call

_HEAD = 20


class Kind:
    """How one of these types is asked.

    Args:
        shape, head: functions of the value: its shape, and its first items as a list.
        facts: names of attributes that are cheap and tell the most.
        columns: function of the value: the names of the columns of a table, or None.
        item, put: functions of the value, a position and a new item; a table's take the name of a column.
    """

    def __init__(self, shape, head, facts, columns=None, item=None, put=None):
        self.shape = shape
        self.head = head
        self.facts = facts
        self.columns = columns
        self.item = item
        self.put = put


def kind_of(cls):
    """The Kind of a class, or None. A class that writes its own ``__repr__`` outside the library is still one."""
    for base in mro_of(cls):
        kind = _KINDS.get((module_of(base).partition(".")[0], type_name(base)))
        if kind is not None:
            return kind
    return None


def speaks_for_itself(cls):
    """Whether the ``__repr__`` of a class was written outside of the library its Kind is from."""
    for base in mro_of(cls):
        if "__repr__" in namespace_of(base):
            return module_of(base).partition(".")[0] not in _LIBRARIES
    return False


def summary(kind, value, item_text):
    """One line about a value: ``ndarray (1000, 3) float64 [0.0, 0.1, ...]``.

    Args:
        item_text: function from an item to its text.
    """
    shape = user_call(kind.shape, value)
    parts = [type_name(type_of(value)), repr(tuple(shape))]
    for name in ("dtype", "device"):
        if name in kind.facts:
            parts.append(str(user_call(getattr, value, name)))
    if kind.columns is not None:
        items = list(user_call(kind.columns, value, _HEAD))
        more = len(items) < shape[1]
    else:
        items = list(user_call(kind.head, value))
        more = len(items) < _product(shape)
    texts = [item_text(item) for item in items] + ["..."] * more
    return "%s [%s]" % (" ".join(parts), ", ".join(texts))


def size(kind, value):
    """How many items there are in all dimensions."""
    return _product(user_call(kind.shape, value))


def length(kind, value):
    """How many children: columns of a table, else items of the first dimension."""
    shape = user_call(kind.shape, value)
    return (shape[1] if kind.columns is not None else shape[0]) if shape else 0


def facts(kind, value):
    """[(name, value)] of the attributes that tell the most; those that fail are left out."""
    found = []
    for name in kind.facts:
        try:
            found.append((name, user_call(getattr, value, name)))
        except Interrupted:
            raise
        except Exception:  # boundary: code of a library; an attribute less is no harm
            continue
    return found


def _product(shape):
    count = 1
    for part in shape:
        count *= part
    return count


def _first_row(tensor):
    """The head of a tensor, without flattening it: that would copy what is not contiguous."""
    tensor = tensor.detach()
    while len(tensor.shape) > 1:
        if not tensor.shape[0]:
            return []
        tensor = tensor[0]
    return tensor[:_HEAD].tolist() if tensor.shape else [tensor.tolist()]


def _put(value, index, new):
    value[index] = new


def _lengths(value):
    return (len(value),)


def _column_names(table, most):
    return table.columns[:most]


_NUMPY = Kind(
    lambda array: array.shape,
    lambda array: array.flat[:_HEAD].tolist(),
    ("shape", "dtype", "size", "ndim", "nbytes"),
    item=lambda array, index: array[index],
    put=_put,
)
_TORCH = Kind(
    lambda tensor: tuple(tensor.shape),
    _first_row,
    ("shape", "dtype", "device", "requires_grad"),
    item=lambda tensor, index: tensor[index],
    put=_put,
)
_PANDAS_TABLE = Kind(
    lambda table: (len(table.index), len(table.columns)),
    None,
    ("shape", "dtypes", "index", "columns"),
    _column_names,
    lambda table, position: (table.columns[position], table.iloc[:, position]),
    _put,
)
_PANDAS_SERIES = Kind(
    _lengths,
    lambda series: series.iloc[:_HEAD].tolist(),
    ("name", "shape", "dtype", "index"),
    item=lambda series, index: series.iloc[index],
    put=lambda series, index, new: series.iloc.__setitem__(index, new),
)
_PANDAS_INDEX = Kind(
    _lengths,
    lambda index: index[:_HEAD].tolist(),
    ("name", "shape", "dtype"),
    item=lambda index, position: index[position],
)
_POLARS_TABLE = Kind(
    lambda table: table.shape,
    None,
    ("shape", "columns", "dtypes"),
    _column_names,
    lambda table, position: (table.columns[position], table.to_series(position)),
)
_POLARS_SERIES = Kind(
    _lengths,
    lambda series: series[:_HEAD].to_list(),
    ("name", "shape", "dtype"),
    item=lambda series, index: series[index],
    put=_put,
)

_KINDS = {
    ("numpy", "ndarray"): _NUMPY,
    ("torch", "Tensor"): _TORCH,
    ("pandas", "DataFrame"): _PANDAS_TABLE,
    ("pandas", "Series"): _PANDAS_SERIES,
    ("pandas", "Index"): _PANDAS_INDEX,
    ("polars", "DataFrame"): _POLARS_TABLE,
    ("polars", "Series"): _POLARS_SERIES,
}
_LIBRARIES = {library for library, _ in _KINDS}
