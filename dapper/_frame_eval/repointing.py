"""Other code for functions that live: in the functions themselves, and in the constants new ones will be made from.

The garbage collector knows all functions. What is made later comes from the constants of the code around it, which the
native core changes in place. Frames keep the code they have: they are told of, to be watched in another way.
"""
import gc
import sys
from _thread import RLock

from dapper._frame_eval.telemetry import Reason, telemetry

_current_frames = sys._current_frames
_get_objects = gc.get_objects
_get_referents = gc.get_referents
_get_freeze_count = gc.get_freeze_count
_FROZEN_ANYWAY = 1000  # 3.12 itself freezes some hundred objects when it starts; a program that freezes has more
_is_tracked = gc.is_tracked


_CODE = type((lambda: None).__code__)
_MODULE = type(sys)
_NAMES = ("gi_code", "gi_frame"), ("cr_code", "cr_frame"), ("ag_code", "ag_frame")


class Living:
    """Who has code at this moment.

    Args:
        kit: the native core or its twin.
    """

    def __init__(self, kit):
        suspended = []
        self._codes = kit.codes_of_functions(_all_objects(), suspended)
        self._suspended = [
            (one, getattr(one, code), frame) for one in suspended for code, frame in _NAMES if hasattr(one, code)
        ]

    def codes(self):
        """The code objects of functions and of frames, some of them twice; what is inside them is not told."""
        yield from self._codes
        for _, code, _ in self._suspended:
            yield code
        for frame in running():
            yield frame.f_code

    def frames(self, wanted):
        """The frames that run or are suspended and whose code ``wanted(code)`` accepts, each once."""
        found = {id(frame): frame for frame in running() if wanted(frame.f_code)}
        for one, code, name in self._suspended:
            if wanted(code):
                frame = getattr(one, name)
                if frame is not None:
                    found[id(frame)] = frame
        return list(found.values())


class Reach:
    """What a swap did, and what it could not reach.

    Attributes:
        functions: how many functions have the new code.
        constants: how many places in constants have it.
        slowed: functions whose calls are slower than before (pure Python, from 3.13 on).
        unpatched: code objects from whose constants functions with the old code will still be made (pure Python).
        refused: (function, exception) where the new code could not be put in.
    """

    __slots__ = ("functions", "constants", "slowed", "unpatched", "refused", "_kit", "_old")

    def __init__(self, kit, old):
        self.functions = self.constants = 0
        self.slowed, self.unpatched, self.refused = [], [], []
        self._kit = kit
        self._old = old

    def frames(self):
        """The frames that go on with the old code."""
        return Living(self._kit).frames(lambda code: id(code) in self._old)


class Repointer:
    """Puts code objects' twins in their place, and the originals back. From any thread.

    It can't reach what holds a code object otherwise (``types.FunctionType(code, ...)`` later, an attribute, a pickle),
    nor frames of greenlets that don't run.

    Args:
        kit: the native core or its twin.
    """

    def __init__(self, kit):
        self._kit = kit
        self._lock = RLock()
        self._swapped = {}  # id(twin) → (original, twin)

    def codes(self):
        """A list of what `Living.codes` gives."""
        return list(Living(self._kit).codes())

    def original_of(self, code):
        """The code object that ``code`` stands for: itself, or the one whose twin it is."""
        pair = self._swapped.get(id(code))
        return code if pair is None else pair[0]

    def swap(self, old, new):
        """Put one code object in the place of another; see `swap_all`."""
        return self.swap_all([(old, new)])

    def back(self, new):
        """Put the original of a twin back; see `swap_all`."""
        return self.swap_all([(new, self.original_of(new))])

    def all_back(self):
        """Put all originals back; see `swap_all`."""
        with self._lock:
            return self.swap_all([(twin, original) for original, twin in self._swapped.values()])

    def swap_all(self, pairs, codes=None):
        """Put code objects in the place of others.

        Args:
            pairs: (old, new) code objects; an old one may be the twin of an earlier swap.
            codes: all code objects of their files, if they are known; else they are looked for.

        Returns:
            A Reach.
        """
        wanted = {id(old): (old, new) for old, new in pairs if old is not new}
        reach = Reach(self._kit, wanted)
        if not wanted:
            return reach
        with self._lock:
            self._note(wanted.values())
            self._swap_constants(wanted, Living(self._kit).codes() if codes is None else codes, reach)
            # What another thread made from the old constants meanwhile is there now; from here on none is made.
            for function in self._kit.functions_with(_all_objects(), [old for old, _ in wanted.values()]):
                pair = wanted.get(id(function.__code__))
                if pair is not None:
                    self._repoint(function, pair[1], reach)
            self._forget(wanted.values())
        return reach

    def swap_constants(self, code, old, new):
        """Put a code object in the place of another in the constants of one code object alone.

        Returns:
            Whether it was there and could be done.
        """
        with self._lock:
            if self._kit.replace_const is None or not self._kit.replace_const(code.co_consts, old, new):
                return False
            self._note([(old, new)])
        return True

    def forget(self, twin):
        """Nobody has this twin any more, and its original needs not be put back."""
        with self._lock:
            self._swapped.pop(id(twin), None)

    def forget_inherited(self):
        """In a forked child: no other thread is here that could release the lock."""
        self._lock = RLock()

    def _note(self, pairs):
        for old, new in pairs:
            original = self.original_of(old)
            if new is not original:
                self._swapped[id(new)] = original, new

    def _forget(self, pairs):
        for old, _ in pairs:
            self._swapped.pop(id(old), None)

    def _swap_constants(self, wanted, codes, reach):
        files = {old.co_filename for old, _ in wanted.values()}
        todo = [code for code in codes if code.co_filename in files]
        for pair in self._swapped.values():  # nobody may have the original now, but it will be put back
            todo += pair
        seen = set()
        while todo:
            code = todo.pop()
            if id(code) in seen:
                continue
            seen.add(id(code))
            for constant in code.co_consts:
                if type(constant) is not _CODE:
                    continue
                todo.append(constant)
                pair = wanted.get(id(constant))
                if pair is None:
                    continue
                todo.append(pair[1])
                if self._kit.replace_const is None:
                    reach.unpatched.append(code)
                else:
                    reach.constants += self._kit.replace_const(code.co_consts, *pair)

    def _repoint(self, function, code, reach):
        try:
            if not self._kit.repoint(function, code):
                reach.slowed.append(function)
            reach.functions += 1
        except Exception as error:  # boundary: audit hooks of others may object, with whatever they like
            telemetry.record(Reason.BYTECODE_INJECTION_FAILED, "%s: %r" % (code.co_name, error))
            reach.refused.append((function, error))


def running():
    """The frames that run, of all threads."""
    for frame in list(_current_frames().values()):
        while frame is not None:
            yield frame
            frame = frame.f_back


def _all_objects():
    """Every object the garbage collector knows; those it was told to freeze as far as modules lead to them."""
    objects = _get_objects()
    if _get_freeze_count() > _FROZEN_ANYWAY:
        me = sys._getframe()  # it leads to the containers below, which are new in each round: there would be no end
        seen = {id(one) for one in objects}
        seen.add(id(me))
        todo = objects + [sys.modules]
        while todo:
            # Not by way of modules: _asyncio's of Python 3.12 hands out what it has freed, and loops for ever the next time.
            todo = [one.__dict__ if type(one) is _MODULE else one for one in todo]
            found = {id(one): one for one in _get_referents(*todo) if _is_tracked(one)}
            todo = [one for key, one in found.items() if key not in seen]
            seen.update(found)
            objects += todo
    return objects
