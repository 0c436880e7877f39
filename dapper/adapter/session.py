"""One connection: reads requests, has them answered, sends events. Knows no frames; PyDebugger does."""
import os
import sys
from _thread import allocate_lock, get_ident

from dapper.adapter import answers
from dapper.adapter.debugger.display import Display
from dapper.adapter.debugger.originals import monotonic, sleep
from dapper.adapter.request import LATER, Request
from dapper.protocol.capabilities import of_this_python
from dapper.protocol.channel import BadMessage, BrokenFrame
from dapper.protocol.errors import DapError, failure, success
from dapper.protocol.log import Log

LEAVING_TIME = 0.5  #: seconds for threads to end what they do for the client when it goes

_NOT_OPEN = 9  # EBADF; the module errno is not worth its loading
_ANY_STATE = {"initialize", "disconnect", "terminate", "cancel"}

for _name in answers.FILES[:2]:  # every session needs them, and they are read best by the thread that starts it
    answers.load(_name)


class Session:
    """A DAP session on a channel.

    Args:
        channel: a Channel.
        debugger: the process's PyDebugger.
        launched_by_hub: whether a hub started the process, which then reports its end.
        log: a Log for errors of ours.

    Attributes:
        state: new → initialized → starting → configured → ended.
        display: how values are shown.
        client: the arguments of initialize.
        memory_views: number → size in bytes of the buffers the client has read.
        tasks: seq → Task of requests that threads of the program work at.
    """

    def __init__(self, channel, debugger, launched_by_hub=False, log=None):
        self.debugger = debugger
        self.by_hub = launched_by_hub
        self.log = log or Log()
        self.state = "new"
        self.display = Display.from_config({}, {})
        self.tasks = {}
        self._channel = channel
        channel.meanwhile = self._look_after_tasks
        self.client = {}
        self.memory_views = {}
        self._start_request = None
        self._after = []
        self._last_breakpoint = 0
        self._held = []
        self._held_lock = allocate_lock()
        self._redirection = None
        self._overtime = None

    # Reading

    def serve(self):
        """Read and answer until the client goes; then let the program run on.

        An exception of the channel's own passes through and leaves the session as it is: another thread may take over.
        """
        self.debugger.crew.hidden.add(get_ident())
        try:
            self._read()
        finally:
            self.debugger.crew.hidden.discard(get_ident())  # a thread of the program may have this identity next
        self._end()

    def _read(self):
        while self.state != "ended":
            try:
                message = self._channel.receive()
            except BadMessage as error:
                self.send(failure({}, DapError("malformed", problem=error)))
                continue
            except BrokenFrame as error:
                self.send(failure({}, DapError("malformed", problem=error)))
                break
            except OSError:
                break  # the peer is gone: the same as the end of the stream
            if message is None:
                break
            self._receive(message)

    def _receive(self, message):
        if message.get("type") != "request":
            if message.get("type") not in ("response", "event"):
                self.send(failure(message, DapError("malformed", problem="type has to be 'request'")))
            return
        try:
            body = self._dispatch(Request(message))
            if body is not LATER:
                self.send(success(message, body))
        except DapError as error:
            self.send(failure(message, error))
        except Exception as error:  # boundary: session dispatch; our bug is answered, and the session lives
            self.log.fault()
            self.send(failure(message, error))
        after, self._after = self._after, []
        for action in after:
            action()

    def _dispatch(self, request):
        function = answers.find(request.command)
        if function is None:
            raise DapError("unknown_request", command=request.command)
        if self.state == "new" and request.command not in _ANY_STATE:
            raise DapError("wrong_state", command=request.command, why="initialize has to come first")
        return function(self, request)

    def _look_after_tasks(self):
        """Seconds until it has to be called again, or None."""
        soon = [task.tick() for task in list(self.tasks.values())]
        overtime = self._overtime
        if self.debugger.table.decides or overtime is not None and overtime.is_busy:
            if overtime is None:
                from dapper.adapter.debugger.overtime import Overtime

                overtime = self._overtime = Overtime(self.debugger.crew.hidden, self.event, self.display.seconds)
            soon.append(overtime.tick())
        return min(soon, default=None)

    # Sending

    def send(self, message):
        """Send a response or an event now; from any thread."""
        try:
            self._channel.send(message)
        except OSError as error:  # the client is gone; the reader sees the end of the stream and ends the session
            if error.errno == _NOT_OPEN and not self._channel.is_closed:
                self.debugger.detach()  # the program has closed our descriptor: the reader waits for ever

    def event(self, name, body):
        """Send an event, but for a client that is not done with its configuration only when it is."""
        message = {"type": "event", "event": name, "body": body}
        if self.state != "configured":
            with self._held_lock:
                if self.state not in ("configured", "ended") and name != "initialized":
                    self._held.append(message)
                    return
        self.send(message)

    def afterwards(self, action):
        """Call ``action()`` when the response to the request at hand is on its way."""
        self._after.append(action)

    def _output(self, category, text):
        self.event("output", {"category": category, "output": text})

    # Life

    def meet(self, client):
        """Know what the client said of itself."""
        self.client = client
        self.state = "initialized"

    def begin(self, request):
        """Start the debugger for a launch or attach request, which is answered when the configuration is done."""
        from dapper.protocol import keys  # a process that waits for a client has no need of it

        config, remarks = keys.settle(request.arguments)
        self.debugger.configure(config)
        self.display = Display.from_config(config, self.client)
        self._start_request = request.message
        self.state = "starting"
        self.debugger.attach(self.event)
        for remark in remarks:
            self._output("console", "dapper: %s\n" % remark)
        self.debugger.start()
        self.send({"type": "event", "event": "capabilities", "body": {"capabilities": of_this_python()}})
        self.event("initialized", {})

    def configured(self):
        """The client has said all it wants before the program runs: answer its launch or attach, and let it run."""
        config = self.debugger.config
        self.send(success(self._start_request))
        piped = self.is_launch and config.get("console", "internalConsole") == "internalConsole"  # the hub has it then
        if config.get("redirectOutput") and not piped:
            from dapper.adapter.debugger.output import Redirection

            self._redirection = Redirection(self._output)
            self._redirection.start()
        if config.get("stopOnEntry") and self.is_launch:
            self.debugger.going.pause_at_entry()
        process = {
            "name": sys.argv[0] if getattr(sys, "argv", None) else "python",
            "systemProcessId": os.getpid(),
            "isLocalProcess": True,
            "startMethod": self._start_request["command"],
            "pointerSize": (sys.maxsize.bit_length() + 1),
        }
        self.send({"type": "event", "event": "process", "body": process})
        with self._held_lock:
            held, self._held = self._held, []
            self.state = "configured"
        for message in held:
            self.send(message)
        self.debugger.let_go()

    def wait_until_configured(self, timeout=-1):
        """See PyDebugger.wait_until_configured."""
        return self.debugger.wait_until_configured(timeout)

    @property
    def is_configured(self):
        """Whether the client has finished its configuration and is still there."""
        return self.state == "configured"

    @property
    def is_launch(self):
        """Whether the client asked for a launch, so that the program ends with the session."""
        return self._start_request is not None and self._start_request["command"] == "launch"

    def program_ends(self):
        """The interpreter is about to exit."""
        self.debugger.logs.flush()
        if self._overtime is not None:
            self._overtime.last_words()
        if self.state == "configured":
            self.debugger.crew.threads()  # tells which have ended
            if not self.by_hub:
                self.event("terminated", {})

    def breakpoint_number(self, wanted):
        """The id of a breakpoint: the one a hub gave it, or the next."""
        number = wanted.get("id")
        if type(number) is not int or number < 1:
            number = self._last_breakpoint + 1
        self._last_breakpoint = max(self._last_breakpoint, number)
        return number

    def _end(self):
        if self.state == "ended" and self._start_request is None:
            return
        self.state = "ended"
        self._start_request = None
        if self._redirection is not None:
            self._redirection.stop()
        self.debugger.detach()
        self._end_tasks()
        self._channel.close()

    def _end_tasks(self):
        """Have threads that work for us stop it. One that can't be interrupted is left to itself."""
        until = monotonic() + LEAVING_TIME
        for task in list(self.tasks.values()):
            task.leave()
        overtime = self._overtime
        if overtime is not None:
            overtime.end()
            overtime.tick()
        while (self.tasks or overtime is not None and overtime.is_busy) and monotonic() < until:
            self._look_after_tasks()
            sleep(0.01)
        if overtime is not None:
            overtime.leave()
