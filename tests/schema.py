"""Is this a message of the Debug Adapter Protocol? Checked by pydantic against the generated types, strictly."""

import functools
from typing import Any, Dict, List

import pydantic
from typing_extensions import Literal, NotRequired, TypedDict, is_typeddict

from dapper.protocol import messages


class BadShape(AssertionError):
    """A message is not what the protocol says."""


class Hello(TypedDict):
    """What a debuggee says first to the hub that started it."""

    token: str
    pid: int
    ppid: int
    startMethod: Literal["start", "fork", "exec", "connect", "attach", "busy"]
    argv: List[str]
    executable: str
    python: str


class Socket(TypedDict):
    host: str
    port: int
    internal: bool


class Sockets(TypedDict):
    sockets: List[Socket]


class WaitingForServer(TypedDict):
    host: str
    port: int


class Control(TypedDict):
    leads: bool


class Shared(TypedDict):
    host: str
    port: int
    accessToken: str


#: Events beyond the protocol: name → type of the body.
CUSTOM_EVENTS = {
    "dapperHello": Hello,
    "debugpySockets": Sockets,
    "debugpyWaitingForServer": WaitingForServer,
    "debugpyAttach": Dict[str, Any],
    "dapperControl": Control,
    "dapperShared": Shared,
}

#: Requests beyond the protocol, whatever they carry.
CUSTOM_REQUESTS = {
    "dapperTakeOver", "dapperTelemetry", "dapperWhoseCode", "debugpySystemInfo", "setDebuggerProperty", "setPydevdSourceMap",
}

#: The protocol leaves these open for more keys.
OPEN = {"LaunchRequestArguments", "AttachRequestArguments", "Module"}

#: Keys we send on purpose beyond the protocol, as (command or event, path to the key).
EXTRAS = {
    ("initialize", "body.supportsTerminateDebuggee"),  # debugpy's spelling
    ("initialize", "body.supportsDebuggerProperties"),
}


def _configure():
    for name, value in vars(messages).items():
        if is_typeddict(value):
            value.__pydantic_config__ = pydantic.ConfigDict(strict=True, extra="allow" if name in OPEN else "forbid")
    for value in (Hello, Socket, Sockets, WaitingForServer):
        value.__pydantic_config__ = pydantic.ConfigDict(strict=True, extra="forbid")


_configure()


class CustomEvent(TypedDict):
    __pydantic_config__ = pydantic.ConfigDict(strict=True, extra="forbid")
    seq: int
    type: Literal["event"]
    event: str
    body: NotRequired[Any]


@functools.lru_cache(maxsize=None)
def _adapter(kind, name):
    if kind == "request":
        return pydantic.TypeAdapter(messages.Request if name in CUSTOM_REQUESTS else messages.REQUESTS[name])
    if kind == "event":
        return pydantic.TypeAdapter(CustomEvent if name in CUSTOM_EVENTS else messages.EVENTS[name])
    if kind == "body":
        return pydantic.TypeAdapter(CUSTOM_EVENTS[name])
    if kind == "response":
        return pydantic.TypeAdapter(messages.Response if name in CUSTOM_REQUESTS else messages.RESPONSES[name])
    return pydantic.TypeAdapter(messages.ErrorResponse)


def check(message):
    """Refuse what the protocol does not allow.

    Args:
        message: a decoded message, either direction.

    Raises:
        BadShape: with every difference and where it is.
    """
    kind = message.get("type")
    if kind == "request":
        names, name = set(messages.REQUESTS) | CUSTOM_REQUESTS, message.get("command")
    elif kind == "event":
        names, name = set(messages.EVENTS) | set(CUSTOM_EVENTS), message.get("event")
    elif kind == "response":
        if message.get("success") is False:  # also the answer to a command nobody knows
            return _check("error", "", message, message.get("command"))
        names, name = set(messages.RESPONSES) | CUSTOM_REQUESTS, message.get("command")
    else:
        raise BadShape("no DAP message type: %r" % (kind,))
    if name not in names:
        raise BadShape("no DAP %s: %r" % (kind, name))
    _check(kind, name, message, name)
    if kind == "event" and name in CUSTOM_EVENTS:
        _check("body", name, message.get("body"), name)


def _check(kind, name, value, label):
    try:
        _adapter(kind, name).validate_python(value)
    except pydantic.ValidationError as error:
        problems = [
            "%s: %s" % (place, found["msg"])
            for found in error.errors(include_url=False)
            for place in [".".join(map(str, found["loc"]))]
            if not (found["type"] == "extra_forbidden" and (label, place) in EXTRAS)
        ]
        if problems:
            raise BadShape("%s %s is not DAP: %s" % (kind, label, "; ".join(problems))) from None
    if isinstance(value, dict) and kind != "body":
        for key in ("seq", "request_seq"):
            if value.get(key, 1) < 1 and not (key == "request_seq" and value.get("success") is False):
                raise BadShape("%s %s is not DAP: %s is %r" % (kind, label, key, value[key]))
