"""Code inside code: functions, classes, comprehensions."""

from tests.dap.placements import Placement

SCOPES = [
    Placement(
        "decorators",
        """
        def plain(func):
            return func  # @plain_body

        def made(text):
            return plain  # @made_body

        @plain  # @plain
        @made(  # @made
            f("x"),  # @argument
        )
        def decorated():  # @def
            return 1  # @body

        decorated()  # @call
        """,
        "plain made argument made_body def plain_body plain_body call body",
    ),
    Placement(
        "decorated class",
        """
        def plain(cls):
            return cls  # @plain_body

        @plain  # @decorator
        class Decorated:  # @class
            x = 1  # @x
        """,
        "decorator class x plain_body",
    ),
    Placement(
        "default arguments",
        """
        def made(  # @def
            a=f(1),  # @a
            b=f(2),  # @b
        ):
            return a + b  # @body

        made()
        made()
        """,
        "a b def body body",
    ),
    Placement("one-line function", "def one(): return f(1)  # @line\none()\none()\n", "line line line"),
    Placement("one-line lambda", "one = lambda: f(1)  # @line\none()\none()\n", "line line line"),
    Placement(
        "lambda over lines",
        """
        one = (lambda n:
               f(n))  # @body
        one(1)
        one(2)
        """,
        "body body",
    ),
    Placement(
        "lambda as a key",
        """
        x = sorted([3, 1], key=lambda n: -n)  # @line
        """,
        "line line line",
    ),
    Placement(
        "nested functions",
        """
        def outer():
            n = 1  # @outer

            def middle():  # @def_middle
                def inner():  # @def_inner
                    return n  # @inner

                return inner()  # @middle

            return middle()  # @return

        outer()
        """,
        "outer def_middle return def_inner middle inner",
    ),
    Placement(
        "recursion",
        """
        def factorial(n):
            if n < 2:  # @if
                return 1  # @end
            return n * factorial(n - 1)  # @again

        factorial(3)
        """,
        "if again if again if end",
    ),
    Placement(
        "class body",
        """
        class Plain:  # @class
            \"\"\"Words.\"\"\"

            x = f(1)  # @x

            def method(self):  # @def
                return self.x  # @method

        Plain().method()  # @call
        """,
        "class x def call method",
    ),
    Placement(
        "class in a class",
        """
        class Outer:  # @outer
            class Inner(  # @inner
                f(object),  # @base
            ):
                x = 1  # @x
        """,
        "outer inner base x",
    ),
    Placement(
        "dataclass",
        """
        from dataclasses import dataclass, field

        @dataclass
        class Point:
            x: int = f(1)  # @x
            y: list = field(  # @y
                default_factory=lambda: f([]),  # @factory
            )

            def __post_init__(self):
                f(self)  # @post

        Point()
        """,
        "x y factory factory post",
    ),
    Placement(
        "metaclass",
        """
        class Meta(type):
            def __new__(mcls, name, bases, body):
                return super().__new__(mcls, name, bases, body)  # @new

        class Made(metaclass=Meta):
            x = 1  # @x
        """,
        "x new",
    ),
    Placement(
        "super",
        """
        class Base:
            def __init__(self):
                self.a = 1  # @base

        class Derived(Base):
            def __init__(self):
                super().__init__()  # @super
                self.b = 2  # @derived

        Derived()
        """,
        "super base derived",
    ),
    Placement(
        "property, static and class method",
        """
        class Thing:
            @property
            def p(self):
                return f(1)  # @property

            @staticmethod
            def s():
                return f(2)  # @static

            @classmethod
            def c(cls):
                return f(3)  # @classmethod

            def __len__(self):
                return f(4)  # @len

        t = Thing()
        t.p, t.s(), t.c(), len(t)  # @line
        """,
        "line property static classmethod len",
    ),
    Placement(
        "comprehensions on a line",
        """
        a = [f(n) for n in range(3)]  # @list
        b = {f(n) for n in range(3)}  # @set
        c = {n: f(n) for n in range(3) if n}  # @dict
        d = sum(f(n) for n in range(3))  # @generator
        e = [[f(m) for m in range(n)] for n in range(3)]  # @nested
        """,
        "list set dict generator nested",
    ),
    Placement(
        "comprehension over lines",
        """
        a = [
            f(n)  # @element
            for n in range(3)
            if f(n) != 1  # @if
        ]
        after = a  # @after
        """,
        "if element if if element after",
    ),
    Placement(
        "comprehension in a function",
        """
        def inside():
            a = [f(n) for n in range(3)]  # @line
            return a  # @return

        inside()
        inside()
        """,
        "line return line return",
    ),
    Placement(
        "generator expression over lines",
        """
        a = list(
            f(n)  # @element
            for n in range(2)
        )
        """,
        "element element",
    ),
    Placement(
        "deep nesting",
        """
        def deep(n):
            for a in range(1):
                while True:
                    with cm():
                        try:
                            if n:
                                for b in range(2):
                                    if b:
                                        f(b)  # @deepest
                        finally:
                            f(n)  # @finally
                    f(n)  # @last
                    break
            return n  # @return

        deep(1)
        """,
        "deepest finally last return",
    ),
    Placement(
        "type parameters",
        """
        class Box[T]:  # @class
            def get[U](self, x: U) -> U:
                return x  # @body

        Box().get(1)
        """,
        "class body",
        (3, 12),
    ),
]
