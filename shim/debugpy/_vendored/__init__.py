"""Where debugpy keeps its copy of pydevd; here, the names of it that others import."""
import os
from contextlib import contextmanager

VENDORED_ROOT = os.path.dirname(os.path.abspath(__file__))


def list_all():
    """The names of what is kept here."""
    return ["pydevd"]


def project_root(project):
    """The folder of one of them, or of all without a name."""
    return os.path.join(VENDORED_ROOT, project) if project else VENDORED_ROOT


@contextmanager
def vendored(project, root=None):
    """Let a block import from one of them: it can anyway."""
    yield
