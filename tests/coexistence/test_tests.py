"""Test runners: pytest's rewritten assertions, and Hypothesis, which watches lines to explain a failure."""

from tests.coexistence.kit import Timeless, cases, check

ASSERTIONS = """
    def double(i):
        return 2 * i

    def test_passes():
        i = 2
        assert double(i) == 4  # @here

    def test_fails():
        i = 3
        wanted = [1, 2, 7]
        assert [1, 2, double(i)] == wanted
"""
# Booleans: for numbers Hypothesis takes constants from all modules, those of a checkout of dapper included.
PROPERTIES = """
    from hypothesis import Phase, given, settings, strategies as st, seed

    def encode(i):
        changed = list(i)
        if len(i) > 4:
            changed.pop()
        return changed  # @here

    calls = []

    @seed(1)
    @settings(database=None, max_examples=60, phases=list(Phase))
    @given(st.lists(st.booleans()), st.booleans())
    def test_round_trip(i, other):
        calls.append(i)
        assert encode(i) == i

    def test_tell():
        print("calls", len(calls), sum(map(len, calls)))
"""
PASSING = """
    from hypothesis import given, settings, strategies as st, seed

    @seed(1)
    @settings(database=None, max_examples=30)
    @given(st.lists(st.booleans()))
    def test_sorting(found):
        i = sorted(found)
        assert sorted(i) == i  # @here
"""
QUIET = ["-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "-s"]


@cases([
    Timeless("pytest", "rewritten assertions", {"test_prog.py": ASSERTIONS}, "pytest", QUIET + ["test_prog.py"], code=1)
])
def test_pytest(case, way, program, dap):
    check(dap, program(case.files), case, way)


@cases([
    Timeless("hypothesis", "a property that fails, explained", {"test_prog.py": PROPERTIES}, "pytest",
             QUIET + ["test_prog.py"], code=1, needs=["hypothesis"],
             ways=["attached", "false"]),
    Timeless("hypothesis", "a property that holds", {"test_prog.py": PASSING}, "pytest", QUIET + ["test_prog.py"],
             needs=["hypothesis"], ways=["attached", "hit", "false", "log"], hits=30),
])
def test_hypothesis(case, way, program, dap):
    check(dap, program(case.files), case, way)
