"""Twins put in the place of code objects, in whoever has them, and taken back."""
import sys
import threading

import pytest

from dapper._frame_eval.repointing import Repointer
from tests.unit.core_kits import KITS, function, needs_native, run_python

with_kit = pytest.mark.parametrize("kit", KITS)


def twin_of(code, new="new"):
    """A copy of a code object in which the constant "old" is ``new``."""
    return code.replace(co_consts=tuple(new if const == "old" else const for const in code.co_consts))


def copy_of(code):
    """A copy of a code object with constants of its own, as a rewritten one has."""
    return code.replace(co_consts=code.co_consts + ("more",))


def inside(code, name):
    """The code object of that name among the constants of another."""
    return next(const for const in code.co_consts if getattr(const, "co_name", None) == name)


@pytest.fixture
def repointer(kit):
    one = Repointer(kit)
    yield one
    one.all_back()


@with_kit
def test_a_function_and_back(kit, repointer):
    f = function("def f():\n    return 'old'\n")
    code = f.__code__
    twin = twin_of(code)
    reach = repointer.swap(code, twin)
    assert f() == "new" and f.__code__ is twin
    assert (reach.functions, reach.frames(), reach.refused) == (1, [], [])
    assert repointer.original_of(twin) is code and repointer.original_of(code) is code
    repointer.back(twin)
    assert f() == "old" and f.__code__ is code


@with_kit
def test_every_closure_method_and_default_of_one_code_object(kit, repointer):
    text = """
        def f():
            def inner(x=lambda: 0):
                return "old"
            class Some:
                method = staticmethod(inner)
            return inner, Some
    """
    f = function(text)
    made = [f() for _ in range(3)]
    code = made[0][0].__code__
    assert repointer.swap(code, twin_of(code)).functions == 3
    assert {one() for one, _ in made} == {some.method() for _, some in made} == {"new"}


@with_kit
def test_one_twin_after_another(kit, repointer):
    f = function("def f():\n    return 'old'\n")
    code = f.__code__
    first, second = twin_of(code), twin_of(code, "newer")
    repointer.swap(code, first)
    repointer.swap(first, second)
    assert f() == "newer" and repointer.original_of(second) is code
    repointer.back(second)
    assert f.__code__ is code


NESTED = """
    def f():
        def middle():
            def inner():
                return "old"
            return inner
        return middle
"""


@with_kit
def test_functions_that_are_made_later(kit, repointer):
    f = function(NESTED)
    middle = inside(f.__code__, "middle")
    inner = inside(middle, "inner")
    reach = repointer.swap_all([(inner, twin_of(inner)), (middle, copy_of(middle))])
    if kit.replace_const is None:
        assert {code.co_name for code in reach.unpatched} == {"f", "middle"}
        assert f()()() == "old"
    else:
        assert not reach.unpatched and reach.constants == 3  # in f, in middle and in its twin
        assert f()()() == "new"
    repointer.all_back()
    assert inside(f.__code__, "middle") is middle and inside(middle, "inner") is inner and f()()() == "old"


@needs_native
@pytest.mark.parametrize("kit", KITS[1:])
def test_parents_that_have_a_twin_themselves(kit, repointer):
    """What is made from either, the original or the twin, follows."""
    f = function(NESTED)
    code = f.__code__
    middle = inside(code, "middle")
    inner = inside(middle, "inner")
    repointer.swap(middle, copy_of(middle))
    twin = twin_of(inner)
    assert repointer.swap(inner, twin).constants == 2
    assert f()()() == "new"
    repointer.back(inside(code, "middle"))
    assert f()()() == "new"
    repointer.back(twin)
    assert f()()() == "old"


@with_kit
def test_frames_keep_their_code_and_are_told_of(kit, repointer):
    text = """
        def f(swap=None):
            yield swap and swap()
            yield "old"
    """
    f = function(text)
    code, twin = f.__code__, twin_of(f.__code__)
    suspended, finished, running = f(), f(), f(lambda: repointer.swap(code, twin))
    next(suspended)
    list(finished)
    reach = next(running)
    assert {id(frame) for frame in reach.frames()} == {id(suspended.gi_frame), id(running.gi_frame)}
    assert next(suspended) == next(running) == "old" and list(f())[1] == "new"


