"""The native core and its twin in pure Python, for tests that hold them to the same behaviour."""
import os

import pytest

from dapper._frame_eval import core, core_pure

NATIVE = core.load()[0]
KITS = [pytest.param(core_pure, id="pure")]

if NATIVE is not None:
    KITS.append(pytest.param(NATIVE, id="native"))
elif not os.environ.get("DAPPER_REQUIRE_CORE"):
    KITS.append(pytest.param(None, id="native", marks=pytest.mark.skip("no native core: %s" % core.load()[1])))

needs_native = pytest.mark.skipif(
    NATIVE is None and not os.environ.get("DAPPER_REQUIRE_CORE"), reason="no native core: %s" % core.load()[1]
)


def function(text, name="f", **names):
    """The function ``name`` that ``text`` defines, and its code's line 1 is the first of the text."""
    import textwrap

    scope = dict(names)
    exec(compile(textwrap.dedent(text).lstrip("\n"), "<program>", "exec"), scope)
    return scope[name]


def failing(*args):
    """For callables of the debugger's that fail."""
    raise ZeroDivisionError("an error of the debugger's")


class Unraisable:
    """A context in which sys.unraisablehook collects; ``errors`` has what came."""

    def __enter__(self):
        import sys

        self.errors, self._hook = [], sys.unraisablehook
        sys.unraisablehook = lambda args: self.errors.append(args.exc_value)
        return self

    def __exit__(self, *exc_info):
        import sys

        sys.unraisablehook = self._hook


def run_python(text, *options):
    """Run a program in a fresh interpreter that finds dapper; its exit code has to be 0."""
    import subprocess
    import sys
    import textwrap

    command = [sys.executable, *options, "-c", textwrap.dedent(text)]
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    environ = dict(os.environ, PYTHONPATH=folder)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, env=environ,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return done
