"""Fixtures: programs on disk, sessions on every engine, and an end for every process."""

import contextlib

import pytest

from tests.client import DapClient
from tests.engines import ENGINES_HERE
from tests.processes import ResidentHub
from tests.programs import Program


@pytest.fixture
def program(tmp_path):
    """``program(text)`` or ``program({name: text, ...})`` → Program in a folder of its own."""
    made = []

    def make(text, name="prog.py"):
        folder = tmp_path / ("program%d" % len(made))
        folder.mkdir()
        made.append(Program(folder, text if isinstance(text, dict) else {name: text}))
        return made[-1]

    return make


@pytest.fixture(params=ENGINES_HERE, ids=lambda engine: engine.name)
def engine(request):
    """Each engine of this interpreter."""
    return request.param


@pytest.fixture(scope="session")
def resident():
    """One adapter for many sessions."""
    hub = ResidentHub()
    yield hub
    hub.close()


class Sessions:
    """Opens sessions on one engine.

    Args:
        engine: its name, or None for dapper's own choice.
        resident: a ResidentHub for all of them, or None for fresh ones.
    """

    def __init__(self, engine, resident=None):
        self.engine = engine
        self.resident = resident

    def open(self, program=None, **more):
        """A client that has said nothing yet; use it in a ``with``."""
        if self.resident is None:
            return self.fresh(program, **more)
        return DapClient.visit(self.resident, program, self.engine, **more)

    def fresh(self, program=None, **more):
        """A client of an adapter of its own, at its standard streams."""
        return DapClient.spawn(program, self.engine, **more)

    @contextlib.contextmanager
    def launch(self, program, stop_at=(), functions=(), exceptions=(), **config):
        """A running session, ended after the ``with``."""
        with self.open(program) as session:
            yield session.run(program, stop_at, functions, exceptions, **config)


@pytest.fixture
def dap(engine, resident):
    """Sessions on each engine: for behaviour an engine has a part in."""
    return Sessions(engine.name, resident)


@pytest.fixture
def hub():
    """Sessions on the engine dapper chooses itself: for behaviour no engine has a part in."""
    return Sessions(None)
