"""The client's end of one DAP connection: frames, sequence numbers, the schema, waiting with deadlines.

Written without dapper's own framing, so that a fault there can't hide itself.
"""

import json
import os
import threading
import time

from tests import schema

#: Seconds until a wait gives up; a loaded machine gets more from outside.
DEADLINE = float(os.environ.get("DAPPER_TEST_DEADLINE", "20"))


class Late(AssertionError):
    """What was waited for did not come in time."""


class Closed(AssertionError):
    """The other side closed while something was still awaited."""


class Refused(Exception):
    """A request was answered with success: false.

    Attributes:
        response: the whole message.
    """

    def __init__(self, response):
        super().__init__("%s: %s" % (response.get("command"), response.get("message")))
        self.response = response
        self.message = response.get("message")
        self.id = ((response.get("body") or {}).get("error") or {}).get("id")


class Connection:
    """Messages in both directions, all kept, all checked.

    Args:
        read: ``read() -> bytes``, ``b""`` at the end.
        write: ``write(data)``.
        on_request: called in the reader thread with a reverse request; returns the answer's body, or raises Refused.
    """

    def __init__(self, read, write, on_request=None):
        self._read = read
        self._write = write
        self._on_request = on_request
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._seq = 0
        self._start = time.monotonic()
        self.events = []  # in the order of arrival
        self.responses = {}  # request_seq → response
        self.taken = set()  # seq of the events somebody waited for
        self.problems = []  # texts: what the other side did wrong
        self.transcript = []  # texts: one a message
        self.closed = False
        self._reader = threading.Thread(target=self._pump, name="dap-reader", daemon=True)
        self._reader.start()

    def send(self, message, checked=True, seq=None):
        """Send a message.

        Args:
            message: a dict without ``seq``.
            checked: refuse what is not DAP (False to try the other side's manners).
            seq: instead of the next number.

        Returns:
            Its ``seq``.
        """
        with self._sending:
            self._seq += 1
            message = dict(message, seq=self._seq if seq is None else seq)
            if checked:
                schema.check(message)
            self.send_bytes(frame(message), json.dumps(message))
        return message["seq"]

    def send_bytes(self, data, text=None):
        """Send bytes as they are.

        Raises:
            Closed: the other side is gone.
        """
        self._note("->", text or repr(data[:200]))
        try:
            self._write(data)
        except (OSError, ValueError) as error:
            raise Closed("the other side is gone: %s" % error) from None

    def begin(self, command, arguments=None, checked=True):
        """Send a request and do not wait.

        Returns:
            Its ``seq``, for `answer`.
        """
        message = {"type": "request", "command": command}
        if arguments is not None:
            message["arguments"] = arguments
        return self.send(message, checked)

    def answer(self, seq, deadline=DEADLINE):
        """The body of the answer to request ``seq``.

        Raises:
            Refused: the answer says success: false.
        """
        response = self.wait(lambda: self.responses.get(seq), "the answer to request %d" % seq, deadline)
        if not response["success"]:
            raise Refused(response)
        return response.get("body")

    def request(self, command, arguments=None, checked=True, deadline=DEADLINE):
        """Send a request and wait for its answer's body.

        Raises:
            Refused: the answer says success: false.
        """
        return self.answer(self.begin(command, arguments, checked), deadline)

    def refused(self, command, arguments=None, checked=True):
        """The Refused a request has to be answered with."""
        try:
            body = self.request(command, arguments, checked)
        except Refused as refusal:
            return refusal
        raise AssertionError("%s was not refused but answered: %r" % (command, body))

    def wait_for_event(self, name, where=None, deadline=DEADLINE):
        """Take the first event ``name`` not taken before, for which ``where(body)`` is true.

        Returns:
            Its body, {} if it has none.
        """

        def find():
            event = self.peek(name, where)
            if event is not None:
                self.taken.add(event["seq"])
            return event

        return self.wait(find, "the event %s" % name, deadline).get("body") or {}

    def peek(self, name, where=None):
        """The first event ``name`` not taken yet, or None; does not wait and does not take it."""
        for event in list(self.events):
            if event["event"] == name and event["seq"] not in self.taken:
                if where is None or where(event.get("body") or {}):
                    return event
        return None

    def bodies(self, name):
        """The bodies of all events ``name`` so far."""
        return [event.get("body") or {} for event in list(self.events) if event["event"] == name]

    def wait(self, find, what, deadline=DEADLINE):
        """Wait until ``find()`` gives something; it is asked again after every message.

        Raises:
            Late, Closed: it did not happen; schema.BadShape: the other side does not speak DAP.
        """
        end = time.monotonic() + deadline
        with self._changed:
            while True:
                if self.problems:
                    raise schema.BadShape("\n".join(self.problems))
                found = find()
                if found is not None:
                    return found
                if self.closed:
                    raise Closed("the connection was closed before %s" % what)
                left = end - time.monotonic()
                if left <= 0:
                    raise Late("%s did not come within %g s" % (what, deadline))
                self._changed.wait(left)

    def join(self, deadline=DEADLINE):
        """Wait until the other side has closed."""
        self.wait(lambda: self.closed or None, "the end of the connection", deadline)

    def finish(self):
        """Wait for the reading thread, which might else read from the next descriptor that gets the number."""
        self._reader.join(DEADLINE)

    def _note(self, arrow, text):
        self.transcript.append("%7.3f %s %s" % (time.monotonic() - self._start, arrow, text[:3000]))

    def _pump(self):
        try:
            for message in frames(self._read):
                self._note("<-", json.dumps(message))
                self._accept(message)
        except (ValueError, KeyError) as error:
            self.problems.append("unreadable: %r" % error)
        except OSError as error:
            self._note("<-", "(%s)" % error)
        self._note("<-", "(end)")
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def _accept(self, message):
        with self._changed:
            try:
                schema.check(message)
            except schema.BadShape as problem:
                self.problems.append("%s\n  in %s" % (problem, json.dumps(message)[:1000]))
            expected = self._last_seq + 1 if hasattr(self, "_last_seq") else message.get("seq")
            if message.get("seq") != expected:
                self.problems.append("seq %r came after %d" % (message.get("seq"), expected - 1))
            self._last_seq = message.get("seq")
            if message.get("type") == "event":
                self.events.append(message)
            elif message.get("type") == "response":
                if message.get("request_seq") in self.responses:
                    self.problems.append("request %r was answered twice" % message["request_seq"])
                self.responses[message.get("request_seq")] = message
            self._changed.notify_all()
        if message.get("type") == "request":
            self._answer(message)

    def _answer(self, request):
        response = {"type": "response", "request_seq": request["seq"], "command": request["command"], "success": True}
        try:
            if self._on_request is None:
                raise Refused({"command": request["command"], "message": "this client has no reverse requests"})
            response["body"] = self._on_request(request)
        except Refused as refusal:
            response.update(success=False, message=refusal.message, body={})
        try:
            self.send(response)
        except Closed as error:
            self._note("->", "(%s)" % error)


def frame(message):
    """A message as bytes on the wire."""
    body = json.dumps(message).encode("utf-8")
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def frames(read):
    """The messages in a stream of bytes."""
    pending = b""
    while True:
        head, found, rest = pending.partition(b"\r\n\r\n")
        if found:
            name, _, value = head.partition(b": ")
            if name != b"Content-Length":  # ipykernel reads no other header
                raise ValueError("bad header %r" % head[:200])
            if len(rest) >= int(value):
                yield json.loads(rest[: int(value)].decode("utf-8"))
                pending = rest[int(value) :]
                continue
        data = read()
        if not data:
            if pending:
                raise ValueError("the stream ended inside a message: %r" % pending[:200])
            return
        pending += data
