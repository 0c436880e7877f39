"""Launch and attach arguments as clients really send them → values the hub can rely on, or what is wrong with them."""
import os
import sys

from dapper.protocol.errors import DapError

CONSOLES = ("internalConsole", "integratedTerminal", "externalTerminal")

#: What belongs to the parent's start and means nothing to, or would mislead, a child's session.
PROCESS_KEYS = (
    "program", "module", "code", "args", "python", "pythonPath", "pythonArgs", "env", "envFile", "cwd", "console",
    "consoleTitle", "noDebug", "stopOnEntry", "processId", "listen", "connect", "host", "port", "preLaunchTask",
    "postDebugTask", "request", "restart", "processName", "name", "__restart",
)


def wrong(problem):
    """The error for a configuration the user has to correct."""
    return DapError("bad_config", problem=problem)


def take(arguments, key, kind, default, what):
    """``arguments[key]``, where null and absent mean ``default``.

    Args:
        kind: a type or a tuple of types.
        what: names the kind to the user, as in "has to be ...".
    """
    value = arguments.get(key)
    if value is None:
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind in (int, str)):
        raise wrong("%r has to be %s, not %r" % (key, what, value))
    return value


def truth(arguments, key, default=False):
    """A boolean; the texts some clients send for one count."""
    value = take(arguments, key, (bool, int, str), default, "true or false")
    if isinstance(value, str):
        if value.lower() not in ("true", "false", "1", "0"):
            raise wrong("%r has to be true or false, not %r" % (key, value))
        return value.lower() in ("true", "1")
    return bool(value)


def texts(arguments, key):
    """A list of strings; numbers in it are spelled out."""
    values = take(arguments, key, list, [], "a list of strings")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise wrong("%r has to be a list of strings; %r is none" % (key, value))
    return [str(value) for value in values]


class Launch:
    """What `launch` asks the hub to do.

    Attributes:
        python: words of the interpreter and its own options.
        target: words behind it: the program, or -m or -c and theirs.
        args: words behind that; a str stands for one the terminal's shell has to expand.
        cwd: folder, or None for the hub's.
        env: name → str, or None to remove.
        console: one of CONSOLES.
        title: of the terminal.
        no_debug: bool.
        children: which of them are wanted; see filters.ChildRules.
    """

    def __init__(self, arguments):
        self.python = _python(arguments)
        self.target, folder = _target(arguments)
        self.args = arguments.get("args") or []
        if not isinstance(self.args, str):
            self.args = texts(arguments, "args")
        self.cwd = take(arguments, "cwd", str, None, "a folder") or folder
        self.env = _env(arguments)
        self.console = take(arguments, "console", str, CONSOLES[0], "a string") or CONSOLES[0]
        if self.console not in CONSOLES:
            raise wrong("'console' has to be one of %s, not %r" % (", ".join(CONSOLES), self.console))
        self.title = take(arguments, "consoleTitle", str, "", "a string") or "Python Debug Console"
        self.no_debug = truth(arguments, "noDebug")
        self.children = arguments.get("subProcess")

    @property
    def words(self):
        """The whole command, for where no shell is."""
        args = self.args
        if isinstance(args, str):
            import shlex  # few give them so

            args = shlex.split(args)
        return self.python + self.target + args


def _python(arguments):
    given = [key for key in ("python", "pythonPath") if arguments.get(key)]
    if len(given) == 2 and arguments["python"] != arguments["pythonPath"]:
        raise wrong("'python' and 'pythonPath' mean the same: give one of them")
    if not given:
        words = [sys.executable]
    elif isinstance(arguments[given[0]], str):
        words = [arguments[given[0]]]
    else:
        words = texts(arguments, given[0])
    return words + texts(arguments, "pythonArgs")


def _target(arguments):
    """(words, folder to run in or None)"""
    given = [key for key in ("program", "module", "code") if arguments.get(key)]
    if len(given) != 1:
        raise wrong("give exactly one of 'program', 'module' and 'code'%s" % (given and ", not " + " and ".join(given) or ""))
    if given[0] == "code":
        code = arguments["code"]
        return ["-c", code if isinstance(code, str) else "\n".join(texts(arguments, "code"))], None
    value = take(arguments, given[0], str, "", "a string")
    if given[0] == "module":
        return ["-m", value], None
    folder = os.path.dirname(value)
    return [value], folder if os.path.isabs(value) and os.path.isdir(folder) else None


def _env(arguments):
    env = {}
    for name, value in take(arguments, "env", dict, {}, "an object").items():
        if isinstance(value, bool) or not isinstance(value, (str, int, float, type(None))):
            raise wrong("'env' has to map names to strings or null; %s is %r" % (name, value))
        if not name or "=" in name or "\0" in name + str(value):
            raise wrong("'env' has a name or value no environment can hold: %r" % name)
        env[name] = value if value is None else str(value)
    return env


class Attach:
    """What `attach` asks the hub to do.

    Attributes:
        connect, listen: (host, port) or None.
        child: pid of a child announced before, or None.
        offer: the secret it was announced with.
        process: pid of one that knows nothing of us, or None.
        remote_exec, prefer_lldb: bool: how to get into it.
        restart: bool: a client that listens wants to be told to start anew.
        children: which of them are wanted; see filters.ChildRules.
    """

    def __init__(self, arguments):
        self.connect = _address(arguments, "connect")
        self.listen = _address(arguments, "listen")
        self.child = _pid(arguments, "subProcessId")
        self.offer = take(arguments, "dapperOffer", str, "", "a string")
        self.process = _pid(arguments, "processId")
        self.remote_exec = not truth(arguments, "disableSysRemoteExec")
        self.prefer_lldb = truth(arguments, "linuxAttachPreferLldb")
        self.children = arguments.get("subProcess")
        self.restart = truth(arguments, "restart") if not isinstance(arguments.get("restart"), dict) else True
        if truth(arguments, "noDebug"):
            raise wrong("'noDebug' makes no sense with attach")
        if arguments.get("port") is not None:
            if self.connect or self.listen:
                raise wrong("'host' and 'port' stand inside 'connect' or 'listen'; give one of the spellings")
            self.connect = _host_and_port(arguments, "attach")
        ways = [name for name, way in (("connect", self.connect and self.child is None), ("listen", self.listen),
                                       ("processId", self.process), ("subProcessId", self.child)) if way]
        if len(ways) != 1:
            raise wrong("attach needs exactly one of 'connect', 'listen' and 'processId'%s"
                        % (ways and ", not " + " and ".join(ways) or ""))


def _pid(arguments, key):
    value = arguments.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isdigit():
        return int(value)
    if type(value) is not int or value <= 0:
        raise wrong("%r has to be the number of a process, not %r" % (key, value))
    return value


def _address(arguments, key):
    value = take(arguments, key, dict, None, "an object with host and port")
    return _host_and_port(value, key) if value is not None else None


def _host_and_port(value, key):
    host = value.get("host") or "127.0.0.1"
    port = value.get("port")
    if isinstance(port, str) and port.isdigit():
        port = int(port)
    if not isinstance(host, str) or type(port) is not int or not 0 <= port < 65536:
        raise wrong("%r needs a host and a port from 0 to 65535, not %r and %r" % (key, host, value.get("port")))
    return host, port
