"""The keys of launch and attach: one table of what each does or why it does nothing, defaults from the environment, and
the older spellings of debugpy (`debugOptions`, texts for booleans).

`doc/configuration.md` is written from the table.
"""
from dapper.protocol import settings, wire
from dapper.protocol.errors import DapError


class Key:
    """One key.

    Args:
        kind: "bool", "text", "number", "list", "object" or "any".
        who: "hub" and "program" say who heeds it; "client" leaves it to the editor; "none": nobody, see ``does``.
        does: what it does, or for "none" what to do instead.
    """

    __slots__ = ("kind", "who", "does")

    def __init__(self, kind, who, does):
        self.kind = kind
        self.who = who
        self.does = does


def _keys(who, **described):
    return {name: Key(does.partition(": ")[0], who, does.partition(": ")[2]) for name, does in described.items()}


TABLE = {}
TABLE.update(_keys(
    "hub",
    program="text: the file, folder or zip to run",
    module="text: the module to run, as with -m",
    code="any: code to run, as with -c; a list is lines",
    args="any: arguments of the program; a text is for the terminal's shell to expand",
    python="any: the interpreter, or a list of it and its options",
    pythonPath="any: an older name of python",
    pythonArgs="list: more options of the interpreter",
    cwd="text: the folder to run in; without it, the program's own",
    env="object: variables to set, null removes one",
    console="text: internalConsole, integratedTerminal or externalTerminal",
    consoleTitle="text: of the terminal",
    noDebug="bool: only run it",
    connect="object: {host, port} of a program that listens",
    listen="object: {host, port} to wait at for a program that connects",
    host="text: an older spelling of connect",
    port="number: an older spelling of connect",
    processId="any: of a program that runs",
    subProcessId="any: of a child process, in the configuration the client was given for it",
    dapperOffer="text: what proves that configuration",
    dapperHome="text: where children of a process that was attached to report; the adapter tells the process",
    restart="any: with listen: tell the client to begin again at the end",
    linuxAttachPreferLldb="bool: with processId: lldb before gdb",
    disableSysRemoteExec="bool: with processId: not by sys.remote_exec",
    subProcess="any: whether child processes are debugged, or rules which",
))
TABLE.update(_keys(
    "program",
    justMyCode="bool: pass over library code; true unless said otherwise",
    debugStdLib="bool: an older, opposite spelling of justMyCode",
    rules="list: {path or module, include}: code that is the user's, or is not",
    pathMappings="list: {localRoot, remoteRoot}: folders of the client's and of the program's",
    resolveSymlinks="bool: tell the client of files by their real paths",
    clientOS="text: windows or unix: how the client writes paths",
    workspaceFolder="text: its code is the user's, wherever it lies",
    redirectOutput="bool: what the program prints comes to the client, too",
    showReturnValue="bool: show what a call returned after a step",
    stopOnEntry="bool: stop at the first line",
    breakOnSystemExit="any: exit codes to stop at: true, or a list of numbers, null and {from, to}",
    breakOnSystemExitZero="bool: the exit codes 0 and None count, too",
    uncaughtAtRaise="bool: stop for uncaught exceptions where they are raised",
    maxExceptionStackFrames="number: the most frames in the text of an exception; 0 is all",
    steppingResumesAllThreads="bool: other threads run during a step; true unless said otherwise",
    stopAllThreadsOnSuspend="bool: a stop of one thread stops all; true unless said otherwise",
    variablePresentation="object: {all, special, function, class, protected}: group, inline or hide",
    valueLimits="object: {string, innerString, items, innerItems, seconds}: how much of a value is shown",
    jinja="bool: debug Jinja templates; see doc/frameworks.md",
    flask="bool: an older name of jinja",
    django="bool: debug Django templates; see doc/frameworks.md",
    guiEventLoop="text: whose windows live on at a stop: matplotlib's unless said otherwise; see doc/frameworks.md",
    accessToken="text: what a port asks for; see doc/security.md",
    share="any: let other clients join: true, or {port}; see doc/clients.md",
    watch="bool: with a client that is there already: look on",
    takeOver="bool: with a client that is there already: lead in its place",
    frameEval="any: the engine and how it works; see doc/frame-evaluation.md",
))
TABLE.update(_keys(
    "client",
    **dict.fromkeys((
        "type", "name", "request", "envFile", "logToFile", "purpose", "pyramid", "fastapi", "internalConsoleOptions",
        "preLaunchTask", "postDebugTask", "presentation", "successExitCodes", "consoleName", "localRoot", "remoteRoot",
        "debugServer", "debugAdapterPath", "debugAdapterPython", "serverReadyAction", "autoStartBrowser", "windows", "linux",
        "osx", "trace", "timeout", "suppressMultipleSessionWarning", "terminalQuoteCharacter", "processName", "debugOptions",
        "options", "gevent", "qt", "debugAdapterHost", "frameworks", "token",
    ), "any: for the client; needs nothing of dapper")
))
TABLE.update(_keys(
    "none",
    sudo="bool: start the program with sudo yourself, `sudo python -m dapper --listen 5678 PROGRAM`, and attach",
    waitOnNormalExit="bool: the integrated terminal keeps what was printed",
    waitOnAbnormalExit="bool: the integrated terminal keeps what was printed",
    debugLauncherPython="text: there is no launcher; name the program's interpreter with 'python'",
    debugLauncherPath="text: there is no launcher; name dapper's folder with 'debugAdapterPath'",
    debugpyArgs="list: switches of dapper's own go into the environment variable DAPPER_EXTRA_ARGV",
    onTerminate="text: terminate asks with KeyboardInterrupt first, and kills the second time",
    terminateChildProcesses="bool: 'subProcess' says which children belong to the session; those end with it",
    autoReload="object: restart the program (the request `restart`), which takes a moment only",
))

