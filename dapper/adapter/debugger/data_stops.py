"""Data breakpoints: a thread stops when it has changed a value, right behind the instruction that did it."""
import sys
from _thread import get_ident

from dapper._frame_eval import core
from dapper.adapter.debugger import data_targets
from dapper.adapter.debugger.display import Limits
from dapper.adapter.debugger.frames import chain
from dapper.adapter.debugger.texts import Text
from dapper.adapter.debugger.threads import Stop
from dapper.adapter.debugger.values import MISSING
from dapper.protocol.errors import DapError

_MOST_OFFERED = 100


class DataStops:
    """What is watched, and the stops that come of it.

    Args:
        debugger: the PyDebugger.
        stops: its InstructionStops.
        hits: its Hits.
    """

    def __init__(self, debugger, stops, hits):
        self._debugger = debugger
        self._stops = stops
        self._hits = hits
        self._offered = {}  # dataId → target
        self._active = []  # (Breakpoint, target)
        self._changes = []  # the native core adds to it
        self._watch = None
        self._last = 0

    # What there is to watch

    def offer(self, find):
        """The body of a dataBreakpointInfo response.

        Args:
            find: ``find(make_key)`` gives a target.
        """
        try:
            target = find(self._make_key)
        except DapError as error:
            return {"dataId": None, "description": str(error)}
        self._last += 1
        data_id = "data:%d" % self._last
        self._offered[data_id] = target
        watched = [target for _, target in self._active]
        for old in list(self._offered)[:-_MOST_OFFERED]:
            if self._offered[old] not in watched:
                self._offered.pop(old).end()
        return {"dataId": data_id, "description": target.description, "accessTypes": ["write"], "canPersist": False}

    def _make_key(self, owner, key):
        native = core.load()[0]
        if not hasattr(native, "DictWatch"):
            raise DapError("cannot_watch", name=key, why="this needs dapper's native core, which is not there")
        try:
            if self._watch is None:
                self._watch = self._stops.watch.watch_dicts(native, self._changes, MISSING)
            return native.DictKey(owner, key, self._watch)
        except (RuntimeError, TypeError) as error:
            raise DapError("cannot_watch", name=key, why=error) from None

    def set(self, wanted):
        """Replace all data breakpoints.

        Args:
            wanted: (Breakpoint, dataId, access type) of each.
        """
        before = self.selects
        for _, target in self._active:
            target.watch(False)
        self._active = []
        for breakpoint, data_id, access in wanted:
            target = self._offered.get(data_id)
            if breakpoint.broken:
                continue
            if target is None or target.why_gone:
                why = target.why_gone if target is not None else "This is not known; ask for dataBreakpointInfo again."
                breakpoint.refuse("failed", why)
            elif access not in (None, "write"):
                breakpoint.refuse("failed", "Only changes can be told, not when a value is read.")
            else:
                target.watch(True)
                breakpoint.bind(None)
                self._active.append((breakpoint, target))
        if before or self.selects:
            self._stops.refresh()

    def stop(self):
        """Watch nothing any more."""
        for target in self._offered.values():
            target.end()
        self._offered, self._active = {}, []

    # What happens

    @property
    def selects(self):
        """Whether something is watched by single instructions."""
        return any(not isinstance(target, data_targets.DictTarget) for _, target in self._active)

    def offsets(self, code):
        """The instructions of a code object to be told of."""
        found = set()
        for _, target in self._active:
            if isinstance(target, data_targets.SiteTarget):
                found = found.union(*target.places(code))
            elif isinstance(target, data_targets.LocalTarget):
                if target.frame is not None and target.frame.f_code is code:
                    found |= target.offsets()
        return found

    def forget(self, ident):
        """What a thread has changed by order of the client is no stop."""
        self._changes[:] = [change for change in self._changes if change[0] != ident]
        self._stops.unfollow(ident)

    def on_instruction(self, record, frame, offset):
        """A thread is before an instruction; did the one before change something? Whether it stood here."""
        found = self._take(get_ident())
        found += self._changed_local(frame, offset)
        found += self._changed_at_site(get_ident(), frame, offset)
        told, hit, line, shown = [], [], frame.f_lineno, {}
        for target, old, new, where in found:
            for breakpoint in [breakpoint for breakpoint, watched in self._active if watched is target]:
                if self._hits.of([breakpoint], frame, where):
                    hit.append(breakpoint.id)
                    line = where
                    told.append("%s: %s → %s" % (target.name, _text(old), _text(new)))
                    shown.update({"(old value) " + target.name: old, "(new value) " + target.name: new})
        if not hit:
            return False
        frames = [(frame, line)] + chain(frame.f_back)
        shown = {name: value for name, value in shown.items() if value is not MISSING}
        text = "; ".join(told)
        self._debugger.crew.stand(record, Stop(frames, "data breakpoint", text, text, hit=hit, returned=shown))
        return True

    def _take(self, ident):
        mine = [change for change in self._changes if change[0] == ident]
        if not mine:
            return []
        self._changes[:] = [change for change in self._changes if change[0] != ident]
        self._stops.resume_following(ident)
        by_key = {id(target.key): target for _, target in self._active if hasattr(target, "key")}
        return [(by_key[id(key)], old, new, line) for _, key, old, new, line in mine if id(key) in by_key]

    def _changed_local(self, frame, offset):
        found = []
        for breakpoint, target in list(self._active):
            if not isinstance(target, data_targets.LocalTarget) or target.frame is not frame:
                continue
            if target.before is not None:
                (old, line), target.before = target.before, None
                new = target.value()
                if new is not old:
                    found.append((target, old, new, line))
            if offset in target.stores:
                target.before = target.value(), frame.f_lineno
            elif offset in target.returns:
                self._over(breakpoint, target)
        return found

    def _changed_at_site(self, ident, frame, offset):
        found = []
        for _, target in self._active:
            if isinstance(target, data_targets.SiteTarget):
                stores, behind = target.places(frame.f_code)
                if offset in behind and ident in target.before:
                    old, line = target.before.pop(ident)
                    new = target.read()
                    if new is not old:
                        found.append((target, old, new, line))
                if offset in stores:
                    target.before[ident] = target.read(), frame.f_lineno
        return found

    def _over(self, breakpoint, target):
        """The call whose variable was watched returns."""
        target.end()
        self._active.remove((breakpoint, target))
        breakpoint.refuse("failed", target.why_gone)
        self._debugger.tell("breakpoint", {"reason": "changed", "breakpoint": breakpoint.describe()})


def _text(value):
    return "nothing" if value is MISSING else Text(Limits(), user_code=False).of(value)


def is_possible():
    """Whether there is anything this Python can watch."""
    return hasattr(sys, "monitoring")
