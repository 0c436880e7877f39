"""A debugger and engines that only remember what was asked of them."""

from threading import main_thread

from dapper._frame_eval.compatibility_policy import Facts
from dapper._frame_eval.runtime import FrameEvalRuntime
from dapper._frame_eval.selective_tracer import LineTable


class Listener:
    """What an engine needs of a debugger, and no more."""

    main_ident = main_thread().ident
    hidden = ()

    def __init__(self):
        self.faults = []
        self.lines = []  # of on_engine

    def wants(self, ident):
        return False

    def enters(self, ident, code):
        return False

    def on_line(self, frame, line, found, offset=None):
        """Nobody looks."""

    on_enter = on_leave = on_raise = on_line

    def on_fault(self, error):
        self.faults.append(str(error))

    def on_engine(self, line):
        self.lines.append(line)


class FakePort(Listener):
    """A debugger without threads or clients, but with breakpoints of its own."""

    def __init__(self):
        super().__init__()
        self.table = LineTable()
        self.runtime = None

    def use(self, table):
        self.table = table
        self.runtime.update(table)


class FakeEngine:
    """An engine that watches nothing.

    Args:
        name: what it is called.
        port: the EnginePort.
        log: gets ``name what`` for everything asked.
        broken: what raises: "start", "stop", "update".
        meanwhile: called inside `update`, or None.
    """

    def __init__(self, name, port, log, broken=(), meanwhile=None):
        self.name = name
        self.port = port
        self.selector = None
        self._log = log
        self._broken = broken
        self._meanwhile = meanwhile

    def start(self, selector):
        self.selector = selector
        self._did("start")

    def stop(self):
        self._did("stop")

    def update(self, selector):
        self.selector = selector
        if self._meanwhile is not None:
            self._meanwhile(self)
        self._did("update")

    def fault(self, times=1):
        for number in range(times):
            self.port.on_fault(ValueError("fault %d" % number))

    def _did(self, what):
        self._log.append("%s %s" % (self.name, what))
        if what in self._broken:
            raise OSError("%s can't %s" % (self.name, what))


class Bench:
    """A runtime with fake engines.

    Args:
        port: a Listener or FakePort, or None.
        broken: engine name → what of it raises.
        meanwhile: called inside every `update` of an engine that is not the last.
        facts: what the interpreter is like, as keyword arguments of Facts.
    """

    def __init__(self, port=None, broken=None, meanwhile=None, **facts):
        self.log = []
        self.facts = dict({"python": (3, 13), "has_monitoring": True}, **facts)
        self.broken = broken or {}
        self._meanwhile = meanwhile
        builders = {name: self._builder(name) for name in ("injection", "monitoring", "settrace")}
        self.runtime = FrameEvalRuntime(port, builders, lambda engines, use_core: Facts(**self.facts))
        if port is not None:
            port.runtime = self.runtime

    def _builder(self, name):
        def build(port, choice, config):
            broken, meanwhile = self.broken.get(name, ()), self._meanwhile
            if "build" in broken:
                raise ImportError("no %s here" % name)
            return FakeEngine(name, port, self.log, broken, None if name == "settrace" else meanwhile)

        return build
