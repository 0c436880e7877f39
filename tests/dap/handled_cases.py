"""The corpus of the filter userUnhandled: each case is a function, labelled by hand with a mark where it has to stop.

A mark stands at the raise (or at the call of a library that raised) of an exception that nothing handles but the library
that runs the cases; where no mark is, something up the stack does handle the exception, or it is nobody's error.
"""

DRIVER = '''
"""Counts as a library, because of where it lies. It catches whatever comes, and keeps it."""
errors = []

def run(cases):
    for case in cases:
        try:
            case()
        except BaseException as error:
            errors.append(error)
'''

HEAD = """
import asyncio, collections, collections.abc, concurrent.futures, contextlib, copy, enum, functools, json, os, pickle
import sys, tempfile, threading, unittest, unittest.mock, warnings, weakref
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "site-packages"))
import driver
threading.excepthook = lambda args: None
sys.unraisablehook = lambda args: None

class Elastic:
    def __getattr__(self, name):
        raise AttributeError(name)

class Numbered:
    def __getitem__(self, index):
        if index > 2:
            raise IndexError(index)
        return index

class Defaults(dict):
    def __missing__(self, key):
        raise KeyError(key)

def fails():
    raise ValueError("no")
"""

CASES = """
def hasattr_asks():
    hasattr(Elastic(), "x")

def getattr_with_default():
    getattr(Elastic(), "x", None)

def copy_probes():
    copy.copy(Elastic())

def pickle_probes():
    class Odd(Elastic):
        pass
    try:
        pickle.dumps(Odd())
    except Exception:
        pass

class Strict:
    def __getattr__(self, name):
        raise AttributeError(name)  # @plain_attribute

def plain_attribute():
    Strict().x

def attribute_error_handled():
    try:
        Elastic().x
    except AttributeError:
        pass

class TwoWays:
    @property
    def first(self):
        raise AttributeError("first")
    def __getattr__(self, name):
        return name

def property_with_a_second_way():
    TwoWays().first

class OneWay:
    @property
    def first(self):
        raise AttributeError("first")  # @property_unhandled

def property_unhandled():
    OneWay().first

def property_and_hasattr():
    hasattr(OneWayToo(), "first")

class OneWayToo:
    @property
    def first(self):
        raise AttributeError("first")

def chain_map():
    collections.ChainMap(Defaults(), {}).get("k")

def missing_handled():
    try:
        Defaults()["k"]
    except KeyError:
        pass

class Loud(dict):
    def __missing__(self, key):
        raise KeyError(key)  # @missing_unhandled

def missing_unhandled():
    Loud()["k"]

class Mapped(collections.abc.Mapping):
    def __getitem__(self, key):
        raise KeyError(key)
    def __iter__(self):
        return iter(())
    def __len__(self):
        return 0

def mapping_get():
    Mapped().get("k")
    "k" in Mapped()

class Counted:
    def __init__(self):
        self.left = 2
    def __iter__(self):
        return self
    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.left

def iteration_ends():
    for _ in Counted():
        pass
    list(Counted())
    next(iter(()), None)

def sequence_protocol():
    for _ in Numbered():
        pass
    list(Numbered())
    a, b, c = Numbered()
    5 in Numbered()

class Short:
    def __getitem__(self, index):
        raise IndexError(index)  # @subscript_unhandled

def subscript_unhandled():
    Short()[7]

def import_probing():
    try:
        import surely_not_there
    except ImportError:
        pass

def import_of_a_module_that_gives_up():
    try:
        import gives_up
    except ImportError:
        pass

def import_unhandled():
    import surely_not_there_either  # @import_unhandled

def future_handled():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(fails)
        concurrent.futures.wait([future])
        try:
            future.result()
        except ValueError:
            pass

def future_asked_for_its_exception():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(fails).exception()

def future_never_asked():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(fails)

def future_unhandled():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(fails)
        concurrent.futures.wait([future])
        future.result()  # @future_unhandled

async def afails():
    await asyncio.sleep(0)
    raise ValueError("in a task")

async def afails_loudly():
    await asyncio.sleep(0)
    raise ValueError("in a task")  # @asyncio_unhandled

def asyncio_unhandled():
    asyncio.run(afails_loudly())

def asyncio_run_handled():
    try:
        asyncio.run(afails())
    except ValueError:
        pass

def task_awaited_and_handled():
    async def main():
        task = asyncio.ensure_future(afails())
        try:
            await task
        except ValueError:
            pass
    asyncio.run(main())

def task_awaited_deeper():
    async def inner(task):
        await task
    async def main():
        try:
            await inner(asyncio.ensure_future(afails()))
        except (KeyError, ValueError):
            pass
    asyncio.run(main())

def gathered_exceptions():
    async def main():
        await asyncio.gather(afails(), afails(), return_exceptions=True)
    asyncio.run(main())

def gather_handled():
    async def main():
        try:
            await asyncio.gather(afails(), asyncio.sleep(0))
        except ValueError:
            pass
    asyncio.run(main())

async def afails_in_gather():
    raise ValueError("in a task")  # @gather_unhandled

def gather_unhandled():
    async def main():
        await asyncio.gather(afails_in_gather(), asyncio.sleep(0))
    asyncio.run(main())

def wait_for_handled():
    async def main():
        try:
            await asyncio.wait_for(afails(), 5)
        except ValueError:
            pass
    asyncio.run(main())

def task_cancelled():
    async def main():
        task = asyncio.ensure_future(asyncio.sleep(60))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
    asyncio.run(main())

class Calm:
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, tb):
        return True

def async_with_swallows():
    async def main():
        async with Calm():
            await afails()
    asyncio.run(main())

def finally_and_handled_above():
    def inner():
        try:
            fails()
        finally:
            x = 1
    try:
        inner()
    except ValueError:
        pass

def finally_only():
    try:
        raise ValueError  # @finally_only
    finally:
        x = 1

def finally_returns():
    for _ in (1,):
        try:
            fails()
        finally:
            return

def suppressed():
    with contextlib.suppress(ValueError, KeyError):
        fails()

def suppressed_another():
    with contextlib.suppress(KeyError):
        raise ValueError  # @suppressed_another

@contextlib.contextmanager
def swallowing():
    try:
        yield
    except ValueError:
        pass

@contextlib.contextmanager
def tidying():
    try:
        yield
    finally:
        x = 1

def generator_manager_swallows():
    with swallowing():
        fails()

def generator_manager_tidies():
    with tidying():
        raise ValueError  # @generator_manager_tidies

def manager_in_a_variable():
    manager = swallowing()
    with manager:
        fails()

class Swallows:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, tb):
        return kind is ValueError

class Tidies:
    def __enter__(self):
        return self
    def __exit__(self, *exc_info):
        self.done = True

def class_manager_swallows():
    with Swallows():
        fails()

def class_manager_tidies():
    with Tidies():
        raise ValueError  # @class_manager_tidies

def lock_and_file():
    with threading.Lock(), tempfile.TemporaryFile() as file:
        raise ValueError  # @lock_and_file

def library_managers():
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), unittest.mock.patch("os.getcwd"):
        raise ValueError  # @library_managers

def exit_stack():
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.suppress(ValueError))
        fails()

def generator_closed():
    def numbers():
        try:
            yield 1
        except GeneratorExit:
            raise
    g = numbers()
    next(g)
    g.close()

def thrown_into_a_generator():
    def numbers():
        try:
            yield 1
        except ValueError:
            yield 2
    g = numbers()
    next(g)
    g.throw(ValueError("thrown"))

def pytest_raises():
    import pytest
    with pytest.raises(ValueError):
        fails()
    with pytest.raises((KeyError, ValueError), match="no"):
        fails()
    pytest.raises(ValueError, fails)

class Passing(unittest.TestCase):
    def test_with(self):
        with self.assertRaises(ValueError):
            fails()
    def test_called(self):
        self.assertRaises(ValueError, fails)
    def test_skipped(self):
        raise unittest.SkipTest("not today")
    @unittest.expectedFailure
    def test_expected(self):
        self.assertEqual(1, 2)

class Failing(unittest.TestCase):
    def test_fails(self):
        self.assertEqual(1, 2)  # @unittest_fails

def unittest_passes():
    unittest.defaultTestLoader.loadTestsFromTestCase(Passing).run(unittest.TestResult())

def unittest_fails():
    unittest.defaultTestLoader.loadTestsFromTestCase(Failing).run(unittest.TestResult())

def raised_again_and_handled():
    def inner():
        try:
            fails()
        except ValueError as error:
            raise error
    try:
        inner()
    except ValueError:
        pass

def raised_again():
    try:
        raise KeyError("k")  # @raised_again
    except KeyError:
        raise

def converted():
    try:
        fails()
    except ValueError as error:
        raise RuntimeError("other") from error  # @converted

def in_a_callback_of_c_code():
    try:
        sorted([1, 2], key=lambda n: 1 // (n - n))
    except ZeroDivisionError:
        pass

def in_a_callback_unhandled():
    sorted([1, 2], key=lambda n: n // 0)  # @in_a_callback_unhandled

def in_a_comprehension():
    try:
        [int(x) for x in ("1", "x")]
    except ValueError:
        pass

def json_default():
    try:
        json.dumps(Elastic, default=lambda value: {}[value])
    except (TypeError, KeyError):
        pass

def json_default_unhandled():
    def default(value):
        raise KeyError(value)  # @json_default_unhandled
    json.dumps(Elastic, default=default)

class Colour(enum.Enum):
    RED = 1
    @classmethod
    def _missing_(cls, value):
        raise ValueError(value)

def enum_missing():
    try:
        Colour(5)
    except ValueError:
        pass

def environment():
    try:
        os.environ["SURELY_NOT_SET"]
    except KeyError:
        pass
    os.environ.get("SURELY_NOT_SET")

def bare_except():
    try:
        fails()
    except:
        pass

def handled_by_a_base_class():
    try:
        [][1]
    except (OSError, LookupError):
        pass

def not_in_its_else():
    try:
        pass
    except ValueError:
        pass
    else:
        raise ValueError  # @not_in_its_else

def not_in_its_handler():
    try:
        raise KeyError
    except KeyError:
        raise ValueError  # @not_in_its_handler

def not_around_a_nested_function():
    try:
        def inner():
            raise ValueError  # @not_around_a_nested_function
    except ValueError:
        pass
    inner()

class Dying:
    def __del__(self):
        raise ValueError("in __del__")  # @finalizer

def finalizer():
    Dying()

def finalizer_handles_its_own():
    class Careful:
        def __del__(self):
            try:
                fails()
            except ValueError:
                pass
    Careful()

def thread_dies():
    def work():
        raise ValueError("in a thread")  # @thread_dies
    t = threading.Thread(target=work)
    t.start()
    t.join()

def thread_handles():
    def work():
        try:
            fails()
        except ValueError:
            pass
    t = threading.Thread(target=work)
    t.start()
    t.join()

def cached():
    @functools.lru_cache(None)
    def once(n):
        raise ValueError(n)
    try:
        once(1)
    except ValueError:
        pass
"""

NEWER = """
def star_handled():
    try:
        raise ExceptionGroup("g", [ValueError("v")])
    except* ValueError:
        pass

def task_group_handled():
    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(afails())
        except* ValueError:
            pass
    asyncio.run(main())
"""

FILES = {"site-packages/driver.py": DRIVER, "gives_up.py": "raise ImportError('no')\n"}
