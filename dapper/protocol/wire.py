"""JSON for DAP, without importing ``json``: that package pulls in ``re`` and costs a debuggee 9 ms at start.

CPython's C scanner and encoder are used directly; where they are missing (PyPy), the package is.
"""
try:
    from _json import encode_basestring_ascii, make_encoder, make_scanner
except ImportError:  # another Python implementation: slower to start, same result
    make_scanner = make_encoder = None

_CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class _Grammar:
    """What the C scanner asks its context for."""

    strict = False  # control characters inside strings: some clients send them
    object_hook = None
    object_pairs_hook = None
    array_hook = None  # asked for from Python 3.15 on
    parse_float = float
    parse_int = int
    parse_constant = _CONSTANTS.__getitem__
    memo = {}


def _refuse(value):
    raise TypeError("not JSON: %s" % type(value).__name__)


if make_scanner is None:
    import json

    def decode(body):
        return json.loads(body.decode("utf-8"), strict=False)

    def encode(message):
        return json.dumps(message, separators=(",", ":")).encode("ascii")

else:
    _scan = make_scanner(_Grammar)
    _chunks = make_encoder(None, _refuse, encode_basestring_ascii, None, ":", ",", False, False, True)

    def decode(body):
        """UTF-8 bytes → value.

        Raises:
            ValueError: no UTF-8, no JSON, or something behind the JSON.
        """
        text = body.decode("utf-8").strip()
        try:
            value, end = _scan(text, 0)
        except StopIteration as error:
            raise ValueError("expecting a value at character %s" % error.value) from None
        except SystemError:  # 3.10 and 3.11 find their own exception type only if json is loaded
            import json

            return json.loads(text, strict=False)
        if end != len(text):
            raise ValueError("something stands behind the JSON at character %d" % end)
        return value

    def encode(message):
        """Value → ASCII bytes.

        Raises:
            TypeError: the value holds something JSON has no form for.
        """
        return "".join(_chunks(message, 0)).encode("ascii")
