"""Stands in for debugpy: the same names, with dapper behind them. Importing it starts nothing.

Raises:
    ImportError: dapper is neither installed nor in the checkout this file lies in.
"""
from debugpy import _dapper  # first: it finds dapper
from debugpy._version import __version__
from dapper import (
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
    "__version__",
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

_dapper.offer_pydevd()
