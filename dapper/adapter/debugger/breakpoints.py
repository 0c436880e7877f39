"""The breakpoint table: an immutable value with a generation. A change makes a new one."""
from dapper._frame_eval import core, opcodes
from dapper._frame_eval.conditions import (
    compile_condition,
    compile_hit_condition,
    compile_log_message,
    parse_log_message,
)


class Breakpoint:
    """One breakpoint, of a line or of a function.

    Attributes:
        id: its DAP id, from 1.
        key: the file's key; None for a function breakpoint.
        name: the function's name; None for a line breakpoint.
        requested: the line asked for.
        line: the line it sits on, or None while nobody knows.
        verified, message, reason: what the client is told.
        condition, condition_text: its condition, compiled and as written; None without.
        counter: counts how often its condition was true and tells which of that counts (see core); None: all.
        log, log_parts: its log message, compiled and in parts (see conditions); None without.
        asked: what the client asked for, to know it again.
        told: whether the client knows its id.
        source: the code object of the function it names, once known.
        column: the column asked for, or None.
        place: the Place within its line that it sits on, or None for the beginning of the line.
    """

    __slots__ = ("id", "key", "name", "requested", "line", "verified", "message", "reason", "condition",
                 "condition_text", "counter", "log", "log_parts", "broken", "slow", "reported", "asked", "told", "source",
                 "column", "place")

    def __init__(self, number, key, wanted, name=None):
        self.id = number
        self.key = key
        self.name = name
        self.requested = wanted.get("line")
        self.column = wanted.get("column")
        self.place = None
        self.line = None
        self.verified = False
        self.message = self.reason = self.condition = self.counter = self.log = self.log_parts = None
        self.asked = self.source = None
        self.told = False
        self.broken = False  # it can never stop: its condition is no expression, or a rule excludes its file
        self.slow = False  # its condition has taken longer than it may where it runs within the program's code
        self.reported = False  # its condition has raised an exception, which is said once
        self.condition_text = wanted.get("condition") or None
        try:
            if self.condition_text:
                self.condition = compile_condition(self.condition_text)
            if wanted.get("hitCondition"):
                self.counter = core.at_hand().Counter(compile_hit_condition(str(wanted["hitCondition"])))
            if wanted.get("logMessage"):
                self.log_parts = parse_log_message(wanted["logMessage"])
                self.log = compile_log_message(wanted["logMessage"])
        except (SyntaxError, ValueError) as error:
            self.broken = True
            self.refuse("failed", "%s: %s" % (type(error).__name__, getattr(error, "msg", None) or error))

    def counter_in(self, kit):
        """The counter, from now on one of this kit's (see core.kit)."""
        counter = self.counter
        if counter is not None and type(counter) is not kit.Counter:
            self.counter = kit.Counter(counter.test)
            self.counter.count = counter.count
        return self.counter

    def refuse(self, reason, message):
        """Stay unverified, and say why."""
        self.verified, self.reason, self.message = False, reason, message

    def bind(self, line, message=None):
        """Sit on ``line``."""
        self.line, self.verified, self.reason, self.message = line, True, None, message

    def describe(self, source=None):
        """The DAP Breakpoint."""
        body = {"id": self.id, "verified": self.verified}
        line = self.line or self.requested
        if line:
            body["line"] = line
        if self.place is not None:
            body["column"], (body["endLine"], body["endColumn"]) = self.place.start[1], self.place.end
        if source:
            body["source"] = source
        if self.message:
            body["message"] = self.message
        if self.reason:
            body["reason"] = self.reason
        return body


