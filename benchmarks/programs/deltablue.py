"""pyperformance: deltablue, a solver of constraints."""
import slices
from bm_deltablue import delta_blue


def work():
    delta_blue(100)


slices.run(work, 1)
