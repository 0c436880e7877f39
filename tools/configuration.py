"""Write doc/configuration.md from the tables in dapper/protocol/keys.py and settings.py; --check only compares."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "doc", "configuration.md")
sys.path.insert(0, ROOT)

from dapper.protocol import keys, settings  # noqa: E402

HEAD = """# Configuration

Written by `tools/configuration.py` from the tables in `dapper/protocol/keys.py` and `settings.py`.

## Keys of launch and attach

What a client says counts first. A key the *program* heeds has a default from an environment variable, and from the
command line: `dapper --listen 5678 --configure-justMyCode false program.py`. Lists and objects are JSON there. Keys that
have no effect, and misspelt ones, are named in one line on the console when a session begins.

| key | kind | who heeds it | what it does | environment |
|---|---|---|---|---|
"""

VARIABLES = """
debugpy's `debugOptions` mean the same as these keys: %s.

Whose code it is can change while a session runs, by the request `setDebuggerProperty` with `justMyCode` and `rules`;
`dapperWhoseCode` with a `source` answers whether that file is the user's, and which rule says so. Among rules, those for
paths come first, the longest before the others, then paths with `*`, `**` and `?`, then modules.

## Environment variables

Each of ours comes before its twins of debugpy and pydevd, which count as well.

| variable | twins | what it does |
|---|---|---|
"""

UNUSED = """
## Accepted without effect

| variable | twins | why |
|---|---|---|
"""


def page():
    """The text of the page."""
    lines = [HEAD]
    order = {"program": 0, "hub": 1, "none": 2}
    for name, key in sorted(keys.TABLE.items(), key=lambda row: order.get(row[1].who, 3)):
        if key.who in order:
            who = {"none": "nobody"}.get(key.who, key.who)
            variable = "`%s`" % keys.variable_of(name) if key.who == "program" else ""
            lines.append("| `%s` | %s | %s | %s | %s |\n" % (name, key.kind, who, key.does, variable))
    lines.append(VARIABLES % ", ".join(
        "`%s` %s" % (option, "`%s`" % key if value is True else "`%s: %s`" % (key, str(value).lower()))
        for option, (key, value) in sorted(keys.OPTIONS.items())))
    for unused in (False, True):
        if unused:
            lines.append(UNUSED)
        for name, variable in settings.TABLE.items():
            if variable.unused is unused:
                default = "; %s by default" % variable.default if variable.default else ""
                twins = ", ".join("`%s`" % twin for twin in variable.twins)
                lines.append("| `%s` | %s | %s%s |\n" % (name, twins, variable.does, default))
    return "".join(lines)


def main():
    """Write or compare; the exit code."""
    if "--check" in sys.argv:
        with open(PAGE, encoding="utf-8") as file:
            return 0 if file.read() == page() else 1
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
