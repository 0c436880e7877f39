"""Several clients of one session: one leads, the others look on; each may take the lead, and the last one keeps it.

The session below sees one client. What the others ask goes to it under numbers of ours, and comes back to who asked.
"""
import _socket
from _thread import allocate_lock

from dapper.adapter.lobby import Newcomer
from dapper.protocol.errors import DapError, failure, success

OURS = 1 << 40  #: our numbers of requests begin here; no client counts so far

#: What one may ask who looks on.
LOOKS = frozenset((
    "threads", "stackTrace", "scopes", "variables", "source", "modules", "loadedSources", "exceptionInfo", "locations",
    "breakpointLocations", "debugpySystemInfo", "dapperTelemetry", "disassemble", "readMemory",
))
WISHES = frozenset(("setBreakpoints", "setFunctionBreakpoints", "setExceptionBreakpoints", "setDataBreakpoints",
                    "setInstructionBreakpoints"))
WHY = "this client looks on; send dapperTakeOver to lead"


class Seat:
    """One client.

    Attributes:
        client: a Newcomer; None for the one that leads, whose connection is the Link's.
        start: its `attach`, until that is answered.
        on_loss: what its end without a goodbye means, or None.
    """

    def __init__(self, client=None, start=None):
        self.client = client
        self.start = start
        self.on_loss = None


