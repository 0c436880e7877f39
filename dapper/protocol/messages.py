"""Every message of the Debug Adapter Protocol as a TypedDict; for type checkers and tests only.

Made by tools/generate_messages.py from the JSON schema of DAP 1.71, commit e34479c of the public specification.
Do not edit; run the generator again.
"""

from typing import Any, Dict, List, Union

from typing_extensions import Literal, NotRequired, TypedDict


class ProtocolMessage(TypedDict):
    """A shape the others are built on."""

    seq: int
    type: str


class Request(TypedDict):
    """A shape the others are built on."""

    seq: int
    type: Literal["request"]
    command: str
    arguments: NotRequired[Any]


class Event(TypedDict):
    """A shape the others are built on."""

    seq: int
    type: Literal["event"]
    event: str
    body: NotRequired[Any]


class Response(TypedDict):
    """The answer to a request."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class Message(TypedDict):
    """Part of ErrorResponseBody."""

    id: int
    format: str
    variables: NotRequired[Dict[str, str]]
    sendTelemetry: NotRequired[bool]
    showUser: NotRequired[bool]
    url: NotRequired[str]
    urlLabel: NotRequired[str]


class ErrorResponseBody(TypedDict):
    """Part of ErrorResponse."""

    error: NotRequired[Message]


class ErrorResponse(TypedDict):
    """The answer to a request."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: ErrorResponseBody


class CancelArguments(TypedDict):
    """Part of CancelRequest."""

    requestId: NotRequired[int]
    progressId: NotRequired[str]


class CancelRequest(TypedDict):
    """The request `cancel`."""

    seq: int
    type: Literal["request"]
    command: Literal["cancel"]
    arguments: NotRequired[CancelArguments]


