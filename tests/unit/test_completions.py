"""What the console offers behind the cursor."""
import sys

import pytest

from dapper.adapter.debugger.completions import complete


class Thing:
    RAN = []

    def __init__(self):
        self.attribute = {"key one": 1, "key'two": 2, 3: 4}
        self._private = 1

    def method(self):
        return 1

    @property
    def prop(self):
        self.RAN.append(1)
        return self

    class Inner:
        pass


def labels(text, frame=None, column=None, line=None, **more):
    return [item["label"] for item in complete(text, column or len(text.split("\n")[-1]) + 1, line, frame, **more)]


def items(text, frame):
    return {item["label"]: item for item in complete(text, len(text) + 1, 1, frame)}


def test_names_of_every_kind():
    local_thing = Thing()
    found = items("", sys._getframe())
    assert found["local_thing"]["type"] == "variable" and found["local_thing"]["detail"] == "Thing"
    assert found["Thing"]["type"] == "class"
    assert found["complete"]["type"] == found["len"]["type"] == "function"
    assert found["sys"]["type"] == "module"
    assert found["while"]["type"] == "keyword"
    assert local_thing


def test_the_part_that_is_replaced():
    local_thing = Thing()
    frame = sys._getframe()
    assert items("x = loc", frame)["local_thing"] == {
        "label": "local_thing", "type": "variable", "detail": "Thing", "start": 4, "length": 3,
    }
    assert items("'\U0001f600' + loc", frame)["local_thing"]["start"] == 7  # UTF-16 units
    assert local_thing


@pytest.mark.parametrize(
    "text, expected",
    [
        ("thing.att", ["attribute"]),
        ("print(thing.att", ["attribute"]),
        ("x + things[0].att", ["attribute"]),
        ("things[len('a') - 1].att", []),
        ("thing.prop.att", ["attribute"]),
        ("thing._pri", ["_private"]),
        ("thing.attribute.ke", ["keys"]),
        ("'abc'.upp", ["upper"]),
        ("thing.method().", []),
        ("nope.", []),
        ("1 +.", []),
        ("thing.attribute['key", ["key one", "key\\'two"]),
        ('thing.attribute["', ["key one", "key'two"]),
        ("'thing.att", []),
        ("sys.implementa", ["implementation"]),
    ],
)
def test_attributes_and_keys(text, expected):
    thing = Thing()
    things = [thing]
    assert labels(text, sys._getframe()) == expected
    assert things


def test_asking_runs_no_property():
    thing = Thing()
    del Thing.RAN[:]
    found = items("thing.", sys._getframe())
    assert not Thing.RAN
    assert [found[name]["type"] for name in ("prop", "method", "Inner", "attribute")] == [
        "property", "method", "class", "field",
    ]
    assert "_private" not in found and "_private" in items("thing._", sys._getframe())
    assert thing


def test_the_line_and_the_column_count():
    thing = Thing()
    frame = sys._getframe()
    assert labels("a = 1\nthing.att", frame, column=10, line=2) == ["attribute"]
    assert labels("thing.att + 1", frame, column=10, line=1) == ["attribute"]
    assert "thing" in labels("th", frame, column=99, line=99)
    assert thing


def test_without_a_frame():
    assert labels("consol", namespace={"console_name": 1}) == ["console_name"]
    assert labels("isinst") == ["isinstance"]


def test_a_dir_that_fails():
    class Odd:
        near = 1

        def __dir__(self):
            raise ValueError

    odd = Odd()
    assert labels("odd.", sys._getframe()) == ["near"]
    assert odd
