"""A pretended debug adapter on stdin and stdout, for the tests of the test tools.

    python -m tests.tools.fake_adapter [FAULT]

It stops once at line 2 of the program, at once after configurationDone, and does what FAULT says wrong.
"""

import os
import signal
import subprocess
import sys

from tests.wire import frame, frames


class FakeAdapter:
    def __init__(self, fault):
        self.fault = fault
        self.seq = 0
        self.launch = None

    def send(self, message):
        self.seq += 2 if self.fault == "seq jumps" and self.seq == 3 else 1
        os.write(1, frame(dict(message, seq=self.seq)))

    def event(self, name, **body):
        self.send({"type": "event", "event": name, "body": body})

    def respond(self, request, **body):
        command = request["command"]
        self.send(
            {"type": "response", "request_seq": request["seq"], "command": command, "success": True, "body": body}
        )

    def refuse(self, request, why):
        self.send(
            {
                "type": "response",
                "request_seq": request["seq"],
                "command": request["command"],
                "success": False,
                "message": why,
                "body": {},
            }
        )

    def serve(self):
        for request in frames(lambda: os.read(0, 65536)):
            if request["type"] == "response":
                self.event("output", output="client said %s\n" % request["success"])
                continue
            handler = getattr(self, "on_" + request["command"], None)
            if handler is None:
                self.refuse(request, "unknown")
            elif handler(request) == "end":
                return

    def on_initialize(self, request):
        extra = {"supportsNothing": True} if self.fault == "bad body" else {}
        self.respond(request, supportsConfigurationDoneRequest=True, **extra)
        if self.fault == "two answers":
            self.respond(request)
        if self.fault == "dies":
            os.kill(os.getpid(), signal.SIGKILL)

    def on_launch(self, request):
        self.launch = request
        self.event("initialized")

    def on_setBreakpoints(self, request):
        wanted = request["arguments"]["breakpoints"]
        self.respond(request, breakpoints=[{"verified": True, "line": each["line"]} for each in wanted])

    def on_configurationDone(self, request):
        first, second = request, self.launch
        if self.fault == "wrong order":
            first, second = second, first
        self.respond(first)
        self.respond(second)
        if self.fault == "asks back":
            code = "import os; print(os.environ['GREETING'], os.isatty(0))"
            arguments = {"args": [sys.executable, "-c", code], "cwd": "", "env": {"GREETING": "hello", "HOME": None}}
            self.send({"type": "request", "command": "runInTerminal", "arguments": arguments})
        if self.fault == "orphan":
            subprocess.Popen(
                ["sleep", "1000"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        if self.fault == "ends":
            self.event("exited", exitCode=3)
            self.event("terminated")
        elif self.fault != "silent":
            self.event("stopped", reason="breakpoint", threadId=7, allThreadsStopped=True)

    def on_stackTrace(self, request):
        path = self.launch["arguments"]["program"]
        self.respond(
            request,
            stackFrames=[{"id": 1, "name": "f", "line": 2, "column": 1, "source": {"path": path}}],
            totalFrames=1,
        )

    def on_continue(self, request):
        self.respond(request, allThreadsContinued=True)
        self.event("exited", exitCode=0)
        self.event("terminated")

    def on_disconnect(self, request):
        self.respond(request)
        return "end"


if __name__ == "__main__":
    FakeAdapter(" ".join(sys.argv[1:])).serve()
