"""One connection: DAP command → method, in the order of the DAP page. Knows no frames; PyDebugger does."""
import os
import sys
from _thread import allocate_lock, get_ident, start_new_thread

from dapper._version import __version__
from dapper.adapter.debugger import binding
from dapper.adapter.debugger.breakpoints import Breakpoint
from dapper.adapter.debugger.display import Display
from dapper.adapter.debugger.exceptions import Filters
from dapper.adapter.debugger.output import Redirection
from dapper.adapter.debugger.threads import Job
from dapper.protocol.capabilities import capabilities
from dapper.protocol.channel import BadMessage, BrokenFrame
from dapper.protocol.errors import DapError, failure, success
from dapper.protocol.log import Log

_ANY_STATE = {"initialize", "disconnect", "terminate", "cancel"}
_LATER = object()  # the answer is sent by somebody else


def _looking():
    """What answers questions about a stopped program; most programs need not load it before they stop."""
    if "dapper.adapter.debugger.looking" not in sys.modules:
        writes = sys.dont_write_bytecode
        sys.dont_write_bytecode = False  # our own files; see boot/sitecustomize.py
        try:
            import dapper.adapter.debugger.looking
        finally:
            sys.dont_write_bytecode = writes
    return sys.modules["dapper.adapter.debugger.looking"]


