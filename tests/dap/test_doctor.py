"""`dapper doctor` tells what works and what does not."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def doctor(*words, cwd=None, **env):
    done = subprocess.run([sys.executable, "-m", "dapper", "doctor", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=60, cwd=cwd, env=dict(os.environ, PYTHONPATH=ROOT, **env))
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_a_healthy_machine(tmp_path):
    code, text = doctor(cwd=str(tmp_path))
    assert code == 0, text
    assert "ok   the loopback works" in text and "ok   a session starts, stops at a breakpoint and ends" in text
    assert "nothing is wrong here" in text


def test_where_a_breakpoint_goes(program):
    prog = program("x = (1,\n     2)\n\n# nothing\n")
    code, text = doctor(prog.path + ":2")
    assert code == 0, text
    assert "%s:2 goes to line 1 and binds" % prog.path in text and "the file is your code" in text
    code, text = doctor(os.path.join(prog.folder, "missing.py") + ":1")
    assert code == 1 and "does not bind: There is no file" in text


def test_library_code_is_named(program):
    import json

    code, text = doctor(json.__file__ + ":1")
    assert "not your code: it is library code" in text


def test_a_file_that_hides_a_module(program):
    prog = program({"main.py": "x = 1\n", "socket.py": "", "queue/__init__.py": ""})
    code, text = doctor(prog.path)
    assert code == 1
    assert "socket.py hides Python's own module socket" in text and "module queue" in text


def test_an_interpreter_that_is_not_there(tmp_path):
    code, text = doctor("--python", "/no/such/python", cwd=str(tmp_path))
    assert code == 1 and "the interpreter /no/such/python does not start" in text


def test_what_the_environment_says(tmp_path):
    code, text = doctor(cwd=str(tmp_path), PYTHONBREAKPOINT="0", PYDEVD_USE_SYS_MONITORING="no")
    assert "PYTHONBREAKPOINT=0" in text and "unset PYTHONBREAKPOINT" in text and "PYDEVD_USE_SYS_MONITORING=no" in text


def test_wrong_words(tmp_path):
    assert doctor("--rumba", cwd=str(tmp_path))[0] == 2
    assert doctor("--help", cwd=str(tmp_path)) [0] == 0
