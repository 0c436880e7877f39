"""The command line of the hub."""
import argparse
import json
import os
import signal
import sys
from queue import SimpleQueue

from dapper._version import __version__
from dapper.hub import streams
from dapper.hub.hub import Hub
from dapper.protocol.errors import DapError
from dapper.protocol.log import Log


def main(argv):
    """Run the hub; returns only if it can't."""
    options = parse(argv)
    try:
        hub = Hub(open_log(options), options.server_access_token or options.access_token)
    except OSError as error:
        print("dapper: no log in %s: %s" % (options.log_dir, error.strerror), file=sys.stderr)
        return 2
    if options.port is None:
        on_signals(hub.hang_up, ("SIGTERM", "SIGHUP"))
        on_signals(lambda: None, ("SIGINT",))  # Ctrl-C means the editor; not SIG_IGN, which programs would inherit
        hub.serve(streams.standard_streams())
        hub.close()
    else:
        try:
            address = hub.open_port(options.host, options.port)
        except DapError as error:
            print("dapper: %s" % error, file=sys.stderr)
            return 1
        serve_until_told(hub, address)
    os._exit(0)  # threads may still be reading; nothing of theirs matters


def parse(argv):
    """The options of the hub."""
    parser = argparse.ArgumentParser(
        prog="dapper.adapter", description="Debug Python programs for an editor that speaks the Debug Adapter Protocol."
    )
    parser.add_argument("--port", type=port_number, help="listen for clients instead of using stdin and stdout; 0 is any port")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--log-dir", default=os.environ.get("DAPPER_LOG_DIR") or os.environ.get("DEBUGPY_LOG_DIR"),
                        help="write a log file into this folder")
    parser.add_argument("--log-stderr", action="store_true", help="write the log on stderr")
    parser.add_argument("--access-token", help="what a program has to give that connects to us")
    parser.add_argument("--server-access-token", help="the same, by debugpy's other name")
    parser.add_argument("-V", "--version", action="version", version="dapper %s" % __version__)
    return parser.parse_args(argv)


def port_number(text):
    """The value of --port."""
    number = int(text)
    if not 0 <= number < 65536:
        raise argparse.ArgumentTypeError("a port is from 0 to 65535")
    return number


def open_log(options):
    """The Log these options ask for."""
    if options.log_stderr:
        return Log(sys.stderr.write)
    return Log.to_folder(options.log_dir, "hub") if options.log_dir else Log()


def on_signals(work, names):
    """Have ``work()`` done at these signals."""
    for name in names:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: work())


def serve_until_told(hub, address):
    """Serve clients until a signal ends us."""
    told = SimpleQueue()  # unlike an Event, safe to use from a signal handler
    on_signals(lambda: told.put(None), ("SIGTERM", "SIGHUP", "SIGINT"))
    host, port = address
    announce = os.environ.get("DAPPER_ADAPTER_ENDPOINTS") or os.environ.get("DEBUGPY_ADAPTER_ENDPOINTS")
    if announce:
        with open(os.open(announce, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"client": {"host": host, "port": port}}, file)
            file.write("\n")
    print("dapper %s listens on %s:%d" % (__version__, host, port), file=sys.stderr, flush=True)
    told.get()
    if announce:
        os.remove(announce)
    hub.hang_up()
    hub.close()
