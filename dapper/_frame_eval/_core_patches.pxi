# Part of _frame_evaluator.pyx: new code in functions and in their parents' constants, news of code that runs.


def repoint(function, code):
    """Give a function other code, at no cost for its later calls.

    Same as ``function.__code__ = code``, but from 3.13 on calls of a function that ever got other code are not
    specialised for it again, unless it gets the version number of its code back. That is done when the function was as
    its ``def`` made it (or as this function left it).

    Args:
        function: a function of Python.
        code: a code object with as many free variables, used for no function with other defaults.

    Raises:
        ValueError, TypeError: as assigning to ``__code__`` does.

    Returns: whether later calls are as fast as before.
    """
    cdef bint was_whole
    if not PyFunction_Check(function):
        raise TypeError("a function of Python is needed, not %s" % type(function).__name__)
    was_whole = core_has_first_version(function)
    function.__code__ = code
    if not CORE_LOSES_VERSION:
        return True
    return was_whole and function.__code__ is code and core_give_version(function)


def restore_func_version(function, code):
    """Give a function that got `code` the version number of it; see repoint, which also knows whether that is right.

    Returns: whether it has that version now; False where functions don't lose it.
    """
    if not PyFunction_Check(function) or function.__code__ is not code:
        raise ValueError("the function does not have this code")
    return bool(CORE_LOSES_VERSION) and core_give_version(function)


def replace_const(tuple consts, old, new):
    """Put a code object in the place of another among the constants of a code object, which may be running.

    Functions made from it later have the new code. What is compiled to machine code already (a JIT) keeps the old one.

    Args:
        consts: ``co_consts`` of the parent.
        old, new: code objects.

    Returns: how many places were changed.
    """
    cdef Py_ssize_t at
    cdef int count = 0
    checked_code(old)
    checked_code(new)
    for at in range(len(consts)):
        if PyTuple_GET_ITEM(consts, at) == <PyObject *>old:
            Py_INCREF(new)
            PyTuple_SET_ITEM(consts, at, <PyObject *>new)
            Py_XDECREF(<PyObject *>old)
            count += 1
    return count


def codes_of_functions(list objects, list suspended):
    """The code objects that functions have, each once, without an audit event for each.

    Args:
        objects: any objects, as gc.get_objects() gives them.
        suspended: the generators, coroutines and asynchronous generators among them are appended to it.
    """
    cdef AddressMap seen = AddressMap()
    cdef list found = []
    cdef PyObject *code
    for thing in objects:
        if PyFunction_Check(thing):
            code = PyFunction_GetCode(thing)
            if seen.get(code) == NULL:
                seen.put(code, code)
                found.append(<object>code)
        elif PyGen_CheckExact(thing) or PyCoro_CheckExact(thing) or PyAsyncGen_CheckExact(thing):
            suspended.append(thing)
    return found


def functions_with(list objects, codes):
    """The functions that have one of some code objects.

    Args:
        objects: any objects.
        codes: the code objects.
    """
    cdef AddressMap wanted = AddressMap()
    for code in codes:
        wanted.put(<void *>code, <void *>code)
    return [thing for thing in objects if PyFunction_Check(thing) and wanted.get(PyFunction_GetCode(thing)) != NULL]


def has_code_named(code, names):
    """Whether there is a code object with one of some names among the constants of another, at any depth.

    Args:
        code: the code object.
        names: a set of names.
    """
    for constant in checked_code(code).co_consts:
        if PyCode_Check(constant) and (constant.co_name in names or has_code_named(constant, names)):
            return True
    return False


def run_instead(old, new):
    """Run other code in the next frame of a module's or class's code object that starts on the calling thread.

    For a listener of watch_exec, which is called just before that. The eval-frame hook is on only until then.

    Args:
        old: a code object without locals of its own, arguments and free variables.
        new: the code to run in its place, or None to wait no more.

    Returns: whether this Python has it (3.8 to 3.11).
    """
    cdef PyObject *code = NULL
    if new is not None:
        checked_code(old)
        checked_code(new)
        if core_is_optimized(<PyCodeObject *>old) or old.co_freevars or old.co_argcount or old.co_kwonlyargcount:
            raise ValueError("%s is not run by exec" % old.co_name)
        code = <PyObject *>new
    core_run_instead(<PyObject *>old, code)
    return bool(CORE_SUSPENDS)


# The audit hook: once set it stays for the life of the process and sees every event of every interpreter.

cdef object exec_listener = None
cdef PyInterpreterState *exec_interpreter = NULL
cdef bint exec_hooked = False
cdef bint exec_answered = False
cdef const char *PROBE = b"dapper.exec_hook"


cdef int hear(const char *event, PyObject *arguments, void *unused) except -1:
    global exec_answered
    if event[0] != c"e" or event[1] != c"x" or event[2] != c"e" or event[3] != c"c" or event[4] != 0:
        if event == PROBE:
            exec_answered = True
        return 0
    if exec_listener is None or PyThreadState_Get().interp != exec_interpreter:
        return 0
    return tell_exec(<tuple>arguments)


cdef int tell_exec(tuple arguments) except -1:
    cdef PyThreadState *state = PyThreadState_Get()
    code = arguments[0] if arguments else None
    if not PyCode_Check(code) or is_marked(<void *>code, SEEN):
        return 0
    mark(code, SEEN)
    core_hide(state)  # from whoever watches the program: the listener is ours
    try:
        if exec_listener(code) is True:
            unmark(code, SEEN)
    except Exception as error:  # boundary: an error of the debugger's must not reach the program
        report(None, error)
    finally:
        core_show(state)
    return 0


def watch_exec(listener):
    """Hear of each code object before ``exec`` runs it: modules that are imported, too.

    Args:
        listener: called as ``listener(code)`` once for each code object, or each time if it returns True; None to hear
            no more. With another listener, or the same again, all code is told anew.

    Returns: whether it is heard of; other audit hooks may forbid it.
    """
    global exec_listener, exec_interpreter, exec_hooked, exec_answered
    exec_listener = listener
    unmark_all(SEEN)
    exec_interpreter = PyThreadState_Get().interp
    if listener is not None and not exec_hooked:
        PySys_AddAuditHook(<Py_AuditHookFunction>hear, NULL)
        exec_answered = False
        PySys_Audit(PROBE, NULL)
        exec_hooked = exec_answered
    return exec_hooked
