"""The command line of the hub."""
import os
import signal
import sys
from queue import SimpleQueue

from dapper._version import __version__
from dapper.hub import streams
from dapper.hub.hub import Hub
from dapper.protocol import access, settings, wire
from dapper.protocol.errors import DapError
from dapper.protocol.log import Log


USAGE = """\
usage: dapper-adapter [--port PORT [--host HOST] | --socket PATH] [--log-dir FOLDER] [--log-stderr] [--access-token TEXT]

Debug Python programs for an editor that speaks the Debug Adapter Protocol.

  --port PORT          listen for clients instead of using stdin and stdout; 0 is any port
  --host HOST          the address to listen on; without it, this machine only
  --socket PATH        listen at a Unix socket that only you can reach
  --log-dir FOLDER     write a log file into this folder; --log-stderr: write it on stderr
  --access-token TEXT  what a program has to give that connects to us (or --server-access-token); other users can see
                       it in the list of processes: DAPPER_ACCESS_TOKEN is the better place
  -V, --version        the version

DAPPER_CLIENT_TOKEN is what a client at a port has to give as "accessToken"; see doc/security.md.
"""


def main(argv):
    """Run the hub; returns only if it can't."""
    try:
        options = Options(argv)
    except ValueError as error:
        sys.stderr.write("%s\ndapper: %s\n" % (USAGE, error))
        return 2
    if options.shows is not None:
        sys.stdout.write(options.shows)
        return 0
    try:
        hub = Hub(open_log(options), options.token, access.wanted_token())
    except OSError as error:
        print("dapper: no log in %s: %s" % (options.log_dir, error.strerror), file=sys.stderr)
        return 2
    if options.port is None and options.socket is None:
        on_signals(hub.hang_up, ("SIGTERM", "SIGHUP"))
        on_signals(lambda: None, ("SIGINT",))  # Ctrl-C means the editor; not SIG_IGN, which programs would inherit
        hub.serve(streams.standard_streams())
        hub.close()
    else:
        try:
            if options.socket is not None:
                hub.open_socket(options.socket)
                address = None
            else:
                address = hub.open_port(options.host, options.port)
        except DapError as error:
            print("dapper: %s" % error, file=sys.stderr)
            return 1
        serve_until_told(hub, address, options.socket)
    os._exit(0)  # threads may still be reading; nothing of theirs matters


class Options:
    """The options of the hub; `argparse` would double the time until it answers.

    Args:
        argv: the words behind the command.

    Raises:
        ValueError: they are wrong; the text says how.
    """

    def __init__(self, argv):
        self.port = None
        self.host = "127.0.0.1"
        self.log_dir = settings.get("DAPPER_LOG_DIR")
        self.log_stderr = False
        self.socket = None
        self.token = settings.get("DAPPER_ACCESS_TOKEN")
        self.shows = None  # a text to show instead of doing anything
        words = list(argv)
        while words:
            word, _, value = words.pop(0).partition("=")
            if word in ("-h", "--help"):
                self.shows = USAGE
            elif word in ("-V", "--version"):
                self.shows = "dapper %s\n" % __version__
            elif word == "--log-stderr":
                self.log_stderr = True
            elif word in ("--port", "--host", "--socket", "--log-dir", "--access-token", "--server-access-token"):
                if not value and not words:
                    raise ValueError("%s needs a value" % word)
                self._take(word, value or words.pop(0))
            else:
                raise ValueError("there is no option %s" % word)

    def _take(self, word, value):
        if word == "--port":
            if not value.isdigit() or int(value) > 65535:
                raise ValueError("a port is a number from 0 to 65535, not %s" % value)
            self.port = int(value)
        elif word == "--host":
            self.host = value
        elif word == "--socket":
            self.socket = value
        elif word == "--log-dir":
            self.log_dir = value
        else:
            self.token = value


def open_log(options):
    """The Log these options ask for."""
    if options.log_stderr:
        return Log(sys.stderr.write)
    if options.log_dir:
        os.environ["DAPPER_LOG_DIR"] = os.path.abspath(options.log_dir)  # what we start writes there, too
        return Log.to_folder(options.log_dir, "hub")
    return Log.from_environment("hub") if options.port is not None else Log()


def on_signals(work, names):
    """Have ``work()`` done at these signals."""
    for name in names:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: work())


def serve_until_told(hub, address, path=None):
    """Serve clients at an address or at the path of a Unix socket until a signal ends us."""
    told = SimpleQueue()  # unlike an Event, safe to use from a signal handler
    on_signals(lambda: told.put(None), ("SIGTERM", "SIGHUP", "SIGINT"))
    place = {"path": path} if address is None else {"host": address[0], "port": address[1]}
    announce = settings.get("DAPPER_ADAPTER_ENDPOINTS")
    if announce:
        with open(os.open(announce, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(wire.encode({"client": place}).decode("ascii") + "\n")
    print("dapper %s listens on %s" % (__version__, path or "%s:%d" % address), file=sys.stderr, flush=True)
    told.get()
    for file in (announce, path):
        if file:
            os.remove(file)
    hub.hang_up()
    hub.close()
