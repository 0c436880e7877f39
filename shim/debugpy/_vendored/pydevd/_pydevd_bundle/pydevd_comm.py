"""The way to pydevd's debugger, once more."""
from _pydevd_bundle.pydevd_constants import get_global_debugger  # noqa: F401
