"""A small program for the second client to debug; the marks are where it stops."""

import sys


def price(basket):
    total = 0
    for name, amount in basket.items():
        cost = amount * len(name)  # @cost
        total += cost  # @add
    return total  # @return


if __name__ == "__main__":
    basket = {"tea": 2, "bread": 1}
    print("total", price(basket))  # @call
    sys.exit(3)
