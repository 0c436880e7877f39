"""What a program can ask of its debugger: the work behind the functions of the package."""
import os
import sys

from dapper.adapter.server import server
from dapper.protocol import keys, settings, wire
from dapper.protocol.errors import DapError
from dapper.protocol.log import Log

_environ = os.environ

#: name → (type, values or None)
PROPERTIES = {
    "qt": (str, ("auto", "none", "pyside", "pyside2", "pyqt4", "pyqt5")),
    "subProcess": (bool, None),
    "python": (str, None),
    "pythonEnv": (dict, None),
}


def listen(endpoint):
    """See dapper.listen."""
    host, port = _address(endpoint)
    try:
        address = server.listen(host, port)
    except (OSError, OverflowError) as error:
        raise RuntimeError("Can't listen on %s:%s: %s" % (host, port, error)) from None
    except DapError as error:
        raise RuntimeError(str(error)) from None
    _announce(address)
    return address


def _announce(address):
    """Tell the port where an editor asked for it."""
    path = settings.get("DAPPER_ADAPTER_ENDPOINTS")
    if not path or os.path.exists(path):
        return
    import atexit

    text = wire.encode({"client": {"host": address[0], "port": address[1]}}).decode("ascii")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    atexit.register(_withdraw, path, os.getpid())


def _withdraw(path, owner):
    if os.getpid() == owner and os.path.exists(path):
        os.remove(path)


def connect(endpoint, access_token, parent_session_pid):
    """See dapper.connect."""
    host, port = _address(endpoint)
    if server.is_open:
        raise RuntimeError("This process listens or is connected already.")
    ticket = "%s:%d:%s" % (host, port, access_token or "")
    try:
        wanted = server.report(ticket, "connect", parent=parent_session_pid)
    except OSError as error:
        raise RuntimeError("Can't connect to %s:%d: %s" % (host, port, error)) from None
    if not wanted:
        raise RuntimeError("The debugger at %s:%d does not want this process: wrong token?" % (host, port))
    return host, port


def _address(endpoint):
    host, port = ("127.0.0.1", endpoint) if isinstance(endpoint, int) else endpoint
    if not isinstance(host, str) or isinstance(port, bool) or not isinstance(port, int):
        raise ValueError("an endpoint is a port, or a host and a port, not %r" % (endpoint,))
    if not 0 <= port < 65536:
        raise ValueError("a port is from 0 to 65535, not %d" % port)
    return host, port


def wait_for_client():
    """See dapper.wait_for_client."""
    if not server.is_open:
        raise RuntimeError("listen() or connect() has to come before wait_for_client().")
    server.wait_for_client()


def debug_this_thread(on=True):
    """See dapper.debug_this_thread and dapper.trace_this_thread."""
    if server.is_open:
        server.debugger.watch_this_thread(on)


def trigger_exception_handler(excinfo, as_uncaught):
    """See dapper.trigger_exception_handler."""
    if isinstance(excinfo, BaseException):
        excinfo = type(excinfo), excinfo, excinfo.__traceback__
    elif excinfo is None:
        excinfo = sys.exc_info()
    elif not (isinstance(excinfo, tuple) and len(excinfo) == 3 and (excinfo[1] is None or isinstance(excinfo[1], BaseException))):
        raise ValueError("an exception, the three of sys.exc_info(), or None; not %r" % (excinfo,))
    if excinfo[1] is None or not server.is_connected():
        return
    if as_uncaught:
        server.debugger.on_uncaught(excinfo)
    else:
        server.debugger.post_mortem(excinfo)


def configure(properties):
    """See dapper.configure."""
    for name, value in properties.items():
        if name not in PROPERTIES:
            _configure_key(name, value)
            continue
        kind, choices = PROPERTIES[name]
        if not isinstance(value, kind) or (choices and value not in choices):
            raise ValueError("%s has to be %s, not %r" % (name, " or ".join(choices) if choices else kind.__name__, value))
    if properties.get("subProcess") is False:
        server.unfollow()


def _configure_key(name, value):
    """Make a key of launch and attach the default of this process and those it starts."""
    key = keys.TABLE.get(name)
    if key is None or key.who != "program":
        there = sorted(PROPERTIES) + sorted(one for one, key in keys.TABLE.items() if key.who == "program")
        raise ValueError("There is no property %r; there are %s." % (name, ", ".join(there)))
    text = value if isinstance(value, str) else wire.encode(value).decode("ascii")
    try:
        keys.read(name, text)
    except DapError as error:
        raise ValueError(str(error)) from None
    _environ[keys.variable_of(name)] = text


def log_to(path):
    """See dapper.log_to."""
    if server.is_open:
        raise RuntimeError("log_to() has to come before listen() and connect().")
    if hasattr(path, "write"):
        server.log = Log(path.write)
    else:
        folder = os.path.abspath(os.fspath(path))
        server.log = Log.to_folder(folder, "program")
        _environ["DAPPER_LOG_DIR"] = folder  # child processes write there, too
