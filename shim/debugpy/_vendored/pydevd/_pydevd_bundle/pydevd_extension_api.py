"""Base classes of type plugins, so that importing one works; dapper shows values by its own views and asks none."""


class TypeResolveProvider:
    """Tells the children of values of some type."""

    def can_provide(self, type_object, type_name):
        """Whether it knows the type."""
        return False


class StrPresentationProvider(TypeResolveProvider):
    """Tells the text of values of some type."""

    def get_str(self, val):
        """The text."""
        return str(val)


class DebuggerEventHandler:
    """Is told when the debugger begins."""

    def on_debugger_modules_loaded(self, **kwargs):
        """The debugger is there."""
