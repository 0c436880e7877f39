"""FrameEvalRuntime: builds, starts, stops and swaps the one engine of the process."""
from dapper._frame_eval import compatibility_policy
from dapper._frame_eval.telemetry import Reason, telemetry


class FrameEvalRuntime:
    """The composition root of frame evaluation.

    Args:
        port: the debugger's side of an engine; see SettraceEngine.
    """

    def __init__(self, port):
        self._port = port
        self.engine = None
        self.choice = None

    def initialize(self, config, table):
        """Start the best engine there is; does nothing when one runs.

        Args:
            config: the launch key ``frameEval``: a dict, of which ``engine`` names the engine wanted, or None.
            table: the breakpoint table to begin with.
        """
        if self.engine is not None:
            return
        wish = config.get("engine") if isinstance(config, dict) else None
        self.choice = compatibility_policy.choose(compatibility_policy.facts(), wish)
        self.engine = self._start(self.choice.engine, table)

    def shutdown(self):
        """Stop the engine, if one runs."""
        engine, self.engine = self.engine, None
        if engine is not None:
            engine.stop()

    def update(self, table):
        """Hand another breakpoint table to the engine."""
        if self.engine is not None:
            self.engine.update(table)

    def get_stats(self):
        """A dict: the engine's name, the reasons against the others, and the telemetry."""
        stats = {"engine": self.engine.name if self.engine is not None else None}
        if self.choice is not None:
            stats["against"] = self.choice.against
        stats.update(telemetry.snapshot())
        return stats

    def _start(self, name, table):
        if name == "monitoring":
            from dapper._frame_eval.monitoring import MonitoringEngine

            engine = MonitoringEngine(self._port)
            try:
                engine.start(table)
                return engine
            except RuntimeError as error:
                telemetry.record(Reason.FALLBACK_TO_TRACE_DISPATCH, str(error))
        from dapper._frame_eval.frame_tracing import SettraceEngine

        engine = SettraceEngine(self._port)
        engine.start(table)
        return engine
