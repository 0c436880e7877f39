"""What is asked of a debugger while a program runs: each case by name, for all debuggers."""

#: Programs with a hot line, a line never reached, a function never called, and a last line of the module.
HOT = ("loop", "fib", "objects")
#: Small ones of our own, and those of pyperformance, whose own code runs: see `debuggers.bring_pyperformance`.
OWN = HOT + ("mix", "generators", "threads", "exceptions")
REAL = ("richards", "deltablue", "go", "raytrace", "regex_compile", "json_dumps")
PROGRAMS = OWN + REAL
RAISES = ("raises",)
NEVER = 10 ** 9
MANY = 100


class Case:
    """One thing to ask for.

    Args:
        text: what it is called on the page.
        programs: names of those it is tried on.
        kind: "hit" where the hot line is watched, and what a hit costs can be said.
    """

    def __init__(self, text, programs=HOT, kind=None):
        self.text, self.programs, self.kind = text, programs, kind


CASES = {
    "attached": Case("no breakpoint, default filters", PROGRAMS + RAISES),
    "never": Case("breakpoint on a line of the hot function that is never reached"),
    "elsewhere": Case("breakpoint in a function of the same file that is never called"),
    "module": Case("breakpoint on the module's last line, while the line before it does all the work"),
    "many": Case("%d breakpoints in the file, none reached" % MANY),
    "condition": Case("false condition on the hottest line, set before the code is loaded", kind="hit"),
    "condition later": Case("the same, set after the code was loaded", kind="hit"),
    "hit count": Case("hit count that never comes true, on the hottest line", kind="hit"),
    "log": Case("log message on the hottest line, sampled away", kind="hit"),
    "raised": Case("filter `raised` with an expression that is false", HOT + RAISES),
    "raised, type": Case("filter `raised` with a type that is never raised", RAISES),
    "after a stop": Case("one stop at the hottest line, breakpoint removed, continued"),
    "step over": Case("stepping over the call that does all the work"),
}
BY_HAND = "by hand"
#: The sessions of these have a stop.
STOPS = ("module", "condition later", "after a stop", "step over")


def play(session, case):
    """Do what a case asks for, from the launch to the end of the program.

    Args:
        session: a Session just made.
        case: a name in CASES.
    """
    session.begin()
    session.breakpoints(*source_breakpoints(session.program, case))
    session.go(**filters(session.debugger, case))
    if case in STOPS:
        thread = session.stop()
        if case == "condition later":
            session.breakpoints(*source_breakpoints(session.program, "condition"))
        elif case == "step over":
            session.adapter.request("next", threadId=thread)
            session.stop()
        else:
            session.breakpoints()
        session.resume(thread)
    session.end()


def filters(debugger, case):
    """What `setExceptionBreakpoints` is given: as editors do by default, or with `raised` and a false condition."""
    if not case.startswith("raised"):
        return {"filters": ["uncaught"]}
    # debugpy takes names of types only.
    condition = "exc is None" if debugger == "dapper" and case == "raised" else "ZeroDivisionError"
    return {"filters": ["uncaught"], "filterOptions": [{"filterId": "raised", "condition": condition}]}


def source_breakpoints(program, case):
    """What `setBreakpoints` is given for a case."""
    lines = program.lines
    if case == "attached" or case.startswith("raised"):
        return []
    if case in ("never", "elsewhere", "module"):
        return [{"line": lines[case]}]
    if case in ("step over", "condition later"):
        return [{"line": lines["call"]}]
    if case == "many":
        return [{"line": line} for line in [lines["never"], lines["elsewhere"]] + program.crowd]
    return [dict({"line": lines["hot"]}, **{
        "condition": {"condition": program.condition},
        "hit count": {"hitCondition": str(NEVER)},
        "log": {"logMessage": "hot", "hitCondition": "%% %d" % NEVER},
        "after a stop": {},
    }[case])]


def pdb_commands(program, case):
    """The same for pdb, or None where it has no such thing."""
    where = "break %s:%%d" % program.path
    if case in ("attached", "never", "elsewhere", "module", "many"):
        return [where % one["line"] for one in source_breakpoints(program, case)]
    if case == "condition":
        return ["%s, %s" % (where % program.lines["hot"], program.condition)]
    if case == "hit count":
        return [where % program.lines["hot"], "ignore 1 %d" % NEVER]
    return None


def variant(program, case):
    """The program as the case needs it."""
    return program.crowded(MANY - 2) if case == "many" else program
