# Data breakpoints on what a dictionary holds: globals, attributes, items.
#
# The interpreter calls `on_change` before it changes a watched dictionary, in the middle of that operation, so nothing
# here runs Python code: it notes the change and switches instruction events on in the running code. The next
# instruction of that frame then stops the thread, with the change made.

cdef extern from "_core_watch.h":
    ctypedef int core_watch_event
    int CORE_WATCHES_DICTS, CORE_STORES_PAST_DICTS, core_watch_cleared, core_watch_deallocated, core_watch_cloned
    int core_add_watcher(int (*)(core_watch_event, PyObject *, PyObject *, PyObject *) noexcept)
    int core_watch(int, object) except -1
    int core_unwatch(int, object) except -1
    PyObject *core_take_error() noexcept
    void core_give_error(PyObject *) noexcept
    PyObject *core_dict_value(PyObject *, PyObject *) noexcept
    bint core_is_in_callback() noexcept
    PyObject *core_running_object() noexcept
    int core_line_of(PyObject *) noexcept
    object core_code_of(PyObject *)


cdef int watcher_number = -1
cdef list watched_keys = []  # of DictKey


cdef class DictKey:
    """A key of a dictionary whose value is watched. The dictionary is not kept alive.

    Args:
        owner: the dictionary.
        key: the key; changes are known by identity, or by equality if it is of a type that comes with Python.
        watch: the DictWatch that is told.

    Attributes:
        alive: whether the dictionary still exists.
        active: whether changes are noted.
    """

    cdef PyObject *owner
    cdef object key
    cdef DictWatch watch
    cdef readonly bint alive
    cdef public bint active

    def __cinit__(self, owner, key, DictWatch watch):
        global watcher_number
        if not isinstance(owner, dict):
            raise TypeError("only dictionaries can be watched")
        if not CORE_WATCHES_DICTS:
            raise RuntimeError("dictionaries can be watched from Python 3.12 on")
        if watcher_number < 0:
            watcher_number = core_add_watcher(on_change)
            if watcher_number < 0:
                pass_on_error()
        if CORE_STORES_PAST_DICTS and type(owner) is dict:
            separate(owner)
        self.owner = <PyObject *>owner
        self.key = key
        self.watch = watch
        self.alive = True
        self.active = False
        core_watch(watcher_number, owner)
        watched_keys.append(self)

    def end(self):
        """Watch no more."""
        cdef DictKey other
        self.active = False
        if self not in watched_keys:
            return
        watched_keys.remove(self)
        if self.alive:
            for other in watched_keys:
                if other.owner == self.owner:
                    return
            core_unwatch(watcher_number, <object>self.owner)

    cdef bint matches(self, PyObject *key):
        if key == NULL or key == <PyObject *>self.key:
            return True
        if type(self.key) not in PLAIN_KEYS or type(<object>key) is not type(self.key):
            return False
        return bool(rich_compare(self.key, <object>key, 2))


cdef int separate(dict owner) except -1:
    """Give a dictionary of attributes a table of its own: taking its last item out does that. No other thread runs."""
    if not owner:
        owner["dapper"] = None
        owner.popitem()
        return 0
    key, value = owner.popitem()
    owner[key] = value
    return 0


cdef tuple PLAIN_KEYS = (str, int, bytes, float, bool)


cdef class DictWatch:
    """What happens with the changes of watched keys.

    Args:
        changes: list that gets (thread, DictKey, old, new, line) of each change; MISSING where there is no value.
        following: dict that gets thread → False of each.
        switch: ``switch(tool, code, events)``, sys.monitoring.set_local_events.
        tool, events: its arguments.
        missing: stands for no value.
    """

    cdef list changes
    cdef dict following
    cdef object switch, tool, events, none, missing

    def __init__(self, list changes, dict following, switch, tool, events, missing):
        self.changes = changes
        self.following = following
        self.switch = switch
        self.tool = tool
        self.events = events
        self.none = 0
        self.missing = missing

    cdef int note(self, DictKey key, PyObject *owner, PyObject *new) except -1:
        cdef PyObject *old = core_dict_value(owner, <PyObject *>key.key)
        cdef PyObject *frame = core_running_object()
        if frame == NULL or old == new or core_is_in_callback():
            return 0
        thread = PyThread_get_thread_ident()
        before = self.missing if old == NULL else <object>old
        after = self.missing if new == NULL else <object>new
        self.changes.append((thread, key, before, after, core_line_of(frame)))
        self.following[thread] = False
        code = core_code_of(frame)
        self.switch(self.tool, code, self.none)
        self.switch(self.tool, code, self.events)
        return 0


cdef int on_change(core_watch_event event, PyObject *owner, PyObject *key, PyObject *new) noexcept:
    """The interpreter is about to change a dictionary."""
    cdef DictKey one
    cdef PyObject *pending = core_take_error()
    try:
        for one in watched_keys:
            if one.owner != owner:
                continue
            if event == core_watch_deallocated:
                one.alive = one.active = False
            elif one.active and event != core_watch_cloned:
                if event == core_watch_cleared:
                    one.watch.note(one, owner, NULL)
                elif one.matches(key):
                    one.watch.note(one, owner, new)
    except BaseException as error:  # boundary: the interpreter's own operation must not see it
        PyErr_WriteUnraisable(error)
    core_give_error(pending)
    return 0
