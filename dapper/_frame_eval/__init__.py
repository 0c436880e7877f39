"""Frame evaluation: where to stop, cheaply. Runs in the debugged process.

The functions here are its public face; importing it starts and loads nothing.
"""

__all__ = (
    "disable_frame_eval", "enable_frame_eval", "get_frame_eval_stats", "get_frame_eval_status",
    "initialize_with_config", "is_frame_eval_available", "is_frame_eval_enabled",
)


def _manager():
    from dapper._frame_eval.frame_eval_main import manager

    return manager


def is_frame_eval_available():
    """Whether anything faster than sys.settrace can be used here."""
    return _manager().compatibility()["compatible"]


def is_frame_eval_enabled():
    """Whether it is switched on: an engine is at work, or will be once a debugger is plugged in."""
    return _manager().status()["state"] != "off"


def enable_frame_eval():
    """Switch it on, as configured before or else by the environment; see `initialize_with_config`."""
    return _manager().setup()


def disable_frame_eval():
    """Switch it off: the engine stops, and the program runs as without a debugger."""
    _manager().shutdown()


def initialize_with_config(config):
    """Switch it on, or use another configuration.

    Args:
        config: as the launch key ``frameEval``: a dict, true or false; or a FrameEvalConfig.

    Returns:
        Whether an engine is at work, or will be once a debugger is plugged in.
    """
    return _manager().setup(config)


def get_frame_eval_status():
    """A dict: the ``state`` ("off", "ready", "running"), the ``engine``, and the reasons against others."""
    return _manager().status()


def get_frame_eval_stats():
    """A dict: the status, the configuration, figures of the caches, and the telemetry."""
    return _manager().stats()
