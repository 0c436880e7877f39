"""Where lines and statements begin: analysis of the edges between instructions, without a word about opcodes."""
from dapper._frame_eval.graph import Graph

STEP = 0  #: an edge that makes a line event if the line differs
ALWAYS = 1  #: an edge that makes one in any case: a jump backwards
UNKNOWN = 2  #: an edge from somewhere else: the world outside, or whatever raised


class Flow:
    """The edges of one code object; instructions are numbered from 0.

    Args:
        offsets: instruction → offset in bytes.
        lines: instruction → line or None.
        sources: instruction → list of ``(source instruction, STEP, ALWAYS or UNKNOWN)``; source -1: outside.
        first: the first instruction that can be traced.
        silent: instructions that can't carry a line event.
        starts: if not None, UNKNOWN and STEP edges make an event only at these.
        splits: instructions that begin a block though only the one before leads to them.
    """

    __slots__ = ("offsets", "lines", "sources", "first", "silent", "starts", "splits")

    def __init__(self, offsets, lines, sources, first, silent, starts, splits):
        self.offsets = offsets
        self.lines = lines
        self.sources = sources
        self.first = first
        self.silent = silent
        self.starts = starts
        self.splits = splits

    def entries(self):
        """Line → the instructions, in order, at which execution enters it."""
        out = {}
        for number in range(self.first, len(self.lines)):
            if any(True for _ in self.event_sources(number)):
                out.setdefault(self.lines[number], []).append(number)
        return out

    def event_sources(self, number):
        """The ``(source, kind)`` from which one enters the line of an instruction."""
        lines, starts = self.lines, self.starts
        line = lines[number]
        if line is None or number in self.silent:
            return
        may_start = starts is None or number in starts
        for source, kind in self.sources[number]:
            if kind == ALWAYS or may_start and (kind == UNKNOWN or lines[source] != line):
                yield source, kind

    def new_executions(self, spans):
        """Line → those of its entries at which its statement (or an iteration of its loop) is executed anew.

        Args:
            spans: ``(first line, last line)`` of the statements with several lines.
        """
        seen = self._surely_seen(_groups(spans))
        blocks = None
        out = {}
        for line, numbers in self.entries().items():
            if len(numbers) > 1:
                blocks = blocks or _Blocks(self)
                anew = [number for number in numbers if not seen[number] or blocks.is_loop_header(number)]
                numbers = [
                    number for number in anew if not any(blocks.returns(earlier, number) for earlier in anew)
                ] or numbers[:1]
            out[line] = numbers
        return out

    def _surely_seen(self, groups):
        """Instruction → whether its line has run since its statement was entered, on every way there.

        Edges that go back are left out: within a statement they only add to what was seen.
        """
        lines, sources = self.lines, self.sources
        where = [None] * len(lines)  # the group an instruction is in; one without line is where it comes from
        bits = [0] * len(lines)  # the lines of that group seen behind the instruction
        seen = [False] * len(lines)
        for number, line in enumerate(lines):
            group = _NOWHERE
            if line is not None:
                group = groups.get(line, (line, line))
            else:
                for source, kind in sources[number]:
                    if 0 <= source < number and kind != UNKNOWN:
                        group = where[source]
                        break
            common = -1
            for source, kind in sources[number]:
                if source >= number:
                    if _group_of(lines, where, groups, source) != group:
                        common = 0
                elif kind == UNKNOWN or where[source] != group:
                    common = 0
                else:
                    common &= bits[source]
            where[number] = group
            if common == -1:
                common = 0
            if line is not None:
                bit = 1 << (line - group[0])
                seen[number] = bool(common & bit)
                common |= bit
            bits[number] = common
        return seen


_NOWHERE = (0, 0)


def _group_of(lines, where, groups, number):
    """The group of an instruction that may not have been looked at yet."""
    line = lines[number]
    if line is None:
        return where[number]
    return groups.get(line, (line, line))


def _groups(spans):
    """Line → ``(first, last)`` of the overlapping spans it is in."""
    groups = {}
    low, high = 0, -1
    for first, last in sorted(spans):
        if first <= high:
            high = max(high, last)
        else:
            low, high = first, last
        for line in range(low, high + 1):
            groups[line] = (low, high)
    return groups


class _Blocks:
    """The graph of basic blocks of a Flow."""

    def __init__(self, flow):
        self._leaders = leaders = []
        self._block = block = []  # instruction → block
        for number, found in enumerate(flow.sources):
            if number == flow.first or number in flow.splits or found != [(number - 1, STEP)]:
                leaders.append(number)
            block.append(len(leaders) - 1)
        # The graph is entered where tracing begins; what stands before goes behind, out of reach.
        self._entry = block[flow.first] if flow.first < len(block) else 0
        successors = [[] for _ in leaders]
        for number in leaders:
            for source, _ in flow.sources[number]:
                if source >= 0:
                    place = successors[self._node(source)]
                    node = self._node(number)
                    if not place or place[-1] != node:
                        place.append(node)
        self._graph = Graph(successors)

    def _node(self, number):
        block = self._block[number]
        if block == self._entry:
            return 0
        return block + 1 if block < self._entry else block

    def is_loop_header(self, number):
        """Say whether a loop goes back to exactly this instruction."""
        return self._leaders[self._block[number]] == number and self._node(number) in self._graph.headers

    def returns(self, earlier, later):
        """Say whether ``later`` only runs after ``earlier``, and not again before ``earlier`` runs again."""
        if earlier == later:
            return False
        first, second = self._node(earlier), self._node(later)
        if first == second:
            return earlier < later
        loops = self._graph.loops
        return self._graph.dominates(first, second) and not loops[second] & ~loops[first]
