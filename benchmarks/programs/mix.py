"""A little of everything: classes, closures, comprehensions, texts, dicts, sorting, errors that are caught."""
import slices


class Order:
    def __init__(self, number, items):
        self.number = number
        self.items = items

    @property
    def total(self):
        return sum(price for _, price in self.items)

    def __lt__(self, other):
        return self.total < other.total


def orders(count):
    for number in range(count):
        yield Order(number, [("item %d" % i, (number * 7 + i * 3) % 11) for i in range(number % 5 + 1)])


def cheaper_than(limit):
    def check(order):
        return order.total < limit
    return check


def number_in(text):
    try:
        return int(text)
    except ValueError:
        return int(text.split()[-1])


def table(found):
    lines = []
    for order in found:
        names = ", ".join(sorted({name for name, _ in order.items}))
        lines.append("%3d | %-40s | %6.2f" % (order.number, names, order.total))
    return "\n".join(lines)


def work():
    found = sorted(filter(cheaper_than(25), orders(60)))
    by_total = {}
    for order in found:
        by_total.setdefault(order.total, []).append(order)
    numbers = [number_in(name) for order in found for name, _ in order.items[:1]]
    best = max(by_total, key=lambda total: (len(by_total[total]), total))
    return len(table(found)) + sum(numbers) + best


slices.run(work)
