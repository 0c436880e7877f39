"""Methods, attributes and a little inheritance."""
import slices

HITS = 6000


class Account:
    def __init__(self, name):
        self.name = name
        self.balance = 0
        self.count = 0

    def elsewhere(self):
        return self.name  # elsewhere

    def put(self, amount):
        self.balance += self.fee(amount)  # hot: amount == 500000000
        if self.balance < 0:
            self.count = 0  # never
        self.count += 1

    def fee(self, amount):
        return amount


class Savings(Account):
    def fee(self, amount):
        return super().fee(amount) - 1 if amount > 1 else amount


def work():
    accounts = [Account("a"), Savings("b"), Account("c")]
    for i in range(HITS // 3):
        for account in accounts:
            account.put(i)


slices.run(work)  # call
done = True  # module
