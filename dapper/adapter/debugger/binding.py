"""Answers to what the client wants to set: where each breakpoint goes, or why it can't, told truthfully at once."""
import os

from dapper._frame_eval.opcodes import TELLS_INSTRUCTIONS
from dapper.adapter.debugger.breakpoints import Breakpoint
from dapper.adapter.debugger.paths import is_virtual, may_be_template
from dapper.protocol.errors import DapError

_exists = os.path.exists
_KEYS = ("line", "column", "condition", "hitCondition", "logMessage")


def set_breakpoints(debugger, path, wanted, next_id, checksum=None):
    """Replace the breakpoints of one file. The debugger's ``catch_up`` has to be called when the client knows.

    Args:
        debugger: the PyDebugger.
        path: the client's path of the file.
        wanted: DAP SourceBreakpoints.
        next_id: ``next_id(source_breakpoint) -> int``, a new breakpoint id.
        checksum: of the file's content: SHA-256 in hexadecimal digits, or None.

    Returns:
        DAP Breakpoints, in the order of ``wanted``.
    """
    key, note = _key_of(debugger, path, checksum) if wanted else (_key_here(debugger, path), "")
    before = {one.asked: one for one in debugger.table.by_key.get(key, ())}
    made = []
    for one in wanted:
        asked = tuple(one.get(name) for name in _KEYS)
        kept = before.pop(asked, None)
        if kept is None or one.get("id"):
            kept = Breakpoint(next_id(one), key, one)
            kept.asked = asked
        made.append(kept)
    for breakpoint in made:
        if not breakpoint.broken:
            _place(debugger, breakpoint, key, note)
    debugger.set_breakpoints(key, made)
    source = {"path": path}
    answer = []
    for breakpoint in made:
        breakpoint.told = True
        answer.append(breakpoint.describe(source))
    return answer


def _key_here(debugger, path):
    return debugger.sources.key(debugger.sources.to_debuggee(path))


def _key_of(debugger, path, checksum):
    """(key of the client's file, what to say about how it was found)"""
    sources = debugger.sources
    key = _key_here(debugger, path)
    if is_virtual(path) or _exists(key) or debugger.maps.of(key) is not None:
        return key, ""
    from dapper.adapter.debugger.finding import find

    found = find(sources, path, checksum)
    if found.path is None:
        return key, found.note
    sources.paths.map([found.pair])
    debugger.tell("output", {"category": "console", "output": "dapper: %s\n" % found.note})
    return sources.key(found.path), found.note


def _place(debugger, breakpoint, key, note=""):
    line_map = debugger.maps.of(key)
    line = breakpoint.requested
    rule = debugger.sources.rule_for(key)
    if rule is not None and not rule["include"]:
        breakpoint.broken = True
        breakpoint.refuse("failed", "The file is excluded by the rule %r." % rule)
    elif line_map is None:
        if breakpoint.verified:
            return  # bound to code without a file, and still is
        if is_virtual(key):
            why = "Nothing named %s has been compiled yet; the breakpoint binds when it is." % key
        elif _exists(key):
            why = "The file can't be read; the breakpoint binds when code from it is loaded."
        else:
            why = "There is no file %s here; the breakpoint binds when code of that name is loaded." % key
            why += " " + (note or "If the file lies elsewhere for the program, set pathMappings.")
        breakpoint.refuse("pending", why)
    elif line_map.pending:
        breakpoint.refuse("pending", line_map.pending)
    elif line_map.problem:
        breakpoint.broken = may_be_template(key)  # code of that name has lines of its own
        hint = "; if it is a template, set 'jinja' or 'django' to true" if breakpoint.broken else ""
        breakpoint.refuse("failed", "The file does not compile: %s%s" % (line_map.problem, hint))
    else:
        place = line_map.resolve(line)
        if place is None:
            breakpoint.refuse("failed", "There is no code at line %d or near it." % line)
            return
        breakpoint.place, within = _within(debugger, breakpoint, key, place)
        moved = within if place == line else "Line %d has no code of its own; moved to line %d." % (line, place)
        hidden = debugger.sources.why_not_user(key)
        hidden = "Stepping passes over this file: %s." % hidden if hidden else None
        breakpoint.bind(place, " ".join(text for text in (moved, hidden, note) if text) or None)


