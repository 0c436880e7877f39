"""Threads, tasks and contexts: programs for test_as_if_nobody_looked."""
#: enumerate
import threading
print([one.name for one in threading.enumerate()], threading.active_count(), threading.current_thread() is threading.main_thread())
here = 1  # @look
print([one.name for one in threading.enumerate()], threading.active_count())

#: main_thread alone
import threading
here = 1  # @look
print(threading.main_thread().name, threading.main_thread().ident == threading.get_ident(), threading.enumerate()[0].daemon)
print(threading.gettrace() if hasattr(threading, "gettrace") else None, threading.getprofile() if hasattr(threading, "getprofile") else None)

#: thread_names
import threading
def work():
    here = 1  # @look
    print(threading.current_thread().name.split(" ")[0].rstrip("0123456789"), threading.active_count())
for _ in range(2):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(threading.active_count())

#: thread_names_alone alone
import threading
def work():
    here = 1  # @look
    print(threading.current_thread().name)
for _ in range(3):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

#: raw_thread
import _thread
done = _thread.allocate_lock()
done.acquire()
def work():
    here = 1  # @look
    print("raw")
    done.release()
_thread.start_new_thread(work, ())
done.acquire()

#: raw_thread_becomes_a_dummy
import _thread, threading
done = _thread.allocate_lock()
done.acquire()
def work():
    here = 1  # @look
    said.append(type(threading.current_thread()).__name__)
    done.release()
said = []
_thread.start_new_thread(work, ())
done.acquire()
print(said)

#: thread_locals
import threading
local = threading.local()
local.value = "main"
def work():
    here = 1  # @look
    print(hasattr(local, "value"), sorted(vars(local)))
    local.value = "worker"
thread = threading.Thread(target=work)
thread.start()
thread.join()
here = 1  # @look
print(local.value)

#: thread_locals_made_by_init
import threading
class Local(threading.local):
    def __init__(self): made.append(threading.current_thread().name == "MainThread")
made = []
local = Local()
def work():
    here = 1  # @look
thread = threading.Thread(target=work, name="worker")
thread.start()
thread.join()
print(made)

#: locks_are_as_they_were
import threading
lock, again, event = threading.Lock(), threading.RLock(), threading.Event()
with lock:
    with again:
        here = 1  # @look
        print(lock.locked(), again._is_owned(), event.is_set())
here = 1  # @look
print(lock.locked(), again._is_owned(), event.is_set())

#: condition_and_queue
import queue, threading
jobs, results = queue.Queue(), queue.Queue()
def work():
    for job in iter(jobs.get, None):
        here = job  # @look
        results.put(job * 2)
thread = threading.Thread(target=work)
thread.start()
for number in range(2):
    jobs.put(number)
jobs.put(None)
thread.join()
print([results.get() for _ in range(2)], jobs.empty())

#: thread_dies_of_an_exception alone
import threading
def work():
    raise ValueError("in a thread")
thread = threading.Thread(target=work, name="worker")
thread.start()
thread.join()
print("main goes on", thread.is_alive())

#: own_thread_excepthook alone
import threading
def hook(args):
    print("hook", args.exc_type.__name__, args.thread.name)
threading.excepthook = hook
def work():
    raise ValueError("no")
thread = threading.Thread(target=work, name="worker")
thread.start()
thread.join()

#: system_exit_in_a_thread alone
import sys, threading
def work():
    here = 1  # @look
    sys.exit(5)
thread = threading.Thread(target=work)
thread.start()
thread.join()
print("on")

#: daemon_thread_at_the_end alone
import threading
started = threading.Event()
def work():
    started.set()
    threading.Event().wait()
threading.Thread(target=work, daemon=True).start()
started.wait()
here = 1  # @look
print("end")

#: thread_outlives_main alone
import threading
def work():
    threading.main_thread().join()
    print("worker", threading.main_thread().is_alive())
threading.Thread(target=work).start()
here = 1  # @look
print("main ends")

