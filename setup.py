"""What pyproject.toml cannot say: the native core, which is built where it can be and done without elsewhere."""

import os
import sys
import sysconfig

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

FOLDER = "dapper/_frame_eval/"
CORE = FOLDER + "_frame_evaluator.pyx"


class BuildIfPossible(build_ext):
    """build_ext that reports a missing or failing compiler in one line and leaves the core out."""

    def run(self):
        try:
            super().run()
        except Exception as exc:  # boundary: distutils' compilers raise a dozen types
            without_core(exc)

    def build_extension(self, ext):
        try:
            self.translate(ext)
            super().build_extension(ext)
        except Exception as exc:  # boundary: distutils' compilers raise a dozen types
            without_core(exc)

    def translate(self, ext):
        """Have Cython write the C file, beside the object files: several Pythons may build at the same time."""
        from Cython.Build import cythonize
        from Cython.Compiler import Options

        if self.compiler.compiler_type == "unix":
            ext.extra_compile_args.append("-g0")  # most Pythons ask for -g, which makes the core five times as large
        if os.environ.get("DAPPER_REQUIRE_CORE"):
            Options.warning_errors = True
            if self.compiler.compiler_type == "unix":
                ext.extra_compile_args.append("-Werror")
        ext.sources = cythonize([ext], build_dir=self.build_temp, force=self.force)[0].sources


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
    if sys.implementation.name != "cpython":
        without_core("it is made for CPython")
        return []
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        without_core("it is not proven on free-threaded builds")
        return []
    parts = [FOLDER + name for name in os.listdir(FOLDER) if name.startswith("_core_")]
    return [Extension("dapper._frame_eval._frame_evaluator", [CORE], depends=parts, include_dirs=[FOLDER])]


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
