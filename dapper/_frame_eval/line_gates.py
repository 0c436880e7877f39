"""What a line event asks before anything of the debugger is called: a condition and a hit count, in C where possible."""
from dapper._frame_eval import opcodes
from dapper._frame_eval.making import calls
from dapper._frame_eval.probes import Refused, names_of
from dapper._frame_eval.selective_tracer import breakpoints_of

_CO_OPTIMIZED = 1
_MOST_NAMES = 24
_COMPARES = {"Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ONLY_AST = 0x400


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

    def of(self, code, lines, action):
        """Gates for the lines where one can decide; at the others only the debugger can.

        Args:
            code: the code object.
            lines: line → what stops there.
            action: called as ``action(frame, line, breakpoint)`` when one opens.

        Returns:
            line → Gate.
        """
        gates, marks = {}, None
        for line, stops in lines.items():
            breakpoint = self._decider(stops)
            if breakpoint is not None:
                marks = marks or opcodes.line_marks(code)
                if set(marks.get(line, ())) <= set(stops.entries):  # else the offset has to be looked at first
                    gate = self._gate(code, line, breakpoint, action)
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

    def _gate(self, code, line, breakpoint, action):
        test = None
        if breakpoint.condition_text is not None:
            test = self._test(code, breakpoint)
            if test is None:
                return None
        port = self._port

        def failed(frame, error):
            port.on_condition_error(breakpoint, error, frame, line)

        def act(frame, line):
            return action(frame, line, breakpoint)

        return self._kit.Gate(act, test, breakpoint.counter_in(self._kit), failed)

    def _test(self, code, breakpoint):
        text = breakpoint.condition_text.strip()
        try:
            names = names_of(text)
        except Refused:
            return None
        if (breakpoint.slow or not self._config.condition_budget) and calls(text):
            return None
        if code.co_flags & _CO_OPTIMIZED:
            local = set(code.co_varnames + code.co_cellvars + code.co_freevars)
            if not names <= local:
                return None  # globals are the frame's, and the same code may run with others
            comparison = _comparison(text)
            if comparison is not None:
                return self._kit.Compare(code, *comparison)
        names = sorted(names)
        if len(names) > _MOST_NAMES:
            return None
        function = eval(compile("lambda %s: (%s\n)" % (", ".join(names), text), "<condition>", "eval", 0, True), {})
        condition = breakpoint.condition

        def slow(frame):
            return eval(condition, frame.f_globals, frame.f_locals)

        return self._kit.Condition(function, code, names, slow)


def _comparison(text):
    """(name, sign, constant) if an expression compares a name with a number or text, or None."""
    node = compile(text, "<condition>", "eval", _ONLY_AST, True).body
    if type(node).__name__ != "Compare" or len(node.ops) != 1:
        return None
    sign = _COMPARES.get(type(node.ops[0]).__name__)
    left, right = node.left, node.comparators[0]
    if type(left).__name__ == "Constant":
        left, right, sign = right, left, _TURNED.get(sign)
    if sign is None or type(left).__name__ != "Name" or type(right).__name__ != "Constant":
        return None
    return left.id, sign, right.value
