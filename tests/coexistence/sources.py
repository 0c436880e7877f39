"""Programs that a tool looks at."""

#: Loops, a generator, a comprehension, an exception that is handled, a method. The line is reached eight times.
WORK = """
    def part(n):
        total = 0
        for i in range(n):
            if i % 3:
                total += i  # @here
            else:
                total -= 1
        return total


    def numbers(n):
        for i in range(n):
            yield part(i)


    class Careful:
        def divide(self, n):
            try:
                return 10 // n
            except ZeroDivisionError:
                return -1
            finally:
                part(1)


    def main():
        found = sum(numbers(6)) + sum([part(one) for one in range(2)])
        found += Careful().divide(0) + Careful().divide(5)
        return found


    if __name__ == "__main__":
        print("answer", main())
"""
WORK_HITS = 8
