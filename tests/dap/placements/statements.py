"""Statements of every kind, on one line and on many."""

from tests.dap.placements import Placement

STATEMENTS = [
    Placement(
        "backslash",
        """
        # @total+1 @more+2
        total = f(1) + \\
            f(2)
        done = total  # @done
        """,
        "total more done",
    ),
    Placement("semicolons", "a = f(1); b = f(2); c = f(3)  # @line\nd = 4  # @next\n", "line next"),
    Placement(
        "del, global and assert",
        """
        def change():
            global shared
            shared = [1, 2]  # @set
            del shared[0]  # @del_item
            assert shared, f("no")  # @assert
            assert (
                f(shared)  # @tested
            ), "no"

        change()
        del shared  # @del
        """,
        "set del_item assert tested del",
    ),
    Placement(
        "if, elif, else",
        """
        for n in range(3):
            if f(n) == 0:  # @if
                x = 0  # @zero
            elif f(n) == 1:  # @elif
                x = 1  # @one
            else:
                x = 2  # @two
        """,
        "if zero if elif one if elif two",
    ),
    Placement(
        "for and its else",
        """
        for n in f([1, 2]):  # @for
            x = n  # @body
        else:
            x = 0  # @else
        """,
        "for body for body for else",
    ),
    Placement(
        "while and its else",
        """
        n = 2
        while n > 0:  # @while
            n -= 1  # @body
        else:
            n = 9  # @else
        """,
        "while body while body while else",
    ),
    Placement(
        "break and continue",
        """
        for n in range(9):  # @for
            if n == 0:
                continue  # @continue
            break  # @break
        """,
        "for continue for break",
    ),
    Placement("one-line for", "for n in range(2): f(n)  # @line\n", "line line line"),
    Placement(
        "one-line while",  # left by an exception: the test that ends a loop is not always reached by a jump
        """
        left = [1, 2, 3]
        try:
            while f(1): left.remove(len(left) or 9)  # @line
        except ValueError:
            pass
        """,
        "line line line line",
    ),
    Placement("one-line if", "if f(1): f(2)  # @yes\nif f(0): f(2)  # @no\nx = 1  # @x\n", "yes no x"),
    Placement(
        "for header over lines",
        """
        for n in f(  # @for
            [f(1)]  # @list
        ):
            x = n  # @body
        """,
        "for list body for",
    ),
    Placement(
        "with",
        """
        with cm() as c:  # @with
            x = 1  # @body
        x = 2  # @after
        """,
        "with body after",
    ),
    Placement(
        "with of two over lines",
        """
        # @two+2
        with cm() as a, \\
                cm() as b:
            x = 1  # @body
        x = 2  # @after
        """,
        "two body after",
    ),
    Placement(
        "with that swallows",
        """
        with cm(swallow=True):  # @with
            f(1)  # @body
            raise ValueError  # @raise
        x = 2  # @after
        """,
        "with body raise after",
    ),
    Placement(
        "try, except, else, finally",
        """
        def attempt(error):
            try:  # @try
                if error:  # @if
                    raise error  # @raise
            except ValueError as e:  # @except
                x = 1  # @handled
            else:
                x = 2  # @else
            finally:
                x = 3  # @finally
            return x  # @return

        attempt(None)
        attempt(ValueError("no"))
        """,
        "try if else finally return try if raise except handled finally return",
    ),
    Placement(
        "except of several",
        """
        try:
            raise KeyError  # @raise
        except ValueError:  # @first
            x = 1  # @no
        except (KeyError,  # @second
                IndexError):
            x = 2  # @yes
        """,
        "raise first second yes",
    ),
    Placement(
        "finally after an exception",
        """
        try:
            try:
                f(1)  # @body
                raise ValueError  # @raise
            finally:
                x = 1  # @finally
        except ValueError:
            x = 2  # @handled
        """,
        "body raise finally handled",
    ),
    Placement(
        "return through finally",
        """
        def through():
            try:
                return f(1)  # @return
            finally:
                f(2)  # @finally

        through()
        """,
        "return finally",
    ),
    Placement(
        "return in finally",
        """
        def wins():
            try:
                raise ValueError  # @raise
            finally:
                return f(2)  # @return

        wins()
        """,
        "raise return",
    ),
    Placement(
        "finally in a loop",
        """
        for n in range(3):
            try:
                if n == 0:
                    continue  # @continue
                if n == 1:
                    break  # @break
            finally:
                f(n)  # @finally
        """,
        "continue finally break finally",
    ),
    Placement(
        "raise over lines",
        """
        try:
            raise ValueError(  # @raise
                f("why"),  # @why
            ) from f(None)  # @from
        except ValueError:
            pass  # @pass
        """,
        "raise why from pass",
    ),
    Placement(
        "return over lines",
        """
        def made():
            return f(  # @return
                {
                    "a": f(1),  # @a
                    "b": f(2),  # @b
                }
            )

        made()
        """,
        "return a b",
    ),
    Placement(
        "annotated and augmented",
        """
        n: int = f(1)  # @annotated
        n += f(2)  # @augmented
        a, b = f((1, 2))  # @unpacked
        x = y = f(3)  # @twice
        n  # @expression
        """,
        "annotated augmented unpacked twice expression",
    ),
    Placement(
        "import over lines",
        """
        from os import (  # @import
            path,
            sep,
        )
        import os.path as p  # @as
        """,
        "import as",
    ),
    Placement(
        "match",
        """
        for point in ((0, 1), (2, 0), (3, 3)):
            match f(point):  # @match
                case (0, y):  # @first
                    f(y)  # @zero
                case (x, 0) if f(x):  # @second
                    f(x)  # @x
                case _:
                    f(0)  # @other
        """,
        "match first zero match first second x match first second other",
        (3, 10),
    ),
    Placement(
        "except star",
        """
        try:
            raise ExceptionGroup("g", [ValueError(1), KeyError(2)])  # @raise
        except* ValueError:  # @value
            f(1)  # @one
        except* KeyError:  # @key
            f(2)  # @two
        """,
        "raise value one key two",
        (3, 11),
    ),
]
