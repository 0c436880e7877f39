"""What this Python can do beyond what dapper does on every one; the event `capabilities` tells the client of it."""
import sys


def here():
    """DAP Capabilities that depend on the interpreter."""
    tells_instructions = hasattr(sys, "monitoring")
    return {
        "supportsDisassembleRequest": tells_instructions,
        "supportsInstructionBreakpoints": tells_instructions,
        "supportsSteppingGranularity": tells_instructions,
        "supportsDataBreakpoints": tells_instructions,
    }
