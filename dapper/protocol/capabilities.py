"""What dapper claims in the answer to `initialize`; the hub answers it before a debuggee exists."""

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
        "description": "Stop when an exception leaves your code and goes into a library's.",
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
        "supportsCompletionsRequest": True,
        "completionTriggerCharacters": ["."],
        "supportsModulesRequest": True,
        "supportsLoadedSourcesRequest": True,
        "supportsRestartRequest": True,
        "supportsExceptionOptions": True,
        "supportsExceptionInfoRequest": True,
        "supportsValueFormattingOptions": True,
        "supportsDelayedStackTraceLoading": True,
        "supportsTerminateRequest": True,
        "supportTerminateDebuggee": True,
        "supportsTerminateDebuggee": True,  # debugpy's spelling, which some clients came to read
        "supportsClipboardContext": True,
        "supportsCancelRequest": True,
        "supportsBreakpointLocationsRequest": True,
        "supportsSteppingGranularity": False,
        "exceptionBreakpointFilters": [dict(filter) for filter in EXCEPTION_FILTERS],
    }
