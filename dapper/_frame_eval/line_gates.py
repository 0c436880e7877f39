"""What a line event asks before anything of the debugger is called: a condition and a hit count, in C where possible."""
from dapper._frame_eval import opcodes
from dapper._frame_eval.conditions import tree_of
from dapper._frame_eval.making import calls
from dapper._frame_eval.probes import Refused, names_of
from dapper._frame_eval.selective_tracer import breakpoints_of

_CO_OPTIMIZED = 1
_MOST_NAMES = 24
_OF_THE_FRAME = frozenset(("locals", "vars", "dir", "eval", "exec", "super"))  # would look at the condition's own frame
_COMPARES = {
    "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Is": "is", "IsNot": "is not",
}
_TURNED = dict({sign: sign for sign in ("==", "!=", "is", "is not")}, **{"<": ">", "<=": ">=", ">": "<", ">=": "<="})
_SINGLE = (None, True, False)


class Gates:
    """Makes a Gate (see core) where one can decide on a line by itself.

    Args:
        kit: from `core.kit`.
        port: see Implants.
        config: the FrameEvalConfig.
    """

    def __init__(self, kit, port, config):
        self._kit = kit
        self._port = port
        self._config = config

    def of(self, frame, lines, action):
        """Gates for the lines where one can decide; at the others only the debugger can.

        Args:
            frame: one that runs the code; in frames that find their globals elsewhere the gates are right, but slower.
            lines: line → what stops there.
            action: called as ``action(frame, line, breakpoint)`` when one opens.

        Returns:
            line → Gate.
        """
        code, globals = frame.f_code, frame.f_globals
        gates, marks = {}, None
        for line, stops in lines.items():
            breakpoint = self._decider(stops)
            if breakpoint is not None:
                marks = marks or opcodes.line_marks(code)
                if set(marks.get(line, ())) <= set(stops.entries):  # else the offset has to be looked at first
                    gate = self.at(code, globals, line, breakpoint, action)
                    if gate is not None:
                        gates[line] = gate
        return gates

    @staticmethod
    def _decider(stops):
        """The one breakpoint of a line that has something to decide, or None."""
        breakpoints = breakpoints_of(stops)
        if len(breakpoints) != 1 or stops.loops or stops.branches:
            return None
        breakpoint, = breakpoints
        if breakpoint.condition_text is None and breakpoint.counter is None and breakpoint.log is None:
            return None
        return breakpoint

    def at(self, code, globals, line, breakpoint, action):
        """A Gate for where the line of the only breakpoint there begins, or None if only the debugger can decide.

        Args:
            code: the code object.
            globals: where it finds its globals; in frames that find them elsewhere the Gate is right, but slower.
            line: the line.
            breakpoint: the breakpoint.
            action: called as ``action(frame, line, breakpoint)``, the line being what the Gate was opened with.
        """
        test = None
        if breakpoint.condition_text is not None:
            test = self._test(code, globals, breakpoint)
            if test is None:
                return None
        port = self._port

        def failed(frame, error):
            port.on_condition_error(breakpoint, error, frame, line)

        def act(frame, line):
            return action(frame, line, breakpoint)

        return self._kit.Gate(act, test, breakpoint.counter_in(self._kit), failed)

    def of_raise(self, frame, screen, action):
        """A Gate for exceptions raised in a frame's code, or None if only the debugger can decide.

        Args:
            frame: as for `of`.
            screen: what the debugger wants to be told of; see MonitoringEngine.watch_raises.
            action: called as ``action(frame, exception)`` when it opens.
        """
        test = self._test(frame.f_code, frame.f_globals, screen, ["exc"])

        def failed(frame, error):
            screen.failed(error)

        return None if test is None else self._kit.Gate(action, test, None, failed)

    def _test(self, code, globals, breakpoint, more=()):
        """The test for a condition; ``more`` are names it is given beside the frame's."""
        text = breakpoint.condition_text.strip()
        try:
            names = names_of(text)
        except Refused:
            return None
        if (breakpoint.slow or not self._config.condition_budget) and calls(text):
            return None
        local = ()
        if code.co_flags & _CO_OPTIMIZED:
            local = names.intersection(code.co_varnames + code.co_cellvars + code.co_freevars).difference(more)
        comparison = _comparison(text) if local or more else None
        if comparison is not None:
            name, sign, constant = comparison
            if name in more or name in local:
                return self._kit.Compare(code, None if name in more else name, sign, constant, _function([name], text))
        if len(local) > _MOST_NAMES or not _OF_THE_FRAME.isdisjoint(names):
            return None
        local = sorted(local)
        function = _function(local + list(more), text)
        condition = breakpoint.condition

        def slow(frame, *values):
            names = frame.f_locals
            if more:
                names = dict(names)
                names.update(zip(more, values))
            return eval(condition, frame.f_globals, names)

        if names.issubset(local + list(more)):
            globals = None
        else:
            function = type(function)(function.__code__, globals)
        if not more:
            return self._kit.Condition(function, code, local, slow, globals)
        return self._kit.Condition(function, code, local, slow, globals, True)


def _function(names, text):
    """A function of these names for an expression. It gives a bool: even to find out what is true may take long."""
    source = "lambda %s: True if (%s\n) else False" % (", ".join(names), text)
    return eval(compile(source, "<condition>", "eval", 0, True), {})


def _comparison(text):
    """(name, sign, constant) if an expression compares a name with a number, a text or None; else None."""
    node = tree_of(text).body
    if type(node).__name__ != "Compare" or len(node.ops) != 1:
        return None
    sign = _COMPARES.get(type(node.ops[0]).__name__)
    left, right = node.left, node.comparators[0]
    if type(left).__name__ == "Constant":
        left, right, sign = right, left, _TURNED.get(sign)
    if sign is None or type(left).__name__ != "Name" or type(right).__name__ != "Constant":
        return None
    if sign[:2] == "is" and not any(right.value is one for one in _SINGLE):
        return None
    return left.id, sign, right.value