class Session:
    """A DAP session on a channel.

    Args:
        channel: a Channel.
        debugger: the process's PyDebugger.
        launched_by_hub: whether a hub started the process, which then reports its end.
        log: a Log for errors of ours.
    """

    def __init__(self, channel, debugger, launched_by_hub=False, log=None):
        self._channel = channel
        self._debugger = debugger
        self._by_hub = launched_by_hub
        self._log = log or Log()
        self._state = "new"  # new → initialized → starting → configured → ended
        self._client = {}
        self._start_request = None
        self._after = []
        self._last_breakpoint = 0
        self._held = []
        self._held_lock = allocate_lock()
        self._redirection = Redirection(self._output)
        self._display = Display.from_config({}, {})
        self._commands = {
            name: getattr(self, method) for name, method in _COMMANDS.items()
        }

    # Life

    def serve(self):
        """Read and answer until the client goes; then let the program run on.

        An exception of the channel's own passes through and leaves the session as it is: another thread may take over.
        """
        self._debugger.crew.hidden.add(get_ident())
        try:
            self._read()
        finally:
            self._debugger.crew.hidden.discard(get_ident())  # a thread of the program may have this identity next
        self._end()

    def _read(self):
        while self._state != "ended":
            try:
                message = self._channel.receive()
            except BadMessage as error:
                self._send(failure({}, DapError("malformed", problem=error)))
                continue
            except BrokenFrame as error:
                self._send(failure({}, DapError("malformed", problem=error)))
                break
            except OSError:
                break  # the peer is gone: the same as the end of the stream
            if message is None:
                break
            self._receive(message)

    def wait_until_configured(self, timeout=-1):
        """See PyDebugger.wait_until_configured."""
        return self._debugger.wait_until_configured(timeout)

    @property
    def is_configured(self):
        """Whether the client has finished its configuration and is still there."""
        return self._state == "configured"

    @property
    def is_launch(self):
        """Whether the client asked for a launch, so that the program ends with the session."""
        return self._start_request is not None and self._start_request["command"] == "launch"

    def program_ends(self):
        """The interpreter is about to exit."""
        if self._state == "configured":
            self._debugger.crew.threads()  # tells which have ended
            if not self._by_hub:
                self._event("terminated", {})

    def _end(self):
        if self._state == "ended" and self._start_request is None:
            return
        self._state = "ended"
        self._start_request = None
        self._redirection.stop()
        self._debugger.detach()
        self._channel.close()

    def _receive(self, request):
        if request.get("type") != "request":
            if request.get("type") not in ("response", "event"):
                self._send(failure(request, DapError("malformed", problem="type has to be 'request'")))
            return
        try:
            if type(request.get("command")) is not str or type(request.get("seq")) is not int:
                raise DapError("malformed", problem="a request needs a command (string) and a seq (integer)")
            body = self._dispatch(request)
            if body is not _LATER:
                self._send(success(request, body))
        except DapError as error:
            self._send(failure(request, error))
        except Exception as error:  # boundary: session dispatch; our bug is answered, and the session lives
            self._log.fault()
            self._send(failure(request, error))
        after, self._after = self._after, []
        for action in after:
            action()

    def _dispatch(self, request):
        command = request["command"]
        method = self._commands.get(command)
        if method is None:
            raise DapError("unknown_request", command=command)
        if self._state == "new" and command not in _ANY_STATE:
            raise DapError("wrong_state", command=command, why="initialize has to come first")
        arguments = request.get("arguments")
        if arguments is None:
            arguments = {}
        if type(arguments) is not dict:
            raise DapError("bad_arguments", command=command, problem="arguments have to be an object")
        return method(request, Arguments(command, arguments))

    # Sending

    def _send(self, message):
        try:
            self._channel.send(message)
        except OSError:
            pass  # the client is gone; the reader sees the end of the stream and ends the session

    def _event(self, name, body):
        message = {"type": "event", "event": name, "body": body}
        if self._state != "configured":
            with self._held_lock:
                if self._state not in ("configured", "ended") and name != "initialized":
                    self._held.append(message)
                    return
        self._send(message)

    def _output(self, category, text):
        self._event("output", {"category": category, "output": text})

    # Requests: start

    def initialize(self, request, args):
        if self._state != "new":
            raise DapError("already_initialized")
        if args.get("pathFormat", str, "path") != "path":
            raise DapError("unsupported", what="pathFormat %r" % args.get("pathFormat", str), where="; use \"path\"")
        self._client = args.raw
        self._state = "initialized"
        return capabilities()

    def launch(self, request, args):
        return self._begin(request, args)

    def attach(self, request, args):
        return self._begin(request, args)

    def _begin(self, request, args):
        if self._state != "initialized" or self._start_request is not None:
            raise DapError("wrong_state", command=request["command"], why="the session has begun already")
        config = {key: value for key, value in args.raw.items() if value is not None}
        self._debugger.configure(config)
        self._display = Display.from_config(config, self._client)
        self._start_request = request
        self._state = "starting"
        self._debugger.attach(self._event)
        self._debugger.start()
        self._event("initialized", {})
        return _LATER

    def configuration_done(self, request, args):
        if self._state != "starting":
            raise DapError("wrong_state", command="configurationDone", why="launch or attach has to come first, once")
        config = self._debugger.config
        self._send(success(request))
        self._send(success(self._start_request))
        if config.get("redirectOutput") and not (self.is_launch and config.get("console", "internalConsole") == "internalConsole"):
            self._redirection.start()
        if config.get("stopOnEntry") and self.is_launch:
            self._debugger.pause_at_entry()
        process = {
            "name": sys.argv[0] if getattr(sys, "argv", None) else "python",
            "systemProcessId": os.getpid(),
            "isLocalProcess": True,
            "startMethod": self._start_request["command"],
            "pointerSize": (sys.maxsize.bit_length() + 1),
        }
        self._send({"type": "event", "event": "process", "body": process})
        with self._held_lock:
            held, self._held = self._held, []
            self._state = "configured"
        for message in held:
            self._send(message)
        self._debugger.let_go()
        return _LATER

    # Requests: end

    def disconnect(self, request, args):
        terminate = args.get("terminateDebuggee", bool)
        self._send(success(request))
        ends = terminate if terminate is not None else False
        self._state = "ended"
        if ends and not self._by_hub:
            self._after.append(lambda: os._exit(1))
        return _LATER

    def terminate(self, request, args):
        if self._state != "configured":
            raise DapError("wrong_state", command="terminate", why="the program has not begun")
        self._after.append(self._debugger.interrupt)
        return {}

    def restart(self, request, args):
        raise DapError("unsupported", what="restart", where=" by a program that is attached to; end it and start again")

    def cancel(self, request, args):
        return {}

    # Requests: breakpoints

    def set_breakpoints(self, request, args):
        source = args.get("source", dict, required=True)
        path = source.get("path")
        if type(path) is not str:
            path = self._path_of_reference(source)
        wanted = args.get("breakpoints", list)
        if wanted is None:
            wanted = [{"line": line} for line in args.get("lines", list, [])]
        return {"breakpoints": binding.set_breakpoints(self._debugger, path, self._checked(wanted), self._next_breakpoint)}

    def set_function_breakpoints(self, request, args):
        wanted = args.get("breakpoints", list, required=True)
        for one in wanted:
            if type(one) is not dict or type(one.get("name")) is not str or not one["name"].strip():
                raise DapError("bad_arguments", command="setFunctionBreakpoints", problem="a breakpoint needs a name")
        made = [Breakpoint(self._next_breakpoint(one), None, one, one["name"].strip()) for one in wanted]
        return {"breakpoints": binding.set_function_breakpoints(self._debugger, made)}

    def set_exception_breakpoints(self, request, args):
        args.get("filters", list, [])
        try:
            filters = Filters(args.raw)
        except (TypeError, AttributeError) as error:
            raise DapError("bad_arguments", command="setExceptionBreakpoints", problem=error) from None
        self._debugger.set_filters(filters)
        count = len(args.raw.get("filters") or ()) + len(args.raw.get("filterOptions") or ())
        return {"breakpoints": [{"verified": True} for _ in range(count)]}

    def breakpoint_locations(self, request, args):
        source = args.get("source", dict, required=True)
        line = args.get("line", int, required=True)
        last = args.get("endLine", int) or line
        return {"breakpoints": binding.breakpoint_locations(self._debugger, source.get("path"), line, last)}

    def _checked(self, wanted):
        for one in wanted:
            if type(one) is not dict or type(one.get("line")) is not int:
                raise DapError("bad_arguments", command="setBreakpoints", problem="a breakpoint needs a line (integer)")
            for key in ("condition", "hitCondition", "logMessage"):
                if one.get(key) is not None and type(one[key]) is not str:
                    raise DapError("bad_arguments", command="setBreakpoints", problem="%s has to be a string" % key)
        return wanted

    def _path_of_reference(self, source):
        reference = source.get("sourceReference")
        if type(reference) is int and reference:
            return self._debugger.sources.filename(reference)
        raise DapError("bad_arguments", command="setBreakpoints", problem="the source needs a path")

    def _next_breakpoint(self, wanted):
        number = wanted.get("id")
        if type(number) is not int or number < 1:
            number = self._last_breakpoint + 1
        self._last_breakpoint = max(self._last_breakpoint, number)
        return number

    # Requests: going

    def continue_(self, request, args):
        record = self._debugger.crew.standing(args.get("threadId", int) or None)
        only = args.get("singleThread", bool)
        body = {"allThreadsContinued": not only}
        self._after.append(lambda: self._continue(record, only))
        return body

    def _continue(self, record, only):
        self._event("continued", {"threadId": record.id, "allThreadsContinued": not only})
        self._debugger.go_on([record] if only else None)

    def next(self, request, args):
        return self._step(request, args, "over")

    def step_in(self, request, args):
        return self._step(request, args, "in")

    def step_out(self, request, args):
        return self._step(request, args, "out")

    def _step(self, request, args, kind):
        record = self._debugger.crew.record(args.get("threadId", int, required=True))
        if record.stop is None and record.plan is None:
            raise DapError("not_stopped")

        def run():
            self._send(success(request))
            self._event("continued", {"threadId": record.id, "allThreadsContinued": True})
            self._debugger.step(record, kind)
            return True

        record.post(Job(run, lambda: self._send(failure(request, DapError("not_stopped"))), waits=True))
        return _LATER

    def pause(self, request, args):
        self._after.append(self._debugger.pause)
        return {}

    def goto(self, request, args):
        record = self._debugger.crew.standing(args.get("threadId", int, required=True))
        target = args.get("targetId", int, required=True)
        return self._on(record, request, lambda: _looking().goto(self._debugger, record, target), self._went)

    def _went(self, record):
        """The jump was made; a refused one leaves everything as it was."""
        self._event("continued", {"threadId": record.id, "allThreadsContinued": False})
        self._debugger.arrived(record)

    def goto_targets(self, request, args):
        source = args.get("source", dict, required=True)
        line = args.get("line", int, required=True)
        return {"targets": _looking().goto_targets(self._debugger, source.get("path"), line)}

    # Requests: looking

    def threads(self, request, args):
        debugger = self._debugger
        return {"threads": [{"id": one.id, "name": debugger.crew.name(one)} for one in debugger.crew.threads()]}

    def stack_trace(self, request, args):
        record = self._debugger.crew.record(args.get("threadId", int, required=True))
        start = args.get("startFrame", int) or 0
        levels = args.get("levels", int) or None
        format = args.get("format", dict) or {}
        return _looking().stack_trace(self._debugger, record, start, levels, format)

    def scopes(self, request, args):
        handle = _looking().frame_handle(self._debugger, args.get("frameId", int, required=True))
        return self._at(handle, request, lambda: {"scopes": _looking().scopes(self._debugger, handle, self._display)})

    def variables(self, request, args):
        reference = args.get("variablesReference", int, required=True)
        record = self._owner(reference)
        query = {
            "filter": args.get("filter", str),
            "start": args.get("start", int),
            "count": args.get("count", int),
            "format": args.get("format", dict) or {},
        }
        return self._on(
            record, request, lambda: {"variables": _looking().variables(self._debugger, reference, query, self._display)}
        )

    def set_variable(self, request, args):
        reference = args.get("variablesReference", int, required=True)
        name = args.get("name", str, required=True)
        value = args.get("value", str, required=True)
        hex = bool((args.get("format", dict) or {}).get("hex"))
        record = self._owner(reference)
        return self._on(
            record, request, lambda: _looking().set_variable(self._debugger, reference, name, value, self._display, hex)
        )

    def set_expression(self, request, args):
        expression = args.get("expression", str, required=True)
        value = args.get("value", str, required=True)
        hex = bool((args.get("format", dict) or {}).get("hex"))
        handle = self._frame(args)
        return self._at(
            handle, request, lambda: _looking().set_expression(self._debugger, handle, expression, value, self._display, hex)
        )

    def evaluate(self, request, args):
        expression = args.get("expression", str, required=True)
        context = args.get("context", str)
        format = args.get("format", dict) or {}
        handle = self._frame(args)
        return self._at(
            handle,
            request,
            lambda: _looking().evaluate(self._debugger, handle, expression, context, format, self._display),
        )

    def completions(self, request, args):
        text = args.get("text", str, required=True)
        column = args.get("column", int, required=True)
        line = args.get("line", int) or 1
        handle = self._frame(args)
        return self._at(
            handle,
            request,
            lambda: {"targets": _looking().completions(self._debugger, handle, text, column, line)},
        )

    def _frame(self, args):
        number = args.get("frameId", int)
        return _looking().frame_handle(self._debugger, number) if number else None

    def exception_info(self, request, args):
        record = self._debugger.crew.standing(args.get("threadId", int, required=True))
        return self._on(record, request, lambda: _looking().exception_info(self._debugger, record))

    def source(self, request, args):
        source = args.get("source", dict) or {}
        reference = args.get("sourceReference", int) or source.get("sourceReference") or 0
        path = source.get("path")
        if not reference and type(path) is not str:
            raise DapError("bad_arguments", command="source", problem="a sourceReference or a path is needed")
        return {"content": self._debugger.sources.text(path, reference), "mimeType": "text/x-python"}

    def modules(self, request, args):
        found = _looking().modules(self._debugger)
        start = args.get("startModule", int) or 0
        count = args.get("moduleCount", int) or len(found)
        return {"modules": found[start : start + count], "totalModules": len(found)}

    def loaded_sources(self, request, args):
        return {"sources": _looking().loaded_sources(self._debugger)}

    def system_info(self, request, args):
        return _looking().system_info(self._debugger, __version__)

    def set_debugger_property(self, request, args):
        return {}

    def telemetry(self, request, args):
        return self._debugger.telemetry()

    # Work on the program's threads

    def _owner(self, reference):
        owner = self._debugger.crew.handles.owner(reference)
        return self._debugger.crew.record(owner) if owner else self._debugger.crew.any_standing()

    def _at(self, handle, request, run):
        """Have the thread of a frame answer; without a frame any stopped thread, or a hidden one while all run."""
        if handle is not None:
            return self._on(handle.record, request, run)
        return self._somewhere(request, run)

    def _on(self, record, request, run, then=None):
        """Have a stopped thread answer ``request``; one that can't, because it is blocked, is stood in for."""
        worker = record if record is not None and record.stop is not None else self._debugger.crew.any_standing()
        if worker is None:
            raise DapError("not_stopped")

        def work():
            if self._answer(request, run) and then is not None:
                then(record)

        worker.post(Job(work, lambda: self._send(failure(request, DapError("not_stopped")))))
        return _LATER

    def _somewhere(self, request, run):
        if self._debugger.crew.any_standing() is not None:
            return self._on(None, request, run)

        def work():
            self._debugger.crew.hidden.add(get_ident())
            self._answer(request, run)
            self._debugger.crew.hidden.discard(get_ident())

        start_new_thread(work, ())
        return _LATER

    def _answer(self, request, run):
        try:
            response = success(request, run())
        except DapError as error:
            response = failure(request, error)
        except Exception as error:  # boundary: session dispatch; our bug is answered, and the session lives
            self._log.fault()
            response = failure(request, error)
        self._send(response)
        return response["success"]


