"""Four threads with a queue between them, started anew each time."""
import queue
import threading

import slices


def produce(to, count):
    for i in range(count):
        to.put(i * 3 % 17)
    to.put(None)


def consume(source, sums):
    total = 0
    while True:
        item = source.get()
        if item is None:
            break
        total += crunch(item)
    sums.append(total)


def crunch(item):
    total = 0
    for i in range(item):
        total += i ^ item
    return total


def work():
    sums = []
    threads = []
    for _ in range(2):
        between = queue.SimpleQueue()
        threads.append(threading.Thread(target=produce, args=(between, 800)))
        threads.append(threading.Thread(target=consume, args=(between, sums)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


slices.run(work)
