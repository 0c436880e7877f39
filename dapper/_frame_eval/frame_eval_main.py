"""FrameEvalManager, the process's one, and the module-level functions: all of them delegate to its FrameEvalRuntime."""
from dapper._frame_eval.runtime import FrameEvalRuntime


class FrameEvalManager:
    """Holds the process's runtime.

    Args:
        runtime: a FrameEvalRuntime.

    Attributes:
        integrations: what has been plugged in and removed so far; see `debugger_integration`.
    """

    def __init__(self, runtime=None):
        self.runtime = runtime if runtime is not None else FrameEvalRuntime()
        self.integrations = {"connected": 0, "removed": 0, "failed": 0, "last_failure": None}

    def setup(self, config=None):
        """Switch frame evaluation on; see FrameEvalRuntime.initialize."""
        return self.runtime.initialize(config)

    def shutdown(self):
        """Switch it off; see FrameEvalRuntime.shutdown."""
        self.runtime.shutdown()

    def status(self):
        """See FrameEvalRuntime.status."""
        return self.runtime.status()

    def stats(self):
        """See FrameEvalRuntime.get_stats."""
        return self.runtime.get_stats()

    def compatibility(self):
        """See FrameEvalRuntime.report."""
        return self.runtime.report()

    def debug_info(self):
        """Everything there is to say, for a bug report: compatibility, stats and integrations."""
        return {
            "compatibility": self.compatibility(),
            "stats": self.stats(),
            "integrations": dict(self.integrations),
        }


manager = FrameEvalManager()


def setup_frame_eval(config=None):
    """Switch frame evaluation on.

    Args:
        config: as the launch key ``frameEval``: a dict, true or false; None keeps what is configured already.

    Returns:
        Whether an engine is at work, or will be once a debugger is plugged in.
    """
    return manager.setup(config)


def shutdown_frame_eval():
    """Switch frame evaluation off: the engine stops, and the program runs as without a debugger."""
    manager.shutdown()


def check_environment_compatibility():
    """What this environment allows: a dict with ``compatible`` (whether anything faster than sys.settrace can be used),
    the ``engine`` that would be chosen, the reasons ``against`` the others, and what is supported at all.
    """
    return manager.compatibility()


def get_debug_info():
    """Everything there is to say, for a bug report: a dict of ``compatibility``, ``stats`` and ``integrations``."""
    return manager.debug_info()
