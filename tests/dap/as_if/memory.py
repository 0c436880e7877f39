"""When objects die, and what the collector tells: programs for test_as_if_nobody_looked (each begins at its ``#:``)."""
#: weakref_dies_at_del
import weakref
class Thing: pass
thing = Thing()
watch = weakref.ref(thing, lambda ref: print("callback", ref() is None))
here = 1  # @look
del thing
print(watch())

#: weakref_in_a_caller
import weakref
class Thing: pass
def outer():
    own = Thing()
    watch = weakref.ref(own)
    inner(own)
    del own
    print("gone", watch() is None)
def inner(argument):
    here = 1  # @look
    return argument
outer()

#: weakref_of_a_rebound_local
import weakref
class Thing: pass
def run():
    for _ in range(2):
        thing = Thing()
        watch = weakref.ref(thing)
        here = 1  # @look
        thing = None
        print(watch())
run()

#: weak_dictionaries
import weakref
class Thing:
    def __init__(self, name): self.name = name
def run():
    by_name, by_thing, group = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary(), weakref.WeakSet()
    first, second = Thing("first"), Thing("second")
    for one in (first, second):
        by_name[one.name] = one
        by_thing[one] = one.name
        group.add(one)
    del one
    here = 1  # @look
    del first
    print(sorted(by_name), sorted(by_thing.values()), len(group))
run()

#: weak_method_and_proxy
import weakref
class Thing:
    def method(self): return 7
def run():
    thing = Thing()
    method, proxy = weakref.WeakMethod(thing.method), weakref.proxy(thing)
    print(method()(), proxy.method())
    here = 1  # @look
    del thing
    print(method())
    try:
        proxy.method()
    except ReferenceError as error:
        print(error)
run()

#: finalizers_run_in_order
import weakref
class Thing: pass
def run():
    things = [Thing(), Thing(), Thing()]
    for number, thing in enumerate(things):
        weakref.finalize(thing, print, "finalized", number)
    del thing
    here = 1  # @look
    while things:
        things.pop(0)
        print("left", len(things))
run()

#: del_at_the_end_of_a_function
class Thing:
    def __init__(self, name): self.name = name
    def __del__(self): print("del", self.name)
def run():
    a, b, c = Thing("a"), Thing("b"), Thing("c")
    here = 1  # @look
    print("last line")
run()
print("after")

#: del_of_a_temporary
class Thing:
    def __del__(self): print("del")
    def method(self):
        here = 1  # @look
        return 5
print(Thing().method())
print("next")

#: del_of_an_argument
class Thing:
    def __del__(self): print("del")
def use(thing):
    here = 1  # @look
    del thing
    print("let go")
use(Thing())
print("back")

#: del_of_loop_variables
class Thing:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def run():
    for thing in (Thing(n) for n in range(3)):
        here = thing.n  # @look
    print("loop over")
run()

#: del_order_in_containers
class Thing:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
def run():
    table = {"a": Thing(1), "b": [Thing(2), Thing(3)], "c": (Thing(4), {Thing(5)})}
    here = 1  # @look
    table.clear()
    print("cleared")
run()

#: del_resurrects
class Thing:
    def __del__(self):
        print("del")
        kept.append(self)
kept = []
thing = Thing()
here = 1  # @look
del thing
print(len(kept))
kept.clear()
print("cleared")

#: del_raises
import sys
seen = []
sys.unraisablehook = lambda what: seen.append((what.exc_type.__name__, str(what.exc_value)))
class Thing:
    def __del__(self): raise ValueError("in del")
def run():
    thing = Thing()
    here = 1  # @look
run()
sys.unraisablehook = sys.__unraisablehook__
print(seen)

#: del_when_an_exception_is_handled
class Thing:
    def __init__(self, name): self.name = name
    def __del__(self): print("del", self.name)
def fails():
    own = Thing("in the frame")
    here = 1  # @look
    raise ValueError("no")
try:
    fails()
except ValueError as error:
    print("handling")
    here = 1  # @look
print("handled")

#: del_of_globals_at_the_end alone
class Thing:
    def __init__(self, name): self.name = name
    def __del__(self): print("del", self.name)
a = Thing("a")
_b = Thing("b")
c = [Thing("c"), Thing("d")]
a.other = c[0]
print("end")

#: cycles_die_at_collect
import gc, weakref
gc.disable()
class Thing:
    def __del__(self): print("del")
def run():
    one, two = Thing(), Thing()
    one.other, two.other = two, one
    watch = weakref.ref(one)
    here = 1  # @look
    return watch
watch = run()
print(watch() is None)
gc.collect()
print(watch() is None)
gc.enable()

#: collect_counts
import gc
gc.collect()
gc.disable()
def run():
    for _ in range(5):
        loop = []
        loop.append(loop)
    here = 1  # @look
    del loop
