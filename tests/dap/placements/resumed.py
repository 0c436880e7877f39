"""Code that is left in the middle and gone on with: generators, coroutines; and code on other threads."""

from tests.dap.placements import Placement

RESUMED = [
    Placement(
        "generator",
        """
        def numbers():
            f(0)  # @start
            yield 1  # @one
            x = yield 2  # @two
            f(x)  # @end

        for n in numbers():  # @for
            f(n)  # @body
        """,
        "for start one body for two body for end",
    ),
    Placement(
        "yield from",
        """
        def inner():
            yield 1  # @one
            yield 2  # @two

        def outer():
            yield from inner()  # @from
            f(3)  # @after

        list(outer())
        """,
        "from one two after",
    ),
    Placement(
        "generator with finally",
        """
        def careful():
            try:
                yield 1  # @yield
            finally:
                f(1)  # @finally

        g = careful()
        next(g)
        g.close()  # @close
        """,
        "yield close finally",
    ),
    Placement(
        "context manager by generator",
        """
        from contextlib import contextmanager

        @contextmanager
        def managed():
            f(1)  # @enter
            yield 2  # @yield
            f(3)  # @exit

        with managed():  # @with
            f(4)  # @body
        """,
        "with enter yield body exit",
    ),
    Placement(
        "coroutines",
        """
        import asyncio

        async def inner(n):
            await asyncio.sleep(0)  # @sleep
            return n  # @return

        async def outer():
            x = await inner(1)  # @await
            y = await asyncio.gather(  # @gather
                inner(2),  # @two
            )
            return x  # @end

        asyncio.run(outer())
        """,
        "await sleep return gather two sleep return end",
    ),
    Placement(
        "async for and async with",
        """
        import asyncio

        class Manager:
            async def __aenter__(self):
                await asyncio.sleep(0)
                return self  # @enter

            async def __aexit__(self, *exc):
                await asyncio.sleep(0)
                return f(False)  # @exit

        async def numbers():
            for n in range(2):
                await asyncio.sleep(0)  # @sleep
                yield n  # @yield

        async def main():
            async with Manager() as m:  # @with
                async for n in numbers():  # @for
                    f(n)  # @body
            return 1  # @end

        asyncio.run(main())
        """,
        "with enter for sleep yield body for sleep yield body for exit end",
    ),
    Placement(
        "async comprehension",
        """
        import asyncio

        async def numbers():
            yield 1  # @yield

        async def main():
            a = [f(n) async for n in numbers()]  # @line
            b = [
                f(n)  # @element
                async for n in numbers()
            ]
            return a  # @end

        asyncio.run(main())
        """,
        "line yield yield element end",
    ),
    Placement(
        "thread",
        """
        import threading

        def work():
            f(1)  # @work

        t = threading.Thread(target=work)
        t.start()
        t.join()
        f(2)  # @after
        """,
        "work after",
    ),
]
