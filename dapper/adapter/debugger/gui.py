"""Windows that live on while the main thread stands: between two jobs it turns the event loop of the program's toolkit.

A toolkit is never imported, only used where the program has. What it calls of the program's runs as an expression in the
console does: breakpoints don't stop there.
"""
import sys

from dapper.adapter.debugger.originals import monotonic
from dapper.adapter.debugger.visits import place_of

PAUSE = 0.02  #: seconds between two turns
NEVER = -1  #: a lock's timeout without end
_MOST = 0.03  # seconds of a turn in which events don't end
_DEAF = 3.0  # seconds of a turn after which it counts as one that hangs; drawing may take one


class Gui:
    """Turns the loop that ``guiEventLoop`` names.

    Args:
        wish: one of `protocol.keys.GUI_LOOPS`, or ``module.function`` of the program's.
        say: ``say(event, body)`` sends a DAP event.
    """

    def __init__(self, wish, say):
        self._find = FINDERS.get(wish) or (lambda: _named(wish))
        self._say = say
        self._failed_at = None  # the Stop at which it did
        self._began = 0.0
        self._ident = None

    def turn(self, record):
        """Let windows live for a moment. Called on the main thread, which stands.

        Returns:
            Seconds until the next moment, or NEVER while there are no windows.
        """
        if self._failed_at is record.stop:
            return NEVER
        self._ident, self._began = record.ident, monotonic()
        record.doing = self
        try:
            act = self._find()
            if act is None:
                return NEVER
            act()
        except SystemExit:
            record.ends = True  # when it goes on
        except Exception as error:  # boundary: the program's toolkit and its callbacks
            first, self._failed_at = self._failed_at is None, record.stop
            if first:
                self._say("output", {"category": "important", "output": "dapper: guiEventLoop: %r\n" % (error,)})
            return NEVER
        finally:
            record.doing = None
        return PAUSE

    # What a ThreadRecord's ``doing`` is asked

    @property
    def is_late(self):
        """Whether a callback keeps the thread."""
        return self.lasts(2 * _MOST)

    @property
    def is_deaf(self):
        """Whether it does so for longer than a request should wait; it can't be called off."""
        return self.lasts(_DEAF)

    def lasts(self, seconds):
        """Whether this turn has lasted for longer than that."""
        return monotonic() > self._began + seconds

    def leave(self):
        """The thread is wanted elsewhere: the turn ends by itself."""

    def place(self):
        """Where in the program it is."""
        return place_of(self._ident)


def _tk():
    root = getattr(sys.modules.get("tkinter"), "_default_root", None)
    app = getattr(root, "tk", None)  # speaks for all windows of the thread
    return None if app is None else lambda: _until_quiet(lambda: app.dooneevent(sys.modules["_tkinter"].DONT_WAIT))


def _qt():
    for binding in ("PySide6", "PyQt6", "PyQt5", "PySide2"):
        core = sys.modules.get(binding + ".QtCore")
        app = core.QCoreApplication.instance() if hasattr(core, "QCoreApplication") else None
        if app is not None:
            return app.processEvents  # those there are
    return None


def _gtk():
    glib = sys.modules.get("gi.repository.GLib")
    if glib is None or not any("gi.repository." + name in sys.modules for name in ("Gtk", "Gdk")):
        return None
    context = glib.MainContext.default()
    return lambda: _until_quiet(lambda: context.iteration(False))


def _matplotlib():
    figures = getattr(sys.modules.get("matplotlib._pylab_helpers"), "Gcf", None)
    manager = figures and figures.get_active()
    if manager is None:
        return None
    toolkit = getattr(manager.canvas, "required_interactive_framework", None)
    if toolkit in FINDERS:
        return FINDERS[toolkit]()
    return manager.canvas.flush_events if toolkit in ("wx", "macosx") else None


def _named(name):
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        found = sys.modules.get(".".join(parts[:cut]))
        if found is not None:
            for part in parts[cut:]:
                found = getattr(found, part, None)
            return found if callable(found) else None
    return None


def _until_quiet(do_one):
    end = monotonic() + _MOST
    while do_one() and monotonic() < end:
        pass


#: guiEventLoop → a function that finds the one to call for a moment, or None
FINDERS = {
    "matplotlib": _matplotlib, "tk": _tk, "qt": _qt, "qt4": _qt, "qt5": _qt, "qt6": _qt, "gtk": _gtk, "gtk3": _gtk, "gtk4": _gtk,
}
