"""dapper: a Python debugger that speaks the Debug Adapter Protocol and lets the program run at full speed.

A program can call these functions. Importing the package starts nothing and loads nothing more.
"""
import sys

from dapper._version import __version__

__all__ = [
    "__version__",
    "breakpoint",
    "configure",
    "connect",
    "debug_this_thread",
    "describe",
    "get_cli_options",
    "is_client_connected",
    "listen",
    "log_to",
    "stop_listening",
    "trace_this_thread",
    "trigger_exception_handler",
    "wait_for_client",
]


def _load_unpatched():
    if "gevent.monkey" in sys.modules and "dapper.adapter.server" not in sys.modules:
        from dapper.adapter.patched import load

        load()


def listen(endpoint, *, in_process_debug_adapter=True):
    """Let a client find this process at a port; the program runs on.

    Args:
        endpoint: a port, or (host, port); port 0 is any free one, no host is the loopback.
        in_process_debug_adapter: there is no other way; here for programs written for debugpy.

    Returns:
        (host, port). A second call returns the same.

    Raises:
        ValueError: this is no endpoint.
        RuntimeError: the port can't be opened.
    """
    _load_unpatched()
    from dapper.adapter import api

    return api.listen(endpoint)


def stop_listening():
    """Close the port; a client that is connected stays."""
    from dapper.adapter.server import server

    server.stop_listening()


def connect(endpoint, *, access_token=None, parent_session_pid=None):
    """Connect to an adapter that waits for this process (`attach` with `listen`).

    Args:
        endpoint: see `listen`.
        access_token: what the adapter was told to demand.
        parent_session_pid: report this as the parent process.

    Returns:
        (host, port)

    Raises:
        ValueError: this is no endpoint.
        RuntimeError: nobody waits there, or this process listens or is connected already.
    """
    _load_unpatched()
    from dapper.adapter import api

    return api.connect(endpoint, access_token, parent_session_pid)


def wait_for_client():
    """Wait until a client is connected and has set its breakpoints.

    `wait_for_client.cancel()`, called by another thread, ends the waiting.

    Raises:
        RuntimeError: neither `listen` nor `connect` was called.
    """
    from dapper.adapter import api

    api.wait_for_client()


def _cancel():
    from dapper.adapter.server import server

    server.cancel_wait()


wait_for_client.cancel = _cancel


def is_client_connected():
    """Is a client connected, and done with setting its breakpoints?"""
    server = sys.modules.get("dapper.adapter.server")
    return server is not None and server.server.is_connected()


def breakpoint():
    """Stop in the caller if a client is connected; else do nothing."""
    server = sys.modules.get("dapper.adapter.server")
    if server is not None:
        server.break_into(sys._getframe(1))


def debug_this_thread():
    """Have breakpoints work on the calling thread, where something else than Python started it."""
    from dapper.adapter import api

    api.debug_this_thread()


def trace_this_thread(should_trace):
    """Have breakpoints work on the calling thread, or not: then nothing stops it and no condition is asked on it.

    With the engine ``injection`` log messages are a part of the program's own code, and are still written.

    Args:
        should_trace: bool
    """
    from dapper.adapter import api

    api.debug_this_thread(bool(should_trace))


def describe(cls, text=None, children=None):
    """Say how a debugger shows instances of a class and of its subclasses.

    A class of one's own can as well have the methods ``__debug_repr__(self)`` and ``__debug_children__(self)``.

    Args:
        cls: a class.
        text: function from an instance to a str, or None.
        children: function from an instance to a mapping, or to pairs of name and value, or None.

    Raises:
        TypeError: ``cls`` is no class.
    """
    from dapper.adapter.debugger import descriptions

    descriptions.describe(cls, text, children)


def trigger_exception_handler(excinfo=None, as_uncaught=True):
    """Stop and show an exception that was caught.

    Args:
        excinfo: the exception, the three values of `sys.exc_info()`, or None for the one being handled.
        as_uncaught: stop only if the client wants to stop at uncaught exceptions.

    Raises:
        ValueError: excinfo is nothing of that.
    """
    from dapper.adapter import api

    api.trigger_exception_handler(excinfo, as_uncaught)


def configure(properties=None, **more):
    """Set properties of the debugger before `listen` or `connect`.

    Args:
        properties: a dict; keywords do as well. subProcess (bool): are child processes debugged?
            qt (str), python (str), pythonEnv (dict): accepted for programs written for debugpy, without effect.

    Raises:
        ValueError: an unknown property, or a value of the wrong type.
    """
    from dapper.adapter import api

    api.configure(dict(properties or {}, **more))


def log_to(path):
    """Write down what the debugger does; before `listen` and `connect`.

    Args:
        path: a folder, or an open text file such as `sys.stderr`.

    Raises:
        RuntimeError: it is too late.
        OSError: the folder can't be written.
    """
    from dapper.adapter import api

    api.log_to(path)


def pytest_addoption(parser):
    """The options of ``pytest -p dapper``."""
    from dapper.adapter import pytest_plugin

    pytest_plugin.add_options(parser)


def pytest_configure(config):
    """Let a client in before the tests run, if ``pytest -p dapper`` is told to."""
    from dapper.adapter import pytest_plugin

    pytest_plugin.begin(config)


def get_cli_options():
    """What the command line `python -m dapper ...` that runs this program said, or None if none does.

    Returns:
        An object with the attributes mode, target_kind, address, log_to, log_to_stderr, target, wait_for_client,
        adapter_access_token, config and parent_session_pid.
    """
    cli = sys.modules.get("dapper.cli")
    return cli.chosen if cli is not None else None
