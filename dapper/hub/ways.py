"""Which kind of target a configuration asks for. What most sessions do without is loaded here, when it is asked for."""
from dapper.hub import targets


def way_to_attach(attach, hub):
    """The kind of Target a config.Attach asks for.

    Raises:
        DapError: none of ours.
    """
    # A client may start another hub for a child; that one then speaks to the hub that keeps the child.
    if attach.child is not None and (attach.connect is None or hub.listens_at(attach.connect)):
        return targets.Child
    if attach.connect is not None:
        return targets.Connected
    if attach.listen is not None:
        return targets.Listening
    from dapper.hub.injected import Injected

    return Injected
