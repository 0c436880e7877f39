"""The corpus: places a breakpoint can stand in, and how often it is hit there.

A program is a module; ``f(x)`` returns ``x``. Expectations are written by these rules and hold on every engine and
Python version, whatever line events the interpreter happens to make:

* a line is hit once each time the statement on it is executed, although values of that statement stand on more lines;
* a line inside a statement, with a value of its own, is hit once each time that value is computed;
* the header of a loop is hit once each time it is evaluated, the last time included; that of a ``with`` once;
* a comprehension on the line of its statement adds nothing; an element on a line of its own is hit once an iteration;
* a lambda on a line is hit when the line is executed and again at every call of the lambda;
* a ``def`` or ``class`` line is hit when it is executed, a line of the body when that is.
"""

from typing import NamedTuple, Tuple, Union


class Placement(NamedTuple):
    """One program and the marks a debugger has to stop at, in this order."""

    name: str
    text: Union[str, bytes]
    expected: str
    since: Tuple[int, int] = (3, 8)
    file: str = ""  # another name for the module's file
