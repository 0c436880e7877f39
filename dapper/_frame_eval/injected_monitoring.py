"""InjectedMonitoringEngine: sys.monitoring, and conditions, hit counts and log messages in the code itself. 3.12 and newer.

The original of a code object has line events as ever, for the frames that run it and for whoever else holds it. Its
functions, and those made from it later, get a copy with probes. A copy that is out of date has line events, too.
"""
import os
from _thread import RLock

from dapper._frame_eval.implants import Implants
from dapper._frame_eval.monitoring import MonitoringEngine
from dapper._frame_eval.opcodes import LINE_EVENTS_ARE_FAST_UP_TO
from dapper._frame_eval.selective_tracer import Selector, breakpoints_of

_getpid = os.getpid
_CODE = type((lambda: None).__code__)
_CO_OPTIMIZED = 1
_MANY = 200  #: a copy takes half a millisecond and more, and the client is waiting


class InjectedMonitoringEngine(MonitoringEngine):
    """See MonitoringEngine."""

    name = "injection"

    def __init__(self, port, kit, config):
        super().__init__(port, kit, config)
        self._repointer = None  # until a breakpoint has a condition or the like
        self._implants = None
        self._planted = {}  # id(original) → (original, Implant)
        self._put_off = []  # code objects that may need probes, too many to be made at once
        self._stale = {}  # id(copy) → (Implant, line → stops), for copies out of use that have line events
        self._follower.inside = self._is_inside

    def start(self, table):
        """See MonitoringEngine.start."""
        selector = Selector.of(table)
        self._implants = Implants(
            self._kit, self._port, selector.caches, self._config, self._on_probe, self._is_worth_it, at_entry=False
        )
        super().start(selector)

    def stop(self):
        """See MonitoringEngine.stop."""
        repointer = self._repointer
        if _getpid() != self._pid:  # a forked child: no other thread is here that could release the locks
            self._lock = RLock()
            if repointer is not None:
                repointer.forget_inherited()
        with self._lock:
            if self._implants is not None:
                self._implants.close()
            if repointer is not None:
                repointer.all_back()
            self._planted, self._stale, self._put_off = {}, {}, []
            super().stop()

    # What to watch

    def _expect_decisions(self):
        """See MonitoringEngine."""
        super()._expect_decisions()
        if self._repointer is None:
            from dapper._frame_eval.repointing import Repointer

            self._repointer = Repointer(self._kit)
            self._implants.expect()

    def _watch_all(self, codes):
        # What runs is watched first: to find out who else has code takes milliseconds.
        codes = {id(code): code for code in map(self._implants.original_of, codes)}
        codes.update([(number, code) for number, (code, _) in self._planted.items()])
        super()._watch_all(codes.values())
        codes.update(self._living())
        first, later = [], []
        for code in codes.values():
            (later if self._watch(code) and id(code) not in self._planted else first).append(code)
        if len(later) <= _MANY:
            first, later = first + later, []
        self._put_off = later
        self._plant(first)

    def catch_up(self):
        """See MonitoringEngine; and give code its probes that was put off, and is watched by line events until then."""
        super().catch_up()
        while self._put_off and self._may_wait():
            with self._lock:
                self._put_off, now = self._put_off[_MANY:], self._put_off[:_MANY]
                self._plant(now)

    def _plant(self, codes):
        pairs = []
        for code in codes:
            self._plan(code, self._watch(code), pairs)
        self._carry_out(pairs)

    def _living(self):
        """Code in functions that may need probes: id → code object."""
        found = {}
        if not self._decides:
            return found
        files, seen = {}, set()
        todo = self._repointer.codes()
        while todo:
            code = self._implants.original_of(todo.pop())
            name = code.co_filename
            if name not in files:
                files[name] = bool(self._decided_lines(code))
            if files[name] and id(code) not in seen:
                seen.add(id(code))
                todo += [constant for constant in code.co_consts if type(constant) is _CODE]
                if self._may_need_probes(code):
                    found[id(code)] = code
        return found

    def _decided_lines(self, code):
        table = self._selector.table
        return table.decided_lines(code) if hasattr(table, "decided_lines") else ()

    def _may_need_probes(self, code):
        """Whether a line with a condition or the like is among those of a code object; cheap."""
        lines = self._decided_lines(code)
        if not lines or lines[-1] < code.co_firstlineno:
            return False
        own = {line for _, _, line in code.co_lines()}
        return not own.isdisjoint(lines)

    def _meet(self, code):
        """Code starts or goes on that was not met before."""
        if not self._may_wait() or self._implants.implant_of(code) is not None:
            return
        with self._lock:
            if self._implants.adopts(code):
                return
            interest = self._watch(code)
            if self._decided_lines(code):
                pairs = []
                if self._kit.replace_const is not None:
                    self._prepare(code)
                if code.co_flags & _CO_OPTIMIZED:
                    self._plan(code, interest, pairs)
                self._carry_out(pairs)

    def _prepare(self, parent):
        """Have what a code object makes, when it runs, made with probes."""
        for code in parent.co_consts:
            if type(code) is not _CODE or self._implants.implant_of(code) is not None:
                continue
            self._prepare(code)
            if id(code) in self._planted or not self._may_need_probes(code):
                continue  # its functions have been given the copy already; the constants follow with the next swap
            implant = self._implants.of(code, self._watch(code))
            if implant is not None and self._repointer.swap_constants(parent, code, implant.code):
                self._use(code, implant)

    def _plan(self, code, interest, pairs):
        """Decide which code the functions of an original should have; ``pairs`` gets what has to be swapped."""
        _, before = self._planted.get(id(code), (code, None))
        if before is not None and not before.retired and before.serves(interest):
            before.renew(interest)
            return
        if before is None and not interest:
            return
        from dapper._frame_eval import profilers  # needed once there is something to plan, which is after the start

        if profilers.are_at_work(self._kit):
            if before is not None:
                before.retire()  # and stay; what it has no probe for has line events
            return
        after = self._implants.of(code, interest)
        if before is None and after is None:
            return
        pairs.append(((before and before.code) or code, code if after is None else after.code))
        if after is None:
            del self._planted[id(code)]
        else:
            self._use(code, after)
        if before is not None:
            before.retire()

    def _carry_out(self, pairs):
        if pairs:
            self._repointer.swap_all(pairs)
        for implant in self._implants.existing():
            if implant.retired:
                self._watch_stale(implant)

    def _use(self, code, implant):
        self._planted[id(code)] = code, implant
        self._lines.arm(implant.code, {None: self._on_copy})

    def _watch_stale(self, implant):
        """Frames may still run this copy; breakpoints it has no probe for are watched by line events."""
        code = implant.code
        if code is None:
            return
        interest = self._selector.interest(implant.original)
        rest = implant.renew(interest)
        if rest:
            self._stale[id(code)] = implant, rest
            self._lines.arm(code, {None: self._on_copy})
            self._switch_on(code)
        else:
            self._stale.pop(id(code), None)
            self._kit.set_local_events(self._watcher, code, 0)
            if not any(plant.active for plant in implant.plants.values()):
                self._lines.disarm(code)

    def _is_worth_it(self, code, line, stops, fast):
        """Whether a probe at a line is better than its line events: one without a condition stops at the first."""
        limit = LINE_EVENTS_ARE_FAST_UP_TO
        deep = limit is not None and line - code.co_firstlineno > limit
        return (fast or deep) and any(
            one.condition_text is not None or one.counter is not None or one.log is not None
            for one in breakpoints_of(stops)
        )

    # Events

    def _on_probe(self, frame, plant):
        """A probe was hit: have the line event that follows told."""
        code = frame.f_code
        if not self._lines.is_armed(code):
            self._lines.arm(code, {None: self._on_copy})
        self._switch_on(code)

    def _on_copy(self, frame, line):
        found = self._implants.arrive(frame, line)
        code = frame.f_code
        if found is not None:
            stops, passed = found
            if breakpoints_of(stops):
                self._port.on_line(frame, line, stops, None, passed)
            else:
                self._port.on_line(frame, line, stops)
        stale = self._stale.get(id(code))
        if stale is not None:
            implant, rest = stale
            if line in rest:
                if found is None:
                    self._port.on_line(frame, line, rest[line], implant.home(frame.f_lasti))
                return None
        elif found is not None:
            with self._lock:
                if id(code) not in self._stale and not self._implants.awaits(code):
                    self._kit.set_local_events(self._watcher, code, 0)
            return None
        return None if self._implants.awaits(code) else self._disable

    def _is_inside(self, frame):
        return self._implants.calling and self._implants.is_inside(frame)

    def _on_stops(self, frame, line):
        return None if self._is_inside(frame) else super()._on_stops(frame, line)

    def _past_gate(self, frame, line, breakpoint):
        if not self._is_inside(frame):
            super()._past_gate(frame, line, breakpoint)

    def _implant_of(self, code):
        """See MonitoringEngine."""
        return self._implants.implant_of(code)

    def _raised(self, frame, exception, wanted=None):
        """See MonitoringEngine; what is raised in a probe is none of the program's."""
        if not (self._implants.has_copies and self._implants.is_inside(frame)):
            super()._raised(frame, exception, wanted)