class CancelResponse(TypedDict):
    """The answer to cancel."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class InitializedEvent(TypedDict):
    """The event `initialized`."""

    seq: int
    type: Literal["event"]
    event: Literal["initialized"]
    body: NotRequired[Any]


class StoppedEventBody(TypedDict):
    """Part of StoppedEvent."""

    reason: str
    description: NotRequired[str]
    threadId: NotRequired[int]
    preserveFocusHint: NotRequired[bool]
    text: NotRequired[str]
    allThreadsStopped: NotRequired[bool]
    hitBreakpointIds: NotRequired[List[int]]


class StoppedEvent(TypedDict):
    """The event `stopped`."""

    seq: int
    type: Literal["event"]
    event: Literal["stopped"]
    body: StoppedEventBody


class ContinuedEventBody(TypedDict):
    """Part of ContinuedEvent."""

    threadId: int
    allThreadsContinued: NotRequired[bool]


class ContinuedEvent(TypedDict):
    """The event `continued`."""

    seq: int
    type: Literal["event"]
    event: Literal["continued"]
    body: ContinuedEventBody


class ExitedEventBody(TypedDict):
    """Part of ExitedEvent."""

    exitCode: int


class ExitedEvent(TypedDict):
    """The event `exited`."""

    seq: int
    type: Literal["event"]
    event: Literal["exited"]
    body: ExitedEventBody


class TerminatedEventBody(TypedDict):
    """Part of TerminatedEvent."""

    restart: NotRequired[Any]


class TerminatedEvent(TypedDict):
    """The event `terminated`."""

    seq: int
    type: Literal["event"]
    event: Literal["terminated"]
    body: NotRequired[TerminatedEventBody]


class ThreadEventBody(TypedDict):
    """Part of ThreadEvent."""

    reason: str
    threadId: int


class ThreadEvent(TypedDict):
    """The event `thread`."""

    seq: int
    type: Literal["event"]
    event: Literal["thread"]
    body: ThreadEventBody


ChecksumAlgorithm = Literal["MD5", "SHA1", "SHA256", "timestamp"]


class Checksum(TypedDict):
    """Part of Source."""

    algorithm: ChecksumAlgorithm
    checksum: str


class Source(TypedDict):
    """Part of Breakpoint, BreakpointLocationsArguments and 12 others."""

    name: NotRequired[str]
    path: NotRequired[str]
    sourceReference: NotRequired[int]
    presentationHint: NotRequired[Literal["normal", "emphasize", "deemphasize"]]
    origin: NotRequired[str]
    sources: NotRequired[List["Source"]]
    adapterData: NotRequired[Any]
    checksums: NotRequired[List[Checksum]]


class OutputEventBody(TypedDict):
    """Part of OutputEvent."""

    category: NotRequired[str]
    output: str
    group: NotRequired[Literal["start", "startCollapsed", "end"]]
    variablesReference: NotRequired[int]
    source: NotRequired[Source]
    line: NotRequired[int]
    column: NotRequired[int]
    data: NotRequired[Any]
    locationReference: NotRequired[int]


class OutputEvent(TypedDict):
    """The event `output`."""

    seq: int
    type: Literal["event"]
    event: Literal["output"]
    body: OutputEventBody


class Breakpoint(TypedDict):
    """Part of BreakpointEventBody, SetBreakpointsResponseBody and 4 others."""

    id: NotRequired[int]
    verified: bool
    message: NotRequired[str]
    source: NotRequired[Source]
    line: NotRequired[int]
    column: NotRequired[int]
    endLine: NotRequired[int]
    endColumn: NotRequired[int]
    instructionReference: NotRequired[str]
    offset: NotRequired[int]
    reason: NotRequired[Literal["pending", "failed"]]


class BreakpointEventBody(TypedDict):
    """Part of BreakpointEvent."""

    reason: str
    breakpoint: Breakpoint


class BreakpointEvent(TypedDict):
    """The event `breakpoint`."""

    seq: int
    type: Literal["event"]
    event: Literal["breakpoint"]
    body: BreakpointEventBody


class Module(TypedDict):
    """Part of ModuleEventBody, ModulesResponseBody."""

    id: Union[int, str]
    name: str
    path: NotRequired[str]
    isOptimized: NotRequired[bool]
    isUserCode: NotRequired[bool]
    version: NotRequired[str]
    symbolStatus: NotRequired[str]
    symbolFilePath: NotRequired[str]
    dateTimeStamp: NotRequired[str]
    addressRange: NotRequired[str]


class ModuleEventBody(TypedDict):
    """Part of ModuleEvent."""

    reason: Literal["new", "changed", "removed"]
    module: Module


class ModuleEvent(TypedDict):
    """The event `module`."""

    seq: int
    type: Literal["event"]
    event: Literal["module"]
    body: ModuleEventBody


class LoadedSourceEventBody(TypedDict):
    """Part of LoadedSourceEvent."""

    reason: Literal["new", "changed", "removed"]
    source: Source


class LoadedSourceEvent(TypedDict):
    """The event `loadedSource`."""

    seq: int
    type: Literal["event"]
    event: Literal["loadedSource"]
    body: LoadedSourceEventBody


class ProcessEventBody(TypedDict):
    """Part of ProcessEvent."""

    name: str
    systemProcessId: NotRequired[int]
    isLocalProcess: NotRequired[bool]
    startMethod: NotRequired[Literal["launch", "attach", "attachForSuspendedLaunch"]]
    pointerSize: NotRequired[int]


class ProcessEvent(TypedDict):
    """The event `process`."""

    seq: int
    type: Literal["event"]
    event: Literal["process"]
    body: ProcessEventBody


class ExceptionBreakpointsFilter(TypedDict):
    """Part of Capabilities."""

    filter: str
    label: str
    description: NotRequired[str]
    default: NotRequired[bool]
    supportsCondition: NotRequired[bool]
    conditionDescription: NotRequired[str]


class ColumnDescriptor(TypedDict):
    """Part of Capabilities."""

    attributeName: str
    label: str
    format: NotRequired[str]
    type: NotRequired[Literal["string", "number", "boolean", "unixTimestampUTC"]]
    width: NotRequired[int]


BreakpointModeApplicability = str


class BreakpointMode(TypedDict):
    """Part of Capabilities."""

    mode: str
    label: str
    description: NotRequired[str]
    appliesTo: List[BreakpointModeApplicability]


class Capabilities(TypedDict):
    """Part of CapabilitiesEventBody, InitializeResponse."""

    supportsConfigurationDoneRequest: NotRequired[bool]
    supportsFunctionBreakpoints: NotRequired[bool]
    supportsConditionalBreakpoints: NotRequired[bool]
    supportsHitConditionalBreakpoints: NotRequired[bool]
    supportsEvaluateForHovers: NotRequired[bool]
    exceptionBreakpointFilters: NotRequired[List[ExceptionBreakpointsFilter]]
    supportsStepBack: NotRequired[bool]
    supportsSetVariable: NotRequired[bool]
    supportsRestartFrame: NotRequired[bool]
    supportsGotoTargetsRequest: NotRequired[bool]
    supportsStepInTargetsRequest: NotRequired[bool]
    supportsCompletionsRequest: NotRequired[bool]
    completionTriggerCharacters: NotRequired[List[str]]
    supportsModulesRequest: NotRequired[bool]
    additionalModuleColumns: NotRequired[List[ColumnDescriptor]]
    supportedChecksumAlgorithms: NotRequired[List[ChecksumAlgorithm]]
    supportsRestartRequest: NotRequired[bool]
    supportsExceptionOptions: NotRequired[bool]
    supportsValueFormattingOptions: NotRequired[bool]
    supportsExceptionInfoRequest: NotRequired[bool]
    supportTerminateDebuggee: NotRequired[bool]
    supportSuspendDebuggee: NotRequired[bool]
    supportsDelayedStackTraceLoading: NotRequired[bool]
    supportsLoadedSourcesRequest: NotRequired[bool]
    supportsLogPoints: NotRequired[bool]
    supportsTerminateThreadsRequest: NotRequired[bool]
    supportsSetExpression: NotRequired[bool]
    supportsTerminateRequest: NotRequired[bool]
    supportsDataBreakpoints: NotRequired[bool]
    supportsReadMemoryRequest: NotRequired[bool]
    supportsWriteMemoryRequest: NotRequired[bool]
    supportsDisassembleRequest: NotRequired[bool]
    supportsCancelRequest: NotRequired[bool]
    supportsBreakpointLocationsRequest: NotRequired[bool]
    supportsClipboardContext: NotRequired[bool]
    supportsSteppingGranularity: NotRequired[bool]
    supportsInstructionBreakpoints: NotRequired[bool]
    supportsExceptionFilterOptions: NotRequired[bool]
    supportsSingleThreadExecutionRequests: NotRequired[bool]
    supportsDataBreakpointBytes: NotRequired[bool]
    breakpointModes: NotRequired[List[BreakpointMode]]
    supportsANSIStyling: NotRequired[bool]


class CapabilitiesEventBody(TypedDict):
    """Part of CapabilitiesEvent."""

    capabilities: Capabilities


class CapabilitiesEvent(TypedDict):
    """The event `capabilities`."""

    seq: int
    type: Literal["event"]
    event: Literal["capabilities"]
    body: CapabilitiesEventBody


class ProgressStartEventBody(TypedDict):
    """Part of ProgressStartEvent."""

    progressId: str
    title: str
    requestId: NotRequired[int]
    cancellable: NotRequired[bool]
    message: NotRequired[str]
    percentage: NotRequired[float]


class ProgressStartEvent(TypedDict):
    """The event `progressStart`."""

    seq: int
    type: Literal["event"]
    event: Literal["progressStart"]
    body: ProgressStartEventBody


class ProgressUpdateEventBody(TypedDict):
    """Part of ProgressUpdateEvent."""

    progressId: str
    message: NotRequired[str]
    percentage: NotRequired[float]


class ProgressUpdateEvent(TypedDict):
    """The event `progressUpdate`."""

    seq: int
    type: Literal["event"]
    event: Literal["progressUpdate"]
    body: ProgressUpdateEventBody


class ProgressEndEventBody(TypedDict):
    """Part of ProgressEndEvent."""

    progressId: str
    message: NotRequired[str]


class ProgressEndEvent(TypedDict):
    """The event `progressEnd`."""

    seq: int
    type: Literal["event"]
    event: Literal["progressEnd"]
    body: ProgressEndEventBody


InvalidatedAreas = str


class InvalidatedEventBody(TypedDict):
    """Part of InvalidatedEvent."""

    areas: NotRequired[List[InvalidatedAreas]]
    threadId: NotRequired[int]
    stackFrameId: NotRequired[int]


class InvalidatedEvent(TypedDict):
    """The event `invalidated`."""

    seq: int
    type: Literal["event"]
    event: Literal["invalidated"]
    body: InvalidatedEventBody


class MemoryEventBody(TypedDict):
    """Part of MemoryEvent."""

    memoryReference: str
    offset: int
    count: int


class MemoryEvent(TypedDict):
    """The event `memory`."""

    seq: int
    type: Literal["event"]
    event: Literal["memory"]
    body: MemoryEventBody


class RunInTerminalRequestArguments(TypedDict):
    """Part of RunInTerminalRequest."""

    kind: NotRequired[Literal["integrated", "external"]]
    title: NotRequired[str]
    cwd: str
    args: List[str]
    env: NotRequired[Dict[str, Union[str, None]]]
    argsCanBeInterpretedByShell: NotRequired[bool]


class RunInTerminalRequest(TypedDict):
    """The request `runInTerminal`."""

    seq: int
    type: Literal["request"]
    command: Literal["runInTerminal"]
    arguments: RunInTerminalRequestArguments


class RunInTerminalResponseBody(TypedDict):
    """Part of RunInTerminalResponse."""

    processId: NotRequired[int]
    shellProcessId: NotRequired[int]


class RunInTerminalResponse(TypedDict):
    """The answer to runInTerminal."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: RunInTerminalResponseBody


