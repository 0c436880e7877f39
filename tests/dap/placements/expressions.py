"""Expressions that stand on several lines, or run one line in several ways."""

from tests.dap.placements import Placement

EXPRESSIONS = [
    Placement(
        "call over lines",
        """
        f(  # @call
        )
        print(  # @print
            f(1),  # @one
            f(2),  # @two
            file=None if f(3) else f(4),  # @three
        )
        after = 1  # @after
        """,
        "call print one two three after",
    ),
    Placement(
        "assignment over lines",
        """
        value = f(  # @value
            f(1) +  # @left
            f(2)  # @right
        )
        value = f(3)  # @again
        """,
        "value left right again",
    ),
    Placement(
        "chained methods",
        """
        class Chain:
            def add(self, n):
                return self  # @body

        (Chain()  # @first
            .add(f(1))  # @second
            .add(f(2)))  # @third
        """,
        "first second body third body",
    ),
    Placement(
        "chained comparison over lines",
        """
        good = (f(1)  # @one
                < f(2)  # @two
                < f(3)  # @three
                < f(0)  # @four
                < f(9))  # @never
        """,
        "one two three four",
    ),
    Placement(
        "boolean operators over lines",
        """
        if (f(0)  # @a
                or f(1)  # @b
                or f(2)):  # @never
            x = 1  # @body
        """,
        "a b body",
    ),
    Placement(
        "conditional expression over lines",
        """
        for flag in (True, False):
            x = f(
                f(1)  # @then
                if f(flag)  # @test
                else f(2)  # @else
            )
        """,
        "test then test else",
    ),
    Placement(
        "conditional expression on a line",
        """
        for flag in (True, False):
            x = f(1) if f(flag) else f(2)  # @line
        """,
        "line line",
    ),
    Placement(
        "multi-line f-string",
        '''
        # @text+1
        text = f"""{f(1)}
        {f(2)}
        {f(3)!r:>10}
        """
        after = 1  # @after
        ''',
        "text after",
    ),
    Placement(
        "string pieces over lines",
        """
        text = ("a"  # @text
                "b" +
                f("c"))  # @c
        """,
        "text c",
    ),
    Placement(
        "star arguments",
        """
        def many(*args, **kwargs):
            return len(args) + len(kwargs)  # @body

        many(  # @call
            *f([1, 2]),  # @star
            **f({"k": 1}),  # @stars
        )
        """,
        "call star stars body",
    ),
    Placement(
        "walrus",
        """
        if (n := f(3)) > 2:  # @if
            x = n  # @body
        while (n := n - 1) > 0:  # @while
            pass
        """,
        "if body while while while",
    ),
]
