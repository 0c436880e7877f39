"""dapper: a Python debugger that speaks the Debug Adapter Protocol and lets the program run at full speed."""

__version__ = "0.1.0"
