"""What can go wrong for a user, in one table: code → number, text, what to do about it.

Whatever is not a DapError is our own bug: it is logged and answered as an internal error.
"""

#: code → (id on the wire, sentence with ``{facts}``). The ids are stable: clients may store them.
TABLE = {
    "internal": (1000, "Internal error in dapper: {error}. Please report it with the log (--log-to DIR)."),
    "unknown_request": (1001, "dapper does not know the request {command!r}."),
    "unsupported": (1002, "{what} is not supported{where}."),
    "bad_arguments": (1003, "{command}: {problem}."),
    "wrong_state": (1004, "{command} is not possible now: {why}."),
    "already_initialized": (1005, "initialize was sent before; one session has one."),
    "malformed": (1006, "Unreadable message: {problem}."),
    "not_stopped": (1100, "notStopped"),
    "no_thread": (1101, "There is no thread {thread}. Ask for threads again."),
    "stale_frame": (1102, "Frame {frame} is gone: its thread went on. Ask for stackTrace again."),
    "stale_variables": (1103, "Variables {reference} are gone: their thread went on. Ask for scopes again."),
    "stale_source": (1104, "There is no source {reference}."),
    "cannot_evaluate": (1105, "{error}"),
    "cannot_set": (1106, "{name} can't be set: {why}."),
    "cannot_go": (1107, "Can't continue there: {why}."),
    "no_source": (1108, "No source text for {path}: {why}."),
    "cancelled": (1109, "cancelled"),
    "too_slow": (1110, "This takes longer than {seconds} s. The console waits for as long as it takes."),
    "busy": (1111, "Thread {thread} hangs in the program's own code, which can't be interrupted: {where}."),
    "stale_memory": (1112, "Memory {reference} is gone: its thread went on. Ask for variables again."),
    "stale_location": (1113, "Location {reference} is gone: its thread went on. Ask for variables again."),
    "no_location": (1114, "Where this was defined is not known."),
    "cannot_end": (1115, "Thread {thread} can't be ended: {why}."),
    "no_address": (1120, "There is no code at the address {address}. Ask for stackTrace again."),
    "cannot_restart": (1121, "The frame can't be restarted: {why}."),
    "cannot_watch": (1122, "{name} can't be watched: {why}."),
    "stale_target": (1123, "Target {target} is gone: its thread went on. Ask for stepInTargets again."),
    "bad_config": (1200, "{problem}"),
    "cannot_start": (1201, "Can't start {program}: {why}."),
    "cannot_connect": (1202, "Can't connect to {address}: {why}."),
    "cannot_listen": (1203, "Can't listen on {address}: {why}."),
    "no_debuggee": (1204, "The program did not report back: {why}."),
    "client_refused": (1205, "The client refused {command}: {why}."),
    "not_allowed": (1207, "{command} is refused: {why}."),
    "cannot_inject": (1206, "Can't attach to process {pid}: {why}. {remedy}."),
}

#: What a client runs into by itself, by asking a moment too late or for a value under the mouse: no news for its user.
_QUIET = {"not_stopped", "no_thread", "stale_frame", "stale_variables", "stale_source", "cannot_evaluate", "cancelled",
          "unknown_request"}


class DapError(Exception):
    """An error the user can do something about.

    Args:
        code: a key of TABLE.
        facts: what the sentence mentions.
    """

    def __init__(self, code, **facts):
        self.code = code
        self.facts = facts
        self.id, sentence = TABLE[code]
        super().__init__(sentence.format(**facts))

    def body(self):
        """The ``body`` of a DAP ErrorResponse."""
        error = {"id": self.id, "format": str(self), "showUser": self.code not in _QUIET}
        if "{" in error["format"]:  # which DAP takes for a variable
            error.update(format="{text}", variables={"text": str(self)})
        return {"error": error}


def failure(request, error):
    """The response that says a request failed.

    Args:
        request: the DAP request, whatever state it is in.
        error: a DapError, or any other exception (an internal error then).
    """
    if not isinstance(error, DapError):
        error = DapError("internal", error="%s: %s" % (type(error).__name__, error))
    seq, command = request.get("seq"), request.get("command")
    return {
        "type": "response",
        "request_seq": seq if type(seq) is int else 0,
        "command": command if type(command) is str else "",
        "success": False,
        "message": str(error),
        "body": error.body(),
    }


def success(request, body=None):
    """The response to a request that worked."""
    response = {"type": "response", "request_seq": request["seq"], "command": request["command"], "success": True}
    if body is not None:
        response["body"] = body
    return response
