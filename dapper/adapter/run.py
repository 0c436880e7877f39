"""Runs a program in this process as Python itself would have: for a Python told to ignore its environment, and `--listen`."""
import builtins
import os
import sys

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main(words):
    """Run ``FILE | -m MODULE | -c CODE`` and arguments, after reporting to the hub that started us; the exit code."""
    if os.environ.get("DAPPER_BOOT"):
        from dapper.adapter.server import boot

        boot()
    kinds = {"-m": "module", "-c": "code"}
    if words[0] in kinds:
        return run(kinds[words[0]], words[1], words[2:])
    return run("file", words[0], words[1:])


def run(kind, target, args):
    """Run a program as ``__main__``.

    Args:
        kind: "file", "module" or "code".
        target: the file, folder or zip; the module; the code.
        args: what the program finds in ``sys.argv`` behind its own name.

    Returns:
        The exit code, when the program neither exits nor is interrupted.
    """
    ours = vars(sys.modules["__main__"])
    module = sys.modules["__main__"] = type(sys)("__main__")
    module.__builtins__ = builtins
    if "__annotations__" in ours:  # Python gives a main module one, until 3.13
        module.__annotations__ = {}
    start = {"file": _file, "module": _module, "code": _code}[kind]
    try:
        start(module, target, args)
    except SystemExit:
        raise
    except BaseException as error:  # boundary: the program's; told as Python tells it, without the frames below it
        tell(type(error), error, without_ours(error.__traceback__))
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def without_ours(traceback):
    """A traceback from the program's first frame on, None if it has none."""
    first = traceback
    while first is not None and _is_below(first.tb_frame.f_code.co_filename):
        first = first.tb_next
    return first


def _is_below(filename):
    return filename.startswith((_OURS, "<frozen runpy")) or os.path.basename(filename) == "runpy.py"


def tell(kind, error, traceback):
    """What Python does with an exception nobody caught."""
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, traceback
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    sys.excepthook(kind, error.with_traceback(traceback), traceback)


def _put_first(folder):
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path.insert(0, folder)


def _file(module, path, args):
    sys.argv[:] = [path] + args
    if _is_container(path):
        import runpy

        sys.path.insert(0, path)
        runpy._run_module_as_main("__main__", False)
        return
    _put_first(os.path.dirname(os.path.realpath(path)))
    try:
        code, loader = _code_of(path)
    except OSError as error:
        program = sys.executable if sys.version_info < (3, 9) else os.path.abspath(sys.executable)
        sys.stderr.write("%s: can't open file %r: [Errno %d] %s\n" % (program, path, error.errno, error.strerror))
        raise SystemExit(2) from None
    module.__file__ = path
    if sys.version_info < (3, 15):  # which took the name away
        module.__cached__ = None
    module.__loader__ = loader("__main__", path)
    exec(code, module.__dict__)


def _is_container(path):
    from pkgutil import get_importer

    return os.path.isdir(path) or type(get_importer(path)).__name__ == "zipimporter"


def _code_of(path):
    """(code, class of its loader)"""
    from importlib.machinery import SourceFileLoader, SourcelessFileLoader

    with open(path, "rb") as file:
        data = file.read()
    from importlib.util import MAGIC_NUMBER

    if data.startswith(MAGIC_NUMBER):
        import marshal

        return marshal.loads(data[16:]), SourcelessFileLoader
    return compile(data, path, "exec", dont_inherit=True), SourceFileLoader


def _module(module, name, args):
    import runpy

    sys.argv[:] = ["-m"] + args
    _put_first(os.getcwd())
    runpy._run_module_as_main(name)


def _code(module, code, args):
    from importlib.machinery import BuiltinImporter

    sys.argv[:] = ["-c"] + args
    _put_first("")
    module.__loader__ = BuiltinImporter
    if sys.version_info >= (3, 13):  # tracebacks show the lines of -c since then
        import linecache

        linecache.cache["<string>"] = len(code), None, code.splitlines(True), "<string>"
    exec(compile(code, "<string>", "exec", dont_inherit=True), module.__dict__)
