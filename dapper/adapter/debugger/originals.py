"""The clock and the file system through functions bound at import: programs under test replace those of `os`."""
import os
from _thread import allocate_lock, interrupt_main, start_new_thread  # noqa: F401
from time import monotonic, sleep  # noqa: F401  for modules that are loaded when the program may have replaced them

_lstat = os.lstat
_stat = os.stat
_readlink = os.readlink
_getcwd = os.getcwd
_POSIX = os.name == "posix"
_FORMAT, _LINK, _REGULAR = 0o170000, 0o120000, 0o100000  # stat.S_IFMT, S_IFLNK, S_IFREG
_MOST_LINKS = 40  # as the kernel has it; more is a circle


def real(path):
    """The absolute path of ``path`` without symbolic links; parts that do not exist stay as they are.

    Raises:
        ValueError: there is a NUL in it.
    """
    if not _POSIX:
        return os.path.realpath(path)
    todo = [part for part in _absolute(path).split("/") if part not in ("", ".")]
    todo.reverse()
    done, links = [], 0
    while todo:
        part = todo.pop()
        if part == "..":
            del done[-1:]
            continue
        here = "/" + "/".join(done + [part])
        target = None
        try:
            if links < _MOST_LINKS and _lstat(here).st_mode & _FORMAT == _LINK:
                target = _readlink(here)
        except OSError:
            target = None  # not there, or not ours to see: the name stands for itself
        if target is None:
            done.append(part)
            continue
        links += 1
        if target.startswith("/"):
            done = []
        todo.extend(reversed([step for step in target.split("/") if step not in ("", ".")]))
    return "/" + "/".join(done)


def is_file(path):
    """Whether a regular file is at ``path``."""
    try:
        return _stat(path).st_mode & _FORMAT == _REGULAR
    except (OSError, ValueError):
        return False


def _absolute(path):
    return path if path.startswith("/") else _getcwd() + "/" + path