#: timer_and_barrier
import threading
barrier = threading.Barrier(2)
said = []
timer = threading.Timer(0.01, lambda: said.append(barrier.wait() in (0, 1)))
timer.start()
here = 1  # @look
barrier.wait()
timer.join()
print(said, barrier.n_waiting)

#: executor
import concurrent.futures
def work(n):
    here = n  # @look
    return n * n
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    print(list(pool.map(work, range(3))))

#: executor_with_an_exception
import concurrent.futures, traceback
def work():
    here = 1  # @look
    raise ValueError("in the pool")
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    future = pool.submit(work)
try:
    future.result()
except ValueError as error:
    print(error, [frame.name for frame in traceback.extract_tb(error.__traceback__)])

#: multiprocessing_child alone
import multiprocessing, sys
def work(queue):
    queue.put((multiprocessing.current_process().name, sys.argv[1:]))
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=work, args=(queue,))
    child.start()
    print(queue.get())
    child.join()
    here = 1  # @look
    print(child.exitcode, multiprocessing.active_children())

#: context_variables
import contextvars
var = contextvars.ContextVar("var", default="none")
token = var.set("outer")
def inner():
    var.set("inner")
    here = 1  # @look
    print(var.get(), len(contextvars.copy_context()))
contextvars.copy_context().run(inner)
here = 1  # @look
print(var.get(), token.old_value is contextvars.Token.MISSING)
var.reset(token)
print(var.get())

#: tasks_in_order
import asyncio
async def work(name, pauses):
    for number in range(pauses):
        print(name, number)
        here = number  # @look
        await asyncio.sleep(0)
async def main():
    await asyncio.gather(work("a", 2), work("b", 3))
    here = 1  # @look
    print(len(asyncio.all_tasks()), asyncio.current_task().get_coro().__name__)
asyncio.run(main())

#: task_names alone
import asyncio
async def main():
    tasks = [asyncio.ensure_future(asyncio.sleep(0)) for _ in range(2)]
    here = 1  # @look
    print([task.get_name() for task in tasks], asyncio.current_task().get_name())
    await asyncio.wait(tasks)
asyncio.run(main())

#: task_cancelled
import asyncio
async def work():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        here = 1  # @look
        print("cancelled")
        raise
async def main():
    task = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    here = 1  # @look
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(task.cancelled())
asyncio.run(main())

#: exception_of_a_lost_task alone
import asyncio, gc
async def fails():
    raise ValueError("lost")
async def main():
    task = asyncio.ensure_future(fails())
    await asyncio.sleep(0)
    del task
    gc.collect()
    print("on")
asyncio.run(main())

#: coroutine_never_awaited alone
async def work(): pass
def run():
    made = work()
    here = 1  # @look
run()
print("after")

#: loop_of_asyncio
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    here = 1  # @look
    print(loop.get_debug(), loop.is_running(), type(loop).__name__, loop.slow_callback_duration)
asyncio.run(main())
here = 1  # @look
try:
    asyncio.get_running_loop()
except RuntimeError as error:
    print(error)

#: async_generators
import asyncio
async def numbers():
    try:
        for number in range(3):
            here = number  # @look
            yield number
    finally:
        print("closed")
async def main():
    async for number in numbers():
        print(number)
        if number == 1:
            break
    here = 1  # @look
asyncio.run(main())

#: async_contexts
import asyncio, contextlib
@contextlib.asynccontextmanager
async def manager():
    print("enter")
    yield 1
    here = 1  # @look
    print("exit")
async def main():
    async with manager() as value:
        here = value  # @look
asyncio.run(main())

#: coroutine_state
import inspect
class Wait:
    def __await__(self):
        yield "waiting"
async def work():
    await Wait()
    return "done"
made = work()
print(made.send(None), inspect.getcoroutinestate(made), made.cr_await is not None)
here = 1  # @look
print(inspect.getcoroutinestate(made))
try:
    made.send(None)
except StopIteration as stop:
    print(stop.value)
