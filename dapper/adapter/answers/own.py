"""Requests beyond the protocol's page: debugpy's, and dapper's own."""
from dapper._version import __version__
from dapper.adapter.debugger import looking
from dapper.adapter.request import answers


@answers("debugpySystemInfo")
def system_info(session, request):
    return looking.system_info(session.debugger, __version__)


@answers("setDebuggerProperty")
def set_debugger_property(session, request):
    return {}


@answers("dapperTelemetry")
def telemetry(session, request):
    return session.debugger.telemetry()
