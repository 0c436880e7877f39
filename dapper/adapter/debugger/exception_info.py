"""An exception as DAP tells about it: what, where, why, and the exceptions inside."""
from dapper.adapter.debugger.display import Limits
from dapper.adapter.debugger.texts import Text
from dapper.adapter.debugger.values import (
    Interrupted,
    error_text,
    exact_text,
    full_type_name,
    instance_dict,
    is_a,
    stored,
    type_name,
    type_of,
    user_call,
)

_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_hides_context = BaseException.__dict__["__suppress_context__"].__get__
_MOST_INNER = 50


def info(exc_type, exc, tb, break_mode, max_frames=0, shown=None):
    """The body of an ExceptionInfoResponse.

    Args:
        exc_type, exc, tb: as ``sys.exc_info()`` gives them; exc may still be None or a text on old Pythons.
        break_mode: never, always, unhandled or userUnhandled.
        max_frames: most frames of the stack trace; 0: all.
        shown: turns [(frame, line)], innermost first, into those the user knows, or None when these are the same.
    """
    name = full_type_name(exc_type)
    body = {"exceptionId": name, "breakMode": break_mode}
    if not is_a(exc, BaseException):
        body["description"] = Text(Limits()).of(exc)
        body["details"] = {"message": body["description"], "typeName": type_name(exc_type), "fullTypeName": name}
        return body
    body["description"] = description(exc)
    body["details"] = _details(exc, tb, lambda *which: _trace(*which, max_frames, shown), set())
    body["details"]["evaluateName"] = "__exception__[1]"
    return body


def message(exc):
    """``str(exc)``, whatever the user's ``__str__`` does, with its notes behind."""
    text = error_text(exc)
    name = full_type_name(type_of(exc))
    return text[len(name) + 2 :] if text.startswith(name + ": ") else ""


def description(exc):
    """The message with the notes that were added to the exception."""
    return "\n".join([message(exc)] + _notes(exc))


def _notes(exc):
    notes = (instance_dict(exc) or {}).get("__notes__")
    if not is_a(notes, list):
        return []
    return [exact_text(note, 0, 65536) for note in list.__iter__(notes) if is_a(note, str)]


def _details(exc, tb, trace, seen):
    seen.add(id(exc))
    details = {
        "message": description(exc),
        "typeName": type_name(type_of(exc)),
        "fullTypeName": full_type_name(type_of(exc)),
        "stackTrace": trace(exc, tb, True) if len(seen) == 1 else trace(exc, BaseException.__traceback__.__get__(exc), False),
    }
    inner = []
    for other in _inner(exc):
        if id(other) not in seen and len(seen) < _MOST_INNER:
            inner.append(_details(other, other.__traceback__, trace, seen))
    if inner:
        details["innerException"] = inner
    return details


def _inner(exc):
    """The members of a group, then what the exception came from."""
    parts = stored(exc, "exceptions")
    found = list(parts) if is_a(parts, tuple) else []
    came_from = _cause(exc)
    if came_from is None and not _hides_context(exc):
        came_from = _context(exc)
    return [part for part in found if is_a(part, BaseException)] + ([came_from] if came_from is not None else [])


def _trace(exc, tb, chain, max_frames, shown):
    """The traceback as Python prints it, with cause and context if ``chain``."""
    import traceback  # 10 ms the first time, and only when an exception is looked at

    limit = -max_frames if max_frames else None
    try:
        if shown is None:
            return "".join(user_call(traceback.format_exception, type_of(exc), exc, tb, limit, chain))
        told = user_call(lambda: traceback.TracebackException(type_of(exc), exc, tb, limit=limit))
        _retell(told, exc, tb, limit, shown)
        return "".join(told.format(chain=chain))
    except Interrupted:
        raise
    except BaseException:  # boundary: __str__ and __repr__ of the exception are the user's
        lines = traceback.format_tb(tb, limit)
        return "Traceback (most recent call last):\n%s%s\n" % ("".join(lines), error_text(exc))


def _retell(told, exc, tb, limit, shown):
    """Put the places the user knows into a TracebackException, and into those it came from."""
    import traceback

    entries = list(traceback.walk_tb(tb))[::-1]
    pairs = list(zip(entries, shown(entries)))[::-1]
    for number, ((frame, _), (view, line)) in enumerate(pairs[limit:] if limit else pairs):
        if view is not frame:
            told.stack[number] = traceback.FrameSummary(view.f_code.co_filename, line, view.f_code.co_name)
    for inner, came_from in (told.__cause__, _cause(exc)), (told.__context__, _context(exc)):
        if inner is not None:
            _retell(inner, came_from, BaseException.__traceback__.__get__(came_from), limit, shown)
