"""Arrays and tables of libraries: shape, type and head, never the whole. Skipped where a library is not installed."""
import time

import pytest

from tests.unit.looking_at import Looker


@pytest.fixture
def look():
    return Looker()


def quickly(function):
    start = time.thread_time()  # what it costs, whoever else is on the machine
    result = function()
    assert time.thread_time() - start < 0.1
    return result


def test_a_numpy_array(look):
    numpy = pytest.importorskip("numpy")
    large = numpy.zeros(10**8, dtype="u1")
    shown = quickly(lambda: look.describe(large))
    assert shown["value"].startswith("ndarray (100000000,) uint8 [0, 0, ") and shown["value"].endswith("0, ...]")
    assert shown["indexedVariables"] == 10**8
    rows = quickly(lambda: look.rows(shown, filter="indexed", start=99_999_990, count=10))
    assert rows["99999999"]["evaluateName"] == "x[99999999]"
    assert look.rows(shown, filter="named")["shape"]["value"] == "(100000000,)"
    small = numpy.arange(4).reshape(2, 2)
    assert look.describe(small)["value"] == repr(small)
    look.set(look.describe(small), "1", "[7, 8]")
    assert small.tolist() == [[0, 1], [7, 8]]
    assert look.of(numpy.array(5))["shape"]["value"] == "()"
    transposed = numpy.zeros((1000, 1000)).T
    assert quickly(lambda: look.describe(transposed))["value"].startswith("ndarray (1000, 1000) float64 [0.0, ")


def test_a_numpy_array_with_a_repr_of_its_own(look):
    numpy = pytest.importorskip("numpy")

    class Mine(numpy.ndarray):
        def __repr__(self):
            return "mine"

    assert look.describe(numpy.zeros(1000).view(Mine))["value"] == "mine"


def test_a_pandas_table(look):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": range(10**6), 3: 1.5})
    shown = quickly(lambda: look.describe(table))
    assert shown["value"] == "DataFrame (1000000, 2) ['a', 3]"
    rows = look.rows(shown)
    assert rows["'a'"]["value"].startswith("Series (1000000,) int64 [0, 1, 2, ")
    assert rows["'a'"]["evaluateName"] == "x['a']"
    assert rows["shape"]["value"] == "(1000000, 2)"
    look.set(shown, "3", "7")
    assert table[3][0] == 7
    series = look.describe(table["a"])
    assert series["indexedVariables"] == 10**6
    assert look.rows(series, filter="indexed", start=999_999, count=1)["999999"]["type"] == "int64"
    assert look.describe(table.index)["value"].startswith("RangeIndex (1000000,) int64 [0, 1, ")


def test_a_polars_table(look):
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"a": list(range(1000)), "b": "x"})
    assert look.describe(table)["value"] == "DataFrame (1000, 2) ['a', 'b']"
    assert look.of(table)["'a'"]["value"].startswith("Series (1000,) Int64 [0, 1, ")


def test_a_torch_tensor(look):
    torch = pytest.importorskip("torch")
    tensor = torch.zeros((1000, 1000), requires_grad=True)
    shown = look.describe(tensor)
    assert shown["value"].startswith("Tensor (1000, 1000) torch.float32 cpu [0.0, ")
    assert look.rows(shown, filter="named")["requires_grad"]["value"] == "True"


def test_attrs_and_pydantic_objects(look):
    attr = pytest.importorskip("attr")
    pydantic = pytest.importorskip("pydantic")

    @attr.s(auto_attribs=True)
    class Drawn:
        z: int
        a: int

    class Model(pydantic.BaseModel):
        z: int
        a: int

    assert [name for name in look.of(Drawn(1, 2)) if name in "az"] == ["z", "a"]
    rows = look.of(Model(z=1, a=2))
    assert rows["z"]["value"] == "1" and look.describe(Model(z=1, a=2))["value"] == "Model(z=1, a=2)"
