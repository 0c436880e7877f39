"""What the command line means, and how it runs a program."""

import os
import subprocess
import sys

import pytest

from dapper import cli
from tests.processes import ADAPTER

DAPPER = os.path.dirname(ADAPTER)
ROOT = os.path.dirname(DAPPER)


def parsed(line, extra=""):
    options, args = cli.parse(line.split(), extra.split())
    return options, args


@pytest.mark.parametrize(
    "line, address",
    [
        ("--listen 5678 x.py", ("127.0.0.1", 5678)),
        ("--listen 0.0.0.0:0 x.py", ("0.0.0.0", 0)),
        ("--connect host.example:65535 x.py", ("host.example", 65535)),
        ("--listen [::1]:80 x.py", ("::1", 80)),
        ("--listen :80 x.py", ("127.0.0.1", 80)),
    ],
)
def test_addresses(line, address):
    assert parsed(line)[0].address == address


@pytest.mark.parametrize(
    "line, kind, target, args",
    [
        ("--listen 1 x.py", "file", "x.py", []),
        ("--listen 1 x.py -m y --listen 2", "file", "x.py", ["-m", "y", "--listen", "2"]),
        ("--listen 1 -m pack.mod a b", "module", "pack.mod", ["a", "b"]),
        ("-m pack --listen 1", None, None, None),
        ("--listen 1 -c print(1) -c", "code", "print(1)", ["-c"]),
        ("--listen 1 - x", "file", "-", ["x"]),
    ],
)
def test_programs(line, kind, target, args):
    if kind is None:
        with pytest.raises(cli.Wrong):
            parsed(line)
        return
    options, rest = parsed(line)
    assert (options.target_kind, options.target, rest) == (kind, target, args)


def test_all_the_switches():
    options, _ = parsed(
        "--connect 5 --wait-for-client --log-to /tmp/x --configure-subProcess false --configure-qt none "
        "--adapter-access-token secret --parent-session-pid 77 x.py"
    )
    assert options.mode == "connect" and options.wait_for_client is True and options.log_to == "/tmp/x"
    assert options.config == {"subProcess": False, "qt": "none"}
    assert options.adapter_access_token == "secret" and options.parent_session_pid == 77
    with pytest.raises(AttributeError):
        options.mode = "listen"


def test_words_of_the_environment_add_and_do_not_change():
    options, _ = parsed("--listen 5 --log-to a x.py", "--wait-for-client --log-to b")
    assert options.wait_for_client is True and options.log_to == "a"
    assert parsed("x.py", "--listen 7")[0].address[1] == 7


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x.py",
        "--listen 1",
        "--listen 1 --connect 2 x.py",
        "--listen 1 --listen 2 x.py",
        "--listen x.py",
        "--listen many x.py",
        "--listen 65536 x.py",
        "--listen",
        "--rumba --listen 1 x.py",
        "--listen 1 -m",
        "--listen 1 --adapter-access-token t x.py",
        "--listen 1 --parent-session-pid 5 x.py",
        "--connect 1 --parent-session-pid five x.py",
        "--listen 1 --configure-subProcess perhaps x.py",
        "--listen 1 --configure-rumba yes x.py",
        "--listen 1 --pid five",
        "--listen 1 --pid 5 --wait-for-client",
    ],
)
def test_wrong_lines(line):
    with pytest.raises(cli.Wrong):
        parsed(line)


@pytest.mark.parametrize(
    "line, ours",
    [
        ("--listen 5 x.py", True),
        ("--wait-for-client --connect 5 x.py", True),
        ("--log-to d --configure-qt none --listen 5 x.py", True),
        ("--pid 5 --listen 6", True),
        ("-h", True),
        ("--version", True),
        ("", False),
        ("x.py", False),
        ("x.py --listen 5", False),
        ("-m mod --listen 5", False),
        ("-c b_3 x.py", False),
        ("--no-color x.py", False),
    ],
)
def test_whose_command_line_it_is(line, ours):
    if line == "-m mod --listen 5":
        ours = True  # the port names an editor, whatever stands before it
    assert cli.for_editors(line.split()) is ours


