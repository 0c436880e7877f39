"""`python -m debugpy`: a command line, as an attribute what the one that runs this program said."""
import sys

from debugpy import __version__, get_cli_options
from dapper import cli as _cli


def main(words=None):
    """Run a command line, the process's own unless given; the exit code."""
    words = sys.argv[1:] if words is None else words
    if words and words[0] in _cli.VERSION:
        print(__version__)
        return 0
    return _cli.editors(words, "debugpy")


class _NoOptions:
    """What `options` is when no command line of ours runs this program."""

    mode = target_kind = target = address = log_to = adapter_access_token = parent_session_pid = None
    log_to_stderr = wait_for_client = False
    config = {}


def __getattr__(name):
    if name == "options":
        return get_cli_options() or _NoOptions()
    raise AttributeError("debugpy.server.cli is dapper's stand-in and has no %r" % name)
