"""A loop whose line is to log: how fast messages come, and whether all do.  PROGRAM FILE COUNT"""
import sys
from time import perf_counter

import slices


def work(count):
    begin = perf_counter()
    for i in range(count):
        x = i & 7  # hot: i == 500000000
    return begin, perf_counter() - begin, x


begin, seconds, _ = work(int(sys.argv[2]))
slices.write({"begin": begin, "seconds": seconds})
