"""Write the reference page of reason codes from the codes themselves.

    python tools/generate_reason_codes.py > doc/reason-codes.md
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

HEAD = """\
# Reason codes

When dapper does something in another way than the fastest, it says why with one of these codes. They are counted and
remembered in the debugged process (the custom request `dapperTelemetry` and `dapper._frame_eval.get_frame_eval_stats()`
show them), and `check_environment_compatibility()` gives those that speak against an engine. A count alone is no error.

Made by `tools/generate_reason_codes.py` from `dapper/_frame_eval/telemetry.py`. Do not edit; run the generator again.
"""


def page():
    """The whole page."""
    sys.path.insert(0, ROOT)
    try:
        from dapper._frame_eval.telemetry import SECTIONS, TEXTS
    finally:
        sys.path.remove(ROOT)
    parts = [HEAD]
    for section in SECTIONS:
        rows = ["| code | meaning |", "|---|---|"]
        rows += ["| `%s` | %s |" % (code, TEXTS[code]) for code in vars(section) if code in TEXTS]
        parts.append("## %s\n\n%s\n" % (section.__doc__, "\n".join(rows)))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