class StartDebuggingRequestArguments(TypedDict):
    """Part of StartDebuggingRequest."""

    configuration: Dict[str, Any]
    outputPresentation: NotRequired[Literal["separate", "mergeWithParent"]]
    request: Literal["launch", "attach"]


class StartDebuggingRequest(TypedDict):
    """The request `startDebugging`."""

    seq: int
    type: Literal["request"]
    command: Literal["startDebugging"]
    arguments: StartDebuggingRequestArguments


class StartDebuggingResponse(TypedDict):
    """The answer to startDebugging."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class InitializeRequestArguments(TypedDict):
    """Part of InitializeRequest."""

    clientID: NotRequired[str]
    clientName: NotRequired[str]
    adapterID: str
    locale: NotRequired[str]
    linesStartAt1: NotRequired[bool]
    columnsStartAt1: NotRequired[bool]
    pathFormat: NotRequired[str]
    supportsVariableType: NotRequired[bool]
    supportsVariablePaging: NotRequired[bool]
    supportsRunInTerminalRequest: NotRequired[bool]
    supportsMemoryReferences: NotRequired[bool]
    supportsProgressReporting: NotRequired[bool]
    supportsInvalidatedEvent: NotRequired[bool]
    supportsMemoryEvent: NotRequired[bool]
    supportsArgsCanBeInterpretedByShell: NotRequired[bool]
    supportsStartDebuggingRequest: NotRequired[bool]
    supportsANSIStyling: NotRequired[bool]


class InitializeRequest(TypedDict):
    """The request `initialize`."""

    seq: int
    type: Literal["request"]
    command: Literal["initialize"]
    arguments: InitializeRequestArguments


class InitializeResponse(TypedDict):
    """The answer to initialize."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Capabilities]


class ConfigurationDoneArguments(TypedDict):
    """Part of ConfigurationDoneRequest."""


class ConfigurationDoneRequest(TypedDict):
    """The request `configurationDone`."""

    seq: int
    type: Literal["request"]
    command: Literal["configurationDone"]
    arguments: NotRequired[ConfigurationDoneArguments]


class ConfigurationDoneResponse(TypedDict):
    """The answer to configurationDone."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


# Part of LaunchRequest, RestartArguments.
LaunchRequestArguments = TypedDict(
    "LaunchRequestArguments",
    {
        "noDebug": NotRequired[bool],
        "__restart": NotRequired[Any],
    },
)


class LaunchRequest(TypedDict):
    """The request `launch`."""

    seq: int
    type: Literal["request"]
    command: Literal["launch"]
    arguments: LaunchRequestArguments


class LaunchResponse(TypedDict):
    """The answer to launch."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


# Part of AttachRequest, RestartArguments.
AttachRequestArguments = TypedDict(
    "AttachRequestArguments",
    {
        "__restart": NotRequired[Any],
    },
)


class AttachRequest(TypedDict):
    """The request `attach`."""

    seq: int
    type: Literal["request"]
    command: Literal["attach"]
    arguments: AttachRequestArguments


class AttachResponse(TypedDict):
    """The answer to attach."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class RestartArguments(TypedDict):
    """Part of RestartRequest."""

    arguments: NotRequired[Union[LaunchRequestArguments, AttachRequestArguments]]


class RestartRequest(TypedDict):
    """The request `restart`."""

    seq: int
    type: Literal["request"]
    command: Literal["restart"]
    arguments: NotRequired[RestartArguments]


class RestartResponse(TypedDict):
    """The answer to restart."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class DisconnectArguments(TypedDict):
    """Part of DisconnectRequest."""

    restart: NotRequired[bool]
    terminateDebuggee: NotRequired[bool]
    suspendDebuggee: NotRequired[bool]


class DisconnectRequest(TypedDict):
    """The request `disconnect`."""

    seq: int
    type: Literal["request"]
    command: Literal["disconnect"]
    arguments: NotRequired[DisconnectArguments]


class DisconnectResponse(TypedDict):
    """The answer to disconnect."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class TerminateArguments(TypedDict):
    """Part of TerminateRequest."""

    restart: NotRequired[bool]


class TerminateRequest(TypedDict):
    """The request `terminate`."""

    seq: int
    type: Literal["request"]
    command: Literal["terminate"]
    arguments: NotRequired[TerminateArguments]


class TerminateResponse(TypedDict):
    """The answer to terminate."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class BreakpointLocationsArguments(TypedDict):
    """Part of BreakpointLocationsRequest."""

    source: Source
    line: int
    column: NotRequired[int]
    endLine: NotRequired[int]
    endColumn: NotRequired[int]


class BreakpointLocationsRequest(TypedDict):
    """The request `breakpointLocations`."""

    seq: int
    type: Literal["request"]
    command: Literal["breakpointLocations"]
    arguments: NotRequired[BreakpointLocationsArguments]


class BreakpointLocation(TypedDict):
    """Part of BreakpointLocationsResponseBody."""

    line: int
    column: NotRequired[int]
    endLine: NotRequired[int]
    endColumn: NotRequired[int]


class BreakpointLocationsResponseBody(TypedDict):
    """Part of BreakpointLocationsResponse."""

    breakpoints: List[BreakpointLocation]


