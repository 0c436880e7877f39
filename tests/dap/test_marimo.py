"""A notebook of marimo that is run as a program: its cells keep the notebook's lines. Skipped where it is not there."""

import pytest

pytest.importorskip("marimo")

NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    x = 3
    y = x * 2  # @first
    return (y,)


@app.cell
def _(y):
    z = y + 1  # @second
    print("z is", z)  # @after
    return


if __name__ == "__main__":
    app.run()
"""


def test_breakpoints_in_cells(dap, program):
    prog = program(NOTEBOOK)
    with dap.launch(prog, ["first", "second"]) as s:
        s.wait_stop("first")
        assert s.evaluate("x") == "3"
        s.continue_("second")
        s.next("after")
        assert s.evaluate("z") == "7"
        s.finish()
        assert s.output("stdout") == "z is 7\n"
