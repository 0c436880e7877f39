"""The few helpers that programs outside of debugpy import: `log`, `sockets` and `stacks`."""