class Party:
    """The clients of a Link.

    Args:
        link: the Link, whose client leads at first.
    """

    def __init__(self, link):
        self._link = link
        self.leader = Seat()
        self._first = self.leader  # whose requests before this have its own numbers
        self.others = []
        self._waited_for = {}
        self._closing = []  # sockets of those that are gone
        self._asked = {}  # number of ours → (Seat, its own number)
        self._count = OURS
        self._lock = allocate_lock()
        self._wish = None  # the Seat that is to lead as soon as no message is half read

    # -- who comes ----------------------------------------------------------------------------------------------------

    def join(self, newcomer):
        """Let somebody in whose `attach` says "watch" or "takeOver"; was it that?"""
        arguments = newcomer.start.get("arguments") or {}
        if not (arguments.get("watch") is True or arguments.get("takeOver") is True):
            return False
        seat = Seat(newcomer, newcomer.start)
        with self._lock:
            self.others.append(seat)
        self._tell(seat, {"type": "event", "event": "initialized", "body": {}})
        if arguments.get("takeOver") is True:
            self._wish = seat
        return True

    # -- what they say ------------------------------------------------------------------------------------------------

    def things(self):
        """What to wait for."""
        while self._closing:  # here nobody waits for them any more
            self._closing.pop().close()
        with self._lock:
            self._waited_for = {seat: seat.client for seat in self.others}
        return list(self._waited_for.values())

    def attend(self, found):
        """Hear those who look on. Gives requests for the session."""
        requests = []
        for seat in self.others[:]:
            client = seat.client
            called = seat in self._waited_for and client is not None and client.fileno() in found  # else it was read already
            if client is None or not called and not client.data:
                continue
            try:
                if called:
                    client.read()
                while seat.client is not None and self._wish is not seat:
                    message = client.next_message()
                    if message is None:
                        break
                    requests += self._looks(seat, message)
            except (ValueError, OSError, RecursionError):
                self._gone(seat)
        return requests

    def _looks(self, seat, message):
        """Answer a request of one who looks on, or give it to the session."""
        command, arguments = message["command"], message.get("arguments") or {}
        if command in LOOKS or command == "evaluate" and _only_names(arguments):
            return [self.number(seat, message)]
        if command == "configurationDone" and seat.start is not None:
            self._configured(seat, message)
        elif command in WISHES:
            wishes = arguments.get("breakpoints")
            wishes = wishes if type(wishes) is list and command != "setExceptionBreakpoints" else []
            self._tell(seat, success(message, {"breakpoints": [{"verified": False, "message": WHY} for _ in wishes]}))
        elif command == "dapperTakeOver":
            self._tell(seat, success(message))
            self._wish = seat
        elif command == "disconnect":
            self._tell(seat, success(message))
            seat.on_loss = None
            self._gone(seat)
        else:
            self._tell(seat, failure(message, DapError("not_allowed", command=command, why=WHY)))
        return []

    def leads(self, message):
        """What the one that leads asks: for the session, or None if it was answered here."""
        seat = self.leader
        command = message.get("command")
        if command == "configurationDone" and seat.start is not None:
            self._configured(seat, message)
            return None
        if command == "dapperTakeOver":
            self._link.send_to_leader(success(message))
            return None
        return self.number(seat, message)

    @staticmethod
    def knows(message):
        """Has this message a number of ours already?"""
        return type(message.get("seq")) is not int or message["seq"] >= OURS

    def number(self, seat, message):
        """The request under a number of ours."""
        if message.get("type") != "request" or type(message.get("seq")) is not int:
            return message
        with self._lock:
            self._count += 1
            self._asked[self._count] = seat, message["seq"]
            arguments = message.get("arguments")
            if message["command"] == "cancel" and type(arguments) is dict and "requestId" in arguments:
                mine = [ours for ours, asked in self._asked.items() if asked == (seat, arguments["requestId"])]
                message = dict(message, arguments=dict(arguments, requestId=mine[0] if mine else 0))
            return dict(message, seq=self._count)

    def _configured(self, seat, message):
        start, seat.start = seat.start, None
        self._tell(seat, success(message))
        self._tell(seat, success(start))
        for event in self._link.standing():
            self._tell(seat, dict(event))

    # -- what they are told -------------------------------------------------------------------------------------------

    def route(self, message):
        """Send what the session says to whoever it is for; is it for the one that leads, too?"""
        if message["type"] == "response":
            with self._lock:
                seat, number = self._asked.pop(message["request_seq"], (self._first, message["request_seq"]))
            message["request_seq"] = number
            if seat.client is None:
                return seat is self.leader
            self._tell(seat, message)
            return False
        for seat in self.others[:]:
            if seat.start is None:
                self._tell(seat, dict(message))
        return True

    def _tell(self, seat, message):
        client = seat.client
        if client is None:
            self._link.send_to_leader(message)
            return
        try:
            with self._lock:
                client.answer(message)
        except OSError:
            self._gone(seat)

    def _gone(self, seat):
        with self._lock:
            if seat not in self.others:
                return
            self.others.remove(seat)
            client, seat.client = seat.client, None
        try:
            client.sock.shutdown(_socket.SHUT_RDWR)
        except OSError:
            pass  # it was faster
        self._closing.append(client.sock)
        lost, seat.on_loss = seat.on_loss, None
        if lost is not None:
            lost()

    # -- who leads ----------------------------------------------------------------------------------------------------

    @property
    def wants_change(self):
        """Has somebody asked to lead?"""
        return self._wish is not None

    def change(self):
        """Give the lead to who asked for it; no message may be half read."""
        seat, self._wish = self._wish, None
        if seat in self.others:
            self._swap(seat)

    def succeed(self):
        """The one that leads is gone: is there another? It leads now."""
        heirs = [seat for seat in self.others if seat.start is None]
        if not heirs:
            return False
        before = self._swap(heirs[0])
        self._gone(before)
        return True

    def _swap(self, seat):
        """Have a seat lead; gives the one that did before."""
        before = self.leader
        with self._lock:
            self.others.remove(seat)
            client, seat.client = seat.client, None
            sock, data, sent, seat_loss = self._link.change_client(client, seat.on_loss)
            before.client, before.on_loss, seat.on_loss = Newcomer(sock), seat_loss, None
            before.client.data, before.client.sent = data, sent
            self.leader = seat
            self.others.append(before)
        self._say(before, "Another client leads now; this one looks on. dapperTakeOver takes the lead back.\n", False)
        self._say(seat, "This client leads now.\n", True)
        return before

    def _say(self, seat, text, leads):
        self._tell(seat, {"type": "event", "event": "dapperControl", "body": {"leads": leads}})
        self._tell(seat, {"type": "event", "event": "output", "body": {"category": "console", "output": text}})

    def end(self):
        """The session is over."""
        for seat in self.others[:]:
            self._tell(seat, {"type": "event", "event": "terminated", "body": {}})
            seat.on_loss = None
            self._gone(seat)
        while self._closing:
            self._closing.pop().close()

    def drop(self):
        """Close our descriptors only."""
        for seat in self.others:
            if seat.client is not None:
                seat.client.sock.close()


def _only_names(arguments):
    """Does this evaluation read names and attributes only?"""
    expression = arguments.get("expression")
    return type(expression) is str and all(part.isidentifier() for part in expression.strip().split("."))
