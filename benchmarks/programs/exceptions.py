"""Exceptions raised five frames down and caught."""
import slices


def fall(depth):
    if not depth:
        raise KeyError(depth)
    fall(depth - 1)


def work():
    for _ in range(800):
        try:
            fall(4)
        except KeyError:
            pass


slices.run(work)