def run(*words, python=(sys.executable,), env=None, cwd=None):
    done = subprocess.run(
        [*python, DAPPER, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=30,
        cwd=cwd,
        env=dict(os.environ, **env or {}),
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_help_and_version():
    import dapper

    for switch in ("-h", "-?", "--help"):
        code, out, err = run(switch)
        assert (code, out) == (0, "") and "--wait-for-client" in err
    assert run("-V")[:2] == run("--version")[:2] == (0, dapper.__version__ + "\n")


def test_a_wrong_line_says_why():
    code, out, err = run("--listen", "1")
    assert code == 2 and out == "" and err.startswith("usage:") and "Error: give a file" in err


PROGRAMS = {
    "argv": "import sys\nprint(sys.argv, __name__, sorted(vars()), type(__loader__))\n",
    "file": "import sys\nprint(__file__, sys.path[0], sys.modules['__main__'].__file__)\n",
    "exit": "import sys\nsys.exit(7)\n",
    "words": "import sys\nsys.exit('words')\n",
    "error": "def f():\n    return 1/0\n\ntry:\n    f()\nexcept Exception as e:\n    raise KeyError(5) from e\n",
    "syntax": "x = = 1\n",
    "interrupt": "raise KeyboardInterrupt\n",
    "hook": "import sys\nsys.excepthook = lambda *args: print('hooked', args[0].__name__)\n1/0\n",
    "atexit": "import atexit\natexit.register(print, 'late')\nprint('early')\n",
    "pickle": "import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A)\n",
}


@pytest.mark.parametrize("name", sorted(PROGRAMS))
@pytest.mark.parametrize("way", ["file", "module", "code", "folder", "pyc", "zip"])
def test_a_program_runs_as_python_runs_it(tmp_path, name, way):
    path = tmp_path / "prog.py"
    path.write_text(PROGRAMS[name])
    target = [str(path)]
    if way == "module":
        target = ["-m", "prog"]
    elif way == "code":
        target = ["-c", PROGRAMS[name].strip()]
    elif way == "folder":
        path.rename(tmp_path / "__main__.py")
        target = [str(tmp_path)]
    elif way in ("pyc", "zip"):
        if name == "syntax":
            target = [str(path)]
        elif way == "pyc":
            import py_compile

            target = [py_compile.compile(str(path), str(tmp_path / "prog.pyc"))]
        else:
            import zipfile

            with zipfile.ZipFile(str(tmp_path / "prog.zip"), "w") as archive:
                archive.write(str(path), "__main__.py")
            target = [str(tmp_path / "prog.zip")]
    words = target + ["a", "b c"]
    plain = subprocess.run(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=str(tmp_path), timeout=30,
        stdin=subprocess.DEVNULL,
    )
    code, out, err = run("--listen", "0", *words, cwd=str(tmp_path))
    assert code == (130 if name == "interrupt" else plain.returncode)
    assert out == plain.stdout.decode()
    assert without_runpy(err) == without_runpy(plain.stderr.decode())


def without_runpy(text):
    """Frames of runpy are below a module in plain Python too; how many lines each has differs by version."""
    kept, skip = [], False
    for line in text.splitlines():
        if line.lstrip().startswith("File "):
            skip = "runpy" in line
        elif not line.startswith("    "):
            skip = False
        if not skip:
            kept.append(line)
    return kept


def test_no_such_file():
    code, out, err = run("--listen", "0", "/no/such/file.py")
    plain = subprocess.run([sys.executable, "/no/such/file.py"], stderr=subprocess.PIPE, timeout=30)
    assert (code, err) == (plain.returncode, plain.stderr.decode())


def test_a_second_command_line_below_runs_its_program_only(tmp_path):
    inner = tmp_path / "inner.py"
    inner.write_text("print('inner')\n")
    code = "import subprocess, sys; subprocess.call([sys.executable, %r, '--listen', '1', %r])" % (DAPPER, str(inner))
    assert run("--listen", "0", "-c", code)[:2] == (0, "inner\n")


def test_a_port_that_is_taken():
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        code, out, err = run("--listen", str(other.getsockname()[1]), "-c", "print(1)")
    assert code == 1 and out == "" and "Can't listen" in err


def test_options_for_the_program():
    code = "import dapper; o = dapper.get_cli_options(); print(o.mode, o.target_kind, o.address, o.wait_for_client)"
    assert run("--listen", "0", "-c", code)[:2] == (0, "listen code ('127.0.0.1', 0) False\n")
    import dapper

    assert dapper.get_cli_options() is None
