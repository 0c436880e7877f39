"""What tests of values share: a Display, the rows of a container, and frames of real functions."""

from dapper.adapter.debugger import variables
from dapper.adapter.debugger.frames import Handles


class Looker:
    """Asks for variables the way a session does."""

    def __init__(self, config=None, **client):
        wanted = {"supportsVariableType": True, "supportsVariablePaging": True, **client}
        self.display = variables.Display.from_config(config, wanted)
        self.handles = Handles()

    def describe(self, value, name="x", **how):
        return variables.describe(name, value, name, self.handles, self.display, **how)

    def scopes(self, frame, extra=None):
        return variables.scopes(frame, self.handles, self.display, extra)

    def rows(self, variable, **query):
        """{name: Variable} of the children of a Variable or Scope."""
        item = self.handles.get(variable["variablesReference"])
        return {row["name"]: row for row in item.children(handles=self.handles, display=self.display, **query)}

    def of(self, value, **query):
        """{name: Variable} of the children of a value."""
        return self.rows(self.describe(value), **query)

    def locals(self, frame, extra=None):
        return self.rows(self.scopes(frame, extra)[0])

    def set(self, variable, name, text, frame=None, hex=False):
        item = self.handles.get(variable["variablesReference"])
        return variables.set_variable(item, name, text, frame, self.handles, self.display, hex)
