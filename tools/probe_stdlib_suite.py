"""Run the standard library's own tests with a probe at every line, and compare them test by test with a plain run.

    python tools/probe_stdlib_suite.py [MODULE ...]

Each module runs in a process of its own, once as it is and once with probes in all of its code and in the libraries
below. A probe compares a local that may be unbound, reads a global, counts, or raises; none may ever reach its trap,
and nothing a test can see may change. Exit status 1 if a test ended otherwise. Standard library only; needs the
``test`` package (Debian: libpython3.N-testsuite).
"""
import argparse
import builtins
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
import types
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS = 900  #: for one module

MODULES = """
test_argparse test_asyncgen test_augassign test_bisect test_builtin test_class test_cmd test_compare test_contextlib
test_coroutines test_csv test_dataclasses test_decorators test_deque test_dict test_dictcomps test_except_star
test_exception_variations test_exceptions test_extcall test_fractions test_fstring test_functools test_generators
test_genexps test_grammar test_heapq test_iter test_itertools test_keywordonlyarg test_listcomps test_metaclass
test_named_expressions test_opcodes test_operator test_patma test_pep479 test_property test_queue test_raise test_scope
test_set test_setcomps test_shlex test_string test_super test_sys_settrace test_textwrap test_tuple test_type_params
test_unpack test_unpack_ex test_userdict test_with test_yield_from
""".split()

#: Rewritten as well; some of them are loaded afresh for it.
LIBRARIES = {
    "textwrap", "difflib", "statistics", "contextlib", "argparse", "fractions", "string", "shlex", "csv", "heapq",
    "bisect", "calendar", "dataclasses", "queue", "json", "configparser", "cmd", "reprlib", "copy",
}
#: Run without probes that raise: they compare all events of sys.settrace, and set f_lineno.
CALM = {"test_sys_settrace"}

#: Tests that end otherwise for a reason, as prefixes of "module: test".
KNOWN = [
    "test_patma: test_jump_threading ",  # looks at the bytecode of its own functions
] + [
    # 3.8 knows an `except` it may not jump into by the handler's first opcode, and calls it a `finally` else.
    "test_sys_settrace: test_no_jump_%s (test.test_sys_settrace.JumpTestCase)" % name for name in (
        "into_bare_except_block", "into_bare_except_block_from_try_block", "into_qualified_except_block",
        "into_qualified_except_block_from_try_block", "out_of_bare_except_block", "out_of_qualified_except_block",
        "to_except_1", "to_except_2", "to_except_3", "to_except_4",
    )
] * (sys.version_info < (3, 9)) + [
    # 3.9 tells no line where an exception leaves an `except ... as`, but for what stands at its very beginning.
    "test_sys_settrace: test_18_except_with_name ",
] * (sys.version_info[:2] == (3, 9))

KEEP_LOADED = {"contextlib", "copy", "reprlib"}


class Trap:
    """Counts what it should never see, and what it should."""

    def __init__(self):
        self.hits = 0
        self.errors = {}

    def trap(self, number):
        """A probe's condition was true, which none is."""
        self.hits += 1

    def error(self, number):
        """A probe raised; NameError is what unbound names are for."""
        name = type(sys.exc_info()[1]).__name__
        self.errors[name] = self.errors.get(name, 0) + 1


