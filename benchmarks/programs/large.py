"""A frame with everything that makes debuggers freeze; how long the hanging repr sleeps is said on the command line."""
import sys
import threading
import time


class Sleeps:
    def __repr__(self):
        time.sleep(seconds)
        return "slept"


class Properties:
    @property
    def sleeps(self):
        time.sleep(seconds)

    @property
    def waits(self):
        answered.wait(seconds)

    @property
    def exits(self):
        raise SystemExit(5)

    @property
    def recurses(self):
        return self.recurses


class Itself:
    def __init__(self):
        self.me = self


class Liar:
    __class__ = property(lambda self: dict)


def library(name):
    try:
        return __import__(name)
    except ImportError:
        return None


def other():
    while not done:
        time.sleep(0.01)


def look():
    items = list(range(5000000))
    table = dict.fromkeys(range(1000000), "x")
    text = "x" * 100000000
    sleeps = Sleeps()
    properties = Properties()
    itself = Itself()
    liar = Liar()
    numbers = set(range(1000000))
    keys = table.keys()
    array = numpy and numpy.zeros(10 ** 8, "u1")
    frame = pandas and pandas.DataFrame({"a": numpy.zeros(10 ** 7), "b": numpy.arange(10 ** 7)})
    return items, table, text, sleeps, properties, itself, liar, numbers, keys, array, frame  # here


seconds = float(sys.argv[2])
numpy, pandas = library("numpy"), library("pandas")
done = False
answered = threading.Event()
thread = threading.Thread(target=other)
thread.start()
look()
done = True
thread.join()
with open(sys.argv[1], "w") as file:
    file.write(repr({"libraries": [name for name in ("numpy", "pandas") if name in sys.modules]}))