class Table:
    """All breakpoints, by file and by function name.

    Args:
        sources: knows the key of a code object's file.
        maps: LineMaps.
        by_key: file key → tuple of Breakpoint.
        functions: tuple of Breakpoint.
        on_bound: called with a Breakpoint that loading code has verified.
        stamps: file key, or "" for functions → the generation at which these breakpoints last changed.
    """

    def __init__(self, sources, maps, by_key=None, functions=(), generation=0, on_bound=None, stamps=None):
        self.generation = generation
        self._stamps = stamps or {}
        self.names = {_last_name(one.name) for one in functions}
        self.by_key = by_key or {}
        self.functions = tuple(functions)
        self._sources = sources
        self._maps = maps
        self._decided = {}  # file key → see decided_lines
        self._by_line = {}  # file key → see _on_lines
        self._on_bound = on_bound

    def decided_lines(self, code):
        """The lines of a code object's file that have conditions, hit counts or log messages, in order."""
        key = self._sources.key(code.co_filename)
        found = self._decided.get(key)
        if found is None:
            if self._maps.templates is not None and self._maps.templates.has(key):
                return ()  # they are decided on in the template's names
            found = self._decided[key] = sorted([
                one.line or one.requested for one in self.by_key.get(key, ())
                if one.condition is not None or one.counter is not None or one.log is not None
            ])
        return found

    @property
    def decides(self):
        """Whether a line has a condition, a hit count or a log message."""
        found = (one for group in self.by_key.values() for one in group)
        return any(one.condition is not None or one.counter is not None or one.log is not None for one in found)

    @property
    def logs(self):
        """Whether a line has a log message."""
        return any(one.log is not None for group in self.by_key.values() for one in group)

    def with_file(self, key, breakpoints):
        """A new table with other breakpoints in one file."""
        by_key, stamps, generation = dict(self.by_key), dict(self._stamps), self.generation + 1
        if breakpoints:
            by_key[key] = tuple(breakpoints)
            stamps[key] = generation
        else:
            by_key.pop(key, None)
            stamps.pop(key, None)
        return Table(self._sources, self._maps, by_key, self.functions, generation, self._on_bound, stamps)

    def with_lines(self, filename, lines):
        """A new table with plain breakpoints in one file: those that stand on these lines stay, others go, and the
        client does not know the new ones.
        """
        key = self._sources.key(filename)
        stand = {one.requested: one for one in self.by_key.get(key, ())}
        line_map = self._maps.of(key)
        breakpoints = []
        for line in sorted(set(lines)):
            breakpoint = stand.get(line)
            if breakpoint is None:
                breakpoint = Breakpoint(0, key, {"line": line})
                place = line_map.resolve(line) if line_map is not None else None
                if place is not None:
                    breakpoint.bind(place)
            breakpoints.append(breakpoint)
        return self.with_file(key, breakpoints)

    @property
    def has_places(self):
        """Whether a breakpoint sits within a line."""
        return any(one.place is not None for stops in self.by_key.values() for one in stops)

    def with_functions(self, breakpoints):
        """A new table with other function breakpoints."""
        generation = self.generation + 1
        stamps = dict(self._stamps, **{"": generation})
        return Table(self._sources, self._maps, self.by_key, breakpoints, generation, self._on_bound, stamps)

    def cleared(self):
        """A new table without breakpoints."""
        return Table(self._sources, self._maps, {}, (), self.generation + 1, self._on_bound)

    @property
    def files(self):
        """The keys of the files with breakpoints."""
        return self.by_key.keys()

    def generation_of(self, code):
        """The generation at which breakpoints that may concern ``code`` last changed; 0 if there are none."""
        stamp = self._stamps.get(self._sources.key(code.co_filename), 0)
        if code.co_name in self.names:
            stamp = max(stamp, self._stamps[""])
        return stamp

    def lines_of(self, code):
        """line → LineStops for the lines of ``code`` that have breakpoints."""
        key = self._sources.key(code.co_filename)
        found = self.by_key.get(key)
        if not found or code.co_name == "__annotate__":  # that evaluates annotations again, long after their lines ran
            return {}
        line_map = self._maps.of(key)
        if line_map is not None and line_map.is_template:
            return line_map.stops(code, found)
        by_line = self._on_lines(key)
        if by_line.keys().isdisjoint([line for _, _, line in opcodes.line_ranges(code)]):
            return {}
        own = by_line.keys() & opcodes.executable_lines(code)
        if line_map is not None:
            own = own.difference(line_map.shadowed(code))
        if not own:
            return {}
        starts, lines = Starts(code, line_map), {}
        for line in sorted(own):
            for breakpoint in by_line[line]:
                if not breakpoint.verified:
                    breakpoint.bind(line)
                    self._on_bound(breakpoint)
            lines[line] = LineStops(starts, line, by_line[line])
        return lines

    def _on_lines(self, key):
        """line → the breakpoints of a file that sit there, or will if there turns out to be such a line."""
        found = self._by_line.get(key)
        if found is None:
            found = {}
            for one in self.by_key[key]:
                if not one.broken and one.place is None:
                    found.setdefault(one.line if one.verified else one.requested, []).append(one)
            self._by_line[key] = found
        return found

    def enters(self, code):
        """Whether a function breakpoint names ``code``."""
        return bool(self.functions) and bool(self.entry_breakpoints(code))

    def entry_breakpoints(self, code):
        """The function breakpoints that name ``code``."""
        if code.co_name[:1] == "<":
            return []
        return [one for one in self.functions if not one.broken and self._names(one, code)]

    def _names(self, breakpoint, code):
        module, colon, name = breakpoint.name.rpartition(":")
        if code.co_name != _last_name(name) or self._sources.is_ours(code):
            return False
        if "." not in name and not module and not self._sources.is_user(code):
            return False  # a bare name means one of the user's own functions; libraries have a `run` and a `join` too
        key = self._sources.key(code.co_filename)
        qualname = getattr(code, "co_qualname", None)
        if qualname is None:
            line_map = self._maps.of(key)
            qualname = line_map.qualname(code) if line_map is not None else code.co_name
        stem = key.rpartition(".")[0].replace("\\", "/")
        if stem.endswith("/__init__"):
            stem = stem[: -len("/__init__")]
        matches = _is_tail(qualname.replace("<locals>.", ""), name)
        if matches:
            matches = not module or ("/" + stem).endswith("/" + module.replace(".", "/"))
        elif not module:  # module.function, as an editor may offer it
            full = stem.replace("/", ".") + "." + qualname
            matches = "." in name and full.endswith("." + name)
        if matches and not breakpoint.verified:
            breakpoint.source = code
            breakpoint.bind(code.co_firstlineno)
            self._on_bound(breakpoint)
        return matches


