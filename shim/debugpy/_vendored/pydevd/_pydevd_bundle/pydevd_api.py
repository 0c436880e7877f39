"""pydevd's programming interface, as far as ipykernel uses it."""


class PyDevdAPI:
    """Holds the one class that is used."""

    class VariablePresentation:
        """Whether the groups of variables are shown in a group of their own, among the others, or not at all.

        Args:
            special, function, class_, protected: "group", "inline" or "hide".
        """

        def __init__(self, special="group", function="group", class_="group", protected="inline"):
            self.special = special
            self.function = function
            self.class_ = class_
            self.protected = protected
