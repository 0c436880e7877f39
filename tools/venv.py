"""Give a folder a virtual environment with dapper and what some extra of pyproject.toml names.

    PYTHON tools/venv.py FOLDER [--extra test]...

A good one is left alone without a look at the network: a stamp inside tells which interpreter and which project files
it was made from. Runs on any Python from 3.8, and says what is missing on an older or a stripped one.
"""

from __future__ import print_function

import sys

if sys.version_info < (3, 8):
    sys.exit("dapper needs Python 3.8 or newer, and %s is %d.%d. Name another: make test PYTHON=python3.12"
             % ((sys.executable,) + sys.version_info[:2]))

import argparse
import hashlib
import os
import shutil
import subprocess
import sysconfig

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEEDS = ("pyproject.toml", "setup.py", "shim/pyproject.toml")
CORE = "dapper/_frame_eval"
STAMP = "dapper-stamp"


def digest(paths):
    """Return a hash over the names and contents of files of the checkout."""
    found = hashlib.sha256()
    for path in paths:
        with open(os.path.join(ROOT, path), "rb") as file:
            found.update(path.encode() + b"\0" + file.read())
    return found.hexdigest()[:16]


def core_sources():
    """Return the files the native core is built from, as paths in the checkout; none before there is one."""
    names = sorted(os.listdir(os.path.join(ROOT, CORE)))
    if "_frame_evaluator.pyx" not in names:
        return []
    return [CORE + "/" + name for name in names if name.endswith((".pyx", ".pxi", ".h"))]


def wanted_stamp(extras):
    """Return what the stamp of an up-to-date environment says, as lines: three of the interpreter, three more."""
    return ["python " + sys.version.replace("\n", " "),
            "base " + os.path.realpath(sys.executable),
            "checkout " + ROOT,
            "extras " + " ".join(sorted(extras)),
            "needs " + digest(NEEDS),
            "core " + digest(core_sources())]


def read(path):
    """Return a file's text, or nothing where there is no such file."""
    try:
        with open(path) as file:
            return file.read()
    except FileNotFoundError:
        return ""


def call(command):
    """Run a command silently; on failure show what it said and leave."""
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, errors="replace")
    if done.returncode:
        sys.exit("%s\n\ndapper: this command failed (exit code %d):\n  %s%s"
                 % (done.stdout, done.returncode, " ".join(command), advice(done.stdout)))
    return done.stdout


def advice(output):
    """Return a sentence for the failures that have a known way out."""
    if "No matching distribution" in output or "Failed to establish" in output or "Connection" in output:
        return ("\nThe first time needs a package index that pip can reach (a proxy or mirror goes into pip's own "
                "settings: see `pip config`).")
    return ""


def make(folder):
    """Create the empty environment, with pip in it.

    Args:
        folder: absolute path; removed first where it exists.
    """
    shutil.rmtree(folder, ignore_errors=True)
    python = os.path.join(folder, "bin", "python")
    try:
        import ensurepip  # noqa: F401  Debian ships it apart from Python
        import venv  # noqa: F401
    except ImportError as missing:
        make_without_ensurepip(folder, python, missing)
    else:
        call([sys.executable, "-m", "venv", folder])
    return python


def make_without_ensurepip(folder, python, missing):
    """Create the environment with the interpreter's own pip, which a distribution may ship without ensurepip.

    Raises:
        SystemExit: there is no pip or venv either; the text says what to install.
    """
    version = "%d.%d" % sys.version_info[:2]
    try:
        import pip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        sys.exit("dapper: %s has no working `venv` (%s). On Debian or Ubuntu: apt-get install python%s-venv (or "
                 "python3-venv); elsewhere, install a complete Python, or name one: make test PYTHON=python3.12"
                 % (sys.executable, missing, version))
    call([sys.executable, "-m", "venv", "--without-pip", folder])
    site = sysconfig.get_path("purelib", "venv" if "venv" in sysconfig.get_scheme_names() else "posix_prefix",
                              {"base": folder, "platbase": folder})
    call([sys.executable, "-m", "pip", "install", "-q", "--target", site, "pip"])


def fill(python, extras):
    """Install dapper, editable, and the extras."""
    what = ".[%s]" % ",".join(extras) if extras else "."
    shim = ["-e", "./shim"] if "libraries" in extras else []  # in the same breath: else pip would fetch debugpy
    call([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", what] + shim)
    core = "import sys, importlib.util as u; sys.exit(not u.find_spec('dapper._frame_eval._frame_evaluator'))"
    if core_sources() and subprocess.call([python, "-c", core], cwd=ROOT):
        print("without the native core: no compiler or no Python headers here. All of dapper works, some of it slower.")


def main():
    """Bring one environment up to date.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--extra", action="append", default=[], help="an extra of pyproject.toml; may be repeated")
    given = parser.parse_args()
    folder = os.path.abspath(given.folder)
    stamp = os.path.join(folder, STAMP)
    have = read(stamp).splitlines()
    extras = set(given.extra)
    wanted = wanted_stamp(extras)
    same_python = have[:3] == wanted[:3]
    if same_python:
        extras.update(have[3].split()[1:])  # what somebody else asked for stays
        wanted = wanted_stamp(extras)
    if have == wanted:
        return 0
    print("setting up %s with Python %d.%d" % ((os.path.relpath(folder, ROOT),) + sys.version_info[:2]), flush=True)
    if same_python:
        os.remove(stamp)
        python = os.path.join(folder, "bin", "python")
    else:
        python = make(folder)
    fill(python, sorted(extras))
    with open(stamp, "w") as file:
        file.write("\n".join(wanted_stamp(extras)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
