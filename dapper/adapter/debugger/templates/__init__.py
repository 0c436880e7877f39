"""Templates of Jinja and Django, as the debugger sees them: loaded only for a client that asks for it."""
