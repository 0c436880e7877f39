"""One frame that runs all the time, and the times at which its slices began.  PROGRAM FILE SECONDS

It says "running" when it does, and goes on for so many seconds of CPU time, or until the file FILE.stop is there.
"""
import os
import sys
from time import perf_counter, process_time

import slices

HITS = 20000


def work(seconds, stop):
    taken, x = [], 0
    over = process_time() + seconds
    said = False
    while process_time() < over and not os.path.exists(stop):
        at, begin = perf_counter(), process_time()
        for i in range(HITS):
            x = i & 7  # hot: i == 500000000
            if x > 7:
                x = 0
        taken.append((at, process_time() - begin))
        if not said and len(taken) > 20:
            print("running", flush=True)
            said = True
    return taken


slices.write({"slices": work(float(sys.argv[2]), sys.argv[1] + ".stop")})