@with_kit
def test_what_is_refused(kit, repointer):
    f = function("def f():\n    return 'old'\n")
    g = function("def g(x):\n    return lambda: x\n", "g")(1)
    code = f.__code__
    reach = repointer.swap(code, g.__code__)
    assert [type(error) for _, error in reach.refused] == [ValueError] and f() == "old"
    repointer.swap(g.__code__, code)


@with_kit
def test_under_load_from_two_threads(kit, repointer):
    text = """
        def f(x):
            def inner():
                return "old", x
            return inner
    """
    f = function(text)
    inner = inside(f.__code__, "inner")
    outer = f.__code__
    kept = f(0)
    over, wrong, counts = [], [], [0, 0]

    def call(which):
        number = 0
        while not over:
            number += 1
            for found in (f(number)(), kept()):
                if found[0] not in ("old", "new") or found[1] not in (number, 0):
                    wrong.append(found)
        counts[which] = number

    threads = [threading.Thread(target=call, args=(which,)) for which in (0, 1)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        for thread in threads:
            thread.start()
        for _ in range(8):
            twins = [(inner, twin_of(inner)), (outer, copy_of(outer))]
            repointer.swap_all(twins)
            assert kept()[0] == "new"
            repointer.swap_all([(twin, original) for original, twin in twins])
            assert kept()[0] == "old" and f.__code__ is outer and inside(outer, "inner") is inner
    finally:
        over.append(1)
        sys.setswitchinterval(interval)
        for thread in threads:
            thread.join(20)
    assert not wrong and all(counts)


def test_somebody_who_keeps_all_frames_is_no_endless_way():
    run_python(
        """
        import gc, sys
        from dapper._frame_eval import repointing
        gc.freeze()
        kept = []
        sys.setprofile(lambda frame, *event: kept.append(frame))
        found = repointing._all_objects()
        sys.setprofile(None)
        assert len(found) > 1000
        """
    )


def test_looking_at_everything_leaves_asyncio_as_it_is():
    run_python(
        """
        import asyncio, gc
        from dapper._frame_eval import repointing

        async def wait():
            for turn in range(50):
                await asyncio.sleep(0)
                future = asyncio.get_running_loop().create_future()
                asyncio.get_running_loop().call_soon(future.set_result, 1)
                await future

        async def many():
            await asyncio.gather(*(wait() for n in range(20)))

        gc.freeze()
        for turn in range(3):
            asyncio.run(many())
            assert len(repointing._all_objects()) < 500000
        """
    )


def test_what_was_frozen_for_a_fork():
    run_python(
        """
        import gc
        from dapper._frame_eval import core
        from dapper._frame_eval.repointing import Repointer
        from tests.unit.test_repointing import twin_of
        def f(): return "old"
        class Some:
            def method(self): return "old"
        gc.freeze()
        code = f.__code__
        repointer = Repointer(core.kit())
        assert repointer.swap(code, twin_of(code)).functions == 1
        assert f() == "new"
        code = Some.method.__code__
        repointer.swap(code, twin_of(code))
        assert Some().method() == "new"
        """
    )


@with_kit
def test_who_has_what(kit):
    f = function("def f():\n    def inner():\n        return lambda: 0\n    return 'old'\n")
    g = type(f)(f.__code__, {})
    suspended = []
    generator = (x for x in "a")
    objects = [f, 1, g, len, generator, twin_of]
    assert kit.codes_of_functions(objects, suspended) == [f.__code__, twin_of.__code__]
    assert suspended == [generator]
    assert kit.functions_with(objects, [f.__code__, inside(f.__code__, "inner")]) == [f, g]
    assert kit.has_code_named(f.__code__, {"<lambda>"}) and kit.has_code_named(f.__code__, {"inner", "other"})
    assert not kit.has_code_named(f.__code__, {"f", "other"})
