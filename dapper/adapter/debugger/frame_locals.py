"""The local variables of a frame: read them, change them for the running function, forget that they were read."""
import sys
from sys import getrefcount

from dapper._frame_eval import core
from dapper._frame_eval.opcodes import READ_LOCALS_ARE_COPIED_BACK_ONCE
from dapper.adapter.debugger.values import is_a, type_of, user_call
from dapper.adapter.debugger.visits import is_ours
from dapper.protocol.errors import DapError

_FRAME = type(sys._getframe())
_OPTIMIZED = 0x1  # CO_OPTIMIZED: locals live in slots of the frame, not in a dictionary
_to_fast = None
_REFERENCES = 3  # to a dict that only its frame has, as `forget` counts them
_read = {}  # id → frames that keep a copy of their locals because we have read them

#: Python 3.12 gives every unbound local the value None when one is unbound from outside; sys.monitoring came with it.
_UNBINDS = not hasattr(sys, "monitoring")


def read(frame):
    """A new dict of the local variables of ``frame``, those it shares with its enclosing function included.

    The dict that the program may have from ``locals()`` stays as it is, where the native core can do that.
    """
    native = core.loaded()
    if native is not None and type_of(frame) is _FRAME:
        found = native.read_locals(frame)
        if found is not None:
            return found
    found = _kept(frame)
    if is_a(found, dict):
        names = dict(dict.items(found))
    elif frame.f_code.co_flags & _OPTIMIZED:
        names = dict(found)
    else:  # the namespace a metaclass prepared for a class body
        names = user_call(dict, found)
    if not frame.f_code.co_flags & _OPTIMIZED and frame.f_code.co_freevars:
        outer = frame.f_back  # a class body runs inside the function whose variables it uses
        if outer is not None and frame.f_code in outer.f_code.co_consts:
            for name, value in outer.f_locals.items():
                if name in frame.f_code.co_freevars:
                    names.setdefault(name, value)
    return names


def _kept(frame):
    """``frame.f_locals``, noted for `forget` if it leaves the frame a copy."""
    found = frame.f_locals
    if type_of(found) is dict and (frame.f_code.co_flags & _OPTIMIZED or frame.f_code.co_varnames):
        _read[id(frame)] = frame
    return found


def are_globals(frame):
    """Whether the local variables of a frame are the global ones, as those of a module are."""
    return not frame.f_code.co_flags & _OPTIMIZED and frame.f_locals is frame.f_globals


def write(frame, name, value):
    """Give local ``name`` a value that the running function sees.

    Raises:
        DapError: this Python offers no way to.
    """
    names = _kept(frame)
    names[name] = value
    if frame.f_code.co_flags & _OPTIMIZED and type_of(names) is dict:
        _sync(frame, 0, name)


def delete(frame, name):
    """Unbind local ``name``.

    Raises:
        DapError: it can't be unbound.
    """
    names = _kept(frame)
    optimized = frame.f_code.co_flags & _OPTIMIZED
    if optimized and type_of(names) is dict and not _UNBINDS and name in _own_names(frame.f_code):
        raise DapError("cannot_set", name=name, why="Python 3.12 can't delete a local variable from outside")
    try:
        del names[name]
    except KeyError:
        return
    except (TypeError, ValueError, RuntimeError) as error:
        why = "a local variable of a running function can't be deleted: %s" % error
        raise DapError("cannot_set", name=name, why=why) from None
    if optimized and type_of(names) is dict and name in _own_names(frame.f_code):
        _sync(frame, 1, name)


def release(frame):
    """The locals of a frame were read, from the trace function it waits for, and nothing was changed in them.

    Python 3.12 would give the variables of a comprehension that runs in a module's own frame the value None.
    """
    code = frame.f_code
    if code.co_varnames and not code.co_flags & _OPTIMIZED and READ_LOCALS_ARE_COPIED_BACK_ONCE and frame is _traced():
        try:
            _sync(frame, 0, "")
        except DapError:
            return  # no ctypes here


def forget(frame):
    """Drop the copy of the locals a frame keeps once they were read, so that nobody lives longer for having been seen.

    Before Python 3.13. Only for frames of the calling thread. A copy that the program has, too, from ``locals()``, is its
    own to keep.
    """
    if _read.pop(id(frame), None) is None:
        return
    if not frame.f_code.co_flags & _OPTIMIZED:
        release(frame)  # what was read is no copy but the namespace itself
        return
    native = core.loaded()
    if native is not None:
        native.drop_locals(frame)
        return
    names = frame.f_locals
    if getrefcount(names) > _REFERENCES:
        return
    if _runs_trace_function(frame):  # the interpreter will unbind what the copy lacks, unless it thinks it has done so
        if not READ_LOCALS_ARE_COPIED_BACK_ONCE:
            return
        try:
            _sync(frame, 0, "")
        except DapError:  # no ctypes here
            return
    for name in _own_names(frame.f_code):
        names.pop(name, None)


def _runs_trace_function(frame):
    """Whether a frame of the calling thread waits for a trace function in Python, its own or another tool's.

    What ``sys.gettrace()`` says may have changed since, on this thread or by another one.
    """
    callee = sys._getframe(1)
    while callee is not None and callee.f_back is not frame:
        callee = callee.f_back
    return callee is not None and "event" in callee.f_code.co_varnames[: callee.f_code.co_argcount]


def _traced():
    """The frame of the calling thread that waits for a trace function, which we are in, or None."""
    tracer = sys.gettrace()
    if tracer is None or type_of(tracer).__module__ == core.NAME:
        return None  # trace functions in C leave the locals alone
    frame = sys._getframe(1)
    while frame is not None and is_ours(frame):
        frame = frame.f_back
    return frame


def _own_names(code):
    return code.co_varnames + code.co_cellvars + code.co_freevars


def _sync(frame, clear, name):
    """Copy the dictionary of a frame's locals into the frame, where Python keeps the two apart (before 3.13)."""
    global _to_fast
    if _to_fast is None:
        try:
            from ctypes import c_int, py_object, pythonapi

            function = pythonapi["PyFrame_LocalsToFast"]  # a fresh object: the attribute is shared with the user
        except (ImportError, AttributeError) as error:
            why = "this Python can't write local variables (%s)" % error
            raise DapError("cannot_set", name=name, why=why) from None
        function.argtypes, function.restype = (py_object, c_int), None
        _to_fast = function
    _to_fast(frame, clear)
