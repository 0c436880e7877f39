"""A frame of a template as its author knows it: file, line and variables of the template, and not of what runs it."""

_HAS_QUALNAME = hasattr(compile("0", "", "eval"), "co_qualname")


class Names(dict):
    """Variables of a template. What is given to one of them reaches the program.

    Args:
        found: name → value.
        store: ``store(name, value)`` changes one for the program.
        remove: ``remove(name)`` unbinds one; raises KeyError if there is none.
    """

    def __init__(self, found, store, remove):
        super().__init__(found)
        self._store = store
        self._remove = remove

    def __setitem__(self, name, value):
        self._store(name, value)
        super().__setitem__(name, value)

    def __delitem__(self, name):
        self._remove(name)
        super().pop(name, None)


class TemplateFrame:
    """Stands for the frame that runs a part of a template, wherever names are looked up or a place is told.

    Args:
        real: the interpreter's frame.
        filename: the template's, as the framework knows it.
        line: in the template.
        name: what the client is to call it.
        names: gives (locals, globals) as two dicts, the second one a copy; called when somebody asks first.
    """

    def __init__(self, real, filename, line, name, names):
        self.real = real
        self.f_back = real.f_back
        self.f_lasti = real.f_lasti
        self.f_lineno = line
        self.f_code = _code(filename, name)
        self._names = names
        self._found = None

    @property
    def f_locals(self):
        return self._look()[0]

    @property
    def f_globals(self):
        return self._look()[1]

    def _look(self):
        if self._found is None:
            self._found = self._names()
        return self._found


def _code(filename, name):
    """A code object that does nothing, has no variables, and says it is from that file."""
    code = compile("0", filename, "eval")
    return code.replace(co_name=name, co_qualname=name) if _HAS_QUALNAME else code.replace(co_name=name)