def place_again(debugger, key):
    """The lines of a file have become known, or are others now: say so for its breakpoints."""
    breakpoints = debugger.table.by_key.get(key, ())
    for one in breakpoints:
        if not one.broken:
            before = one.describe()
            _place(debugger, one, key)
            if one.told and one.describe() != before:
                debugger.tell("breakpoint", {"reason": "changed", "breakpoint": one.describe()})
    debugger.set_breakpoints(key, breakpoints)
    debugger.catch_up()


def _within(debugger, breakpoint, key, line):
    """(Place, None) for a breakpoint at a column that is not where its line begins; else (None, what to say)."""
    if type(breakpoint.column) is not int or line != breakpoint.requested or debugger.maps.of(key).is_template:
        return None, None
    if not TELLS_INSTRUCTIONS:
        return None, "Columns need Python 3.12 or newer; this breakpoint stops at the beginning of its line."
    from dapper.adapter.debugger.columns import nearest

    others = debugger.maps.places(key).on_line(line)
    place = nearest(others, breakpoint.column)
    if place is None or place.is_first and all(one.scope == place.scope for one in others):
        return None, None
    return place, None


def set_function_breakpoints(debugger, made):
    """Replace all function breakpoints.

    Args:
        made: new Breakpoints with names.

    Returns:
        DAP Breakpoints.
    """
    known = _known_functions(debugger, {one.name for one in made})
    for breakpoint in made:
        if not breakpoint.broken:
            breakpoint.refuse("pending", "No function %s has run or been loaded yet." % breakpoint.name)
    debugger.set_function_breakpoints(made)
    for breakpoint in made:
        for code in known:
            if not breakpoint.broken and not breakpoint.verified:
                debugger.table.enters(code)
        breakpoint.told = True
    return [one.describe(_source(debugger, one)) for one in made]


def _source(debugger, breakpoint):
    return debugger.sources.describe(breakpoint.source) if breakpoint.source is not None else None


def _known_functions(debugger, names):
    """Code objects of functions that loaded modules define under the last part of one of ``names``."""
    import sys

    lasts = {name.rpartition(":")[2].split(".")[-1] for name in names}
    function = type(_known_functions)
    found = []

    def look(space, depth):
        for name, value in list(space.items()):
            if type(value) in (staticmethod, classmethod):
                value = value.__func__
            if type(value) is function:
                if value.__code__.co_name in lasts:
                    found.append(value.__code__)
            elif isinstance(value, type) and depth and type(value) is type:
                look(vars(value), depth - 1)

    for module in list(sys.modules.values()):
        if type(module) is type(sys):
            look(vars(module), 2)
    return found


def breakpoint_locations(debugger, path, start, end):
    """DAP BreakpointLocations between two places.

    Args:
        start, end: (line, column), the end included.

    Raises:
        DapError: the source can't be read here.
    """
    if type(path) is not str:
        raise DapError("bad_arguments", command="breakpointLocations", problem="the source needs a path")
    key = debugger.sources.key(debugger.sources.to_debuggee(path))
    line_map = debugger.maps.of(key)
    if line_map is None:
        raise DapError("no_source", path=path, why="there is no such file here")
    within = debugger.maps.places(key) if TELLS_INSTRUCTIONS and not line_map.is_template else None
    found = []
    for line in range(start[0], min(end[0], start[0] + 10000) + 1):
        if not line_map.has(line):
            continue
        places = [place for place in (within.on_line(line) if within else ()) if start <= place.start <= end]
        if not (places and places[0].is_first) and start <= (line, 1):
            found.append({"line": line})
        for place in places:
            found.append({"line": line, "column": place.start[1], "endLine": place.end[0], "endColumn": place.end[1]})
    return found
