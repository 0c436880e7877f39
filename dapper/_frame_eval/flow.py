"""Where lines and statements begin: analysis of the edges between instructions, without a word about opcodes."""
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

    __slots__ = ("offsets", "lines", "sources", "first", "silent", "starts", "splits", "_entries")

    def __init__(self, offsets, lines, sources, first, silent, starts, splits):
        self.offsets = offsets
        self.lines = lines
        self.sources = sources
        self.first = first
        self.silent = silent
        self.starts = starts
        self.splits = splits
        self._entries = None

    def entries(self):
        """Line → the instructions, in order, at which execution enters it. Not to be changed."""
        out = self._entries
        if out is None:
            out = {}
            for number in range(self.first, len(self.lines)):
                if any(True for _ in self.event_sources(number)):
                    out.setdefault(self.lines[number], []).append(number)
            self._entries = out
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
        entries = self.entries()
        low, high = min(entries, default=0), max(entries, default=0)
        seen = self._surely_seen(_groups([span for span in spans if span[0] <= high and span[1] >= low]))
        blocks = None
        out = {}
        for line, numbers in entries.items():
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


# ---- graphs in general ---------------------------------------------------------------------------------------------


class Graph:
    """A flow graph entered at node 0.

    Args:
        successors: one list of node numbers a node.
    """

    def __init__(self, successors):
        self._order, number = _reverse_postorder(successors)
        predecessors = [[] for _ in successors]
        for node in self._order:
            for after in successors[node]:
                predecessors[after].append(node)
        self._above = _dominators(self._order, number, predecessors)
        self._number = number
        self.loops = [0] * len(successors)  #: a node's loops as bits; 0: in none
        self.headers = set()  #: nodes a loop goes back to
        for node in self._order:
            for after in successors[node]:
                if self.dominates(after, node):
                    self.headers.add(after)
        for bit, header in enumerate(sorted(self.headers)):
            todo = [node for node in predecessors[header] if self.dominates(header, node)]
            self.loops[header] |= 1 << bit
            while todo:
                node = todo.pop()
                if not self.loops[node] >> bit & 1:
                    self.loops[node] |= 1 << bit
                    todo.extend(predecessors[node])

    def dominates(self, first, second):
        """Say whether every way to node ``second`` leads through node ``first``."""
        above, number = self._above, self._number
        if number[first] is None or number[second] is None:
            return False
        while number[second] > number[first]:
            second = above[second]
        return first == second


def _reverse_postorder(successors):
    """The nodes reached from node 0, sources before targets where that is possible; and node → place in that order."""
    seen = [False] * len(successors)
    order = []
    stack = []
    if successors:
        seen[0] = True
        stack.append((0, iter(successors[0])))
    while stack:
        node, rest = stack[-1]
        for after in rest:
            if not seen[after]:
                seen[after] = True
                stack.append((after, iter(successors[after])))
                break
        else:
            order.append(node)
            stack.pop()
    order.reverse()
    number = [None] * len(successors)
    for place, node in enumerate(order):
        number[node] = place
    return order, number


def _dominators(order, number, predecessors):
    """Node → its immediate dominator (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm")."""
    above = [None] * len(number)
    if order:
        above[order[0]] = order[0]
    changed = True
    while changed:
        changed = False
        for node in order[1:]:
            best = None
            for before in predecessors[node]:
                if above[before] is None:
                    continue
                if best is None:
                    best = before
                    continue
                while best != before:
                    while number[best] > number[before]:
                        best = above[best]
                    while number[before] > number[best]:
                        before = above[before]
            if above[node] != best:
                above[node] = best
                changed = True
    return above
