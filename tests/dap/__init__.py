"""Behaviour seen by a DAP client: a real hub, a real debuggee, on every engine the interpreter has."""
