"""Control flow as a graph of numbered nodes: who dominates whom, and which loops a node is in."""


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
