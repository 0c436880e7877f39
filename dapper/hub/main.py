"""The command line of the hub."""
import argparse
import os
import signal
import sys
import threading

from dapper import __version__
from dapper.hub import streams
from dapper.hub.hub import Hub
from dapper.hub.log import Log
from dapper.protocol.errors import DapError


def main(argv):
    """Run the hub.

    Returns:
        The exit code.
    """
    options = parse(argv)
    hub = Hub(open_log(options))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hub.serve(streams.standard_streams())
    os._exit(0)


def parse(argv):
    """The options of the hub."""
    parser = argparse.ArgumentParser(prog="dapper.adapter", description="Speak DAP to an editor.")
    parser.add_argument("--port", type=int, help="listen for clients instead of using stdin and stdout")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--log-dir", default=os.environ.get("DAPPER_LOG_DIR") or os.environ.get("DEBUGPY_LOG_DIR"))
    parser.add_argument("--log-stderr", action="store_true")
    parser.add_argument("--access-token")
    parser.add_argument("-V", "--version", action="version", version=__version__)
    return parser.parse_args(argv)


def open_log(options):
    """The Log these options ask for."""
    if options.log_stderr:
        return Log(sys.stderr.write)
    return Log.to_folder(options.log_dir) if options.log_dir else Log()