class BreakpointLocationsResponse(TypedDict):
    """The answer to breakpointLocations."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: BreakpointLocationsResponseBody


class SourceBreakpoint(TypedDict):
    """Part of SetBreakpointsArguments."""

    line: int
    column: NotRequired[int]
    condition: NotRequired[str]
    hitCondition: NotRequired[str]
    logMessage: NotRequired[str]
    mode: NotRequired[str]


class SetBreakpointsArguments(TypedDict):
    """Part of SetBreakpointsRequest."""

    source: Source
    breakpoints: NotRequired[List[SourceBreakpoint]]
    lines: NotRequired[List[int]]
    sourceModified: NotRequired[bool]


class SetBreakpointsRequest(TypedDict):
    """The request `setBreakpoints`."""

    seq: int
    type: Literal["request"]
    command: Literal["setBreakpoints"]
    arguments: SetBreakpointsArguments


class SetBreakpointsResponseBody(TypedDict):
    """Part of SetBreakpointsResponse."""

    breakpoints: List[Breakpoint]


class SetBreakpointsResponse(TypedDict):
    """The answer to setBreakpoints."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: SetBreakpointsResponseBody


class FunctionBreakpoint(TypedDict):
    """Part of SetFunctionBreakpointsArguments."""

    name: str
    condition: NotRequired[str]
    hitCondition: NotRequired[str]


class SetFunctionBreakpointsArguments(TypedDict):
    """Part of SetFunctionBreakpointsRequest."""

    breakpoints: List[FunctionBreakpoint]


class SetFunctionBreakpointsRequest(TypedDict):
    """The request `setFunctionBreakpoints`."""

    seq: int
    type: Literal["request"]
    command: Literal["setFunctionBreakpoints"]
    arguments: SetFunctionBreakpointsArguments


class SetFunctionBreakpointsResponseBody(TypedDict):
    """Part of SetFunctionBreakpointsResponse."""

    breakpoints: List[Breakpoint]


class SetFunctionBreakpointsResponse(TypedDict):
    """The answer to setFunctionBreakpoints."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: SetFunctionBreakpointsResponseBody


class ExceptionFilterOptions(TypedDict):
    """Part of SetExceptionBreakpointsArguments."""

    filterId: str
    condition: NotRequired[str]
    mode: NotRequired[str]


class ExceptionPathSegment(TypedDict):
    """Part of ExceptionOptions."""

    negate: NotRequired[bool]
    names: List[str]


ExceptionBreakMode = Literal["never", "always", "unhandled", "userUnhandled"]


class ExceptionOptions(TypedDict):
    """Part of SetExceptionBreakpointsArguments."""

    path: NotRequired[List[ExceptionPathSegment]]
    breakMode: ExceptionBreakMode


class SetExceptionBreakpointsArguments(TypedDict):
    """Part of SetExceptionBreakpointsRequest."""

    filters: List[str]
    filterOptions: NotRequired[List[ExceptionFilterOptions]]
    exceptionOptions: NotRequired[List[ExceptionOptions]]


class SetExceptionBreakpointsRequest(TypedDict):
    """The request `setExceptionBreakpoints`."""

    seq: int
    type: Literal["request"]
    command: Literal["setExceptionBreakpoints"]
    arguments: SetExceptionBreakpointsArguments


class SetExceptionBreakpointsResponseBody(TypedDict):
    """Part of SetExceptionBreakpointsResponse."""

    breakpoints: NotRequired[List[Breakpoint]]


class SetExceptionBreakpointsResponse(TypedDict):
    """The answer to setExceptionBreakpoints."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[SetExceptionBreakpointsResponseBody]


class DataBreakpointInfoArguments(TypedDict):
    """Part of DataBreakpointInfoRequest."""

    variablesReference: NotRequired[int]
    name: str
    frameId: NotRequired[int]
    bytes: NotRequired[int]
    asAddress: NotRequired[bool]
    mode: NotRequired[str]


class DataBreakpointInfoRequest(TypedDict):
    """The request `dataBreakpointInfo`."""

    seq: int
    type: Literal["request"]
    command: Literal["dataBreakpointInfo"]
    arguments: DataBreakpointInfoArguments


DataBreakpointAccessType = Literal["read", "write", "readWrite"]


class DataBreakpointInfoResponseBody(TypedDict):
    """Part of DataBreakpointInfoResponse."""

    dataId: Union[str, None]
    description: str
    accessTypes: NotRequired[List[DataBreakpointAccessType]]
    canPersist: NotRequired[bool]


class DataBreakpointInfoResponse(TypedDict):
    """The answer to dataBreakpointInfo."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: DataBreakpointInfoResponseBody


class DataBreakpoint(TypedDict):
    """Part of SetDataBreakpointsArguments."""

    dataId: str
    accessType: NotRequired[DataBreakpointAccessType]
    condition: NotRequired[str]
    hitCondition: NotRequired[str]


class SetDataBreakpointsArguments(TypedDict):
    """Part of SetDataBreakpointsRequest."""

    breakpoints: List[DataBreakpoint]


class SetDataBreakpointsRequest(TypedDict):
    """The request `setDataBreakpoints`."""

    seq: int
    type: Literal["request"]
    command: Literal["setDataBreakpoints"]
    arguments: SetDataBreakpointsArguments


class SetDataBreakpointsResponseBody(TypedDict):
    """Part of SetDataBreakpointsResponse."""

    breakpoints: List[Breakpoint]


class SetDataBreakpointsResponse(TypedDict):
    """The answer to setDataBreakpoints."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: SetDataBreakpointsResponseBody


class InstructionBreakpoint(TypedDict):
    """Part of SetInstructionBreakpointsArguments."""

    instructionReference: str
    offset: NotRequired[int]
    condition: NotRequired[str]
    hitCondition: NotRequired[str]
    mode: NotRequired[str]


class SetInstructionBreakpointsArguments(TypedDict):
    """Part of SetInstructionBreakpointsRequest."""

    breakpoints: List[InstructionBreakpoint]


class SetInstructionBreakpointsRequest(TypedDict):
    """The request `setInstructionBreakpoints`."""

    seq: int
    type: Literal["request"]
    command: Literal["setInstructionBreakpoints"]
    arguments: SetInstructionBreakpointsArguments


class SetInstructionBreakpointsResponseBody(TypedDict):
    """Part of SetInstructionBreakpointsResponse."""

    breakpoints: List[Breakpoint]


