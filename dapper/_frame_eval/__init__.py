"""Frame evaluation: where to stop, cheaply. Runs in the debugged process."""
