"""The command line: `dapper --listen|--connect … PROGRAM` for editors, and everything else for the terminal face."""
import os
import sys

from dapper.protocol import keys, settings
from dapper.protocol.errors import DapError

USAGE = """\
usage: dapper PROGRAM ...                            debug it in this terminal
       dapper --listen|--connect [HOST:]PORT [--wait-for-client] [--configure-NAME VALUE] ...
              [--log-to DIR] [--log-to-stderr]
              FILE | -m MODULE | -c CODE  [ARGUMENT ...]
       dapper --listen|--connect [HOST:]PORT --pid PID      the same in a process that runs already
       dapper doctor [FILE[:LINE]]                          why no session starts, or no breakpoint binds

  --listen [HOST:]PORT         let an editor attach at this port (port 0: any; no host: this machine only)
  --connect [HOST:]PORT        connect to an editor's adapter that waits for the program there
  --wait-for-client            begin when the editor has set its breakpoints
  --configure-NAME VALUE       a default for what the editor does not say: justMyCode false, rules '[...]', subProcess false
  --log-to DIR                 write down what the debugger does; --log-to-stderr: on stderr
  --adapter-access-token TEXT  with --connect: what the adapter demands
  --parent-session-pid PID     with --connect: report this as the parent process
  -h, -?, --help               this text
  -V, --version                the version
"""

FLAGS = {
    "--wait-for-client": "wait_for_client",
    "--log-to-stderr": "log_to_stderr",
    "--disable-sys-remote-exec": "disable_sys_remote_exec",
    "--linux-attach-prefer-lldb": "linux_attach_prefer_lldb",
}
VALUES = {
    "--listen": "listen",
    "--connect": "connect",
    "--log-to": "log_to",
    "--adapter-access-token": "adapter_access_token",
    "--parent-session-pid": "parent_session_pid",
    "--pid": "pid",
    "-m": "module",
    "-c": "code",
}
HELP = ("-h", "-?", "--help")
VERSION = ("-V", "--version")
CONFIGURE = "--configure-"

chosen = None  #: the Options of the command line that runs this program, once it does


class Wrong(Exception):
    """The command line is not one of ours; the text says why."""


class Options:
    """What a command line said; see get_cli_options."""

    def __init__(self, **facts):
        self.__dict__.update(facts)

    def __setattr__(self, name, value):
        raise AttributeError("options can't be changed")

    def __repr__(self):
        return "Options(%s)" % ", ".join("%s=%r" % fact for fact in sorted(self.__dict__.items()))


def main(words=None):
    """Run a command line, the process's own unless given.

    Returns:
        The exit code.
    """
    words = sys.argv[1:] if words is None else words
    if words[:1] == ["--run"]:  # the hub's way to start a Python that ignores its environment
        from dapper.adapter.run import main as run_and_report

        return run_and_report(words[1:])
    if words[:1] == ["doctor"] and not os.path.exists("doctor"):
        from dapper.doctor import main as doctor

        return doctor(words[1:])
    if not for_editors(words):
        from dapper.terminal import main as terminal

        return terminal(words)
    if words[0] in VERSION:
        from dapper._version import __version__

        print(__version__)
        return 0
    return editors(words)


def editors(words, name=None):
    """Run a command line of ``dapper --listen|--connect ...``.

    Args:
        name: of the command, where it has another one and knows no terminal face.

    Returns:
        The exit code.
    """
    usage = USAGE if name is None else USAGE.partition("\n")[2].replace("       dapper", "usage: " + name, 1)
    if words and words[0] in HELP:
        if name is None:
            from dapper.terminal.options import USAGE as TERMINAL

            usage = TERMINAL + "\n" + usage
        sys.stderr.write(usage)
        return 0
    try:
        options, args = parse(words, _extra_words())
    except Wrong as error:
        sys.stderr.write("%s\nError: %s\n" % (usage, error))
        return 2
    return run(options, args)


def _extra_words():
    return (settings.get("DAPPER_EXTRA_ARGV") or "").split()


def for_editors(words):
    """Is this a command line that an editor's debugging begins with, and not one for the terminal face?"""
    if words and words[0] in HELP + VERSION:
        return True
    words = iter(words)
    for word in words:
        if word in ("--listen", "--connect", "--pid"):
            return True
        if word in VALUES or word.startswith(CONFIGURE):
            next(words, None)
        elif word not in FLAGS:
            return False
    return False


