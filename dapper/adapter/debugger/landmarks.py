"""Functions of libraries that are called just when something has failed: watched, they cost nothing before."""
from dapper.adapter.debugger.breakpoints import Breakpoint

_NAMES = (
    "_pytest.runner:check_interactive_exception",
    "unittest.result:TestResult.addError",
    "unittest.result:TestResult.addFailure",
    "unittest.result:TestResult.addSubTest",
    "asyncio.base_events:BaseEventLoop.call_exception_handler",
)
_FUNCTIONS = frozenset(name.rpartition(".")[2].rpartition(":")[2] for name in _NAMES)


def breakpoints():
    """New function breakpoints on them, which never stop by themselves."""
    made = [Breakpoint(0, None, {"hitCondition": "<1"}, name) for name in _NAMES]
    for one in made:
        one.verified = True
    return made


def failure(frame):
    """The (type, exception, traceback) that the function starting in ``frame`` is told of, or None."""
    name, names = frame.f_code.co_name, frame.f_locals
    if name not in _FUNCTIONS:
        return None
    if name == "check_interactive_exception":
        return _failed_phase(names.get("call"), names.get("report"))
    if name == "call_exception_handler":
        exception = (names.get("context") or {}).get("exception")
        return (type(exception), exception, exception.__traceback__) if isinstance(exception, BaseException) else None
    found = names.get("err")
    return found if type(found) is tuple and len(found) == 3 else None


def _failed_phase(call, report):
    """What made a test of pytest fail; skipped ones and those expected to fail are none."""
    from dapper.adapter.debugger.values import MISSING, is_a, stored

    found = stored(stored(call, "excinfo"), "_excinfo")
    if not is_a(found, tuple) or stored(report, "wasxfail") is not MISSING:
        return None
    return None if found[0].__name__ in ("Skipped", "BdbQuit", "Exit") else found
