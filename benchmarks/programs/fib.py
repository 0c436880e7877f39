"""Calls of a small recursive function."""
import slices

HITS = 8361


def elsewhere():
    return None  # elsewhere


def fib(n):
    if n < 2:  # hot: n == 500000000
        return n
    if n > 1000:
        raise ValueError(n)  # never
    return fib(n - 1) + fib(n - 2)


def work():
    fib(18)


slices.run(work)  # call
done = True  # module
