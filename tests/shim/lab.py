"""A kernel behind JupyterLab's own server: messages go over the websocket its front end uses, in the form it uses."""
import collections
import json
import os
import re
import struct
import sys
import urllib.error
import urllib.request
import uuid

from tests.processes import Family, Process, poll
from tests.shim.kernels import ROOT, SHIM, Kernel

PROTOCOL = "v1.kernel.websocket.jupyter.org"
PARTS = ("header", "parent_header", "metadata", "content")


class LabKernel(Kernel):
    """A `jupyter lab`, a kernel started by its REST interface, and one websocket to it.

    Args:
        folder: where the server's settings and runtime files go, and the kernel's description.
    """

    def __init__(self, folder):
        self._seq = 0
        self.events, self.output = [], ""
        self._session, self._waiting = uuid.uuid4().hex, collections.defaultdict(collections.deque)
        self._family = Family()
        _describe_kernel(folder)
        env = {name: os.path.join(folder, name.lower()) for name in
               ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
        env.update(JUPYTER_PATH=folder, PYTHONPATH=os.pathsep.join([SHIM, ROOT]))
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0", "--ServerApp.root_dir=" + folder,
                   "--allow-root", "--IdentityProvider.token=secret", "--expose-app-in-browser"]
        self._server = Process(command, self._family.environment(env), folder)
        try:
            self._open()
        except BaseException:
            print(self._server.text("stderr"), file=sys.stderr)
            self._end()
            raise

    def _open(self):
        import websocket

        found = poll(lambda: re.search(r"http://127\.0\.0\.1:(\d+)/lab", self._server.text("stderr")), "JupyterLab", 60)
        self._address = "127.0.0.1:%s" % found.group(1)
        self.page = poll(lambda: self._get("/lab"), "its page", 60)
        kernel = json.loads(self._get("/api/kernels", {"name": "dappers"}))
        url = "ws://%s/api/kernels/%s/channels?session_id=%s&token=secret" % (self._address, kernel["id"], self._session)
        self._socket = websocket.create_connection(url, timeout=60, subprotocols=[PROTOCOL], http_no_proxy=["127.0.0.1"])
        assert self._socket.subprotocol == PROTOCOL
        self.info()

    def _get(self, path, body=None):
        """What the server answers; nothing before it does."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request("http://%s%s" % (self._address, path), data, {"Authorization": "token secret"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            return opener.open(request, timeout=30).read().decode()
        except ConnectionError:
            return None
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionError):  # it says where it runs before it listens there
                return None
            raise

    def __exit__(self, *error):
        self._socket.close()
        self._end()

    def _end(self):
        self._server.kill(15)  # it ends its kernels
        try:
            self._server.wait()
        finally:
            self._server.close()
            self._family.kill()

    def execute(self, code):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True,
                   "stop_on_error": False}
        return self._send("shell", "execute_request", content)["header"]["msg_id"]

    def _send(self, channel, kind, content):
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self._session, "username": "", "version": "5.3",
                  "date": "2026-01-01T00:00:00Z"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self._socket.send_binary(pack(channel, message))
        return message

    def _next(self, channel):
        import websocket

        self._socket.settimeout(0.5)
        try:
            while not self._waiting[channel]:
                where, message = unpack(self._socket.recv())
                self._waiting[where].append(message)
        except websocket.WebSocketTimeoutException:
            return None
        return self._waiting[channel].popleft()


def pack(channel, message):
    """A message as JupyterLab's front end sends it: offsets, then the channel's name and four texts."""
    parts = [channel.encode()] + [json.dumps(message[name]).encode() for name in PARTS]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack("<%dQ" % (len(offsets) + 1), len(offsets), *offsets) + b"".join(parts)


def unpack(data):
    """(channel, message)"""
    count, = struct.unpack_from("<Q", data)
    offsets = struct.unpack_from("<%dQ" % count, data, 8)
    parts = [data[begin:end] for begin, end in zip(offsets, offsets[1:])]
    message = {name: json.loads(part.decode()) for name, part in zip(PARTS, parts[1:])}
    return parts[0].decode(), dict(message, msg_type=message["header"]["msg_type"])


def _describe_kernel(folder):
    """This interpreter, as a kernel that the server finds."""
    place = os.path.join(folder, "kernels", "dappers")
    os.makedirs(place)
    words = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    with open(os.path.join(place, "kernel.json"), "w") as file:
        json.dump({"argv": words, "display_name": "dapper's", "language": "python", "metadata": {"debugger": True}}, file)