class Prober:
    """Gives code probes at every line."""

    def __init__(self, calm):
        self.calm = calm
        sys.path.insert(0, ROOT)
        from dapper._frame_eval import bytecode_safety, opcodes

        del sys.path[0]
        self.safety, self.opcodes = bytecode_safety, opcodes
        self.trap = Trap()
        self.codes = self.probes = 0
        self.refused = {}
        builtins.__dapper_suite__ = object()

    def condition(self, code, line):
        """A probe whose condition is never true."""
        names = [name for name in code.co_varnames + code.co_freevars if name.isidentifier() and name[:2] != "__"]
        kind = 3 if self.calm and line % 4 != 1 else line % 4
        if kind != 1 and (not code.co_flags & 1 or code.co_varnames[:1] in ((".format",), ("format",))):
            # A class's own namespace may know any name, and annotations are evaluated where every name exists.
            return self.safety.Probe(line, "() == (1,)")
        if kind == 0 and names:
            return self.safety.Probe(line, "%s is __dapper_suite__" % names[line // 4 % len(names)])
        if kind == 1:
            return self.safety.Probe(line, None, ().__len__)
        if kind == 2 and line % 8 == 2:
            return self.safety.Probe(line, "__dapper_suite__.no_such_attribute")
        return self.safety.Probe(line, "__dapper_suite__ is None or not __dapper_suite__")

    def rewrite(self, code):
        """Code with probes, and so all code in it."""
        constants = tuple(self.rewrite(one) if isinstance(one, types.CodeType) else one for one in code.co_consts)
        if any(one is not other for one, other in zip(constants, code.co_consts)):
            code = code.replace(co_consts=constants)
        wanted = {line: self.condition(code, line) for line in self.opcodes.executable_lines(code)}
        wanted[self.safety.ENTRY] = self.condition(code, 3)
        try:
            built = self.safety.build(code, wanted, self.trap, every_entry=True)
        except self.safety.Refused as refused:
            self.refused[str(refused)] = self.refused.get(str(refused), 0) + 1
            return code
        self.codes += 1
        self.probes += len(built.done)
        for refused in built.refused.values():
            self.refused[refused.reason] = self.refused.get(refused.reason, 0) + 1
        return built.code

    def install(self):
        """Rewrite what is imported from now on."""
        import importlib._bootstrap_external as external

        sys.dont_write_bytecode = True
        plain = external.SourceFileLoader.get_code

        def get_code(loader, name):
            code = plain(loader, name)
            top = name.split(".")[0]
            if top in LIBRARIES or top == "test" and not name.startswith("test.support"):
                return self.rewrite(code)
            return code

        external.SourceFileLoader.get_code = get_code
        for name in list(sys.modules):
            if name.split(".")[0] in LIBRARIES - KEEP_LOADED:
                del sys.modules[name]


class Outcomes(unittest.TextTestResult):
    """How each test ended."""

    def __init__(self, *given, **more):
        super().__init__(*given, **more)
        self.ended = {}

    def _note(self, test, how):
        name = str(test)
        while name in self.ended:
            name += "'"
        self.ended[name] = how

    def addSuccess(self, test):
        super().addSuccess(test)
        self._note(test, "ok")

    def addError(self, test, err):
        super().addError(test, err)
        self._note(test, "error %s: %s" % (err[0].__name__, str(err[1]).split("\n")[0][:200]))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._note(test, "failure %s: %s" % (err[0].__name__, str(err[1]).split("\n")[0][:200]))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._note(test, "skip")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note(subtest, "subtest %s" % err[0].__name__)


def run_one(module, how, target):
    """Run one module in this process, "plain", "probed" or "calm"; write what happened as JSON to ``target``."""
    prober = Prober(how == "calm") if how != "plain" else None
    if prober:
        prober.install()
    ended = {}
    try:
        loaded = importlib.import_module("test." + module)
        suite = unittest.defaultTestLoader.loadTestsFromModule(loaded)
        result = unittest.TextTestRunner(stream=io.StringIO(), verbosity=0, resultclass=Outcomes).run(suite)
        ended = result.ended
    except BaseException as error:  # boundary: whatever a test module does to us is its outcome
        ended["<module>"] = "%s: %s" % (type(error).__name__, str(error)[:200])
    report = {"ended": ended}
    if prober:
        report.update(
            hits=prober.trap.hits, errors=prober.trap.errors, codes=prober.codes, probes=prober.probes,
            refused=prober.refused,
        )
    with open(target, "w") as file:
        json.dump(report, file)
    sys.stdout.flush()
    os._exit(0)  # threads a test left behind are not waited for


def start(module, how, folder):
    """The process that runs a module, and where its report will be."""
    target = os.path.join(folder, "%s-%s" % (module, how))
    command = [sys.executable, os.path.abspath(__file__), "--run", how, target, module]
    environ = dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1")
    place = target + "-cwd"  # of its own: tests make folders there, and both runs go on at once
    os.mkdir(place)
    with open(target + ".log", "w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=place, env=environ
        )
    return process, target


def finish(process, target):
    """The report of a process, or what became of it."""
    try:
        status = process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return {"ended": {"<process>": "longer than %d s" % SECONDS}}
    if not os.path.exists(target):
        with open(target + ".log") as log:
            return {"ended": {"<process>": "status %d: %s" % (status, log.read()[-600:])}}
    with open(target) as file:
        return json.load(file)


def main():
    """Exit status 1 if any test ended otherwise than without probes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--run", nargs=2, metavar=("HOW", "TARGET"), help=argparse.SUPPRESS)
    parser.add_argument("modules", nargs="*", default=MODULES)
    given = parser.parse_args()
    if given.run:
        run_one(given.modules[0], *given.run)
    tests = modules = codes = probes = 0
    differences = []
    errors, refused = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for module in given.modules:
            if importlib.util.find_spec("test." + module) is None:
                continue
            running = [start(module, how, folder) for how in ("plain", "calm" if module in CALM else "probed")]
            plain, probed = [finish(*one) for one in running]
            one, other = plain["ended"], probed["ended"]
            if len(one) == 1 and "<module>" in one and "Skip" in one["<module>"]:
                continue
            if "probes" not in probed:
                differences.append("%s: nothing was probed: %s" % (module, other))
            modules += 1
            tests += len(one)
            codes += probed.get("codes", 0)
            probes += probed.get("probes", 0)
            for total, part in ((errors, probed.get("errors", {})), (refused, probed.get("refused", {}))):
                for name, count in part.items():
                    total[name] = total.get(name, 0) + count
            if probed.get("hits"):
                differences.append("%s: %d probes reached their trap" % (module, probed["hits"]))
            for test in sorted(set(one) | set(other)):
                known = any(("%s: %s" % (module, test)).startswith(name) for name in KNOWN)
                if one.get(test) != other.get(test) and not known:
                    differences.append("%s: %s: %s → %s" % (module, test, one.get(test), other.get(test)))
            print("%-28s %5d tests %6d probes" % (module, len(one), probed.get("probes", 0)), flush=True)
    for line in differences:
        print(line)
    print(
        "Python %s: %d modules, %d tests, %d code objects, %d probes, %d differences; raised in probes: %s; refused: %s"
        % (sys.version.split()[0], modules, tests, codes, probes, len(differences), errors, refused or "none")
    )
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
