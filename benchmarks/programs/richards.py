"""pyperformance: richards, a small operating system."""
import slices
from bm_richards import Richards

richards = Richards()


def work():
    assert richards.run(1)


slices.run(work, 1)
