"""What a client asks about a program that stands still, as one verb each."""


class Stop:
    """One stop of the program, as the client sees it."""

    def __init__(self, session, body):
        self.session = session
        self.body = body
        self.reason = body["reason"]
        self.thread = body["threadId"]
        self._frames = None

    @property
    def frames(self):
        """All frames, innermost first."""
        if self._frames is None:
            self._frames = self.session.stack(self.thread)
        return self._frames

    @property
    def frame(self):
        return self.frames[0]["id"]

    @property
    def line(self):
        return self.frames[0]["line"]

    @property
    def mark(self):
        """The mark at the stopped line, or ``name:line``."""
        top = self.frames[0]
        return self.session.program.at((top.get("source") or {}).get("path"), top["line"])

    @property
    def names(self):
        """The functions on the stack, innermost first."""
        return [frame["name"] for frame in self.frames]


class Questions:
    """Verbs of DapClient that change nothing; it has ``wire`` and ``stopped``."""

    def threads(self):
        return self.wire.request("threads")["threads"]

    def stack(self, thread=None, **more):
        """StackFrames, innermost first."""
        thread = thread or self.stopped.thread
        return self.wire.request("stackTrace", dict({"threadId": thread}, **more))["stackFrames"]

    def scopes(self, frame=None):
        """Scope name → Scope."""
        scopes = self.wire.request("scopes", {"frameId": frame or self.stopped.frame})["scopes"]
        return {scope["name"]: scope for scope in scopes}

    def variables(self, reference, **more):
        """Variable name → Variable, in the adapter's order."""
        found = self.wire.request("variables", dict({"variablesReference": reference}, **more))["variables"]
        return {variable["name"]: variable for variable in found}

    def locals(self, frame=None):
        """Local variable name → Variable."""
        return self.variables(self.scopes(frame)["Locals"]["variablesReference"])

    def evaluate(self, expression, context="watch", frame=None, **more):
        """The result as text; ``frame`` 0 means none."""
        arguments = dict({"expression": expression, "context": context}, **more)
        if frame != 0:
            arguments["frameId"] = frame or self.stopped.frame
        return self.wire.request("evaluate", arguments)["result"]

    def output(self, *categories):
        """All output so far, of these categories or of all but telemetry."""
        return "".join(
            body["output"]
            for body in self.wire.bodies("output")
            if (body.get("category", "console") in categories if categories else body.get("category") != "telemetry")
        )

    def wait_output(self, text, *categories):
        """Wait until ``text`` was put out."""
        self.wire.wait(lambda: text in self.output(*categories) or None, "the output %r" % text)

    @property
    def pid(self):
        """The debuggee's."""
        return self.wire.wait(lambda: self.wire.bodies("process") or None, "the event process")[0]["systemProcessId"]
