"""Requests beyond the protocol's page: debugpy's, and dapper's own."""
from dapper._version import __version__
from dapper.adapter.debugger import loaded
from dapper.adapter.request import answers
from dapper.protocol.errors import DapError


@answers("debugpySystemInfo")
def system_info(session, request):
    return loaded.system_info(session.debugger, __version__)


@answers("setDebuggerProperty")
def set_debugger_property(session, request):
    """Change whose code it is while the program runs: justMyCode and rules, as in launch. The rest is debugpy's."""
    rules, own = request.get("rules", list), request.get("justMyCode", bool)
    if rules is not None or own is not None:
        debugger = session.debugger
        debugger.sources.ownership.change(own, rules)
        debugger.use(debugger.table.with_functions(debugger.table.functions))  # what was decided about code is stale
        debugger.set_filters(debugger.exceptions.filters)
        session.afterwards(lambda: session.event("invalidated", {"areas": ["stacks"]}))
    return {}


@answers("dapperWhoseCode")
def whose_code(session, request):
    """Whether a source is the user's code, and which rule says so."""
    source = request.get("source", dict, required=True)
    path = source.get("path")
    if type(path) is not str:
        raise DapError("bad_arguments", command="dapperWhoseCode", problem="the source needs a path")
    sources = session.debugger.sources
    verdict = sources.ownership.of(sources.to_debuggee(path))
    body = {"isUserCode": verdict.user, "why": verdict.why}
    if verdict.rule is not None:
        body["rule"] = verdict.rule
    return body


@answers("dapperTelemetry")
def telemetry(session, request):
    return session.debugger.telemetry()
