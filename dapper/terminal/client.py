"""The terminal's end of DAP: starts a hub, sends requests, keeps events until somebody asks for them."""
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque

from dapper.protocol.channel import BadMessage, BrokenFrame, Channel

HUB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "adapter")
#: Seconds; a wait without an end can't be broken off with Ctrl-C on Windows, many short ones can.
_TICK = None if os.name == "posix" else 0.2
_GRACE = 5  #: seconds for the hub to end when asked


class Refused(Exception):
    """The answer to a request was no; the text says why."""


class Gone(Exception):
    """The hub is no longer there; the text is what it said last."""


class Client:
    """One hub and the conversation with it.

    Args:
        serve: ``serve(command, arguments) -> body``, called in the reader's thread for requests of the hub;
            an OSError or Refused it raises becomes the answer.
        words: the hub's command; its standard streams are the connection.
    """

    def __init__(self, serve, words):
        self._serve = serve
        self._stderr = tempfile.TemporaryFile()
        # A session of its own: Ctrl-C in the terminal is for us, not for the hub.
        self._hub = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr,
                                     start_new_session=True)
        reader, writer = self._hub.stdout.fileno(), self._hub.stdin.fileno()
        self._channel = Channel(lambda size: os.read(reader, size), _writer(writer), self._hub.stdin.close)
        self._news = threading.Condition()
        self._events = deque()
        self._answers = {}  # seq → response
        self._forgotten = set()  # seqs whose answer nobody waits for any more
        self._woken = False
        self.over = False  # nothing comes any more
        self._thread = threading.Thread(target=self._read, name="dapper-client", daemon=True)
        self._thread.start()

    def send(self, command, **arguments):
        """Send a request.

        Returns:
            A ticket for `answer`.

        Raises:
            Gone: nobody is there to receive it.
        """
        try:
            return self._channel.send({"type": "request", "command": command, "arguments": arguments})
        except (OSError, ValueError):
            raise Gone(self.last_words()) from None

    def answer(self, ticket, seconds=None):
        """Wait for the answer to a request.

        Args:
            seconds: at most so long; then None is returned and the ticket stays good.

        Returns:
            The body, {} where there is none.

        Raises:
            Refused: success is false.
            Gone: the hub ended before it answered.
        """
        end = None if seconds is None else time.monotonic() + seconds
        with self._news:
            while ticket not in self._answers:
                if self.over:
                    raise Gone(self.last_words())
                left = _TICK if end is None else end - time.monotonic()
                if end is not None and left <= 0:
                    return None
                self._news.wait(left)
            response = self._answers.pop(ticket)
        if not response.get("success"):
            raise Refused(_why(response))
        return response.get("body") or {}

    def request(self, command, **arguments):
        """Send a request and wait for the answer, as `answer` does."""
        return self.answer(self.send(command, **arguments))

    def forget(self, ticket):
        """Nobody waits for this answer any more."""
        with self._news:
            if self._answers.pop(ticket, None) is None:
                self._forgotten.add(ticket)

    def event(self, or_answer=None, wait=True, seconds=None):
        """The next event.

        Args:
            or_answer: a ticket: return None also when its answer is there.
            wait: False returns None when there is no event yet.
            seconds: return None when that long none came.

        Returns:
            The event as a dict; None when the hub is gone, after `wake`, or for the reasons above.
        """
        end = None if seconds is None else time.monotonic() + seconds
        with self._news:
            while not self._events:
                left = _TICK if end is None else end - time.monotonic()
                if self.over or not wait or or_answer in self._answers or (end is not None and left <= 0):
                    return None
                if self._woken:
                    self._woken = False
                    return None
                self._news.wait(left)
            return self._events.popleft()

    def wake(self):
        """Have the next or present wait for an event end. Safe in a signal handler of the thread that waits."""
        with self._news:
            self._woken = True
            self._news.notify_all()

    def last_words(self):
        """What the hub wrote on its standard error, at most its last lines."""
        self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, self._stderr.tell() - 2000))
        text = self._stderr.read().decode("utf-8", "replace").strip()
        return "the debug adapter has ended" + (":\n" + text if text else "")

    def close(self):
        """End the conversation and wait for the hub's end."""
        try:
            self._channel.close()
        except OSError:
            pass  # what was still buffered can't be written: the hub went first
        try:
            self._hub.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._hub.kill()
            self._hub.wait()
        self._thread.join(_GRACE)
        self._hub.stdout.close()
        self._stderr.close()

    def _read(self):
        while True:
            try:
                message = self._channel.receive()
            except BadMessage:
                continue
            except (BrokenFrame, OSError, ValueError):
                message = None
            if message is None:
                with self._news:
                    self.over = True
                    self._news.notify_all()
                return
            if message.get("type") == "request":
                self._reply(message)
                continue
            with self._news:
                if message.get("type") == "event":
                    self._events.append(message)
                elif message.get("request_seq") in self._forgotten:
                    self._forgotten.discard(message["request_seq"])
                else:
                    self._answers[message.get("request_seq")] = message
                self._news.notify_all()

    def _reply(self, request):
        response = {"type": "response", "request_seq": request["seq"], "command": request["command"], "success": True}
        try:
            response["body"] = self._serve(request["command"], request.get("arguments") or {})
        except (OSError, ValueError, Refused) as error:
            response.update(success=False, message=str(error))
        try:
            self._channel.send(response)
        except (OSError, ValueError):
            pass  # the hub is gone; the next receive says so


def hub_command(log_to=None):
    """The command that starts our own hub on this interpreter.

    Args:
        log_to: a folder for logs, or None.
    """
    return [sys.executable, HUB] + (["--log-dir", log_to] if log_to else [])


def _writer(descriptor):
    def write(data):
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view):]

    return write


def _why(response):
    """The best text an error response has."""
    error = (response.get("body") or {}).get("error") or {}
    text = error.get("format")
    if isinstance(text, str) and text:
        variables = error.get("variables") or {}
        for name, value in variables.items():
            text = text.replace("{%s}" % name, str(value))
        return text.replace("{{", "{").replace("}}", "}")
    return response.get("message") or "%s failed" % response.get("command")
