"""A debuggee as the hub sees it: frames go through untouched but for their sequence numbers."""
from dapper.protocol.errors import DapError, failure


class Debuggee:
    """The far end of a session; used by the thread of its session only.

    Args:
        channel: to the debuggee.
        hello: the body of its hello, or {} when we dialled it.
    """

    def __init__(self, channel, hello):
        self.channel = channel
        self.hello = hello
        self.pid = hello.get("pid")
        self.ended = False
        self.heard = 0  # messages that have come from it
        self._pending = {}  # our seq → what to do with the response
        self._forwarded = {}  # client's seq → our seq, so that `cancel` finds its request

    def forward(self, request, then):
        """Pass a client's request on.

        Args:
            then: called as ``then(response)``; the response answers the client's request, not ours.
        """
        seq = request["seq"]

        def answered(response):
            self._forwarded.pop(seq, None)
            if response is None:
                response = failure(request, DapError("no_debuggee", why="it has ended"))
            response["request_seq"] = seq
            then(response)

        message = self._described(request)
        arguments = message.get("arguments")
        if message["command"] == "cancel" and type(arguments) is dict and type(arguments.get("requestId")) is int:
            message["arguments"] = dict(arguments, requestId=self._forwarded.get(arguments["requestId"], 0))
        self._forwarded[seq] = self._send(message, answered)

    def ask(self, command, arguments, then=None):
        """Send a request of the hub's own.

        Args:
            then: called as ``then(response)``, with None if the debuggee ends before it answers.
        """
        message = self._described({"type": "request", "command": command, "arguments": arguments})
        self._send(message, then or (lambda response: None))

    def _described(self, request):
        """A copy of a request; with the content of its file, for a process that may see other files than we do."""
        if request["command"] == "setBreakpoints" and self.hello.get("startMethod", "connect") == "connect":
            from dapper.hub.checksums import with_checksum  # no launch needs it, nor what it loads

            return dict(with_checksum(request))
        return dict(request)

    def reply(self, response):
        """Send the client's answer to a request of the debuggee's."""
        try:
            self.channel.send(response)
        except OSError:
            pass  # it is gone; its reader is about to say so

    def answered(self, response):
        """Take a response that came."""
        then = self._pending.pop(response.get("request_seq"), None)
        if then is not None:
            then(response)

    def end(self):
        """Close; what is still open is answered."""
        self.ended = True
        self.channel.close()
        pending, self._pending = self._pending, {}
        for then in pending.values():
            then(None)

    def _send(self, message, then):
        try:
            seq = self.channel.send(message)
        except OSError:
            seq = -1 - len(self._pending)  # it is gone: `end` answers, once its reader has seen it
        self._pending[seq] = then
        return seq
