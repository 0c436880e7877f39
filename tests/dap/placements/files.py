"""Files of odd shape, and names that make trouble."""

from tests.dap.placements import Placement

FILES = [
    Placement("crlf", b"from helpers import f\r\nx = f(1)  # @one\r\n\r\nif x:\r\n    f(2)  # @two\r\n", "one two"),
    Placement("tabs", b"from helpers import f\nif f(1):  # @if\n\tx = 2  # @two\n\tx = 3  # @three\n", "if two three"),
    Placement(
        "latin-1 cookie",
        "# -*- coding: latin-1 -*-\nfrom helpers import f\nname = f('é')  # @name\nf(name)  # @next\n".encode(
            "latin-1"
        ),
        "name next",
    ),
    Placement("byte order mark", b"\xef\xbb\xbffrom helpers import f\nx = f(1)  # @x\n", "x"),
    Placement("no newline at the end", b"from helpers import f\nx = 1\nf(x)  # @last", "last"),
    Placement("form feed", b"from helpers import f\n\x0c\nx = 1  # @x\n\x0c\ndef g():\n    f(2)  # @g\ng()\n", "x g"),
    Placement("docstring first", b'"""Words.\n\nMore.\n"""\nfrom helpers import f\nf(1)  # @f\n', "f"),
    Placement("unicode file name", "x = f(1)  # @x\n", "x", file="größe_名前.py"),
    Placement("named like a module of the library", "x = f(1)  # @x\n", "x", file="package/io.py"),
    Placement("named like another", "def get():\n    return f(1)  # @get\nget()\n", "get", file="package/queue.py"),
    Placement("package", "x = f(1)  # @x\n", "x", file="package/deeper/__init__.py"),
    Placement("space in the name", "x = f(1)  # @x\n", "x", file="with space/a b.py"),
    Placement("line 1", b"x = 1  # @first\ny = 2  # @second\n", "first second"),
]
