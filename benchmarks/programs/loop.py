"""A loop of three lines."""
import slices

HITS = 20000


def elsewhere():
    return None  # elsewhere


def work():
    x = 0
    for i in range(HITS):
        x = i & 7  # hot: i == 500000000
        if x > 7:
            x = 0  # never
    return x


slices.run(work)  # call
done = True  # module
