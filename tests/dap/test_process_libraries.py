"""Libraries that start processes: servers with workers, reloaders, test runners, pools. Output and breakpoints as without us.

Those that are not installed are skipped: pip install .[libraries]
"""

import pytest

from tests.dap.test_process_trees import POSIX, check_cost, in_time, run_debugged, run_plainly
from tests.engines import in_turn

pytestmark = [pytest.mark.skipif(not POSIX, reason="servers here are ended by signals"), pytest.mark.timeout(150)]

SERVER = """
import http.client, os, signal, subprocess, sys, time, urllib.request

def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

def ask(url, wanted, deadline=25):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        try:
            found = opener.open(url, timeout=20).read().decode()
        except (OSError, http.client.HTTPException):  # a server that starts anew cuts its answers short
            found = None
        if found == wanted:
            return found
        time.sleep(0.05)
    return "not " + wanted

def serve(*words, **env):
    with open("log", "wb") as log:
        return subprocess.Popen([sys.executable, *words], stdout=log, stderr=log, env=dict(os.environ, **env),
                                start_new_session=True)

def end(server, number=signal.SIGTERM):
    os.killpg(server.pid, number)
    return server.wait(20) in (0, -number, 128 + number)
"""

WSGI = """
def app(environ, start_response):
    text = b"v1"  # @work
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text]
"""

ASGI = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        text = b"v1"  # @work
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text})
"""

FLASK = """
import flask
app = flask.Flask(__name__)

@app.route("/")
def index():
    text = "v1"  # @work
    return text
"""

DJANGO = """
import sys
from django.conf import settings
from django.http import HttpResponse
from django.urls import path

settings.configure(DEBUG=True, ROOT_URLCONF=__name__, SECRET_KEY="x", ALLOWED_HOSTS=["*"])

def index(request):
    text = "v1"  # @work
    return HttpResponse(text)

urlpatterns = [path("", index)]

if __name__ == "__main__":
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""

EDIT = """
ask(url, "v1")
print(ask(url, "v1"))
text = open("app.py").read()
time.sleep(1.1)  # a reloader looks at seconds
with open("app.py", "w") as file:
    file.write(text.replace("v1", "v2"))
print(ask(url, "v2"))
print(end(server))
"""

#: library → files
WAYS = {
    "gunicorn": {
        "main.py": SERVER
        + """
port = free_port()
server = serve("-m", "gunicorn", "-w", "2", "-b", "127.0.0.1:%d" % port, "app:app")
print([ask("http://127.0.0.1:%d/" % port, "v1") for _ in range(3)])
print(end(server))
""",
        "app.py": WSGI,
    },
    "uvicorn": {
        "main.py": SERVER
        + """
port = free_port()
url = "http://127.0.0.1:%d/" % port
server = serve("-m", "uvicorn", "app:app", "--reload", "--port", str(port))
"""
        + EDIT,
        "app.py": ASGI,
    },
    "flask": {
        "main.py": SERVER
        + """
port = free_port()
url = "http://127.0.0.1:%d/" % port
server = serve("-m", "flask", "--app", "app", "run", "--debug", "--port", str(port))
"""
        + EDIT,
        "app.py": FLASK,
    },
    "django": {
        "main.py": SERVER
        + """
port = free_port()
url = "http://127.0.0.1:%d/" % port
server = serve("app.py", "runserver", "127.0.0.1:%d" % port)
"""
        + EDIT,
        "app.py": DJANGO,
    },
    "joblib": {
        "main.py": """
import joblib, work
if __name__ == "__main__":
    print(joblib.Parallel(n_jobs=2)(joblib.delayed(work.work)(n) for n in range(4)))
""",
        "work.py": """
def work(n):
    return n * n  # @work
""",
    },
    "torch": {
        "main.py": """
import work
from torch.utils.data import DataLoader
if __name__ == "__main__":
    print([batch.tolist() for batch in DataLoader(work.Squares(), batch_size=2, num_workers=2)])
""",
        "work.py": """
from torch.utils.data import Dataset

class Squares(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, n):
        return n * n  # @work
""",
    },
    "xdist": {
        "main.py": """
import re, subprocess, sys
words = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "-p", "no:timeout", "test_it.py"]
done = subprocess.run(words, stdout=subprocess.PIPE)
print(re.sub(r"in [0-9.]+s", "", done.stdout.decode().splitlines()[-1]), done.returncode)
""",
        "test_it.py": """
import pytest
@pytest.mark.parametrize("n", range(4))
def test_it(n):
    assert n < 3  # @work
""",
    },
}


@pytest.mark.parametrize("engine, library", in_turn((name, name) for name in sorted(WAYS)))
def test_a_library_that_starts_processes(engine, program, library, record_property):
    pytest.importorskip(library)
    files = WAYS[library]
    plain, debugged = in_time(
        lambda: run_plainly(program(files)), lambda: run_debugged(program(files), engine.name)
    )
    assert "not v" not in plain.said[0]
    assert set(debugged.marks) == {"work"}
    assert debugged.said == plain.said
    check_cost(plain, debugged, record_property)
