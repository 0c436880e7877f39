"""The functions of the package once more, where ipykernel and others look for them."""
from debugpy import (
    breakpoint,
    configure,
    connect,
    debug_this_thread,
    get_cli_options,
    is_client_connected,
    listen,
    log_to,
    trace_this_thread,
    trigger_exception_handler,
    wait_for_client,
)

__all__ = [
    "breakpoint",
    "configure",
    "connect",
    "debug_this_thread",
    "get_cli_options",
    "is_client_connected",
    "listen",
    "log_to",
    "trace_this_thread",
    "trigger_exception_handler",
    "wait_for_client",
]
