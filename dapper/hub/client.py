"""One client and what it debugs: answers what concerns processes, passes everything else on.

All state of a session belongs to one thread. The others (readers of streams, waiters for processes, timers) post to it.
"""
import threading
from queue import SimpleQueue

from dapper.hub import config, processes, spawn, streams
from dapper.hub.relay import Debuggee
from dapper.hub.replay import Wishes
from dapper.protocol.capabilities import capabilities
from dapper.protocol.errors import DapError, failure, success

SOFT_END = 5.0  #: seconds a program has to end after `terminate` asked it to
LAST_WORDS = 1.0  #: seconds we wait for a process or debuggee that has been told to go
AFTER_EXIT = 0.5  #: seconds a dead process's connection may stay open: something else may hold it


class ClientSession:
    """From a client's connection to its end.

    Args:
        hub: the Hub.
        channel: to the client.
    """

    def __init__(self, hub, channel):
        self._hub = hub
        self._client = channel
        self._log = hub.log
        self._inbox = SimpleQueue()
        self._room = threading.Semaphore(streams.MAX_WAITING)
        self._over = False
        self._client_gone = False
        self._asked = {}  # our seq → what to do with the client's response
        self._initialize = None  # arguments of `initialize`
        self._start = None  # the request `launch` or `attach`
        self._start_open = False  # it waits for its answer
        self._launch = None
        self._ticket = None
        self._program = None
        self._root = None
        self._held = []  # requests that came before there was a debuggee
        self._wishes = Wishes()
        self._replaying = False
        self._end_asked = False  # `terminate` came once
        self._leaving = None  # the request `disconnect`, until we go
        self._exit = None  # returncode of the program
        self._told_end = False
        self._hub_answers = {
            "initialize": self._on_initialize,
            "launch": self._on_launch,
            "attach": self._on_attach,
            "disconnect": self._on_disconnect,
            "terminate": self._on_terminate,
        }

    def run(self):
        """Serve the client until it is gone or has said goodbye."""
        streams.spawn(
            streams.pump, self._client,
            lambda message: self._post_in_turn(self._from_client, message),
            lambda problem: self._post(self._bad_message, problem),
            lambda problem: self._post(self._client_left, problem),
        )
        try:
            while not self._over:
                work, args = self._inbox.get()
                work(*args)
        finally:
            self._clean_up()

    # -- the thread of the session and the others -----------------------------------------------------------------

    def _post(self, work, *args):
        self._inbox.put((work, args))

    def _post_in_turn(self, work, *args):
        """Post, after waiting for room: who sends faster than we can pass on has to wait."""
        self._room.acquire()
        self._post(self._in_turn, work, args)

    def _in_turn(self, work, args):
        self._room.release()
        work(*args)

    def _later(self, seconds, work, *args):
        timer = threading.Timer(seconds, self._post, (work,) + args)
        timer.daemon = True
        timer.start()

    def _tell(self, message):
        if self._client_gone:
            return None
        try:
            seq = self._client.send(message)
        except OSError:
            self._client_gone = True
            self._post(self._client_left, None)
            return None
        self._log.message("to client:", message)
        return seq

    def _event(self, name, body=None):
        event = {"type": "event", "event": name}
        if body is not None:
            event["body"] = body
        self._tell(event)

    def _say(self, text, category="console"):
        self._event("output", {"category": category, "output": text})

    # -- messages of the client -----------------------------------------------------------------------------------

    def _bad_message(self, problem):
        self._tell(failure({}, DapError("malformed", problem=problem)))

    def _from_client(self, message):
        self._log.message("from client:", message)
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
            self._tell(failure(message, DapError("malformed", problem=problem)))
            return
        try:
            self._on_request(message)
        except DapError as error:
            self._tell(failure(message, error))
        except Exception as error:  # boundary: a fault of ours costs the request, not the session
            self._log.fault()
            self._tell(failure(message, error))

    def _on_request(self, request):
        command = request["command"]
        if self._initialize is None and command not in ("initialize", "disconnect"):
            raise DapError("wrong_state", command=command, why="initialize has to come first")
        if self._leaving is not None:
            raise DapError("wrong_state", command=command, why="the session is about to end")
        handler = self._hub_answers.get(command)
        if handler is not None:
            handler(request, request.get("arguments") or {})
        elif self._start is None:
            self._before_start(request)
        elif self._root is not None and not self._root.ended:
            self._forward(request)
        elif self._told_end or self._root is not None:
            raise DapError("no_debuggee", why="it has ended")
        else:
            self._held.append(request)

    def _before_start(self, request):
        command = request["command"]
        if Wishes.covers(command):
            self._tell(success(request, self._wishes.answer_early(request)))
        elif command == "configurationDone":
            self._held.append(request)
        else:
            raise DapError("wrong_state", command=command, why="no program yet: send launch or attach first")

    def _forward(self, request):
        if Wishes.covers(request["command"]):
            def then(response):
                self._wishes.keep(request, response)
                self._tell(response)
        else:
            then = self._tell
        self._root.forward(request, then)

    def _on_initialize(self, request, arguments):
        if self._initialize is not None:
            raise DapError("already_initialized")
        self._initialize = arguments
        self._tell(success(request, capabilities()))

    # -- start ----------------------------------------------------------------------------------------------------

    def _on_launch(self, request, arguments):
        self._starts(request)
        launch = config.Launch(arguments)
        self._launch = launch
        try:
            self._run_program()
        except DapError:
            self._launch = None
            raise
        self._start, self._start_open = request, True

    def _on_attach(self, request, arguments):
        self._starts(request)
        config.Attach(arguments)
        raise DapError("unsupported", what="attach", where="")

    def _starts(self, request):
        if self._start is not None:
            raise DapError("wrong_state", command=request["command"], why="a session has one program")

    def _run_program(self):
        self._ticket = self._hub.door.expect(self._somebody_reports)
        self._exit = None
        self._program = spawn.PipedProgram(
            self._launch, self._ticket, self._printed, lambda returncode: self._post(self._program_ended, returncode)
        )
        self._log.note("started pid %d: %s" % (self._program.pid, self._launch.words))

    def _printed(self, category, text):
        self._say(text, category)

    def _somebody_reports(self, channel, hello):
        self._post(self._reported, channel, hello)

    def _reported(self, channel, hello):
        if self._over or self._root is not None or self._exit is not None:
            channel.close()
            return
        self._root = self._join(channel, hello)
        self._root.ask("initialize", self._initialize)
        self._root.forward(self._start, self._started)
        held, self._held = self._held, []
        for request in held:
            self._forward(request)

    def _join(self, channel, hello):
        """A Debuggee whose messages come to us."""
        debuggee = Debuggee(channel, hello)
        streams.spawn(
            streams.pump, channel,
            lambda message: self._post_in_turn(self._from_debuggee, debuggee, message),
            lambda problem: self._log.note("unreadable message from pid %s: %s" % (debuggee.pid, problem)),
            lambda problem: self._post(self._debuggee_left, debuggee),
        )
        return debuggee

    def _started(self, response):
        self._start_open = False
        self._tell(response)

    # -- messages of the debuggee ---------------------------------------------------------------------------------

    def _from_debuggee(self, debuggee, message):
        if debuggee.ended:
            return
        kind = message.get("type")
        if kind == "response":
            debuggee.answered(message)
        elif kind == "event":
            self._debuggee_event(debuggee, message)
        elif kind == "request":
            seq = message["seq"]
            asked = self._tell(message)
            if asked is not None:
                self._asked[asked] = lambda response: debuggee.reply(dict(response, request_seq=seq))

    def _debuggee_event(self, debuggee, event):
        name = event.get("event")
        if name == "initialized" and self._wishes:
            self._wishes.replay(debuggee.ask, self._tell)
        elif name == "stopped" and self._program is not None:
            self._program.settle()
        elif name == "terminated":
            self._told_end = True
        elif name == "breakpoint":
            self._wishes.heard(event)
        self._tell(event)

    def _debuggee_left(self, debuggee):
        if not debuggee.ended:
            debuggee.end()
        if debuggee is self._root:
            self._maybe_finished()

    # -- end ------------------------------------------------------------------------------------------------------

    def _program_ended(self, returncode):
        self._exit = returncode
        self._log.note("the program ended with %s" % returncode)
        if self._root is not None and not self._root.ended:
            self._later(AFTER_EXIT, self._debuggee_left, self._root)
        self._maybe_finished()

    def _maybe_finished(self):
        if self._told_end or self._program is None or self._exit is None:
            return
        if self._root is not None and not self._root.ended:
            return
        self._told_end = True
        code, sentence = processes.outcome(self._exit)
        if self._start_open:
            self._start_open = False
            self._tell(failure(self._start, DapError("no_debuggee", why="it ended with exit code %d first" % code)))
        for request in self._held:
            self._tell(failure(request, DapError("no_debuggee", why="it has ended")))
        if sentence is not None and not self._program.killed:
            self._say(sentence, "important")
        self._event("exited", {"exitCode": code})
        self._event("terminated")
        if self._leaving is not None:
            self._leave()

    def _on_terminate(self, request, arguments):
        self._tell(success(request))
        if self._program is None or self._exit is not None:
            return
        if self._end_asked or self._root is None or self._root.ended:
            self._kill()
            return
        self._end_asked = True
        self._root.ask("terminate", arguments, self._softly_ended)
        self._later(SOFT_END, self._kill)

    def _softly_ended(self, response):
        if response is not None and not response["success"]:
            self._kill()

    def _kill(self):
        if self._program is not None and self._exit is None:
            self._program.kill()

    def _on_disconnect(self, request, arguments):
        self._leaving = request
        terminate = arguments.get("terminateDebuggee")
        self._part(self._launch is not None if terminate is None else bool(terminate))

    def _client_left(self, problem):
        self._client_gone = True
        self._log.note("the client is gone%s" % (": %s" % problem if problem else ""))
        if self._leaving is None:
            self._leaving = {}
            self._part(self._launch is not None)

    def _part(self, terminate):
        if self._program is not None and terminate:
            if self._exit is not None:
                self._leave()
            else:
                self._kill()
                self._later(LAST_WORDS, self._leave)
        elif self._root is not None and not self._root.ended:
            self._root.ask("disconnect", {"terminateDebuggee": terminate}, lambda response: self._leave())
            self._later(LAST_WORDS, self._leave)
        else:
            self._leave()

    def _leave(self):
        if self._over:
            return
        self._over = True
        if self._leaving:
            self._tell(success(self._leaving))

    def _clean_up(self):
        if self._ticket is not None:
            self._hub.door.forget(self._ticket)
        if self._root is not None:
            self._root.channel.close()
        self._client.close()
