"""Does nothing but raise exceptions and catch them; ten units are 20 000."""
import slices


def work():
    for i in range(2000):
        try:
            raise KeyError(i)
        except KeyError:
            pass


slices.run(work, 10)
