"""Files by other names: mappings, links, zips, other spellings, and containers nobody told us of."""
import os
import subprocess
import sys
import unicodedata
import zipfile

import pytest

from tests.client import DapClient
from tests.processes import poll
from tests.programs import Program

WORK = """
    def work(n):
        return n + 1  # @work
    print(work(1))
    """


def mapped(*pairs):
    return [{"localRoot": str(local), "remoteRoot": str(remote)} for local, remote in pairs]


@pytest.mark.parametrize("turned", [False, True], ids=["short first", "long first"])
def test_the_longest_mapping_wins_whatever_the_order(hub, program, turned):
    prog = program({"main.py": "import deep.inner\n", "deep/__init__.py": "", "deep/inner.py": "x = 1  # @x\n"})
    pairs = mapped(("/client", prog.folder), ("/other/deep", os.path.join(prog.folder, "deep")))
    with hub.open(prog) as s:
        s.initialize()
        s.launch(prog, pathMappings=pairs[::-1] if turned else pairs)
        assert s.set_breakpoints("/other/deep/inner.py", [prog.line("x")])[0]["verified"]
        s.configuration_done()
        stop = s.wait_stop(line=prog.line("x"))
        assert stop.frames[0]["source"]["path"] == "/other/deep/inner.py"
        assert stop.frames[-1]["source"]["path"] == "/client/main.py"
        s.finish()


def test_a_windows_client_gets_its_own_separators(hub, program):
    prog = program(WORK)
    with hub.open(prog) as s:
        s.initialize()
        s.launch(prog, pathMappings=mapped(("C:\\Proj", prog.folder)), clientOS="windows")
        assert s.set_breakpoints("c:\\proj\\prog.py", [prog.line("work")])[0]["verified"]
        s.configuration_done()
        assert s.wait_stop(line=prog.line("work")).frames[0]["source"]["path"] == "C:\\Proj\\prog.py"
        s.finish()


def test_a_file_by_its_link(dap, program, tmp_path):
    prog = program(WORK)
    link = tmp_path / "link"
    link.symlink_to(prog.folder)
    path = str(link / "prog.py")
    with dap.open(prog) as s:
        s.initialize()
        s.launch(path)
        s.program = prog
        assert s.set_breakpoints(prog.path, ["work"])[0]["verified"]
        s.configuration_done()
        assert s.wait_stop(line=prog.line("work")).frames[0]["source"]["path"] == path
        s.finish()


def test_links_are_resolved_for_the_client_that_wants_it(hub, program, tmp_path):
    prog = program(WORK)
    link = tmp_path / "link"
    link.symlink_to(prog.folder)
    with hub.open(prog) as s:
        s.initialize()
        s.launch(str(link / "prog.py"), resolveSymlinks=True)
        s.program = prog
        s.configure(["work"])
        s.configuration_done()
        assert s.wait_stop("work").frames[0]["source"]["path"] == os.path.realpath(prog.path)
        s.finish()


def test_an_accented_letter_in_its_other_spelling(dap, program, tmp_path):
    folder = tmp_path / unicodedata.normalize("NFD", "café")
    folder.mkdir()
    prog = Program(folder, {"prog.py": WORK})
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog)
        path = unicodedata.normalize("NFC", prog.path)
        assert path != prog.path
        assert s.set_breakpoints(path, ["work"])[0]["verified"]
        s.configuration_done()
        s.wait_stop(line=prog.line("work"))
        s.finish()


def test_a_module_in_a_zip(dap, program):
    prog = program({"main.py": "import sys\nsys.path.insert(0, sys.argv[1])\nimport packed\nprint(packed.work(1))\n"})
    archive = os.path.join(prog.folder, "packed.zip")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("packed.py", "def work(n):\n    return n + 1\n")
    path = archive + "/packed.py"
    with dap.open(prog) as s:
        s.initialize()
        s.launch(prog, args=[archive])
        assert s.set_breakpoints(path, [2])[0]["verified"]
        s.configuration_done()
        source = s.wait_stop(line=2).frames[0]["source"]
        assert source["path"] == path
        text = s.wire.request("source", {"source": source, "sourceReference": source["sourceReference"]})["content"]
        assert text == "def work(n):\n    return n + 1\n"
        s.finish()


class Container:
    """A listening program whose folder the client does not have, and the client's own copy."""

    def __init__(self, tmp_path, text=WORK, change=""):
        self.far = Program(_folder(tmp_path, "far/app"), {"prog.py": text})
        self.near = Program(_folder(tmp_path, "near/project/src"), {"prog.py": text + change})
        self._endpoints = tmp_path / "endpoints.json"
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dapper", "--listen", "0", "--wait-for-client", self.far.path],
            env=dict(os.environ, PYTHONPATH=root, DAPPER_ADAPTER_ENDPOINTS=str(self._endpoints)), stdout=subprocess.PIPE)

    def __enter__(self):
        import json

        text = poll(lambda: self._endpoints.exists() and self._endpoints.read_text() or None, "the endpoints file")
        self.address = json.loads(text)["client"]
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def _folder(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir(parents=True)
    return folder


def test_a_container_without_mappings_is_found_by_content(tmp_path):
    with Container(tmp_path) as container, DapClient.spawn(container.near) as s:
        s.initialize()
        s.attach(connect=container.address)
        # the client's folder is no folder of the program's machine: it is not there when the program looks
        hidden = container.near.folder + "-elsewhere"
        answer = _set_from_elsewhere(s, container, hidden)
        assert answer["verified"] and "found by name and content" in answer["message"]
        s.configuration_done()
        stop = s.wait_stop(line=container.near.line("work"))
        assert stop.frames[0]["source"]["path"] == hidden + "/prog.py"
        assert "is taken for %s" % container.far.folder in s.output()
        s.continue_()
        assert container.process.communicate(timeout=30)[0] == b"2\n"


def _set_from_elsewhere(s, container, hidden):
    import hashlib

    with open(container.near.path, "rb") as file:
        checksum = hashlib.sha256(file.read()).hexdigest()
    source = {"path": hidden + "/prog.py", "checksums": [{"algorithm": "SHA256", "checksum": checksum}]}
    lines = [{"line": container.near.line("work")}]
    return s.wire.request("setBreakpoints", {"source": source, "breakpoints": lines})["breakpoints"][0]


def test_another_content_is_no_match_and_the_nearest_file_is_named(tmp_path):
    with Container(tmp_path, change="    # changed\n") as container, DapClient.spawn(container.near) as s:
        s.initialize()
        s.attach(connect=container.address)
        answer = _set_from_elsewhere(s, container, container.near.folder + "-elsewhere")
        assert not answer["verified"]
        assert "nearest file here is %s" % container.far.path in answer["message"] and "content" in answer["message"]
        s.configuration_done()
        assert container.process.communicate(timeout=30)[0] == b"2\n"
