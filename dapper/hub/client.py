"""One client: answers what concerns processes, passes everything else on to the debuggee, and its words back."""
from dapper.hub import config, streams
from dapper.hub.clientend import ClientEnd
from dapper.hub.launched import Launched, Undebugged
from dapper.hub.relay import Debuggee
from dapper.hub.replay import Wishes
from dapper.hub.ways import way_to_attach
from dapper.protocol.capabilities import capabilities
from dapper.protocol.errors import DapError, failure, success


class ClientSession(ClientEnd):
    """From a client's connection to its end. What is posted runs in the thread of the session, which owns its state.

    Args:
        hub: the Hub.
        channel: to the client.
        guard: the Guard it has to pass before it may do anything, or None.
    """

    def __init__(self, hub, channel, guard=None):
        super().__init__(channel, hub.log)
        self._guard = guard
        self.hub = hub
        self.root = None  # the Debuggee, once there is one
        self.configured = False  # has the client's configurationDone been answered?
        self._start = None  # the request `launch` or `attach`
        self._start_open = False  # it waits for its answer
        self._target = None
        self._held = []  # requests that came before there was a debuggee
        self._wishes = Wishes()
        self._replaying = None  # called with an error or nothing, once a debuggee has been told everything again
        self._threads = set()  # ids of those that began and did not end
        self._told_end = False
        self._leaving = None  # the request `disconnect`, or {} for a client that left without, until we go
        self._hub_answers = {
            "initialize": self._on_initialize,
            "launch": self._on_launch,
            "attach": self._on_attach,
            "restart": self._on_restart,
            "disconnect": self._on_disconnect,
            "terminate": self._on_terminate,
        }

    @property
    def pid(self):
        """Of the process debugged, as far as it is known."""
        return self.root.pid if self.root is not None else None

    @property
    def has_ended(self):
        """Was the client told that there is nothing to debug any more?"""
        return self._told_end

    @property
    def is_new(self):
        """Has the client not said yet what to debug?"""
        return self._start is None and not self.over

    @property
    def start_arguments(self):
        """Of `launch` or `attach`."""
        return self._start.get("arguments") or {}

    def run(self):
        """Serve the client until it is gone or has said goodbye."""
        self.listen()
        self.work_off()
        if self._target is not None:
            self._target.close()
        if self.root is not None:
            self.root.channel.close()
        self.close()

    # -- from the client --------------------------------------------------------------------------------------------

    def on_request(self, request, arguments):
        command = request["command"]
        if self.abilities is None and command not in ("initialize", "disconnect"):
            raise DapError("wrong_state", command=command, why="initialize has to come first")
        if self._leaving is not None:
            raise DapError("wrong_state", command=command, why="the session is about to end")
        if self._guard is not None and self._passes(command, arguments):
            self._guard = None
        handler = self._hub_answers.get(command)
        if handler is not None:
            handler(request, arguments)
        elif self._start is None:
            self._before_start(request)
        elif self._target.answers(request):
            return
        elif self.root is not None and not self.root.ended and self._replaying is None:
            self._forward(request)
        elif self._told_end or (self.root is not None and self._replaying is None):
            raise DapError("no_debuggee", why="it has ended")
        else:
            self._held.append(request)

    def _passes(self, command, arguments):
        try:
            return self._guard.passes(command, arguments, self.hub)
        except DapError as error:
            if error.code == "not_allowed":
                self.log.note("a client has to leave: %s" % error)
                self.hang_up()
            raise

    def _before_start(self, request):
        command = request["command"]
        if Wishes.covers(command):
            self.tell(success(request, self._wishes.answer_early(request)))
        elif command == "configurationDone":
            self._held.append(request)
        else:
            raise DapError("wrong_state", command=command, why="no program yet: send launch or attach first")

    def _forward(self, request):
        command = request["command"]

        def then(response):
            if Wishes.covers(command):
                self._wishes.keep(request, response)
            elif command == "configurationDone" and response["success"]:
                self.configured = True
            self.tell(response)

        self.root.forward(request, then)

    def _on_initialize(self, request, arguments):
        if self.abilities is not None:
            raise DapError("already_initialized")
        self.abilities = arguments
        self.tell(success(request, capabilities()))

    def _on_launch(self, request, arguments):
        launch = config.Launch(arguments)
        self._begin(request, Undebugged if launch.no_debug else Launched, launch)

    def _on_attach(self, request, arguments):
        attach = config.Attach(arguments)
        self._begin(request, way_to_attach(attach, self.hub), attach)

    def _begin(self, request, target, wanted):
        if self._start is not None:
            raise DapError("wrong_state", command=request["command"], why="a session has one program")
        self._target = target(self, wanted)
        self._start, self._start_open = request, True
        try:
            self._target.begin()
        except DapError:
            self._target = self._start = None  # the client may try again
            self._start_open = False
            raise

    def _on_restart(self, request, arguments):
        if self._target is None or self._replaying is not None or not self._target.may_restart:
            raise DapError("wrong_state", command="restart", why="no program is running yet")
        news = arguments.get("arguments")
        again = dict(self._start, arguments=news) if type(news) is dict else self._start

        def restarted(error=None):
            self.tell(success(request) if error is None else failure(request, error))

        self._replaying = restarted
        try:
            self._target.restart(config.Launch(again.get("arguments") or {}) if again["command"] == "launch" else None)
        except DapError:
            self._replaying = None
            raise
        self._start = again

    # -- the debuggee -----------------------------------------------------------------------------------------------

    def joined(self, channel, hello):
        """A process reported that is what the client wants to debug: at first, or in place of the one before it."""
        again = self.root is not None or self._replaying is not None
        if self.root is not None and not self.root.ended:
            self.root.end()
        if again:
            self._forget_threads()
        self.root = root = Debuggee(channel, hello)
        streams.spawn(
            streams.pump, channel,
            lambda message: self.post_in_turn(self._from_debuggee, root, message),
            lambda problem: self.log.note("unreadable message from pid %s: %s" % (root.pid, problem)),
            lambda problem: self.post(self.debuggee_left, root),
        )
        root.ask("initialize", self.abilities, self._greeted)
        if again and self.configured:
            self._replaying = self._replaying or (lambda error=None: None)
            root.ask(self._start["command"], self._target.arguments(), self._told_again)
        else:
            root.forward(dict(self._start, arguments=self._target.arguments()), self._started)
            self._flush_held()

    def _greeted(self, response):
        if response is not None and not response["success"]:
            self.refused(DapError("no_debuggee", why=response.get("message")))

    def _started(self, response):
        if self._start_open:
            self._start_open = False
            self.tell(response)

    def _told_again(self, response):
        error = None
        if response is None:
            error = DapError("no_debuggee", why="it has ended")
        elif not response["success"]:
            error = DapError("no_debuggee", why=response.get("message"))
        self._runs_again(error)

    def _runs_again(self, error=None):
        replaying, self._replaying = self._replaying, None
        replaying(error)
        self._flush_held()

    def _flush_held(self):
        held, self._held = (self._held, []) if self.root is not None else ([], self._held)
        for request in held:
            self._forward(request)

    def refused(self, error):
        """There will be no debuggee: answer launch or attach, and whatever waited for it."""
        if self._start_open:
            self._start_open = False
            self.tell(failure(self._start, error))
        elif self._replaying is not None:
            self._runs_again(error)
        for request in self._held:
            self.tell(failure(request, error))
        self._held = []

    def started_undebugged(self):
        """The program runs and there is nothing to wait for."""
        if self._replaying is not None:
            self._runs_again()
        else:
            self._start_open = False
            self.tell(success(self._start))

    def _forget_threads(self):
        for number in sorted(self._threads):
            self.event("thread", {"reason": "exited", "threadId": number})
        self._threads = set()

    def _from_debuggee(self, debuggee, message):
        if debuggee.ended:
            return
        debuggee.heard += 1
        kind = message.get("type")
        if kind == "response":
            debuggee.answered(message)
        elif kind == "event":
            self._debuggee_event(debuggee, message)
        elif kind == "request":
            seq = message["seq"]
            self.ask_client(message.get("command"), message.get("arguments"),
                            lambda response: debuggee.reply(dict(response, request_seq=seq)))

    def _debuggee_event(self, debuggee, event):
        name, body = event.get("event"), event.get("body") or {}
        if name == "initialized":
            self._wishes.replay(debuggee.ask, self.tell)
            if self._replaying is not None:
                debuggee.ask("configurationDone", {})
                return
        elif name == "stopped":
            self._target.settle()
        elif name == "thread":
            (self._threads.add if body.get("reason") == "started" else self._threads.discard)(body.get("threadId"))
        elif name == "breakpoint":
            self._wishes.heard(event)
        elif name == "terminated":
            self.ended()
            return
        self.tell(event)

    def debuggee_left(self, debuggee):
        """Its stream has ended."""
        if not debuggee.ended:
            debuggee.end()
        if debuggee is self.root:
            self._target.debuggee_left()

    # -- the end ----------------------------------------------------------------------------------------------------

    def ended(self):
        """There is nothing to debug any more: tell the client, once."""
        if self._told_end:
            return
        self._told_end = True
        self.refused(DapError("no_debuggee", why="it has ended"))
        self.event("terminated", self._target.last_words)
        if self._leaving is not None or self.hub.is_closing:
            self.leave()

    def leave_if_ended(self):
        """The hub is closing: wait for no goodbye."""
        if self._told_end or self._target is None:
            self.leave()

    def began_again(self):
        """What was told to have ended is there again."""
        self._told_end = False

    def _on_terminate(self, request, arguments):
        self.tell(success(request))
        if self._target is not None:
            self._target.terminate(arguments)

    def _on_disconnect(self, request, arguments):
        self._leaving = request
        self._part(arguments.get("terminateDebuggee"))

    def client_left(self, problem):
        """The client is gone: what that means for the program."""
        if self._leaving is None:
            self.log.note("the client is gone%s" % (": %s" % problem if problem else ""))
            self._leaving = {}
            self._part(None)

    def _part(self, terminate):
        if self._target is None:
            self.leave()
        else:
            self._target.part(terminate if type(terminate) is bool else None)

    def leave(self):
        """Answer `disconnect` and go."""
        if self.over:
            return
        if self._leaving:
            self.tell(success(self._leaving))
        self.stop()
