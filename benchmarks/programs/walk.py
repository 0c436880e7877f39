"""Something to walk through line by line, with values a panel has to show.  PROGRAM FILE STEPS"""
import slices

begun = slices.begun()
slices.write({"begun": begun})
import sys  # noqa: E402


class Order:
    def __init__(self, number):
        self.number = number
        self.items = ["pen", "ink", "paper"] * 5
        self.prices = {name: len(name) * 1.25 for name in self.items}


def walk(rounds):
    order = Order(7)
    names = [str(i) for i in range(200)]
    table = {i: [i] * 3 for i in range(100)}
    total = 0  # first
    for i in range(rounds):
        total += i
        text = "total %d" % total
        order.number = len(text)
    return total, names, table


def outer(rounds):
    return middle(rounds)


def middle(rounds):
    return walk(rounds)


outer(int(sys.argv[2]))
