"""Take every code object of the standard library apart and put it together again: is it the same?

    python tools/stdlib_roundtrip.py [--probes] [PATH ...]

Checks of each code object: instructions written back are the old bytes; the tables of lines and exceptions written
anew are the old bytes; inserting nothing changes nothing; the reckoned stack fits into co_stacksize. With --probes a
probe is put at each line as well, and has to be proved. Runs on any Python dapper supports, with no dependencies.
"""
import argparse
import os
import sys
import sysconfig
import time
import types
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from dapper._frame_eval import bytecode_safety, modify_bytecode, opcodes, opsets, stack, tables  # noqa: E402

#: Not the library's own code: tests of syntax that does not compile, and the templates of other tools.
SKIPPED = ("lib2to3/tests/data", "site-packages", "dist-packages", "bad_coding", "badsyntax", "ensurepip")


def python_files(folder):
    """The .py files below a folder, in a stable order."""
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(files):
            full = os.path.join(path, name)
            if name.endswith(".py") and not any(part in full for part in SKIPPED):
                yield full


def code_objects(code):
    """A code object and all inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_objects(constant)


def same(old, new):
    """What differs between two code objects, by name."""
    found = []
    for name in dir(old):
        if name.startswith("co_") and not callable(getattr(old, name)):
            if name == "co_lnotab" and not opcodes.LINES_AS_MARKS:
                continue  # derived from co_linetable, and deprecated
            one, other = getattr(old, name), getattr(new, name)
            if one != other or isinstance(one, tuple) and any(a is not b for a, b in zip(one, other)):
                found.append(name)
    return found


def round_trip(code):
    """What is wrong with one code object: a list of words."""
    wrong = []
    found = opcodes.instructions(code)
    raw = bytearray()
    for item in found:
        count = (item.size - opsets.CACHE_BYTES[item.opcode]) // 2
        for place in range(count - 1, 0, -1):
            raw += bytes((opsets.EXTENDED_ARG, item.arg >> 8 * place & 255))
        raw += bytes((item.opcode, item.arg & 255)) + bytes(opsets.CACHE_BYTES[item.opcode])
    if bytes(raw) != code.co_code:
        wrong.append("instructions")
    first = code.co_firstlineno
    if opcodes.LINES_AS_MARKS:
        if tables.encode_lnotab(tables.decode_lnotab(code.co_lnotab, first), first) != code.co_lnotab:
            wrong.append("lnotab")
    elif opcodes.LINES_AS_LOCATIONS:
        entries = tables.decode_locations(code.co_linetable, first)
        positions = [entry.position or (None,) * 4 for entry in entries for _ in range(entry.units)]
        if positions != list(code.co_positions()):
            wrong.append("positions")
        for entry in entries:
            entry.raw = None
        if tables.encode_locations(joined(entries), first) != code.co_linetable:
            wrong.append("locations")
        if tables.encode_exceptions(tables.decode_exceptions(code.co_exceptiontable)) != code.co_exceptiontable:
            wrong.append("exceptions")
    elif tables.encode_linetable([(end - start, line) for start, end, line in code.co_lines()], first) != (
        code.co_linetable
    ):
        wrong.append("linetable")
    depths = stack.stack_depths(code, found)
    deepest = max(depth for depth in depths if depth is not None)
    if deepest > code.co_stacksize or min(depth for depth in depths if depth is not None) < 0:
        wrong.append("stack")
    wrong += same(code, modify_bytecode.insert(code, [], found, depths).code)
    return wrong


def joined(entries):
    """Location entries as the compiler had them before it cut them into pieces of eight units."""
    out = []
    for entry in entries:
        if out and opcodes.LOCATIONS_ARE_JOINED and out[-1].position == entry.position:
            out[-1] = tables.Location(out[-1].units + entry.units, entry.position)
        elif out and out[-1].position == entry.position and out[-1].units % 8 == 0:
            out[-1] = tables.Location(out[-1].units + entry.units, entry.position)
        else:
            out.append(entry)
    return out


class Nothing:
    """A trap that catches nothing."""

    def trap(self, number):
        """Nothing."""

    error = trap


def probe(code):
    """Put a probe at each line: (number of probes, refusals by reason)."""
    wanted = {
        line: bytecode_safety.Probe(line, "__debug__ is None or sys is None")
        for line in opcodes.executable_lines(code)
    }
    built = bytecode_safety.build(code, wanted, Nothing(), every_entry=True)
    return len(built.done), [refused.reason for refused in built.refused.values()]


def main():
    """Exit status 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--probes", action="store_true", help="put a probe at each line, too")
    parser.add_argument("paths", nargs="*", help="files or folders (default: the standard library)")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    started = time.process_time()
    files = codes = bad = probes = 0
    refusals = {}
    for folder in given.paths or [sysconfig.get_path("stdlib")]:
        for path in python_files(folder) if os.path.isdir(folder) else [folder]:
            with open(path, "rb") as file:
                text = file.read()
            try:
                module = compile(text, path, "exec", dont_inherit=True)
            except (SyntaxError, ValueError):
                continue  # a test's example of what does not compile
            files += 1
            for code in code_objects(module):
                codes += 1
                wrong = round_trip(code)
                if given.probes:
                    try:
                        done, refused = probe(code)
                        probes += done
                    except bytecode_safety.Refused as error:
                        wrong.append(str(error))
                        refused = []
                    for reason in refused:
                        refusals[reason] = refusals.get(reason, 0) + 1
                if wrong:
                    bad += 1
                    print("%s: %s line %d: %s" % (path, code.co_name, code.co_firstlineno, ", ".join(wrong)))
    print(
        "Python %s: %d files, %d code objects, %d differ%s (%.0f s)" % (
            sys.version.split()[0], files, codes, bad,
            ", %d probes, refused: %s" % (probes, refusals or "none") if given.probes else "",
            time.process_time() - started,
        )
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