class SetInstructionBreakpointsResponse(TypedDict):
    """The answer to setInstructionBreakpoints."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: SetInstructionBreakpointsResponseBody


class ContinueArguments(TypedDict):
    """Part of ContinueRequest."""

    threadId: int
    singleThread: NotRequired[bool]


class ContinueRequest(TypedDict):
    """The request `continue`."""

    seq: int
    type: Literal["request"]
    command: Literal["continue"]
    arguments: ContinueArguments


class ContinueResponseBody(TypedDict):
    """Part of ContinueResponse."""

    allThreadsContinued: NotRequired[bool]


class ContinueResponse(TypedDict):
    """The answer to continue."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: ContinueResponseBody


SteppingGranularity = Literal["statement", "line", "instruction"]


class NextArguments(TypedDict):
    """Part of NextRequest."""

    threadId: int
    singleThread: NotRequired[bool]
    granularity: NotRequired[SteppingGranularity]


class NextRequest(TypedDict):
    """The request `next`."""

    seq: int
    type: Literal["request"]
    command: Literal["next"]
    arguments: NextArguments


class NextResponse(TypedDict):
    """The answer to next."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class StepInArguments(TypedDict):
    """Part of StepInRequest."""

    threadId: int
    singleThread: NotRequired[bool]
    targetId: NotRequired[int]
    granularity: NotRequired[SteppingGranularity]


class StepInRequest(TypedDict):
    """The request `stepIn`."""

    seq: int
    type: Literal["request"]
    command: Literal["stepIn"]
    arguments: StepInArguments


class StepInResponse(TypedDict):
    """The answer to stepIn."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class StepOutArguments(TypedDict):
    """Part of StepOutRequest."""

    threadId: int
    singleThread: NotRequired[bool]
    granularity: NotRequired[SteppingGranularity]


class StepOutRequest(TypedDict):
    """The request `stepOut`."""

    seq: int
    type: Literal["request"]
    command: Literal["stepOut"]
    arguments: StepOutArguments


class StepOutResponse(TypedDict):
    """The answer to stepOut."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class StepBackArguments(TypedDict):
    """Part of StepBackRequest."""

    threadId: int
    singleThread: NotRequired[bool]
    granularity: NotRequired[SteppingGranularity]


class StepBackRequest(TypedDict):
    """The request `stepBack`."""

    seq: int
    type: Literal["request"]
    command: Literal["stepBack"]
    arguments: StepBackArguments


class StepBackResponse(TypedDict):
    """The answer to stepBack."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class ReverseContinueArguments(TypedDict):
    """Part of ReverseContinueRequest."""

    threadId: int
    singleThread: NotRequired[bool]


class ReverseContinueRequest(TypedDict):
    """The request `reverseContinue`."""

    seq: int
    type: Literal["request"]
    command: Literal["reverseContinue"]
    arguments: ReverseContinueArguments


class ReverseContinueResponse(TypedDict):
    """The answer to reverseContinue."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class RestartFrameArguments(TypedDict):
    """Part of RestartFrameRequest."""

    frameId: int


class RestartFrameRequest(TypedDict):
    """The request `restartFrame`."""

    seq: int
    type: Literal["request"]
    command: Literal["restartFrame"]
    arguments: RestartFrameArguments


class RestartFrameResponse(TypedDict):
    """The answer to restartFrame."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class GotoArguments(TypedDict):
    """Part of GotoRequest."""

    threadId: int
    targetId: int


class GotoRequest(TypedDict):
    """The request `goto`."""

    seq: int
    type: Literal["request"]
    command: Literal["goto"]
    arguments: GotoArguments


class GotoResponse(TypedDict):
    """The answer to goto."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class PauseArguments(TypedDict):
    """Part of PauseRequest."""

    threadId: int


class PauseRequest(TypedDict):
    """The request `pause`."""

    seq: int
    type: Literal["request"]
    command: Literal["pause"]
    arguments: PauseArguments


class PauseResponse(TypedDict):
    """The answer to pause."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class StackFrameFormat(TypedDict):
    """Part of StackTraceArguments."""

    hex: NotRequired[bool]
    parameters: NotRequired[bool]
    parameterTypes: NotRequired[bool]
    parameterNames: NotRequired[bool]
    parameterValues: NotRequired[bool]
    line: NotRequired[bool]
    module: NotRequired[bool]
    includeAll: NotRequired[bool]


class StackTraceArguments(TypedDict):
    """Part of StackTraceRequest."""

    threadId: int
    startFrame: NotRequired[int]
    levels: NotRequired[int]
    format: NotRequired[StackFrameFormat]


class StackTraceRequest(TypedDict):
    """The request `stackTrace`."""

    seq: int
    type: Literal["request"]
    command: Literal["stackTrace"]
    arguments: StackTraceArguments


class StackFrame(TypedDict):
    """Part of StackTraceResponseBody."""

    id: int
    name: str
    source: NotRequired[Source]
    line: int
    column: int
    endLine: NotRequired[int]
    endColumn: NotRequired[int]
    canRestart: NotRequired[bool]
    instructionPointerReference: NotRequired[str]
    moduleId: NotRequired[Union[int, str]]
    presentationHint: NotRequired[Literal["normal", "label", "subtle"]]


class StackTraceResponseBody(TypedDict):
    """Part of StackTraceResponse."""

    stackFrames: List[StackFrame]
    totalFrames: NotRequired[int]


class StackTraceResponse(TypedDict):
    """The answer to stackTrace."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: StackTraceResponseBody


class ScopesArguments(TypedDict):
    """Part of ScopesRequest."""

    frameId: int


class ScopesRequest(TypedDict):
    """The request `scopes`."""

    seq: int
    type: Literal["request"]
    command: Literal["scopes"]
    arguments: ScopesArguments


class Scope(TypedDict):
    """Part of ScopesResponseBody."""

    name: str
    presentationHint: NotRequired[str]
    variablesReference: int
    namedVariables: NotRequired[int]
    indexedVariables: NotRequired[int]
    expensive: bool
    source: NotRequired[Source]
    line: NotRequired[int]
    column: NotRequired[int]
    endLine: NotRequired[int]
    endColumn: NotRequired[int]


class ScopesResponseBody(TypedDict):
    """Part of ScopesResponse."""

    scopes: List[Scope]


class ScopesResponse(TypedDict):
    """The answer to scopes."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: ScopesResponseBody


