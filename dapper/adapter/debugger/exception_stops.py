"""Stops at exceptions: where one is raised, where a thread or a task dies of one, where a test fails by one."""
import sys
from _thread import get_ident

from dapper._frame_eval.opcodes import EXIT_MAKES_ITS_EXCEPTION
from dapper._frame_eval.telemetry import Reason, telemetry
from dapper.adapter.debugger import landmarks
from dapper.adapter.debugger.exceptions import Filters, is_noise, passed_before
from dapper.adapter.debugger.frames import chain, traceback_entries
from dapper.adapter.debugger.hooks import ExceptionHooks
from dapper.adapter.debugger.threads import Stop

_ENDS = (SystemExit, KeyboardInterrupt)  # how programs are left, mostly on purpose
_MOST_KEPT = 1000


class ExceptionStops:
    """Decides which exceptions are stops, and stands there.

    Args:
        debugger: the PyDebugger.
        say: ``say(event, body)`` sends a DAP event.

    Attributes:
        filters: what the client wants.
    """

    def __init__(self, debugger, say):
        self.filters = Filters()
        self._debugger = debugger
        self._say = say
        self._hooks = ExceptionHooks(self.on_uncaught)
        self._errands = None
        self._judge = None
        self._exits = None
        self._elsewhere = {}  # id of an exception that is kept for whoever asks for a result → its type
        self._shown = None  # id of an exception that was shown where it was raised, as its thread will die of it

    # What is wanted

    def start(self):
        """Be where uncaught exceptions pass."""
        self._hooks.install()
        if self._exits is None and self._stops_at_exit:
            from dapper.adapter.debugger.exits import Exits

            self._exits = Exits(self._on_exit)
            self._exits.install()

    def stop(self):
        """Be gone from there."""
        self.filters = Filters()
        self._hooks.remove()
        if self._errands is not None:
            self._errands.end()
            self._errands = None
        if self._exits is not None:
            self._exits.remove()
            self._exits = None

    def breakpoints(self):
        """Function breakpoints of our own, that belong to the filters."""
        return landmarks.breakpoints() if self.filters.on("uncaught") else []

    @property
    def at_raise(self):
        """Whether raising an exception has to be watched at all."""
        wanted = self.filters
        if self._stops_at_exit and not EXIT_MAKES_ITS_EXCEPTION and wanted.on("uncaught"):
            return True
        return wanted.on("raised") or wanted.on("userUnhandled") or self._dies_at_raise

    def screen(self):
        """The Screen through which an engine looks at exceptions, or None if it has to tell of them all, or of none."""
        if not self.at_raise or self._debugger.templates is not None:
            return None
        from dapper.adapter.debugger.screen import Screen  # most programs start without

        wanted = self.filters
        exits = self._stops_at_exit and not EXIT_MAKES_ITS_EXCEPTION and wanted.on("uncaught")
        alone = not (wanted.on("userUnhandled") or self._dies_at_raise or exits)
        return Screen(wanted, self._debugger.sources.is_user, alone, lambda error: self._failed("raised", error))

    @property
    def _stops_at_exit(self):
        return self._exit_codes not in (None, False)

    @property
    def _exit_codes(self):
        """What the client says of exits: breakOnSystemExit, or in an older spelling that all of them count."""
        config = self._debugger.config
        wanted = config.get("breakOnSystemExit")
        if wanted is None and "BreakOnSystemExitZero" in (config.get("debugOptions") or ()):
            return True
        return True if wanted is None and config.get("breakOnSystemExitZero") is True else wanted

    @property
    def _dies_at_raise(self):
        return bool(self._debugger.config.get("uncaughtAtRaise")) and self.filters.on("uncaught")

    def _wants(self, name, exc_info, frame):
        try:
            return self.filters.want(name, exc_info, frame)
        except (RecursionError, MemoryError):
            raise
        except (Exception, GeneratorExit) as error:  # boundary: user condition; said once, and it does not stop
            self._failed(name, error)
            return False

    def _failed(self, name, error):
        if self.filters.reported_once(name):
            text = "The condition of the filter %s failed: %s: %s\n" % (name, type(error).__name__, error)
            self._say("output", {"category": "important", "output": text})

    # What happens

    def on_raise(self, frame, exc_info, wanted=None):
        """An exception was raised in ``frame``, or came up to it.

        Args:
            wanted: whether the condition of `raised` holds, if that was asked already.
        """
        debugger = self._debugger
        if not debugger.is_heard or get_ident() in debugger.crew.hidden or is_noise(exc_info[0]):
            return
        if not self._is_users(frame) or debugger.templates is not None and debugger.templates.is_echo(frame):
            return
        record = debugger.crew.here()
        if record.stop is not None or not debugger.crew.may_stop(record):
            return
        mode = "always" if wanted else self._mode_at_raise(frame, exc_info)
        if mode is not None:
            debugger.crew.stand(record, self._stop(chain(frame), exc_info, mode))

    def _is_node(self, code):
        templates = self._debugger.templates
        return templates is not None and templates.is_node_code(code)

    def _is_users(self, frame):
        """Whether a frame runs the user's code, or template."""
        templates = self._debugger.templates
        if self._debugger.sources.is_user(frame.f_code):
            return True
        return templates is not None and templates.is_users_node(frame)

    def _mode_at_raise(self, frame, exc_info):
        """The DAP break mode for which to stop here, or None."""
        filters = self.filters
        is_user = self._debugger.sources.is_user
        again = passed_before(exc_info[2], lambda code: is_user(code) or self._is_node(code))
        if not again:
            self._elsewhere.pop(id(exc_info[1]), None)  # of an exception that lived at this address before
        if not again and filters.on("raised") and self._wants("raised", exc_info, frame):
            return "always"
        if issubclass(exc_info[0], SystemExit) and not again and not EXIT_MAKES_ITS_EXCEPTION:
            return "unhandled" if self._stops_at_exit and self._is_last_exit(frame, exc_info) else None
        if again and self._elsewhere.pop(id(exc_info[1]), None) is not exc_info[0]:
            return None
        unhandled = filters.on("userUnhandled") and not issubclass(exc_info[0], _ENDS)
        unhandled = unhandled and self._wants("userUnhandled", exc_info, frame)
        dies = self._dies_at_raise and not issubclass(exc_info[0], SystemExit)
        dies = dies and self._wants("uncaught", exc_info, frame)
        if not unhandled and not dies:
            return None
        fate = self._fate(frame, exc_info)
        if dies and fate == "nobody":
            self._shown = id(exc_info[1])
            return "unhandled"
        return "userUnhandled" if unhandled and fate in ("nobody", "reported") else None

    def _fate(self, frame, exc_info):
        if self._judge is None:
            from dapper.adapter.debugger.handling import Judge

            sources = self._debugger.sources
            self._judge = Judge(sources.is_user, sources.key)
        try:
            fate = self._judge.fate(frame, exc_info)
        except (RecursionError, MemoryError):
            raise
        except Exception as error:  # boundary: frames and objects of all kinds are looked at; in doubt it does not stop
            telemetry.record(Reason.ENGINE_FAULT, "who handles %s: %r" % (exc_info[0].__name__, error))
            return "handled"
        if fate == "elsewhere":
            if len(self._elsewhere) > _MOST_KEPT:
                self._elsewhere.clear()
            self._elsewhere[id(exc_info[1])] = exc_info[0]
        return fate

    def on_enter(self, frame):
        """A function has started that is told of failures, or another one that a breakpoint names."""
        found = landmarks.failure(frame)
        if found is not None:
            self.on_uncaught(found)

    def on_uncaught(self, exc_info):
        """A thread, a task or a test is about to end by an exception."""
        debugger = self._debugger
        if not debugger.is_heard or debugger.crew.here().stop is not None or not self.filters.on("uncaught"):
            return
        shown, self._shown = self._shown, None
        if shown == id(exc_info[1]):
            return
        frames = traceback_entries(exc_info[2])
        if self._wants("uncaught", exc_info, frames[0][0] if frames else sys._getframe()):
            self.post_mortem(exc_info, "unhandled")

    def _on_exit(self, frame, exception):
        """The program has made a SystemExit in ``frame`` and is about to raise it."""
        debugger = self._debugger
        if not debugger.is_heard or get_ident() in debugger.crew.hidden:
            return
        record = debugger.crew.here()
        exc_info = (SystemExit, exception, None)
        if record.stop is None and self._is_last_exit(frame, exc_info):
            debugger.crew.stand(record, self._stop(chain(frame), exc_info, "unhandled"))

    def _is_last_exit(self, frame, exc_info):
        """Whether the client wants to stop at this SystemExit, and nobody handles it."""
        if not self.filters.on("uncaught") or not _is_wanted(exc_info[1].code, self._exit_codes):
            return False
        return self._wants("uncaught", exc_info, frame) and self._fate(frame, exc_info) == "nobody"

    def post_mortem(self, exc_info, mode="unhandled"):
        """Stop on the calling thread and show the frames of a traceback."""
        debugger = self._debugger
        if not debugger.is_heard:
            return
        sources = debugger.sources
        frames = traceback_entries(exc_info[2]) or chain(sys._getframe(1))
        frames = [entry for entry in frames if not sources.is_ours(entry[0].f_code)]
        if sources.just_my_code:
            users = [number for number, (frame, _) in enumerate(frames) if self._is_users(frame)]
            frames = frames[users[0] if users else 0 :]
        if frames:
            debugger.crew.stand(debugger.crew.here(), self._stop(frames, exc_info, mode))

    def _stop(self, frames, exc_info, mode):
        exc_type, exception, tb = exc_info
        found = dict(exception=(exc_type, exception, tb, mode), returned={"__exception__": (exc_type, exception, tb)})
        return Stop(frames, "exception", exc_type.__name__, self._text(exc_type, exception), **found)

    def _text(self, exc_type, exception):
        """``str(exception)``, which is the user's code and may hang."""
        from dapper.adapter.debugger.values import type_name

        try:
            if _is_plain(exc_type, exception):
                return str(exception)
            return self._limited().run("the text of %s" % type_name(exc_type), str, exception)
        except Exception as error:  # boundary: user's __str__
            return "<str of %s failed: %s>" % (type_name(exc_type), type_name(type(error)))

    def _limited(self):
        if self._errands is None:
            from dapper.adapter.debugger.display import Display
            from dapper.adapter.debugger.errands import Errands

            seconds = Display.from_config(self._debugger.config, {}).seconds
            self._errands = Errands(self._debugger.crew.hidden, self._say, seconds)
        return self._errands


def _is_plain(exc_type, exception):
    """Whether making its text runs none of the user's code."""
    from dapper.adapter.debugger.values import FunctionType, type_attribute

    if type(type_attribute(exc_type, "__str__")) is FunctionType:
        return False
    return all(type(part) in _PLAIN for part in BaseException.args.__get__(exception))


_PLAIN = (str, int, float, bytes, bool, type(None))


def _is_wanted(code, wanted):
    """Whether to stop at an exit with this code, by the launch key breakOnSystemExit."""
    if wanted is True:
        return True
    for one in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(one, dict):
            if type(code) is int and one.get("from", code) <= code <= one.get("to", code):
                return True
        elif one == code:
            return True
    return code is not None and type(code) is not int  # a message: always a failure
