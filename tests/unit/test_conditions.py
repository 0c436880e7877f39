"""Compiling conditions and what surrounds them."""
import warnings

from dapper._frame_eval.conditions import compile_quietly, tree_of


def test_nothing_is_said_and_no_filter_stays():
    source = "a is 1\n"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        before = list(warnings.filters)
        for name in ("/folder/file.py", "/folder/file", "<condition>"):
            compile_quietly(source, name, "exec")
        assert not said and warnings.filters == before
        compile(source, "/folder/file.py", "exec")
        assert [one.category for one in said] == [SyntaxWarning]


def test_what_is_an_error_for_the_program_is_none_for_us():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compile_quietly("a is 1", "/folder/file.py", "eval").co_names == ("a",)


def test_what_the_program_has_heard_once_it_does_not_hear_again():
    registry = {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        for _ in range(2):
            warnings.warn_explicit("text", UserWarning, "file.py", 1, registry=registry)
            compile_quietly("a is 1", "/folder/file.py", "exec")
        assert len(said) == 1


def test_trees_of_many_expressions():
    for number in range(50):
        assert tree_of(" a == %d " % number).body.comparators[0].value == number
        assert tree_of("a") is tree_of("a")
