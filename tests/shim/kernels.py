"""A Jupyter kernel whose debugpy is dapper, and the debug messages JupyterLab sends to it."""
import os
import sys
import time

from tests.wire import DEADLINE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHIM = os.path.join(ROOT, "shim")


class Kernel:
    """A kernel started for one test.

    Args:
        env: more of its environment.
    """

    def __init__(self, env=None):
        from jupyter_client.manager import KernelManager

        self._manager = KernelManager()
        self._manager._kernel_spec = _spec()
        paths = [SHIM, ROOT] + [path for path in [os.environ.get("PYTHONPATH")] if path]
        self._manager.start_kernel(env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths), **(env or {})))
        self.client = self._manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self._seq = 0
        self.events = []  # debug events heard so far
        self.output = ""  # what cells printed

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def info(self):
        """The kernel's own description."""
        return self._reply("shell", self._send("shell", "kernel_info_request", {}))["content"]

    def ask(self, command, **arguments):
        """Send a debug request; the whole answer, which has to be a success."""
        answer = self.try_to(command, **arguments)
        assert answer.get("success", True), answer
        return answer.get("body", {})

    def try_to(self, command, **arguments):
        """Send a debug request; the whole answer."""
        self._seq += 1
        request = {"type": "request", "seq": self._seq, "command": command, "arguments": arguments}
        return self._reply("control", self._send("control", "debug_request", request))["content"]

    def execute(self, code):
        """Run a cell; its message id."""
        return self.client.execute(code, stop_on_error=False)  # an error must not have the kernel drop the next cell

    def wait_event(self, name):
        """The next debug event of that name."""
        return self._listen(lambda: self._take(name), "the debug event %s" % name)

    def wait_idle(self, message_id):
        """Wait until a cell has run; its error, or None."""
        done = {}

        def look():
            return done or None

        def heard(message):
            if message["parent_header"].get("msg_id") == message_id:
                if message["msg_type"] == "error":
                    done["error"] = message["content"]["evalue"]
                if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                    done.setdefault("error", None)

        return self._listen(look, "the end of a cell", heard)["error"]

    def start_debugging(self):
        """Initialize and attach, as JupyterLab does; the capabilities."""
        capabilities = self.ask("initialize", clientID="jupyterlab", clientName="JupyterLab", adapterID="python",
                                pathFormat="path", linesStartAt1=True, columnsStartAt1=True, supportsVariableType=True,
                                supportsVariablePaging=True, supportsRunInTerminalRequest=True, locale="en")
        self.ask("attach")
        return capabilities

    def top_frame(self, thread):
        """The innermost frame of a stopped thread."""
        return self.ask("stackTrace", threadId=thread)["stackFrames"][0]

    def _take(self, name):
        for event in self.events:
            if event["event"] == name:
                self.events.remove(event)
                return event
        return None

    def _listen(self, look, what, heard=lambda message: None):
        end = time.monotonic() + DEADLINE
        while True:
            found = look()
            if found is not None:
                return found
            assert time.monotonic() < end, "%s did not come; heard %s" % (what, self.events)
            message = self._next("iopub")
            if message is None:
                continue
            if message["msg_type"] == "debug_event":
                self.events.append(message["content"])
            elif message["msg_type"] == "stream":
                self.output += message["content"]["text"]
            heard(message)

    def _reply(self, channel, message):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            reply = self._next(channel)
            if reply is not None and reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                return reply
        raise AssertionError("no answer to %s" % message["content"])

    # -- how messages travel ------------------------------------------------------------------------------------------

    def _send(self, channel, kind, content):
        """Send a message; the whole of it."""
        message = self.client.session.msg(kind, content)
        getattr(self.client, channel + "_channel").send(message)
        return message

    def _next(self, channel):
        """The next message of a channel, or None when none comes for a while."""
        from queue import Empty

        try:
            return getattr(self.client, "get_%s_msg" % channel)(timeout=0.5)
        except Empty:
            return None


def _spec():
    """This interpreter, as a kernel: none has to be installed for it."""
    from jupyter_client.kernelspec import KernelSpec

    words = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    return KernelSpec(argv=words, display_name="dapper's", language="python")
