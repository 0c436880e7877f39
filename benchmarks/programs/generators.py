"""A chain of generators: resumes, mostly."""
import slices


def numbers(n):
    for i in range(n):
        yield i


def even(source):
    for value in source:
        if not value & 1:
            yield value


def squares(source):
    yield from (value * value for value in source)


def work():
    sum(squares(even(numbers(8000))))


slices.run(work)