class ValueFormat(TypedDict):
    """Part of EvaluateArguments, SetExpressionArguments, SetVariableArguments, VariablesArguments."""

    hex: NotRequired[bool]


class VariablesArguments(TypedDict):
    """Part of VariablesRequest."""

    variablesReference: int
    filter: NotRequired[Literal["indexed", "named"]]
    start: NotRequired[int]
    count: NotRequired[int]
    format: NotRequired[ValueFormat]


class VariablesRequest(TypedDict):
    """The request `variables`."""

    seq: int
    type: Literal["request"]
    command: Literal["variables"]
    arguments: VariablesArguments


class VariablePresentationHint(TypedDict):
    """Part of EvaluateResponseBody, SetExpressionResponseBody, Variable."""

    kind: NotRequired[str]
    attributes: NotRequired[List[str]]
    visibility: NotRequired[str]
    lazy: NotRequired[bool]


class Variable(TypedDict):
    """Part of VariablesResponseBody."""

    name: str
    value: str
    type: NotRequired[str]
    presentationHint: NotRequired[VariablePresentationHint]
    evaluateName: NotRequired[str]
    variablesReference: int
    namedVariables: NotRequired[int]
    indexedVariables: NotRequired[int]
    memoryReference: NotRequired[str]
    declarationLocationReference: NotRequired[int]
    valueLocationReference: NotRequired[int]


class VariablesResponseBody(TypedDict):
    """Part of VariablesResponse."""

    variables: List[Variable]


class VariablesResponse(TypedDict):
    """The answer to variables."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: VariablesResponseBody


class SetVariableArguments(TypedDict):
    """Part of SetVariableRequest."""

    variablesReference: int
    name: str
    value: str
    format: NotRequired[ValueFormat]


class SetVariableRequest(TypedDict):
    """The request `setVariable`."""

    seq: int
    type: Literal["request"]
    command: Literal["setVariable"]
    arguments: SetVariableArguments


class SetVariableResponseBody(TypedDict):
    """Part of SetVariableResponse."""

    value: str
    type: NotRequired[str]
    variablesReference: NotRequired[int]
    namedVariables: NotRequired[int]
    indexedVariables: NotRequired[int]
    memoryReference: NotRequired[str]
    valueLocationReference: NotRequired[int]


class SetVariableResponse(TypedDict):
    """The answer to setVariable."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: SetVariableResponseBody


class SourceArguments(TypedDict):
    """Part of SourceRequest."""

    source: NotRequired[Source]
    sourceReference: int


class SourceRequest(TypedDict):
    """The request `source`."""

    seq: int
    type: Literal["request"]
    command: Literal["source"]
    arguments: SourceArguments


class SourceResponseBody(TypedDict):
    """Part of SourceResponse."""

    content: str
    mimeType: NotRequired[str]


class SourceResponse(TypedDict):
    """The answer to source."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: SourceResponseBody


class ThreadsRequest(TypedDict):
    """The request `threads`."""

    seq: int
    type: Literal["request"]
    command: Literal["threads"]
    arguments: NotRequired[Any]


class Thread(TypedDict):
    """Part of ThreadsResponseBody."""

    id: int
    name: str


class ThreadsResponseBody(TypedDict):
    """Part of ThreadsResponse."""

    threads: List[Thread]


class ThreadsResponse(TypedDict):
    """The answer to threads."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: ThreadsResponseBody


class TerminateThreadsArguments(TypedDict):
    """Part of TerminateThreadsRequest."""

    threadIds: NotRequired[List[int]]


class TerminateThreadsRequest(TypedDict):
    """The request `terminateThreads`."""

    seq: int
    type: Literal["request"]
    command: Literal["terminateThreads"]
    arguments: TerminateThreadsArguments


class TerminateThreadsResponse(TypedDict):
    """The answer to terminateThreads."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[Any]


class ModulesArguments(TypedDict):
    """Part of ModulesRequest."""

    startModule: NotRequired[int]
    moduleCount: NotRequired[int]


class ModulesRequest(TypedDict):
    """The request `modules`."""

    seq: int
    type: Literal["request"]
    command: Literal["modules"]
    arguments: ModulesArguments


class ModulesResponseBody(TypedDict):
    """Part of ModulesResponse."""

    modules: List[Module]
    totalModules: NotRequired[int]


class ModulesResponse(TypedDict):
    """The answer to modules."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: ModulesResponseBody


class LoadedSourcesArguments(TypedDict):
    """Part of LoadedSourcesRequest."""


class LoadedSourcesRequest(TypedDict):
    """The request `loadedSources`."""

    seq: int
    type: Literal["request"]
    command: Literal["loadedSources"]
    arguments: NotRequired[LoadedSourcesArguments]


class LoadedSourcesResponseBody(TypedDict):
    """Part of LoadedSourcesResponse."""

    sources: List[Source]


class LoadedSourcesResponse(TypedDict):
    """The answer to loadedSources."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: LoadedSourcesResponseBody


class EvaluateArguments(TypedDict):
    """Part of EvaluateRequest."""

    expression: str
    frameId: NotRequired[int]
    line: NotRequired[int]
    column: NotRequired[int]
    source: NotRequired[Source]
    context: NotRequired[str]
    format: NotRequired[ValueFormat]


class EvaluateRequest(TypedDict):
    """The request `evaluate`."""

    seq: int
    type: Literal["request"]
    command: Literal["evaluate"]
    arguments: EvaluateArguments


class EvaluateResponseBody(TypedDict):
    """Part of EvaluateResponse."""

    result: str
    type: NotRequired[str]
    presentationHint: NotRequired[VariablePresentationHint]
    variablesReference: int
    namedVariables: NotRequired[int]
    indexedVariables: NotRequired[int]
    memoryReference: NotRequired[str]
    valueLocationReference: NotRequired[int]


class EvaluateResponse(TypedDict):
    """The answer to evaluate."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: EvaluateResponseBody


class SetExpressionArguments(TypedDict):
    """Part of SetExpressionRequest."""

    expression: str
    value: str
    frameId: NotRequired[int]
    format: NotRequired[ValueFormat]


class SetExpressionRequest(TypedDict):
    """The request `setExpression`."""

    seq: int
    type: Literal["request"]
    command: Literal["setExpression"]
    arguments: SetExpressionArguments


