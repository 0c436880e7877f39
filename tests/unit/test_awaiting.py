"""``await`` at a stop: on the program's own loop, with its context variables."""
import asyncio
import contextvars
import sys

import pytest

from dapper.adapter.debugger import evaluate as evaluating
from dapper.protocol.errors import DapError

VARIABLE = contextvars.ContextVar("VARIABLE", default="unset")


def console(text, frame):
    return evaluating.evaluate(text, frame, "repl", {})


async def twice(value):
    await asyncio.sleep(0.001)
    return [value, value]


async def fails():
    await asyncio.sleep(0)
    raise ValueError("because")


def test_on_the_loop_of_the_program_between_its_other_tasks():
    async def program():
        order, lock, queue = [], asyncio.Lock(), asyncio.Queue()

        async def other(name):
            for step in range(3):
                order.append((name, step))
                await asyncio.sleep(0)
            return name

        tasks = [asyncio.ensure_future(other(name)) for name in "abc"]
        VARIABLE.set("mine")
        await asyncio.sleep(0)
        me = asyncio.current_task() if hasattr(asyncio, "current_task") else None
        frame = sys._getframe()
        assert console("await twice(1)", frame) == [1, 1]
        assert console("await tasks[0]", frame) == "a"
        assert console("x = await twice(VARIABLE.get())\nx", frame) == ["mine", "mine"]
        assert console("async with lock: y = [await twice(n) for n in range(2)]\ny", frame) == [[0, 0], [1, 1]]
        assert console("asyncio.get_running_loop() is asyncio.get_event_loop()", frame)
        with pytest.raises(DapError, match="ValueError: because"):
            console("await fails()", frame)
        assert asyncio.current_task() is me
        await queue.put(1)
        assert await queue.get() == 1
        assert await asyncio.gather(*tasks) == ["a", "b", "c"]
        assert sorted(order) == [(name, step) for name in "abc" for step in range(3)]
        assert lock
        return "done"

    assert asyncio.run(program()) == "done"


def test_in_a_callback_with_others_waiting_behind_it():
    loop = asyncio.new_event_loop()
    ran = []

    def callback():
        ran.append(console("await twice(2)", sys._getframe()))

    try:
        loop.call_soon(callback)
        for number in range(5):
            loop.call_soon(ran.append, number)
        loop.call_soon(loop.stop)
        loop.run_forever()
    finally:
        loop.close()
    assert [2, 2] in ran and [n for n in ran if n != [2, 2]] == list(range(5))


def test_without_a_loop():
    frame = sys._getframe()
    assert console("await twice(3)", frame) == [3, 3]
    assert console("[await twice(n) for n in range(2)]", frame) == [[0, 0], [1, 1]]
    with pytest.raises(DapError, match="ValueError: because"):
        console("await fails()", frame)


def test_assignments_around_an_await_reach_the_function():
    async def program():
        value = 1
        console("value = (await twice(5))[0]", sys._getframe())
        return value

    assert asyncio.run(program()) == 5


def test_a_loop_of_another_kind_is_refused_with_its_name():
    class Other(asyncio.AbstractEventLoop):
        pass

    asyncio.events._set_running_loop(Other())
    try:
        with pytest.raises(DapError, match="Other"):
            console("await twice(1)", sys._getframe())
    finally:
        asyncio.events._set_running_loop(None)
