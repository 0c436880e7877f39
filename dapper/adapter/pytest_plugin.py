"""``pytest -p dapper``: let a client in before the tests run. That failing tests stop needs no plugin."""


def add_options(parser):
    """Tell pytest our options.

    Args:
        parser: pytest's Parser.
    """
    group = parser.getgroup("dapper", "debugging with dapper")
    group.addoption(
        "--dapper-listen",
        metavar="[HOST:]PORT",
        help="wait for a DAP client at this port; failing tests stop where they fail (filter uncaught)",
    )


def begin(config):
    """Wait for a client where the options say so and none is there.

    Args:
        config: pytest's Config.
    """
    where = config.getoption("--dapper-listen")
    if not where:
        return
    from dapper.adapter import api

    host, _, port = where.rpartition(":")
    if not port.isdigit():
        raise ValueError("--dapper-listen takes [HOST:]PORT, not %r" % where)
    api.listen((host or "127.0.0.1", int(port)))
    api.wait_for_client()
