"""Children that the program hands an environment of its own: what they need to report is put into that, too."""
import os
import sys

from dapper.adapter.children import BOOT

_environ = os.environ
_fsdecode = os.fsdecode
_fsencode = os.fsencode
_open = os.open
_read = os.read
_close = os.close

OURS = ("DAPPER_BOOT", "DAPPER_ROOT")
_PYTHON = ("python", "pypy")
_put = []  # (module, name, what was there, ours)


def install():
    """From now on look at the environments that are given to `subprocess`, `exec` and `posix_spawn`."""
    if _put or os.name != "posix":
        return
    import _posixsubprocess

    fork_exec = _behind_fork_exec(_posixsubprocess.fork_exec)
    _replace(_posixsubprocess, "fork_exec", fork_exec)
    library = sys.modules.get("subprocess")
    if library is not None and getattr(library, "_fork_exec", None) is _put[0][2]:
        _replace(library, "_fork_exec", fork_exec)
    for name in ("execve", "posix_spawn", "posix_spawnp"):
        if hasattr(os, name):
            _replace(os, name, _behind(getattr(os, name)))


def remove():
    """Children are not wanted any more: put back what was there."""
    while _put:
        module, name, before, ours = _put.pop()
        if getattr(module, name, None) is ours:
            setattr(module, name, before)
    library = sys.modules.get("subprocess")
    if hasattr(getattr(library, "_fork_exec", None), "dapper_is_behind"):  # it was imported while we were there
        library._fork_exec = library._fork_exec.dapper_is_behind


def _replace(module, name, ours):
    _put.append((module, name, getattr(module, name), ours))
    setattr(module, name, ours)


def _behind_fork_exec(original):
    def fork_exec(args, executables, close_fds, pass_fds, cwd, env, *rest):
        if env is not None and "DAPPER_BOOT" in _environ:
            env = _words(env, executables)
        return original(args, executables, close_fds, pass_fds, cwd, env, *rest)

    fork_exec.dapper_is_behind = original
    return fork_exec


def _behind(original):
    def spawn(path, argv, env, *rest, **more):
        if env is not _environ and env is not None and "DAPPER_BOOT" in _environ:
            env = _mapping(env, path)
        return original(path, argv, env, *rest, **more)

    spawn.__name__ = spawn.__qualname__ = original.__name__
    spawn.__doc__ = original.__doc__
    return spawn


def _words(words, executables):
    """A list of ``b"NAME=value"`` with ours in it."""
    given = {}
    for word in words:
        name, _, value = bytes(word).partition(b"=")
        given[_fsdecode(name)] = _fsdecode(value)
    more = _missing(given, executables)
    if not more:
        return words
    gone = tuple(_fsencode(name) + b"=" for name in more)
    return [word for word in words if not bytes(word).startswith(gone)] + [
        _fsencode(name) + b"=" + _fsencode(value) for name, value in more.items()
    ]


def _mapping(env, path):
    """The same of a mapping; what is none is left for the system to complain of."""
    try:
        given = {_fsdecode(name): _fsdecode(value) for name, value in env.items()}
        more = _missing(given, [path])
    except (AttributeError, TypeError):
        return env
    return dict(given, **more) if more else env


def _missing(given, executables):
    """What an environment lacks for a child to report; nothing if the child is no Python."""
    paths = given.get("PYTHONPATH", "").split(os.pathsep)
    more = {name: _environ[name] for name in OURS if name in _environ and given.get(name) != _environ[name]}
    if BOOT not in paths:
        more["PYTHONPATH"] = os.pathsep.join([BOOT] + [path for path in paths if path])
    if "DAPPER_BOOT" in more and not any(_is_python(path) for path in executables):
        return {}
    return more


def _is_python(path):
    if type(path) is int:
        return False
    path = _fsdecode(path)
    if any(name in path.rpartition("/")[2].lower() for name in _PYTHON):
        return True
    try:
        file = _open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        line = _read(file, 200).partition(b"\n")[0]
    except OSError:
        return False
    finally:
        _close(file)
    return line.startswith(b"#!") and any(name.encode() in line for name in _PYTHON)
