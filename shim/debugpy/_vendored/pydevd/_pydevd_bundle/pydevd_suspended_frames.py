"""Variables of frames that a program hands in, as ipykernel does with the namespace of its user."""
from debugpy import _dapper  # noqa: F401  finds dapper
from dapper.adapter.debugger.display import Display
from dapper.adapter.debugger.frames import Handles
from dapper.adapter.debugger.variables import ScopeItem


class _Namespace(ScopeItem):
    """The names in something that looks like a frame: an object with ``f_locals``, and code of no use."""

    def _names(self):
        return dict(self.frame.f_locals)

    def _store(self, name, new):
        self.frame.f_locals[name] = new


class _Variable:
    def __init__(self, data):
        self._data = data

    def get_var_data(self, *args, **kwargs):
        """The variable as a DAP dict."""
        return self._data


class _Container:
    def __init__(self, item, handles, display):
        self._item = item
        self._handles = handles
        self._display = display

    def get_children_variables(self, *args, **kwargs):
        """What is inside, as objects with ``get_var_data()``."""
        found = self._item.children(handles=self._handles, display=self._display)
        return [_Variable(data) for data in found]


class SuspendedFramesManager:
    """Numbers for the variables of all frames that are tracked; that of a frame is its ``id``."""

    def __init__(self):
        self._handles = Handles()
        self._frames = {}  # id → (ScopeItem, Display)

    def get_variable(self, reference):
        """What stands behind a number.

        Raises:
            KeyError: nothing does any more.
        """
        item, display = self._frames.get(reference, (None, None))
        if item is None:
            from dapper.protocol.errors import DapError

            try:
                item = self._handles.get(reference)
            except DapError as error:
                raise KeyError(str(error)) from None
            display = next((shown for _, shown in self._frames.values()), Display())
        return _Container(item, self._handles.for_thread(0), display)


class _FramesTracker:
    """Puts frames into a manager.

    Args:
        manager: a SuspendedFramesManager.
        py_db: something with ``variable_presentation``.
    """

    def __init__(self, manager, py_db):
        self._manager = manager
        shown = getattr(py_db, "variable_presentation", None)
        groups = {"special": "special", "function": "function", "class": "class_", "protected": "protected"}
        self._display = Display(groups={name: getattr(shown, key) for name, key in groups.items() if hasattr(shown, key)})

    def track(self, thread_id, frames_list, frame_custom_thread_id=None):
        """Let the variables of these frames be asked for."""
        for frame in frames_list:
            self._manager._frames[id(frame)] = _Namespace(frame, True, {}), self._display

    def untrack_all(self):
        """Forget all frames and all numbers."""
        self._manager._frames.clear()
        self._manager._handles.forget(0)
