"""Who may connect: which addresses need a token, where a client gives one, and what is never written down."""
from _operator import _compare_digest

from dapper.protocol import settings
from dapper.protocol.errors import DapError

SECRETS = ("accessToken", "dapperHome")  #: keys of messages whose values no log gets

SILENT = 10.0  #: seconds a stranger may say nothing at all
LORIS = 0.8  #: seconds the first message may take from its first byte to its last


def is_local(host):
    """Does this address reach this machine only?"""
    return host in ("localhost", "::1", "") or host.startswith("127.")


def wanted_token():
    """What clients have to give, or None."""
    return settings.get("DAPPER_CLIENT_TOKEN") or None


def check_address(host, token):
    """Refuse to let other machines run code here without a token.

    Raises:
        DapError: there is none, and nobody said that this is meant.
    """
    if is_local(host) or token is not None or settings.truth("DAPPER_ALLOW_ANYBODY"):
        return
    why = ("other machines could run what they like here. Set DAPPER_CLIENT_TOKEN to a secret and give it as \"accessToken\" "
           "in the attach configuration, or set DAPPER_ALLOW_ANYBODY=1 if the network is yours alone")
    raise DapError("cannot_listen", address=host, why=why)


def given_token(arguments):
    """What the arguments of `initialize`, `launch` or `attach` say of a token, or None."""
    connect = arguments.get("connect")
    for place in (arguments, connect if type(connect) is dict else {}):
        token = place.get("accessToken")
        if token is not None:
            return token if type(token) is str else ""
    return None


def fits(given, wanted):
    """Is it the right one? Takes as long for each wrong one."""
    return given is not None and _compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def without_secrets(message):
    """A message as a log may show it."""
    if type(message) is dict:
        return {key: "…" if key in SECRETS else without_secrets(value) for key, value in message.items()}
    if type(message) is list:
        return [without_secrets(value) for value in message]
    return message
