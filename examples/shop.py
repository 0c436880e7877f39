"""A small shop that works through a day's orders and books one of them wrong.

    python examples/shop.py [ORDERS]

Every order should come to the sum of its lines less the customer's discount. Order 3 does not.
`make demo` finds out why.
"""

import sys

PRICES = {"tea": 340, "bread": 275, "honey": 720, "jam": 415}
DISCOUNTS = {"member": 10, "staff": 20}


class Order:
    """What one customer bought.

    Args:
        number: the order's number.
        lines: pairs of an article and how many.
        rebates: names of the discounts the customer may have.
    """

    def __init__(self, number, lines, rebates=()):
        self.number = number
        self.lines = lines
        self.rebates = rebates


def subtotal(order):
    """Return the price of an order before discounts, in cents."""
    return sum(PRICES[article] * count for article, count in order.lines)


def total(order):
    """Return the price of an order, in cents."""
    amount = subtotal(order)
    for rebate in order.rebates:
        percent = DISCOUNTS[rebate]
        amount = amount - amount * percent // 100
    return amount


def checksum(numbers):
    """Return a number that changes when any of the bookings does: the part of the day that takes long."""
    state = 17
    for number in numbers:
        state = (state * 31 + number) % 1000003
        if state & 1:
            state ^= number
    return state


def main(orders=6000000):
    """Book the day's orders and print what they came to."""
    day = [
        Order(1, [("tea", 2), ("bread", 1)]),
        Order(2, [("honey", 1), ("jam", 2)], ["member"]),
        Order(3, [("tea", 1), ("honey", 2)], ["member", "member"]),
    ]
    for order in day:
        print("order %d: %7.2f" % (order.number, total(order) / 100))
    print("checksum %d" % checksum(range(orders)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
