"""Whose interface this is, and behind the plus sign who offers it."""

__version__ = "1.8.22+dapper"
