"""Stacks of all threads on stderr, now or later."""
import faulthandler


def dump():
    """Print them now."""
    faulthandler.dump_traceback(all_threads=True)


def dump_after(seconds):
    """Print them in ``seconds``, even when the program hangs."""
    faulthandler.dump_traceback_later(seconds)
