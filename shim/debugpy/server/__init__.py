"""What runs in the debugged program: `api` and `cli`."""
