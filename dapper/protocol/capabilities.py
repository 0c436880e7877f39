"""What dapper claims in the answer to `initialize`; the hub answers it before a debuggee exists."""
import sys

_CONDITION = {
    "supportsCondition": True,
    "conditionDescription": "Types (ValueError, app.NotFound), module:app.models, !KeyError to leave out, or an expression with exc",
}

EXCEPTION_FILTERS = [
    {
        "filter": "raised",
        "label": "Raised Exceptions",
        "description": "Stop whenever an exception is raised in your code.",
        "default": False,
    },
    {
        "filter": "uncaught",
        "label": "Uncaught Exceptions",
        "description": "Stop when the program or a thread is about to die of an exception.",
        "default": True,
    },
    {
        "filter": "userUnhandled",
        "label": "User Uncaught Exceptions",
        "description": "Stop where an exception is raised that nothing up the stack will handle but a library that handles all.",
        "default": False,
    },
]


def capabilities():
    """A new dict of DAP Capabilities, the same on every Python."""
    return {
        "supportsConfigurationDoneRequest": True,
        "supportsFunctionBreakpoints": True,
        "supportsConditionalBreakpoints": True,
        "supportsHitConditionalBreakpoints": True,
        "supportsLogPoints": True,
        "supportsEvaluateForHovers": True,
        "supportsSetVariable": True,
        "supportsSetExpression": True,
        "supportsGotoTargetsRequest": True,
        "supportsRestartFrame": True,
        "supportsStepInTargetsRequest": True,
        "supportsCompletionsRequest": True,
        "completionTriggerCharacters": [".", "'", '"'],
        "supportsModulesRequest": True,
        "supportsLoadedSourcesRequest": True,
        "supportsRestartRequest": True,
        "supportsExceptionOptions": True,
        "supportsExceptionFilterOptions": True,
        "supportsExceptionInfoRequest": True,
        "supportsValueFormattingOptions": True,
        "supportsDelayedStackTraceLoading": True,
        "supportsTerminateRequest": True,
        "supportTerminateDebuggee": True,
        "supportsTerminateDebuggee": True,  # debugpy's spelling, which some clients came to read
        "supportsClipboardContext": True,
        "supportsCancelRequest": True,
        "supportsReadMemoryRequest": True,
        "supportsWriteMemoryRequest": True,
        "supportsTerminateThreadsRequest": True,
        "supportsBreakpointLocationsRequest": True,
        "supportsSteppingGranularity": False,
        "exceptionBreakpointFilters": [dict(filter, **_CONDITION) for filter in EXCEPTION_FILTERS],
    }


def of_this_python():
    """Capabilities of this interpreter beyond those of every one; the event `capabilities` tells the client of them."""
    tells_instructions = hasattr(sys, "monitoring")
    return {
        "supportsDisassembleRequest": tells_instructions,
        "supportsInstructionBreakpoints": tells_instructions,
        "supportsSteppingGranularity": tells_instructions,
        "supportsDataBreakpoints": tells_instructions,
    }
