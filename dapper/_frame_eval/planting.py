"""Which code has its implant in use: given when code is loaded, put into what lives, renewed and taken back."""
from _thread import RLock
from _weakref import ref

from dapper._frame_eval import profilers
from dapper._frame_eval.repointing import Living, Repointer, running
from dapper._frame_eval.telemetry import Reason, telemetry

_CODE = type((lambda: None).__code__)
_OPTIMIZED = 1
_SWEEP_AT = 64
_SUSPENDS = 0x20 | 0x80 | 0x200  # inspect.CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR


class Late:
    """Code whose frames need events, as no probe serves their breakpoints.

    Attributes:
        code: the code object.
        lines: line → what stops there.
        entry: whether starting it is of interest.
        once: whether it is forgotten when its next frame ends.
    """

    __slots__ = ("code", "lines", "entry", "once")

    def __init__(self, code, lines, entry=False, once=False):
        self.code = code
        self.lines = lines
        self.entry = entry
        self.once = once


class Planting:
    """Puts implants to use, for one engine.

    Args:
        kit: the native core.
        implants: the Implants.
        instead: ``instead(old, new)`` has exec run other code than it was given, or None where that can't be done.

    Attributes:
        late: id of a code object → Late.
        hard: whether there is code that can't have an implant, so that any thread may come to need events.
    """

    def __init__(self, kit, implants, instead):
        self.late = {}
        self._kit = kit
        self._implants = implants
        self._instead = instead
        self._repointer = Repointer(kit)
        self._current = {}  # id(original) → Implant
        self._hard = {}  # id(original) → Late
        self._known = {}  # id(original) → weak reference to it, for all code in ...
        self._scanned = set()  # ... these files, or of these names
        self._sweep_at = _SWEEP_AT
        self._lock = RLock()

    @property
    def hard(self):
        return bool(self._hard)

    def renew(self, selector):
        """Have all code there is follow the breakpoints.

        Args:
            selector: the Selector.

        Returns:
            The frames that go on with code that does not, and that have a Late therefore.
        """
        if selector.names or selector.table.files:
            self._implants.expect()
        with self._lock:
            pairs, originals = [], self._concerned(selector)
            place = self._leave if originals and profilers.are_at_work(self._kit) else self._place
            for original in originals:
                pairs += place(original, selector)
            if pairs:
                codes = None  # what is asked for by name may be made by code that is not
                if not selector.names:
                    codes = [code for code in [known() for known in list(self._known.values())] if code is not None]
                self._repointer.swap_all(pairs, codes)
            return self._find_late(selector)

    def load(self, root, selector):
        """Give code its implants before exec runs it, on the thread that does.

        Args:
            root: the code object.
            selector: the Selector.

        Returns:
            (whether to be told again when it is run again, whether its next frame has a Late).
        """
        if not self._may_concern(root, selector):
            selector.caches.fast += 1
            return False, False
        with self._lock:
            root = self._implants.original_of(root)
            if len(self._current) + len(self._hard) >= self._sweep_at:
                self._sweep(selector.caches)
            self._load_inside(root, selector, set())
            if not selector.table.generation_of(root):
                return False, False
            self._place_loaded(root, selector)
            implant = self._current.get(id(root))
            if implant is not None and self._instead is not None and not root.co_flags & _OPTIMIZED:
                self._instead(root, implant.code)
                return True, False
            interest = selector.interest(root)
            if not interest:
                return False, False
            if id(root) not in self._hard:
                self.late[id(root)] = Late(root, interest.lines, interest.entry, True)
            return True, True

    def all_back(self):
        """Put all originals back."""
        with self._lock:
            self._repointer.all_back()
            self._current, self._hard, self.late, self._known, self._scanned = {}, {}, {}, {}, set()

    def forget_inherited(self):
        """In a forked child: no other thread is here that could release the locks."""
        self._lock = RLock()
        self._repointer.forget_inherited()

    # Inside

    def _concerned(self, selector):
        """The originals that exist and have, or had, breakpoints."""
        scopes = {(name,) for name in selector.names}.union(selector.table.files)
        if scopes - self._scanned:
            self._scan(selector)
        self._scanned = scopes  # what is loaded of a file that is none of ours meanwhile, nobody notes
        found = {id(implant.original): implant.original for implant in self._current.values()}
        found.update((id(code), code) for code in map(self._implants.original_of, self._hard_codes()))
        for key, reference in list(self._known.items()):
            code = reference()
            if code is None:
                del self._known[key]
            elif selector.table.generation_of(code):
                found[key] = code
        return list(found.values())

    def _scan(self, selector):
        """Find the code that is loaded already."""
        original_of, generation_of = self._implants.original_of, selector.table.generation_of
        verdicts = {}  # by file
        todo = []
        for code in Living(self._kit).codes():
            verdict = verdicts.get(code.co_filename)
            if verdict is None:
                verdict = verdicts[code.co_filename] = generation_of(code) != 0
                selector.caches.fast += not verdict
            if verdict or selector.names and self._is_named(code, selector.names):
                todo.append(code)
        seen = set()
        while todo:
            code = original_of(todo.pop())
            if id(code) not in seen:
                seen.add(id(code))
                if generation_of(code):
                    self._known[id(code)] = ref(code)
                todo += [constant for constant in code.co_consts if type(constant) is _CODE]

    def _may_concern(self, root, selector):
        names = selector.names
        return selector.table.generation_of(root) or names and self._kit.has_code_named(root, names)

    def _is_named(self, code, names):
        return code.co_name in names or self._kit.has_code_named(code, names)

    def _place(self, original, selector):
        """Put the right implant, or none, down for an original.

        Returns:
            A list of the pair to swap; empty where all is right.
        """
        key = id(original)
        self._known[key] = ref(original)
        interest = selector.interest(original)
        before = self._current.get(key)
        if before is not None and not before.retired and before.serves(interest):
            before.renew(interest)
            return []
        now = self._implants.of(original, interest) if interest else None
        if interest and now is None:
            self._set_hard(original, interest.lines, interest.entry)
        else:
            self._ease(original)
        old, new = original, original
        if before is not None:
            old = before.code or original  # one that was left in functions may be gone with them
            self._ease(old)
            before.renew(interest)
            before.retire()
            del self._current[key]
        if now is not None:
            self._current[key] = now
            new = now.code
        return [] if old is new else [(old, new)]

    def _leave(self, original, selector):
        """Have functions of an original keep the code they have, the copy or the original: its breakpoints need events.

        Returns:
            No pairs; see `_place`.
        """
        interest = selector.interest(original)
        before = self._current.get(id(original))
        if before is None and interest:
            self._set_hard(original, interest.lines, interest.entry)
        elif before is None:
            self._ease(original)
        elif before.retired or not before.serves(interest):
            lines = before.renew(interest)
            before.retire()
            code = before.code
            entry = interest.entry and before.entry is None
            if code is not None and (lines or entry):
                self._set_hard(code, lines, entry)
            elif code is not None:
                self._ease(code)
        return []

    def _place_loaded(self, original, selector):
        """Put the right implant down for code that is run anew, unless `_leave` has left one in functions."""
        before = self._current.get(id(original))
        if before is None or not before.retired:
            self._place(original, selector)

    def _hard_codes(self):
        return [late.code for late in self._hard.values()]

    def _set_hard(self, code, lines, entry):
        if id(code) not in self._hard:
            self._kit.keep_tracing(code)
        self._hard[id(code)] = self.late[id(code)] = Late(code, lines, entry)

    def _ease(self, code):
        if id(code) in self._hard:
            self._kit.keep_tracing(code, False)
            del self._hard[id(code)]
            self.late.pop(id(code), None)

    def _find_late(self, selector):
        """Note what frames that run already need; gives those frames."""
        late = {}
        for implant in self._current.values():
            interest = selector.interest(implant.original)
            late[id(implant.original)] = Late(implant.original, interest.lines, interest.entry)
        for implant in self._implants.existing():
            if implant.retired:
                interest, copy = selector.interest(implant.original), implant.code
                rest = implant.renew(interest)
                if rest and copy is not None:
                    late[id(copy)] = Late(copy, rest)
        late.update(self._hard)
        frames = []
        if any(one.code.co_flags & _SUSPENDS for one in late.values()):
            frames = Living(self._kit).frames(lambda code: id(code) in late)
        elif late:
            frames = [frame for frame in running() if id(frame.f_code) in late]
        alive = {id(frame.f_code) for frame in frames}
        begins = [one for key, one in self.late.items() if one.once and key not in alive and key not in self._hard]
        self.late = {key: one for key, one in late.items() if key in alive or key in self._hard}
        for one in begins:  # exec is about to run it on another thread
            interest = selector.interest(one.code)
            if interest:
                self.late[id(one.code)] = Late(one.code, interest.lines, interest.entry, True)
        return frames

    def _load_inside(self, code, selector, seen):
        """Place what is in the constants of a code object, the innermost first."""
        seen.add(id(code))
        for constant in code.co_consts:
            if type(constant) is not _CODE:
                continue
            original = self._implants.original_of(constant)
            if id(original) not in seen:
                self._load_inside(original, selector, seen)
                if selector.table.generation_of(original):
                    self._place_loaded(original, selector)
            implant = self._current.get(id(original))
            wanted = original if implant is None else implant.code
            if constant is not wanted and not self._repointer.swap_constants(code, constant, wanted):
                telemetry.record(Reason.BYTECODE_INJECTION_FAILED, "%s: its parent keeps the old code" % code.co_name)

    def _sweep(self, caches):
        """Forget code that nobody can run any more: a program may exec the same text again and again."""
        living = set()
        todo = list(Living(self._kit).codes())
        while todo:
            code = todo.pop()
            if id(code) not in living:
                living.add(id(code))
                todo += [constant for constant in code.co_consts if type(constant) is _CODE]
        for key, implant in list(self._current.items()):
            if key not in living and id(implant.code) not in living:
                self._repointer.forget(implant.code)
                implant.retire()
                caches.forget(implant.original)
                del self._current[key]
        for key, late in list(self._hard.items()):
            if key not in living:
                caches.forget(late.code)
                self.late.pop(key, None)
                del self._hard[key]
        self._sweep_at = max(_SWEEP_AT, 2 * (len(self._current) + len(self._hard)))