#: Entries of debugpy's `debugOptions`, and the key that means the same.
OPTIONS = {
    "RedirectOutput": ("redirectOutput", True),
    "StopOnEntry": ("stopOnEntry", True),
    "ShowReturnValue": ("showReturnValue", True),
    "BreakOnSystemExitZero": ("breakOnSystemExitZero", True),
    "DebugStdLib": ("justMyCode", False),
    "Multiprocess": ("subProcess", True),
    "WindowsClient": ("clientOS", "windows"),
    "UnixClient": ("clientOS", "unix"),
    "Django": ("django", True),
    "Flask": ("flask", True),
    "Jinja": ("jinja", True),
    "Sudo": ("sudo", True),
    "WaitOnNormalExit": ("waitOnNormalExit", True),
    "WaitOnAbnormalExit": ("waitOnAbnormalExit", True),
}

#: What `guiEventLoop` may be, besides ``module.function``.
GUI_LOOPS = ("none", "matplotlib", "tk", "qt", "qt4", "qt5", "qt6", "gtk", "gtk3", "gtk4")

#: Those that mean what the program does by itself; naming them changes nothing.
_AS_IT_IS = {"waitOnNormalExit": False, "waitOnAbnormalExit": False, "sudo": False,
             "onTerminate": "KeyboardInterrupt", "terminateChildProcesses": True}


def variable_of(name):
    """The environment variable that gives a key its default."""
    return "DAPPER_" + "".join("_" + char if char.isupper() else char for char in name).upper()


def read(name, text):
    """The value of a key from a text: of an environment variable, or of a command line.

    Raises:
        DapError: it is not of the key's kind.
    """
    kind = TABLE[name].kind
    if kind == "text":
        return text
    if kind == "bool":
        if text.lower() in settings.TRUE + settings.FALSE:
            return text.lower() in settings.TRUE
    else:
        try:
            value = wire.decode(text.encode("utf-8"))
        except ValueError:
            value = text if kind == "any" else None
        if kind == "any" or isinstance(value, {"number": (int, float), "list": list, "object": dict}[kind]):
            return value
    raise DapError("bad_config", problem="%s has to be %s, not %r" % (name, _KINDS[kind], text))


_KINDS = {"bool": "true or false", "number": "a number", "list": "a JSON list", "object": "a JSON object", "any": "JSON"}


def settle(arguments):
    """The arguments of launch or attach as the program heeds them.

    Args:
        arguments: as the client sent them.

    Returns:
        (a new dict without nulls, with defaults and older spellings applied; what the user should know, as lines)

    Raises:
        DapError: a value is not of its key's kind.
    """
    config = {key: value for key, value in arguments.items() if value is not None}
    for name in _options(config):
        if name in OPTIONS:
            key, value = OPTIONS[name]
            config.setdefault(key, value)
    for name, key in TABLE.items():
        if key.who != "program":
            continue
        if name in config:
            if key.kind == "bool" and type(config[name]) is str:
                config[name] = read(name, config[name])
        else:
            text = settings.environ.get(variable_of(name))
            if text is not None:
                config[name] = read(name, text)
    if config.get("breakOnSystemExitZero") is True:
        config.setdefault("breakOnSystemExit", True)
    if "frameEval" not in config:
        wish = _engine_of_environment()
        if wish:
            config["frameEval"] = wish
    return config, [] if "subProcessId" in arguments else _remarks(config)


def _options(config):
    found = config.get("debugOptions")
    found = list(found) if isinstance(found, (list, tuple)) else []
    if isinstance(config.get("options"), str):
        found += [part.strip() for part in config["options"].replace("=True", "").split(";")]
    return found


def _engine_of_environment():
    if settings.truth("DAPPER_USE_SYS_MONITORING") is False:
        return {"engine": "settrace"}
    if settings.truth("DAPPER_USE_CORE") is False:
        return {"core": False}
    return None


def _remarks(config):
    idle, unknown = [], []
    for name in sorted(config):
        key = TABLE.get(name)
        if key is None:
            if not name.startswith("_"):
                unknown.append(name)
        elif key.who == "none" and config[name] not in (False, "", _AS_IT_IS.get(name)):
            idle.append("'%s' has no effect: %s" % (name, key.does))
    loop = config.get("guiEventLoop") or "none"
    if not (isinstance(loop, str) and "." in loop or loop in GUI_LOOPS):
        idle.append("'guiEventLoop' knows no '%s': name a function that turns its loop once, as 'module.function'" % loop)
    if unknown:
        from difflib import get_close_matches

        names = {name.lower(): name for name in TABLE}
        for name in unknown:
            near = get_close_matches(name.lower(), names, 1, 0.8)
            if near:
                idle.append("'%s' is no key; did you mean '%s'?" % (name, names[near[0]]))
    return ["Some of the configuration has no effect. %s" % "; ".join(idle)] if idle else []