print(gc.collect())
run()
print(gc.collect(), gc.garbage)
gc.enable()

#: collect_at_the_first_line alone
import gc
print(gc.collect(), gc.collect())

#: collector_callbacks
import gc
gc.collect()
def callback(phase, info): said.append((phase, sorted(info)))
said = []
gc.disable()
gc.callbacks.append(callback)
here = 1  # @look
gc.collect()
gc.callbacks.remove(callback)
gc.enable()
print(said, gc.callbacks)

#: collector_settings
import gc
print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage)
here = 1  # @look
print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage)

#: no_collection_by_a_look
import gc
gc.collect()
gc.disable()
before = gc.get_stats()
here = 1  # @look
print([a["collections"] - b["collections"] for a, b in zip(gc.get_stats(), before)])
gc.enable()

#: frozen_objects alone
import gc
gc.freeze()
here = 1  # @look
gc.unfreeze()
print(gc.get_freeze_count())

#: tracked_by_the_collector
import gc
values = [1, "a", (), (1, 2), [], {}, {"a": 1}, {"a": []}, object(), len]
gc.collect()
here = 1  # @look
print([gc.is_tracked(value) for value in values])

#: reference_counts_of_a_local
import sys
class Thing: pass
def run():
    thing, number, text = Thing(), 123456789, "".join(["some", "text"])
    before = sys.getrefcount(thing), sys.getrefcount(text)
    sub(thing, text)
    print(sys.getrefcount(thing) - before[0], sys.getrefcount(text) - before[1])
def sub(one, two):
    here = 1  # @look
run()

#: reference_counts_of_a_global
import sys
class Thing: pass
thing = [Thing()]
before = sys.getrefcount(thing), sys.getrefcount(thing[0]), sys.getrefcount(Thing)
def sub():
    here = 1  # @look
sub()
print(sys.getrefcount(thing) - before[0], sys.getrefcount(thing[0]) - before[1], sys.getrefcount(Thing) - before[2])

#: reference_counts_in_containers
import sys
def run():
    deep = {"list": [object()], "tuple": (object(),), "set": {object()}}
    inner = deep["list"][0], deep["tuple"][0], next(iter(deep["set"]))
    before = [sys.getrefcount(one) for one in inner]
    sub(deep)
    print([sys.getrefcount(one) - count for one, count in zip(inner, before)])
def sub(argument):
    here = 1  # @look
run()

#: referrers
import gc
class Thing: pass
def run():
    kept = [Thing()]
    before = len(gc.get_referrers(kept[0]))
    sub(kept)
    print(len(gc.get_referrers(kept[0])) - before)
def sub(argument):
    here = 1  # @look
run()

#: generator_dies_with_its_last_reference
def generator():
    try:
        yield 1
        yield 2
    finally:
        print("closed")
def run():
    made = generator()
    next(made)
    here = 1  # @look
    del made
    print("deleted")
run()

#: frames_die
import sys, weakref
class Thing: pass
def inner():
    thing = Thing()
    global watch
    watch = weakref.ref(thing)
    here = 1  # @look
    return sys._getframe()
frame = inner()
print(watch() is None, "thing" in frame.f_locals)
frame.clear()
print(watch() is None)
del frame

#: exceptions_keep_their_frames
import weakref
class Thing: pass
def fails():
    thing = Thing()
    global watch
    watch = weakref.ref(thing)
    here = 1  # @look
    raise ValueError
try:
    fails()
except ValueError as error:
    kept = error
here = 1  # @look
print(watch() is None)
kept.__traceback__ = None
print(watch() is None)

#: sizes
import sys
def run():
    values = [1, 10 ** 20, "text", b"bytes", [1, 2], (1,), {1: 2}, {1}, None]
    here = 1  # @look
    print([sys.getsizeof(value) for value in values])
run()

#: instance_dictionaries_are_not_made
import sys
class Thing:
    def __init__(self): self.a, self.b = 1, 2
def run():
    plain, looked = Thing(), Thing()
    here = looked.a  # @look
    print(vars(plain) == vars(looked), len(vars(looked)))
run()

#: lru_cache_statistics
import functools
@functools.lru_cache(maxsize=4)
def cached(n): return n * 2
cached(1), cached(1), cached(2)
here = 1  # @look
print(cached.cache_info())

#: interned_and_cached
import sys
a, b = "".join(["in", "tern"]), "intern"
here = 1  # @look
print(a is b, sys.intern(a) is sys.intern(b), len({a, b}))

#: tracemalloc_is_left_alone
import tracemalloc
print(tracemalloc.is_tracing())
here = 1  # @look
print(tracemalloc.is_tracing(), tracemalloc.get_traced_memory())