def parse(words, extra=()):
    """A command line → (Options, arguments of the program).

    Args:
        extra: words parsed behind it that can't change what it says.

    Raises:
        Wrong: see there.
    """
    found, config, rest = _switches(list(words), target=True)
    more, more_config, left = _switches(list(extra), target=False)
    if left:
        raise Wrong("unexpected in the environment: %s" % left[0])
    found = dict(more, **found)
    config = dict(more_config, **config)
    target_kind, target = found.pop("target", (None, None))
    if ("listen" in found) == ("connect" in found):
        raise Wrong("give either --listen or --connect")
    mode = "listen" if "listen" in found else "connect"
    if target_kind is None:
        raise Wrong("give a file, -m MODULE or -c CODE")
    if target_kind == "pid":
        if rest:
            raise Wrong("nothing may stand behind --pid PID: %s" % rest[0])
        if found.get("wait_for_client"):
            raise Wrong("--wait-for-client makes no sense with --pid: the program runs already")
        target = _number(target)
    for name in ("adapter_access_token", "parent_session_pid"):
        if name in found and mode != "connect":
            raise Wrong("--%s goes with --connect only" % name.replace("_", "-"))
    options = Options(
        mode=mode, target_kind=target_kind, target=target, address=endpoint(found[mode]), config=config,
        log_to=found.get("log_to"), log_to_stderr=found.get("log_to_stderr", False),
        wait_for_client=found.get("wait_for_client", False), adapter_access_token=found.get("adapter_access_token"),
        parent_session_pid=_number(found.get("parent_session_pid")),
        remote_exec=not found.get("disable_sys_remote_exec"), prefer_lldb=found.get("linux_attach_prefer_lldb", False),
    )
    return options, rest


def _switches(words, target):
    found, config = {}, {}
    while words:
        word = words[0]
        if word in FLAGS:
            name, value = FLAGS[word], True
        elif word in VALUES or word.startswith(CONFIGURE):
            if len(words) < 2:
                raise Wrong("%s needs a value" % word)
            name, value = VALUES.get(word, word), words.pop(1)
        elif word.startswith("-") and word != "-":
            raise Wrong("there is no switch %s" % word)
        elif target:
            name, value = "file", word
        else:
            break
        del words[0]
        if name in found:
            raise Wrong("%s was given twice" % word)
        if name in ("file", "module", "code", "pid"):
            if not target:
                raise Wrong("no program may stand in the environment")
            found["target"] = name, value
            break
        if name.startswith(CONFIGURE):
            config[name[len(CONFIGURE):]] = _property(name[len(CONFIGURE):], value)
        found[name] = value
    return found, config, words


def _property(name, value):
    if name == "subProcess":
        if value.lower() not in ("true", "false"):
            raise Wrong("--configure-subProcess is true or false, not %s" % value)
        return value.lower() == "true"
    if name == "qt":
        return value
    key = keys.TABLE.get(name)
    if key is None or key.who != "program":
        there = sorted(one for one, key in keys.TABLE.items() if key.who == "program")
        raise Wrong("there is no property %s to configure; there are qt, subProcess and %s" % (name, ", ".join(there)))
    try:
        return keys.read(name, value)
    except DapError as error:
        raise Wrong(str(error)) from None


def _number(text):
    if text is None:
        return None
    if not text.isdigit():
        raise Wrong("a process has a number, and %s is none" % text)
    return int(text)


def endpoint(text):
    """``[HOST:]PORT`` → (host, port).

    Raises:
        Wrong: it is something else.
    """
    host, _, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not port.isdigit() or int(port) > 65535:
        raise Wrong("%s is no [HOST:]PORT" % text)
    return host or "127.0.0.1", int(port)


def run(options, args):
    """Open or make the connection, then run the program in this process.

    Returns:
        The program's exit code.
    """
    global chosen
    if options.target_kind == "pid":
        return _reach(options)
    import dapper
    from dapper.adapter import run as runner

    chosen = options
    if not settings.get("DAPPER_RUNNING"):  # a second command line, below a first, only runs its program
        os.environ["DAPPER_RUNNING"] = "true"
        try:
            if options.log_to or options.log_to_stderr:
                dapper.log_to(sys.stderr if options.log_to_stderr else options.log_to)
            if options.mode == "listen":
                dapper.listen(options.address)
            else:
                dapper.connect(options.address, access_token=options.adapter_access_token,
                               parent_session_pid=options.parent_session_pid)
            dapper.configure(options.config)
        except (RuntimeError, ValueError, OSError) as error:
            sys.stderr.write("dapper: %s\n" % error)
            return 1
        if options.wait_for_client:
            dapper.wait_for_client()
    return runner.run(options.target_kind, options.target, args)


def _reach(options):
    """Have a process that runs already listen or connect; returns the exit code."""
    from dapper.hub.inject import into
    from dapper.protocol.errors import DapError

    host, port = options.address
    order = {"host": host, "port": port}
    if options.mode == "connect":
        order["ticket"] = "%s:%d:%s" % (host, port, options.adapter_access_token or "")
    try:
        into(options.target, order, options.remote_exec, options.prefer_lldb)
    except DapError as error:
        sys.stderr.write("dapper: %s\n" % error)
        return 1
    what = "listens on" if options.mode == "listen" else "is connected to"
    sys.stderr.write("dapper: process %d %s %s:%d\n" % (options.target, what, host, port))
    return 0
