"""FrameEvalConfig: the launch key ``frameEval`` and its twins in the environment, read with patience.

    "frameEval": false                                  everything through sys.settrace
    "frameEval": {"engine": "monitoring"}               this engine, where it can be used
    "frameEval": {"injection": false}                   no code is rewritten
    DAPPER_FRAME_EVAL=0  DAPPER_FRAME_EVAL_ENGINE=settrace  DAPPER_FRAME_EVAL_CONDITION_BUDGET=50 ...

The launch key wins over the environment. What can't be understood is said and ignored: a session begins in any case.
"""
import os

_environ = os.environ

ENGINES = ("injection", "monitoring", "settrace")
AUTO = "auto"
VARIABLE = "DAPPER_FRAME_EVAL"
_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _switch(value):
    if type(value) is str:
        value = _WORDS.get(value.strip().lower())
    if type(value) is not bool:
        raise ValueError("has to be true or false")
    return value


def _engine(value):
    if value is None or value == AUTO:
        return None
    if value not in ENGINES:
        raise ValueError("has to be one of %s, %s" % (AUTO, ", ".join(ENGINES)))
    return value


def _milliseconds(value):
    if type(value) is str:
        try:
            value = float(value)
        except ValueError:
            value = None
    if type(value) not in (int, float) or not 0 <= value < 1e9:  # NaN fails every comparison
        raise ValueError("has to be a number of milliseconds")
    return value


#: launch key → (attribute, default, how to read it)
_KEYS = {
    "enabled": ("enabled", True, _switch),
    "engine": ("engine", None, _engine),
    "injection": ("injection", True, _switch),
    "fastConditions": ("fast_conditions", True, _switch),
    "conditionBudget": ("condition_budget", 250, _milliseconds),
    "core": ("core", True, _switch),
    "telemetry": ("telemetry", True, _switch),
}


class FrameEvalConfig:
    """How frame evaluation is to work.

    Attributes:
        enabled: whether to use anything faster than plain sys.settrace.
        engine: the name of the engine wanted, or None for the best one.
        injection: whether code may be rewritten, to put a breakpoint into it.
        fast_conditions: whether conditions may run inside the program's own code.
        condition_budget: milliseconds a condition that calls functions may take before it is no longer trusted; 0
            trusts none.
        core: whether the native core may be used.
        telemetry: whether reasons are counted and remembered.
        warnings: what could not be understood, one line each.
    """

    def __init__(self, **settings):
        self.warnings = []
        for attribute, default, _ in _KEYS.values():
            setattr(self, attribute, settings.pop(attribute, default))
        if settings:
            raise TypeError("no such setting: %s" % ", ".join(sorted(settings)))

    @classmethod
    def parse(cls, value=None, environ=_environ):
        """Read a launch key and the environment.

        Args:
            value: a FrameEvalConfig (taken as it is), a dict, true or false, or None.
            environ: the environment's variables.
        """
        if isinstance(value, cls):
            return value
        config = cls()
        for key in _KEYS:
            variable = variable_of(key)
            if environ.get(variable):
                config._read(key, environ[variable], variable)
        if value is None:
            return config
        if type(value) is bool:
            value = {"enabled": value}
        if not isinstance(value, dict):
            config.warnings.append("frameEval has to be true, false or an object, not %s." % type(value).__name__)
            return config
        unknown = sorted(str(key) for key in value if key not in _KEYS)
        if unknown:
            text = "frameEval knows no %s; it knows %s." % (", ".join(unknown), ", ".join(_KEYS))
            config.warnings.append(text)
        for key, setting in value.items():
            if key in _KEYS and setting is not None:
                config._read(key, setting, "frameEval." + key)
        return config

    def _read(self, key, value, place):
        attribute, _, read = _KEYS[key]
        try:
            setattr(self, attribute, read(value))
        except ValueError as error:
            self.warnings.append("%s %s, not %r." % (place, error, value))

    def as_dict(self):
        """The settings, under the names of the launch key."""
        return {key: getattr(self, attribute) for key, (attribute, _, _) in _KEYS.items()}

    def same_engine(self, other):
        """Whether an engine built for the one configuration serves the other."""
        mine, its = self.as_dict(), other.as_dict()
        return all(mine[key] == its[key] for key in mine if key != "telemetry")

    def __eq__(self, other):
        return isinstance(other, FrameEvalConfig) and self.as_dict() == other.as_dict()

    __hash__ = None

    def __repr__(self):
        return "FrameEvalConfig(%s)" % self.as_dict()


def variable_of(key):
    """The environment variable that is the twin of a launch key."""
    if key == "enabled":
        return VARIABLE
    return "%s_%s" % (VARIABLE, "".join("_" + char if char.isupper() else char for char in key).upper())
