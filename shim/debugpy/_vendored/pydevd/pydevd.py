"""The functions of pydevd that programs call, done by dapper."""
import os
import sys
from contextlib import contextmanager

import debugpy
from _pydevd_bundle.pydevd_constants import get_global_debugger

__all__ = [
    "add_dap_messages_listener",
    "add_dont_terminate_child_pid",
    "get_global_debugger",
    "send_json_message",
    "settrace",
    "skip_subprocess_arg_patch",
    "stoptrace",
]


def settrace(host=None, stdout_to_server=False, stderr_to_server=False, port=5678, suspend=True,
             trace_only_current_thread=False, *args, **kwargs):
    """Debug the calling thread, and stop in the caller if ``suspend``; connect first where an address is given.

    Args:
        host, port: of an adapter that waits for this program; None where a client is connected already.
        suspend: stop in the caller.
    """
    if host is not None and not debugpy.is_client_connected():
        debugpy.connect((host, port), access_token=kwargs.get("client_access_token"))
        debugpy.wait_for_client()
    debugpy.debug_this_thread()
    if suspend:
        server = sys.modules.get("dapper.adapter.server")
        if server is not None:
            server.break_into(sys._getframe(1))


def stoptrace():
    """Have no breakpoints work on the calling thread any more."""
    debugpy.trace_this_thread(False)


def send_json_message(message):
    """Send a DAP event to the client.

    Args:
        message: an event as a dict; responses and requests are the debugger's own.

    Returns:
        Whether there was a client to send it to.
    """
    from dapper.adapter.server import server

    if message.get("type", "event") != "event":
        return False
    return server.tell(message["event"], message.get("body") or {})


def add_dap_messages_listener(listener):
    """Have ``listener.before_send(message)`` and ``listener.after_receive(message)`` called with each message."""
    from dapper.adapter import link

    link.listeners.append(listener)


@contextmanager
def skip_subprocess_arg_patch():
    """Processes started while the block runs are not debugged."""
    from dapper.adapter.server import server

    home, server.home = server.home, None
    ticket = os.environ.pop("DAPPER_BOOT", None)
    try:
        yield
    finally:
        server.home = home
        if ticket is not None:
            os.environ["DAPPER_BOOT"] = ticket


def add_dont_terminate_child_pid(pid):
    """Let a child process live on at the end of the session: dapper ends only what it has started or debugs."""
    os.kill(pid, 0)  # it has to exist, as for pydevd
