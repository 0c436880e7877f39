"""The client's end of a session: well-formed messages in, one boundary for faults of ours, whatever is to be said out."""
from dapper.hub import streams
from dapper.hub.mailbox import Mailbox
from dapper.protocol.errors import DapError, failure


class ClientEnd(Mailbox):
    """Speaks with one client; a subclass has ``on_request(request, arguments)`` and ``client_left(problem)``.

    Args:
        channel: to the client.
        log: a Log.
    """

    def __init__(self, channel, log):
        super().__init__(log)
        self.abilities = None  # arguments of `initialize`
        self._client = channel
        self._client_gone = False
        self._asked = {}  # our seq → what to do with the client's response

    def listen(self):
        """Have messages read."""
        streams.spawn(
            streams.pump, self._client,
            lambda message: self.post_in_turn(self._from_client, message),
            lambda problem: self.post(self._bad_message, problem),
            lambda problem: self.post(self._lost, problem),
        )

    def hang_up(self):
        """End the session as if the client had gone; any thread or signal handler may call it."""
        self.post(self._lost, "told to end")

    def close(self):
        """Close the connection."""
        self._client.close()

    def _lost(self, problem):
        self._client_gone = True
        self.client_left(problem)

    def tell(self, message):
        """Send a message; any thread may."""
        if self._client_gone:
            return None
        try:
            seq = self._client.send(message)
        except OSError:
            self.post(self._lost, None)
            return None
        self.log.message("to client:", message)
        return seq

    def event(self, name, body=None):
        """Send an event."""
        event = {"type": "event", "event": name}
        if body is not None:
            event["body"] = body
        self.tell(event)

    def say(self, text, category="console"):
        """Send text to the client's console."""
        self.event("output", {"category": category, "output": text})

    def ask_client(self, command, arguments, then):
        """Send a reverse request; ``then(response)`` is called with the answer."""
        seq = self.tell({"type": "request", "command": command, "arguments": arguments})
        if seq is not None:
            self._asked[seq] = then

    def client_can(self, ability):
        """Did the client announce this?"""
        return self.abilities.get(ability) is True

    def _bad_message(self, problem):
        self.tell(failure({}, DapError("malformed", problem=problem)))

    def _from_client(self, message):
        self.log.message("from client:", message)
        kind = message.get("type")
        if kind == "response":
            then = self._asked.pop(message.get("request_seq"), None)
            if then is not None:
                then(message)
            return
        problem = None
        if kind != "request":
            problem = "type is %r" % (kind,)
        elif type(message.get("command")) is not str:
            problem = "command is %r" % (message.get("command"),)
        elif type(message.get("seq")) is not int:
            problem = "seq is %r" % (message.get("seq"),)
        elif type(message.get("arguments")) not in (dict, type(None)):
            problem = "arguments are %r" % (message.get("arguments"),)
        if problem is not None:
            self.tell(failure(message, DapError("malformed", problem=problem)))
            return
        try:
            self.on_request(message, message.get("arguments") or {})
        except DapError as error:
            self.tell(failure(message, error))
        except Exception as error:  # boundary: hub pump; a fault of ours is answered, and the session lives
            self.log.fault()
            self.tell(failure(message, error))