class SetExpressionResponseBody(TypedDict):
    """Part of SetExpressionResponse."""

    value: str
    type: NotRequired[str]
    presentationHint: NotRequired[VariablePresentationHint]
    variablesReference: NotRequired[int]
    namedVariables: NotRequired[int]
    indexedVariables: NotRequired[int]
    memoryReference: NotRequired[str]
    valueLocationReference: NotRequired[int]


class SetExpressionResponse(TypedDict):
    """The answer to setExpression."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: SetExpressionResponseBody


class StepInTargetsArguments(TypedDict):
    """Part of StepInTargetsRequest."""

    frameId: int


class StepInTargetsRequest(TypedDict):
    """The request `stepInTargets`."""

    seq: int
    type: Literal["request"]
    command: Literal["stepInTargets"]
    arguments: StepInTargetsArguments


class StepInTarget(TypedDict):
    """Part of StepInTargetsResponseBody."""

    id: int
    label: str
    line: NotRequired[int]
    column: NotRequired[int]
    endLine: NotRequired[int]
    endColumn: NotRequired[int]


class StepInTargetsResponseBody(TypedDict):
    """Part of StepInTargetsResponse."""

    targets: List[StepInTarget]


class StepInTargetsResponse(TypedDict):
    """The answer to stepInTargets."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: StepInTargetsResponseBody


class GotoTargetsArguments(TypedDict):
    """Part of GotoTargetsRequest."""

    source: Source
    line: int
    column: NotRequired[int]


class GotoTargetsRequest(TypedDict):
    """The request `gotoTargets`."""

    seq: int
    type: Literal["request"]
    command: Literal["gotoTargets"]
    arguments: GotoTargetsArguments


class GotoTarget(TypedDict):
    """Part of GotoTargetsResponseBody."""

    id: int
    label: str
    line: int
    column: NotRequired[int]
    endLine: NotRequired[int]
    endColumn: NotRequired[int]
    instructionPointerReference: NotRequired[str]


class GotoTargetsResponseBody(TypedDict):
    """Part of GotoTargetsResponse."""

    targets: List[GotoTarget]


class GotoTargetsResponse(TypedDict):
    """The answer to gotoTargets."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: GotoTargetsResponseBody


class CompletionsArguments(TypedDict):
    """Part of CompletionsRequest."""

    frameId: NotRequired[int]
    text: str
    column: int
    line: NotRequired[int]


class CompletionsRequest(TypedDict):
    """The request `completions`."""

    seq: int
    type: Literal["request"]
    command: Literal["completions"]
    arguments: CompletionsArguments


CompletionItemType = Literal[
    "method",
    "function",
    "constructor",
    "field",
    "variable",
    "class",
    "interface",
    "module",
    "property",
    "unit",
    "value",
    "enum",
    "keyword",
    "snippet",
    "text",
    "color",
    "file",
    "reference",
    "customcolor",
]


class CompletionItem(TypedDict):
    """Part of CompletionsResponseBody."""

    label: str
    text: NotRequired[str]
    sortText: NotRequired[str]
    detail: NotRequired[str]
    type: NotRequired[CompletionItemType]
    start: NotRequired[int]
    length: NotRequired[int]
    selectionStart: NotRequired[int]
    selectionLength: NotRequired[int]


class CompletionsResponseBody(TypedDict):
    """Part of CompletionsResponse."""

    targets: List[CompletionItem]


class CompletionsResponse(TypedDict):
    """The answer to completions."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: CompletionsResponseBody


class ExceptionInfoArguments(TypedDict):
    """Part of ExceptionInfoRequest."""

    threadId: int


class ExceptionInfoRequest(TypedDict):
    """The request `exceptionInfo`."""

    seq: int
    type: Literal["request"]
    command: Literal["exceptionInfo"]
    arguments: ExceptionInfoArguments


class ExceptionDetails(TypedDict):
    """Part of ExceptionDetails, ExceptionInfoResponseBody."""

    message: NotRequired[str]
    typeName: NotRequired[str]
    fullTypeName: NotRequired[str]
    evaluateName: NotRequired[str]
    stackTrace: NotRequired[str]
    innerException: NotRequired[List["ExceptionDetails"]]


class ExceptionInfoResponseBody(TypedDict):
    """Part of ExceptionInfoResponse."""

    exceptionId: str
    description: NotRequired[str]
    breakMode: ExceptionBreakMode
    details: NotRequired[ExceptionDetails]


class ExceptionInfoResponse(TypedDict):
    """The answer to exceptionInfo."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: ExceptionInfoResponseBody


class ReadMemoryArguments(TypedDict):
    """Part of ReadMemoryRequest."""

    memoryReference: str
    offset: NotRequired[int]
    count: int


class ReadMemoryRequest(TypedDict):
    """The request `readMemory`."""

    seq: int
    type: Literal["request"]
    command: Literal["readMemory"]
    arguments: ReadMemoryArguments


class ReadMemoryResponseBody(TypedDict):
    """Part of ReadMemoryResponse."""

    address: str
    unreadableBytes: NotRequired[int]
    data: NotRequired[str]


class ReadMemoryResponse(TypedDict):
    """The answer to readMemory."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[ReadMemoryResponseBody]


class WriteMemoryArguments(TypedDict):
    """Part of WriteMemoryRequest."""

    memoryReference: str
    offset: NotRequired[int]
    allowPartial: NotRequired[bool]
    data: str


class WriteMemoryRequest(TypedDict):
    """The request `writeMemory`."""

    seq: int
    type: Literal["request"]
    command: Literal["writeMemory"]
    arguments: WriteMemoryArguments


class WriteMemoryResponseBody(TypedDict):
    """Part of WriteMemoryResponse."""

    offset: NotRequired[int]
    bytesWritten: NotRequired[int]


