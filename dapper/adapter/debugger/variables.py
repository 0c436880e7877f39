"""The face of values: scopes of a frame, a value as a Variable, and changing one."""
from keyword import iskeyword

from dapper.adapter.debugger import frame_locals, inside
from dapper.adapter.debugger.display import Display  # noqa: F401  part of the face
from dapper.adapter.debugger.groups import grouped
from dapper.adapter.debugger.items import Item, Look, placed
from dapper.adapter.debugger.values import type_of
from dapper.adapter.debugger.views import Child


def describe(name, value, evaluate_name, handles, display, hex=False, in_container=False, raw_string=False, frame=None):
    """The DAP Variable for one value.

    Args:
        evaluate_name: an expression for the value that can be followed by ``.x`` and ``[0]``, or None.
        in_container: shorten it as inside a container.
        frame: where its expression makes sense.
    """
    look = Look(handles, display, hex, raw_string, frame)
    entry = look.entry(name, value, evaluate_name, 1 if in_container else 0)
    look.finish()
    return entry


class ScopeItem(Item):
    """The variables of a frame: its locals or its globals.

    Args:
        extra: name → value of what stands read-only before them.
    """

    expression = ""

    def __init__(self, frame, local, extra):
        self.frame = frame
        self.is_local = local
        self._extra = extra

    def _names(self):
        return frame_locals.read(self.frame) if self.is_local else dict(self.frame.f_globals)

    def named(self, display, hex):
        names = self._names()
        hiding = () if self.is_local or frame_locals.are_globals(self.frame) else frame_locals.read(self.frame)
        first = []
        for name, value in self._extra.items():
            path = name if name.isidentifier() and name not in names else None
            first.append(Child(name, value, path, attributes=("readOnly",)))
        rest = [self._variable(name, value, name in hiding) for name, value in names.items() if type_of(name) is str]
        return first + placed(grouped(rest, display.groups), self)

    def _variable(self, name, value, hidden):
        if not name.isidentifier() or iskeyword(name):
            return Child(name, value, None, None, "a program has no name for it")
        path = "globals()[%r]" % name if hidden else name
        child = Child(name, value, path, lambda new: self._store(name, new))
        if self.is_local and not hasattr(self.frame, "real"):  # a template declares nothing
            child.declared = self.frame.f_code
        return child

    def _store(self, name, new):
        if self.is_local:
            frame_locals.write(self.frame, name, new)
        else:
            self.frame.f_globals[name] = new

    def find(self, name, hex):
        if name in self._extra:
            return Child(name, self._extra[name], attributes=("readOnly",))
        names = self._names()
        return self._variable(name, names[name], False) if name in names else None


def scopes(frame, handles, display, extra=None):
    """The DAP Scopes of a frame.

    Args:
        extra: name → value of what is shown read-only before the locals: return values, ``__exception__``.
    """
    local = ScopeItem(frame, True, extra or {})
    body = {"name": "Locals", "presentationHint": "locals", "expensive": False}
    body["variablesReference"] = handles.give(local)
    if display.paging:
        body["namedVariables"] = len(local.named(display, False))
    return [
        body,
        {"name": "Globals", "expensive": False, "variablesReference": handles.give(ScopeItem(frame, False, {}))},
    ]


def set_variable(container, name, text, frame, handles, display, hex=False):
    """Evaluate ``text`` and give child ``name`` of ``container`` that value: the body of a SetVariableResponse.

    Args:
        container: an item from the handles.
        frame: where the text is evaluated; None: where the container came from.

    Raises:
        DapError: the text fails, or the child can't be changed.
    """
    frame = container.frame if frame is None else frame
    container.set(name, inside.run(text, frame), hex)
    child = container.find(name, hex)
    look = Look(handles, display, hex, frame=frame)
    if child is None:  # a set item has a new name now
        return {"value": text}
    entry = look.child(child, container.expression)
    look.finish()
    return {key: entry[key] for key in _SET_BODY if key in entry}


_SET_BODY = ("value", "type", "variablesReference", "namedVariables", "indexedVariables", "memoryReference",
    "valueLocationReference")
