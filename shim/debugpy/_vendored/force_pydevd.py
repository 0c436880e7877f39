"""Importing this makes pydevd importable; here `import debugpy` has done that."""
import debugpy  # noqa: F401
