"""Programs and their marks."""

import pytest

from tests.programs import marks_in


def test_marks_are_lines():
    assert marks_in("a  # @one\nb\nc  # words @two and @three\n") == {"one": 1, "two": 3, "three": 3}


def test_a_mark_can_mean_a_line_near_by():
    assert marks_in("# @below+2\n\nx\ny  # @above-1\n") == {"below": 3, "above": 3}


def test_a_decorator_is_no_mark():
    assert marks_in("@property\ndef f(): pass  # @f\n") == {"f": 2}


def test_a_mark_stands_once():
    with pytest.raises(ValueError, match="twice"):
        marks_in("# @a\n# @a\n")


def test_files_on_disk(program):
    prog = program(
        {"main.py": "import helper  # @main\n", "pkg/helper.py": "\n    x = 1  # @help\n", "raw.py": b"a\r\n"}
    )
    assert prog.path.endswith("main.py")
    assert prog.marks == {"main": (prog.path, 1), "help": (prog.folder + "/pkg/helper.py", 1)}
    assert prog.by_path(["help", "main"]) == {prog.path: [1], prog.folder + "/pkg/helper.py": [1]}
    assert prog.at(prog.path, 1) == "main"
    assert prog.at(prog.path, 9) == "main.py:9"
    assert prog.at(None, 9) == "?:9"
    with open(prog.folder + "/raw.py", "rb") as file:
        assert file.read() == b"a\r\n"
    with open(prog.folder + "/pkg/helper.py") as file:
        assert file.read().startswith("x = 1")