class WriteMemoryResponse(TypedDict):
    """The answer to writeMemory."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[WriteMemoryResponseBody]


class DisassembleArguments(TypedDict):
    """Part of DisassembleRequest."""

    memoryReference: str
    offset: NotRequired[int]
    instructionOffset: NotRequired[int]
    instructionCount: int
    resolveSymbols: NotRequired[bool]


class DisassembleRequest(TypedDict):
    """The request `disassemble`."""

    seq: int
    type: Literal["request"]
    command: Literal["disassemble"]
    arguments: DisassembleArguments


class DisassembledInstruction(TypedDict):
    """Part of DisassembleResponseBody."""

    address: str
    instructionBytes: NotRequired[str]
    instruction: str
    symbol: NotRequired[str]
    location: NotRequired[Source]
    line: NotRequired[int]
    column: NotRequired[int]
    endLine: NotRequired[int]
    endColumn: NotRequired[int]
    presentationHint: NotRequired[Literal["normal", "invalid"]]


class DisassembleResponseBody(TypedDict):
    """Part of DisassembleResponse."""

    instructions: List[DisassembledInstruction]


class DisassembleResponse(TypedDict):
    """The answer to disassemble."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[DisassembleResponseBody]


class LocationsArguments(TypedDict):
    """Part of LocationsRequest."""

    locationReference: int


class LocationsRequest(TypedDict):
    """The request `locations`."""

    seq: int
    type: Literal["request"]
    command: Literal["locations"]
    arguments: LocationsArguments


class LocationsResponseBody(TypedDict):
    """Part of LocationsResponse."""

    source: Source
    line: int
    column: NotRequired[int]
    endLine: NotRequired[int]
    endColumn: NotRequired[int]


class LocationsResponse(TypedDict):
    """The answer to locations."""

    seq: int
    type: Literal["response"]
    request_seq: int
    success: bool
    command: str
    message: NotRequired[str]
    body: NotRequired[LocationsResponseBody]


REQUESTS = {
    "cancel": CancelRequest,
    "runInTerminal": RunInTerminalRequest,
    "startDebugging": StartDebuggingRequest,
    "initialize": InitializeRequest,
    "configurationDone": ConfigurationDoneRequest,
    "launch": LaunchRequest,
    "attach": AttachRequest,
    "restart": RestartRequest,
    "disconnect": DisconnectRequest,
    "terminate": TerminateRequest,
    "breakpointLocations": BreakpointLocationsRequest,
    "setBreakpoints": SetBreakpointsRequest,
    "setFunctionBreakpoints": SetFunctionBreakpointsRequest,
    "setExceptionBreakpoints": SetExceptionBreakpointsRequest,
    "dataBreakpointInfo": DataBreakpointInfoRequest,
    "setDataBreakpoints": SetDataBreakpointsRequest,
    "setInstructionBreakpoints": SetInstructionBreakpointsRequest,
    "continue": ContinueRequest,
    "next": NextRequest,
    "stepIn": StepInRequest,
    "stepOut": StepOutRequest,
    "stepBack": StepBackRequest,
    "reverseContinue": ReverseContinueRequest,
    "restartFrame": RestartFrameRequest,
    "goto": GotoRequest,
    "pause": PauseRequest,
    "stackTrace": StackTraceRequest,
    "scopes": ScopesRequest,
    "variables": VariablesRequest,
    "setVariable": SetVariableRequest,
    "source": SourceRequest,
    "threads": ThreadsRequest,
    "terminateThreads": TerminateThreadsRequest,
    "modules": ModulesRequest,
    "loadedSources": LoadedSourcesRequest,
    "evaluate": EvaluateRequest,
    "setExpression": SetExpressionRequest,
    "stepInTargets": StepInTargetsRequest,
    "gotoTargets": GotoTargetsRequest,
    "completions": CompletionsRequest,
    "exceptionInfo": ExceptionInfoRequest,
    "readMemory": ReadMemoryRequest,
    "writeMemory": WriteMemoryRequest,
    "disassemble": DisassembleRequest,
    "locations": LocationsRequest,
}

RESPONSES = {
    "cancel": CancelResponse,
    "runInTerminal": RunInTerminalResponse,
    "startDebugging": StartDebuggingResponse,
    "initialize": InitializeResponse,
    "configurationDone": ConfigurationDoneResponse,
    "launch": LaunchResponse,
    "attach": AttachResponse,
    "restart": RestartResponse,
    "disconnect": DisconnectResponse,
    "terminate": TerminateResponse,
    "breakpointLocations": BreakpointLocationsResponse,
    "setBreakpoints": SetBreakpointsResponse,
    "setFunctionBreakpoints": SetFunctionBreakpointsResponse,
    "setExceptionBreakpoints": SetExceptionBreakpointsResponse,
    "dataBreakpointInfo": DataBreakpointInfoResponse,
    "setDataBreakpoints": SetDataBreakpointsResponse,
    "setInstructionBreakpoints": SetInstructionBreakpointsResponse,
    "continue": ContinueResponse,
    "next": NextResponse,
    "stepIn": StepInResponse,
    "stepOut": StepOutResponse,
    "stepBack": StepBackResponse,
    "reverseContinue": ReverseContinueResponse,
    "restartFrame": RestartFrameResponse,
    "goto": GotoResponse,
    "pause": PauseResponse,
    "stackTrace": StackTraceResponse,
    "scopes": ScopesResponse,
    "variables": VariablesResponse,
    "setVariable": SetVariableResponse,
    "source": SourceResponse,
    "threads": ThreadsResponse,
    "terminateThreads": TerminateThreadsResponse,
    "modules": ModulesResponse,
    "loadedSources": LoadedSourcesResponse,
    "evaluate": EvaluateResponse,
    "setExpression": SetExpressionResponse,
    "stepInTargets": StepInTargetsResponse,
    "gotoTargets": GotoTargetsResponse,
    "completions": CompletionsResponse,
    "exceptionInfo": ExceptionInfoResponse,
    "readMemory": ReadMemoryResponse,
    "writeMemory": WriteMemoryResponse,
    "disassemble": DisassembleResponse,
    "locations": LocationsResponse,
}

EVENTS = {
    "initialized": InitializedEvent,
    "stopped": StoppedEvent,
    "continued": ContinuedEvent,
    "exited": ExitedEvent,
    "terminated": TerminatedEvent,
    "thread": ThreadEvent,
    "output": OutputEvent,
    "breakpoint": BreakpointEvent,
    "module": ModuleEvent,
    "loadedSource": LoadedSourceEvent,
    "process": ProcessEvent,
    "capabilities": CapabilitiesEvent,
    "progressStart": ProgressStartEvent,
    "progressUpdate": ProgressUpdateEvent,
    "progressEnd": ProgressEndEvent,
    "invalidated": InvalidatedEvent,
    "memory": MemoryEvent,
}
