"""For tests of probes: traps that write down what they are told, and a function to put probes into."""
import sys
import types

from dapper._frame_eval.bytecode_safety import ENTRY, build


class Trap:
    """Writes down what it is told."""

    def __init__(self):
        self.seen = []

    def trap(self, number):
        self.seen.append(number)

    def error(self, number):
        self.seen.append((number, type(sys.exc_info()[1]).__name__))

    def log(self, number, values):
        self.seen.append((number, values))


class Raising(Trap):
    """A trap that is broken itself."""

    def trap(self, number):
        raise ValueError("a fault of ours")

    error = log = trap


def sample(n, items):
    total = 0
    for item in items:
        total += item
        if item == 3:
            total += 100
    while n > 0:
        n -= 1
    try:
        total /= n
    except ZeroDivisionError:
        total += 1
    finally:
        total += 1000
    return total


FIRST = sample.__code__.co_firstlineno
EXPECTED = sample(3, [1, 2, 3])


def probed(func, wanted, trap, **more):
    """A copy of ``func`` with probes at lines counted from its ``def``."""
    first = func.__code__.co_firstlineno
    keys = {key if key == ENTRY else first + key: probe for key, probe in wanted.items()}
    built = build(func.__code__, keys, trap, **more)
    copy = types.FunctionType(built.code, func.__globals__, func.__name__, func.__defaults__, func.__closure__)
    return copy, built


def seen(wanted, func=sample, args=(3, [1, 2, 3]), **more):
    """What the trap is told in one call."""
    trap = Trap()
    copy, built = probed(func, wanted, trap, **more)
    assert not built.refused, built.refused
    assert copy(*args) == func(*args)
    return trap.seen