class Starts:
    """Where the lines of one code object really begin.

    Args:
        code: the code object.
        line_map: the LineMap of its file, or None.
    """

    def __init__(self, code, line_map):
        own = opcodes.executable_lines(code) if line_map is not None else ()
        self.entries = opcodes.statement_entries(code, line_map.spans(min(own), max(own)) if own else ())
        self.first = min([min(offsets) for offsets in self.entries.values()])
        self.branches = opcodes.branches(code)
        self.loops = opcodes.self_loops(code)
        if self.loops:
            headers = line_map.loops if line_map is not None else ()
            for line in self.loops.keys() - headers:  # a comprehension on one line is one execution of it
                targets = self.loops.pop(line)
                self.entries[line] = [one for one in self.entries[line] if one not in targets] or self.entries[line]


class LineStops:
    """The breakpoints on one line of one code object.

    Attributes:
        loops: offsets of the loops that stand on this line whole: sys.monitoring tells no line when one goes on.
        branches: offsets of jumps at which this line seems to begin; it does only where they go on within it.
        entries: the offsets at which the line is executed anew, those jumps among them.
    """

    __slots__ = ("breakpoints", "loops", "branches", "entries", "_entries", "_first")

    def __init__(self, starts, line, breakpoints):
        self.breakpoints = tuple(breakpoints)
        self.loops = starts.loops.get(line, ())
        self.entries = entries = starts.entries.get(line, ())
        self.branches = {offset: starts.branches[offset] for offset in entries if offset in starts.branches}
        self._entries = {offset for offset in entries if offset not in self.branches}
        self._entries.update(offset for ways in self.branches.values() for offset in ways)
        self._first = starts.first

    def hit(self, hits, frame, line):
        """The ids of those of them that stop in ``frame`` now; ``hits`` are the Hits."""
        return hits.of(self.breakpoints, frame, line)

    def begins_at(self, offset):
        """Whether the line begins at this offset, and is not returned to in the middle of its statement.

        The line of a one-line function may be told at its RESUME, before the first offset of its own.
        """
        return not self._entries or offset in self._entries or offset < self._first


def _last_name(name):
    """The last part of ``module:Class.method``, which is the name its code object has."""
    return name.rpartition(":")[2].rpartition(".")[2]


def _is_tail(qualname, name):
    return qualname == name or qualname.endswith("." + name)
