"""The DAP end inside the debugged process, and the command that starts the hub."""
