"""A DAP client that waits for one thing at a time: no threads, so that nothing of its own gets into the figures."""

import collections
import json
import os
import select
import signal
import subprocess
import time

DEADLINE = 120.0  # seconds until a message that does not come counts as lost


class Lost(Exception):
    """The adapter ended or fell silent; the text says while waiting for what."""


class Refused(Exception):
    """The adapter answered with an error."""


class Adapter:
    """A debug adapter on its standard streams.

    Args:
        command: its words.
        env: its environment.
        cwd: the folder it runs in.

    Attributes:
        received: bytes read so far.
        messages: messages read so far.
        log: what it wrote to stderr, in a file.
    """

    def __init__(self, command, env, cwd):
        self.log = open(os.path.join(cwd, "adapter.log"), "w+b")
        self._process = subprocess.Popen(
            command, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, bufsize=0,
            start_new_session=True,
        )
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._out, select.POLLIN | select.POLLHUP)
        self._buffer = bytearray()
        self._seq = 0
        self._responses = {}  # request_seq → response
        self._events = collections.deque()
        self.received = self.messages = 0

    def post(self, command, **arguments):
        """Send a request and go on.

        Returns:
            Its number, for `answer`.
        """
        self._seq += 1
        self._send({"seq": self._seq, "type": "request", "command": command, "arguments": arguments})
        return self._seq

    def answer(self, number, deadline=DEADLINE):
        """The body of the response to a request.

        Args:
            number: what `post` gave.
            deadline: seconds.

        Raises:
            Refused: it was not successful.
            Lost: it did not come.
        """
        end = time.monotonic() + deadline
        while number not in self._responses:
            self._receive(end, "the response to request %d" % number)
        response = self._responses.pop(number)
        if not response.get("success"):
            raise Refused("%s: %s" % (response.get("command"), response.get("message")))
        return response.get("body") or {}

    def request(self, command, **arguments):
        """Send a request and wait for the body of its response; see `answer`."""
        return self.answer(self.post(command, **arguments))

    def event(self, *names, **options):
        """The next event of one of these names, as (name, body). Events of other names before it are dropped.

        Args:
            names: of events.
            deadline: seconds.
            keep: a list that gets the dropped ones.

        Raises:
            Lost: it did not come.
        """
        end = time.monotonic() + options.get("deadline", DEADLINE)
        while True:
            while self._events:
                event = self._events.popleft()
                if event["event"] in names:
                    return event["event"], event.get("body") or {}
                if options.get("keep") is not None:
                    options["keep"].append(event)
            self._receive(end, " or ".join(names))

    def close(self):
        """End the adapter and all it left behind in its process group."""
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process.stdout.close()
        self.log.close()

    def _send(self, message):
        body = json.dumps(message).encode("utf-8")
        data = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        while data:
            data = data[os.write(self._in, data):]

    def _receive(self, end, what):
        """Read once and take apart what came."""
        left = end - time.monotonic()
        if left <= 0 or not self._poll.poll(left * 1000):
            raise Lost("no sign of %s in time%s" % (what, self._said()))
        data = os.read(self._out, 1 << 20)
        if not data:
            raise Lost("the adapter ended before %s%s" % (what, self._said()))
        self._buffer += data
        self.received += len(data)
        while True:
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            length = int(bytes(self._buffer[:head]).lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(self._buffer) < head + 4 + length:
                return
            self._take(json.loads(bytes(self._buffer[head + 4:head + 4 + length]).decode("utf-8")))
            del self._buffer[:head + 4 + length]

    def _take(self, message):
        self.messages += 1
        if message["type"] == "response":
            self._responses[message["request_seq"]] = message
        elif message["type"] == "event":
            self._events.append(message)
        else:  # we offer nothing that could be asked of us
            self._send({"seq": 0, "type": "response", "request_seq": message["seq"], "success": False,
                        "command": message["command"], "message": "not supported"})

    def _said(self):
        self.log.seek(0)
        text = self.log.read().decode("utf-8", "replace").strip()
        return "; it said:\n" + text if text else ""
