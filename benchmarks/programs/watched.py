"""Work that stores attributes and items, none of them the watched one.  PROGRAM FILE ROUNDS

A slice is a round of it; before each one there is a stop, so that the debugger can change what it watches.
"""
import sys

import slices


class Box:
    def __init__(self):
        self.n = self.m = 0


watched, objects = Box(), [Box() for _ in range(500)]


def work():
    found, total = {}, 0
    for k in range(20):
        for box in objects:
            box.n = box.n + 1
            box.m += box.n
            found[k] = box.m
            total += len(found)


taken = []
for number in range(int(sys.argv[2])):
    best = 9.0  # stop
    for _ in range(10):
        begin = slices.process_time()
        work()
        best = min(best, slices.process_time() - begin)
    taken.append(best)
slices.write({"slices": taken})
watched.n = 5
