"""Which raised exceptions an engine has to tell of, as far as their type, their code and a condition show."""
from dapper.adapter.debugger.exceptions import is_noise


class Screen:
    """See MonitoringEngine.watch_raises.

    Args:
        filters: the Filters.
        is_user: ``is_user(code)``: is it the user's?
        alone: whether the filter `raised` decides, and nothing else wants to know of exceptions.
        failed: called as ``failed(error)`` when the condition has raised an exception.

    Attributes:
        wants_code, failed: see there.
        condition_text, condition: an expression that decides on all that ``wants_type`` and ``wants_code`` let pass, or
            None.
        slow: as of a Breakpoint.
    """

    slow = False

    def __init__(self, filters, is_user, alone, failed):
        self.wants_code = is_user
        self.failed = failed
        self._filters = filters
        self._alone = alone
        condition = filters.condition("raised") if alone else None
        self.condition = condition.code if condition is not None else None
        self.condition_text = condition.text if self.condition is not None else None

    def wants_type(self, exc_type):
        """Whether exceptions of this type may be stops."""
        return not is_noise(exc_type) and (not self._alone or self._filters.wants_type("raised", exc_type))