class Arguments:
    """Checked access to the arguments of a request; null counts as absent."""

    __slots__ = ("_command", "raw")

    def __init__(self, command, raw):
        self._command = command
        self.raw = raw

    def get(self, name, kind, default=None, required=False):
        """The argument ``name``, which has to be of type ``kind``.

        Raises:
            DapError: it is of another type, or is required and absent.
        """
        value = self.raw.get(name)
        if value is None:
            if required:
                raise DapError("bad_arguments", command=self._command, problem="%s is missing" % name)
            return default
        if type(value) is not kind:
            if kind is int and type(value) is float and value == int(value):
                return int(value)
            problem = "%s has to be %s, not %s" % (name, _NAMES[kind], _NAMES.get(type(value), "something else"))
            raise DapError("bad_arguments", command=self._command, problem=problem)
        return value


_NAMES = {str: "a string", int: "an integer", bool: "true or false", dict: "an object", list: "a list", float: "a number"}

_COMMANDS = {
    "initialize": "initialize",
    "configurationDone": "configuration_done",
    "launch": "launch",
    "attach": "attach",
    "restart": "restart",
    "disconnect": "disconnect",
    "terminate": "terminate",
    "breakpointLocations": "breakpoint_locations",
    "setBreakpoints": "set_breakpoints",
    "setFunctionBreakpoints": "set_function_breakpoints",
    "setExceptionBreakpoints": "set_exception_breakpoints",
    "continue": "continue_",
    "next": "next",
    "stepIn": "step_in",
    "stepOut": "step_out",
    "goto": "goto",
    "pause": "pause",
    "stackTrace": "stack_trace",
    "scopes": "scopes",
    "variables": "variables",
    "setVariable": "set_variable",
    "source": "source",
    "threads": "threads",
    "modules": "modules",
    "loadedSources": "loaded_sources",
    "evaluate": "evaluate",
    "setExpression": "set_expression",
    "gotoTargets": "goto_targets",
    "completions": "completions",
    "exceptionInfo": "exception_info",
    "cancel": "cancel",
    "debugpySystemInfo": "system_info",
    "setDebuggerProperty": "set_debugger_property",
    "dapperTelemetry": "telemetry",
}
