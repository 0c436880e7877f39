"""What libraries that run the user's code do with its exceptions, where their source alone does not tell."""
import sys

from dapper.adapter.debugger import naming
from dapper.adapter.debugger.fates import ELSEWHERE, HANDLED, NOBODY, ON, REPORTED
from dapper.adapter.debugger.values import MISSING, module_of, mro_of, stored, type_attribute, type_name, type_of

#: Of these packages, more is known here than their source tells.
KNOWN = ("_pytest", "pluggy", "unittest", "concurrent", "multiprocessing", "threading", "asyncio", "django", "flask")
#: Where the way of an exception ends, whatever stands above: they answer a request, or run the next test.
_ENDS = ("flask", "django", "socketserver", "wsgiref", "http", "werkzeug", "starlette", "threading", "asyncio", "unittest",
         "_pytest")
#: Answers of web frameworks that are raised: a page not found is no error of the program.
_ANSWERS = ("HTTPException", "Http404", "PermissionDenied", "SuspiciousOperation", "BadRequest", "MultiPartParserError",
            "APIException", "ResponseException")
#: How tests are left on purpose.
_OUTCOMES = ("Skipped", "SkipTest", "XFailed", "Exit", "_ShouldStop")


def is_end(frame):
    """Whether a library's frame that catches everything ends the way of an exception."""
    return str(frame.f_globals.get("__name__")).partition(".")[0] in _ENDS


def fate(judge, module, frame, exc_type, exception):
    """What the library frame does with an exception that comes up to it; None when its source tells.

    Args:
        judge: a Judge, for the frames of others.
        module: the name of the frame's module.
    """
    names = {type_name(cls) for cls in mro_of(exc_type)}
    top = module.partition(".")[0]
    if top == "pluggy":
        return ON
    if top in ("_pytest", "unittest"):
        return _test(frame, names)
    if top in ("flask", "django"):
        return HANDLED if names.intersection(_ANSWERS) or _has_error_handler(frame, exc_type) else None
    function = _FUNCTIONS.get((module, frame.f_code.co_name))
    return function(judge, frame, exc_type) if function is not None else None


def _test(frame, names):
    if names.intersection(_OUTCOMES):
        return HANDLED
    name = frame.f_code.co_name
    if name == "pytest_pyfunc_call" and _is_expected_to_fail(frame.f_locals.get("pyfuncitem")):
        return HANDLED
    if name == "from_call":
        return REPORTED
    if name == "run" and "outcome" in frame.f_locals:  # of a TestCase
        return HANDLED if stored(frame.f_locals["outcome"], "expecting_failure") is True else REPORTED
    return None


def _is_expected_to_fail(node):
    """Whether a test of pytest, or what it is in, has the mark xfail."""
    while node is not MISSING and node is not None:
        marks = stored(node, "own_markers")
        if any(stored(mark, "name") == "xfail" for mark in (marks if isinstance(marks, list) else ())):
            return True
        node = stored(node, "parent")
    return False


def _has_error_handler(frame, exc_type):
    """Whether a Flask application has a function of the user's for the exception."""
    found = []
    todo = [stored(frame.f_locals.get("self"), "error_handler_spec")]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            found.extend(key for key in item if isinstance(key, type))
            todo.extend(item.values())
    return naming.is_subclass(exc_type, found)


# ---- results that somebody may ask for ------------------------------------------------------------------------------


def _work_item(judge, frame, exc_type):
    """A thread of an executor: is somebody waiting for the result?"""
    future = stored(frame.f_locals.get("self"), "future")
    for waiting in list(sys._current_frames().values()):
        while waiting is not None:
            if waiting.f_code.co_name in ("result", "exception") and waiting.f_locals.get("self") is future:
                if waiting.f_code.co_name == "exception":
                    return HANDLED
                return judge.fate(waiting, (exc_type, None, None))
            waiting = waiting.f_back
    return ELSEWHERE


def _elsewhere(judge, frame, exc_type):
    return ELSEWHERE


def _dies(judge, frame, exc_type):
    return NOBODY


def _handle(judge, frame, exc_type):
    """A callback of an event loop; that of a task if there is one at work."""
    tasks = sys.modules.get("asyncio.tasks")
    loop = stored(frame.f_locals.get("self"), "_loop")
    task = tasks.current_task(loop) if tasks is not None and loop is not MISSING else None
    if task is None:
        return REPORTED
    return _task(judge, tasks, task, exc_type, set())


def _task(judge, tasks, task, exc_type, seen):
    """What becomes of the exception a task ends with: who awaits it?"""
    if any("CancelledError" == type_name(cls) for cls in mro_of(exc_type)):
        return HANDLED
    seen.add(task)
    for callback, _ in task._callbacks or ():
        function = getattr(callback, "__func__", callback)
        name = getattr(function, "__qualname__", "")
        if name.endswith("_run_until_complete_cb"):
            return ON  # the frames below the loop will get it
        if "gather." in name and _cell(function, "return_exceptions"):
            return HANDLED
        group = getattr(callback, "__self__", None)
        parent = stored(group, "_parent_task") if group is not None else MISSING
        if parent is not MISSING and parent is not None and parent not in seen:
            return _awaited(judge, tasks, parent, _group_type(), seen)
    for waiter in tasks.all_tasks(task.get_loop()):
        awaited = waiter._fut_waiter
        if waiter not in seen and (awaited is task or task in (getattr(awaited, "_children", None) or ())):
            return _awaited(judge, tasks, waiter, exc_type, seen)
    return ELSEWHERE


def _awaited(judge, tasks, waiter, exc_type, seen):
    found = judge.in_coroutine(waiter.get_coro(), exc_type)
    return _task(judge, tasks, waiter, exc_type, seen) if found == ON else found


def _cell(function, name):
    """The value of a variable that an inner function shares with its outer one."""
    code = getattr(function, "__code__", None)
    if code is None or name not in code.co_freevars:
        return None
    return function.__closure__[code.co_freevars.index(name)].cell_contents


def _group_type():
    return vars(sys.modules["builtins"])["ExceptionGroup"]  # where there are task groups, there is this


_FUNCTIONS = {
    ("concurrent.futures.thread", "run"): _work_item,
    ("concurrent.futures.process", "_process_worker"): _elsewhere,
    ("multiprocessing.pool", "worker"): _elsewhere,
    ("threading", "_bootstrap_inner"): _dies,
    ("threading", "_bootstrap"): _dies,
    ("asyncio.events", "_run"): _handle,
}
