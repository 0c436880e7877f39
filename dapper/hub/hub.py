"""The process an editor starts: its sessions, and what they share."""
from dapper.hub import streams
from dapper.hub.client import ClientSession
from dapper.hub.door import Door, accept_all
from dapper.protocol.channel import Channel


class Hub:
    """All sessions of this process.

    Args:
        log: a Log.
    """

    def __init__(self, log):
        self.log = log
        self.door = Door(log)

    def serve(self, channel):
        """Serve one client to the end of its session."""
        ClientSession(self, channel).run()

    def serve_port(self, host, port):
        """Serve every client that connects, each in a thread of its own.

        Returns:
            The listening socket; close it to take no more.

        Raises:
            DapError: cannot_listen.
        """
        listener = streams.listen(host, port)
        streams.spawn(accept_all, listener, lambda sock: self.serve(Channel.from_socket(sock)))
        return listener
