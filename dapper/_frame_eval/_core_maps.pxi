# Part of _frame_evaluator.pyx: what is known about a code object, found by its address.


cdef struct Place:
    void *key
    void *value


@cython.final
cdef class AddressMap:
    """Pointers by address, found in a few nanoseconds. Owns nothing: its owner keeps keys and values alive.

    Open addressing, at most half full; the GIL protects it.
    """

    cdef Place *places
    cdef size_t mask
    cdef size_t used

    def __cinit__(self):
        self.mask = 7
        self.places = <Place *>calloc(self.mask + 1, sizeof(Place))
        if self.places == NULL:
            raise MemoryError()

    def __dealloc__(self):
        free(self.places)

    cdef inline Place *locate(self, void *key) noexcept:
        """The place of `key`, or the free one where it belongs."""
        cdef size_t at = (<uintptr_t>key >> 4) & self.mask
        while self.places[at].key != NULL and self.places[at].key != key:
            at = (at + 1) & self.mask
        return &self.places[at]

    cdef inline void *get(self, void *key) noexcept:
        return self.locate(key).value

    cdef int put(self, void *key, void *value) except -1:
        cdef Place *place
        if 2 * self.used >= self.mask:
            self.grow()
        place = self.locate(key)
        if place.key == NULL:
            place.key = key
            self.used += 1
        place.value = value
        return 0

    cdef int grow(self) except -1:
        cdef Place *old = self.places
        cdef size_t count = self.mask + 1
        cdef size_t at
        cdef Place *fresh = <Place *>calloc(2 * count, sizeof(Place))
        if fresh == NULL:
            raise MemoryError()
        self.places = fresh
        self.mask = 2 * count - 1
        for at in range(count):
            if old[at].key != NULL:
                self.locate(old[at].key)[0] = old[at]
        free(old)
        return 0

    cdef void pop(self, void *key) noexcept:
        cdef Place moved
        cdef Place *place = self.locate(key)
        cdef size_t at = <size_t>(place - self.places)
        if place.key == NULL:
            return
        place.key = place.value = NULL
        self.used -= 1
        while True:  # those behind it may have been put there because its place was taken
            at = (at + 1) & self.mask
            moved = self.places[at]
            if moved.key == NULL:
                return
            self.places[at].key = self.places[at].value = NULL
            self.locate(moved.key)[0] = moved

    cdef void clear(self) noexcept:
        memset(self.places, 0, (self.mask + 1) * sizeof(Place))
        self.used = 0


# Marks on code objects live in one word that CPython keeps for us with each of them and drops with it: nothing here
# keeps a code object alive, and no address is mistaken for that of an older one. The lowest bit says "frames of it stay
# traced". Above it, in either half of the word, is a number that is valid while it equals the current one, so that all
# marks of a kind are taken back by counting on.

cdef enum:
    IGNORED = 0
    SEEN = 1

cdef Py_ssize_t note_index = core_request_note_index()
cdef uintptr_t current_number[2]
current_number[IGNORED] = current_number[SEEN] = 1

cdef enum:
    HALF_WORD = 4 * sizeof(void *)  # bits

cdef uintptr_t LAST_NUMBER = ((<uintptr_t>1) << (HALF_WORD - 1)) - 1


cdef inline uintptr_t read_note(void *code) noexcept:
    cdef void *note = NULL
    core_get_note(<PyObject *>code, note_index, &note)
    return <uintptr_t>note


cdef inline bint is_marked(void *code, int kind) noexcept:
    cdef uintptr_t note = read_note(code)
    return ((note >> HALF_WORD) if kind == SEEN else ((note >> 1) & LAST_NUMBER)) == current_number[kind]


cdef int mark(object code, int kind) except -1:
    """Mark a code object; without effect once the numbers have run out, which costs speed only."""
    cdef uintptr_t note = read_note(<void *>code)
    cdef int shift = HALF_WORD if kind == SEEN else 1
    if current_number[kind] > LAST_NUMBER:
        return 0
    note = (note & ~(LAST_NUMBER << shift)) | (current_number[kind] << shift)
    core_set_note(<PyObject *>code, note_index, <void *>note)
    return 0


cdef int unmark(object code, int kind) except -1:
    """Take the mark of one code object back."""
    cdef uintptr_t note = read_note(<void *>code)
    core_set_note(<PyObject *>code, note_index, <void *>(note & ~(LAST_NUMBER << (HALF_WORD if kind == SEEN else 1))))
    return 0


cdef void unmark_all(int kind) noexcept:
    if current_number[kind] <= LAST_NUMBER:
        current_number[kind] += 1


cdef inline object checked_code(object code):
    if not PyCode_Check(code):
        raise TypeError("a code object is needed, not %s" % type(code).__name__)
    return code
