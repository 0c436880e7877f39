"""What pyproject.toml cannot say: the native core, which is built where it can be and done without elsewhere."""

import os

from setuptools import setup
from setuptools.command.build_ext import build_ext

CORE = "dapper/_frame_eval/_frame_evaluator.pyx"


class BuildIfPossible(build_ext):
    """build_ext that reports a missing or failing compiler in one line and leaves the core out."""

    def run(self):
        try:
            super().run()
        except Exception as exc:  # boundary: distutils' compilers raise a dozen types
            without_core(exc)

    def build_extension(self, ext):
        try:
            super().build_extension(ext)
        except Exception as exc:  # boundary: distutils' compilers raise a dozen types
            without_core(exc)


def without_core(why):
    """Say once that the core is left out.

    Args:
        why: the exception or text that tells the reason.
    """
    if os.environ.get("DAPPER_REQUIRE_CORE"):
        raise SystemExit("dapper: the native core was not built: %s" % why)
    print("dapper: installing without the native core (%s); all of it works, some of it slower" % why)


def core_extensions():
    """Return the extension modules to build: one or none."""
    if not os.path.exists(CORE):
        return []
    try:
        from Cython.Build import cythonize
    except ImportError as exc:
        without_core(exc)
        return []
    return cythonize([CORE], language_level=3)


def readme():
    """Return the text of README.md, or a line where the source distribution has none."""
    if not os.path.exists("README.md"):
        return "dapper: a Python debugger that speaks the Debug Adapter Protocol."
    with open("README.md", encoding="utf-8") as file:
        return file.read()


setup(
    ext_modules=core_extensions(),
    cmdclass={"build_ext": BuildIfPossible},
    # Here and not in pyproject.toml: how a licence is written there differs between the setuptools of 3.8 and today's.
    license="MIT",
    long_description=readme(),
    long_description_content_type="text/markdown",
)
