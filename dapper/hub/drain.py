"""Reads descriptors to their ends and throws everything away: for a program that outlives the hub.

    python drain.py DESCRIPTOR ...
"""
import os
import select
import sys


def drain(descriptors):
    """Read all of them until each is at its end."""
    watch = select.poll()
    for descriptor in descriptors:
        watch.register(descriptor, select.POLLIN)
    while descriptors:
        for descriptor, _ in watch.poll():
            if not os.read(descriptor, 65536):
                watch.unregister(descriptor)
                descriptors.remove(descriptor)


if __name__ == "__main__":
    drain([int(word) for word in sys.argv[1:]])
