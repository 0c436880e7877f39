"""The file a client means whose path is in no mapping and does not exist here, as in a container: by name and content.

Names agree from their ends. The hub tells the content of the client's file by its checksum; without one, two parts of
the name have to agree, and three for files such as __init__.py that every package has.
"""
import os
import sys

from dapper.adapter.debugger.originals import is_file

_join = os.path.join


class Found:
    """What was found.

    Attributes:
        path: this process's file, or None.
        pair: the mapping that follows from it: the client's folder and this process's.
        note: what the user should know, as sentences.
    """

    def __init__(self, path, pair, note):
        self.path = path
        self.pair = pair
        self.note = note


def find(sources, path, checksum):
    """Look for a client's file.

    Args:
        sources: Sources.
        path: as the client names it.
        checksum: SHA-256 of its content in hexadecimal digits, or None.
    """
    mine = _parts(path)
    ranked = {}
    for candidate in _candidates(mine):
        if sources.ownership.of(candidate).user:
            count = _common_end(mine, _parts(candidate))
            if count:
                ranked.setdefault(count, {})[sources.key(candidate)] = candidate
    enough = 3 if mine[-1].startswith("__") else 2
    for count in sorted(ranked, reverse=True):
        found = list(ranked[count].values())
        if checksum is not None:
            found = [one for one in found if _sha256(one) == checksum]
        elif count < enough:
            break
        if len(found) == 1:
            pair = _pair(path, found[0], count)
            how = "by name and content" if checksum is not None else "by name"
            return Found(found[0], pair, "No mapping says where %s is; found %s as %s, so %s is taken for %s." % (
                path, how, found[0], pair[0], pair[1]))
        if found:
            return Found(None, None, "%d files here may be %s: %s. Set pathMappings." % (len(found), path, ", ".join(found)))
    if ranked:
        nearest = sorted(ranked[max(ranked)].values())[0]
        why = "its content is another" if checksum is not None else "too little of the name agrees"
        return Found(None, None, "The nearest file here is %s, but %s." % (nearest, why))
    return Found(None, None, "")


def _candidates(mine):
    """Files of this process that may be meant: those of loaded modules, and those an import would find."""
    seen = []
    for module in list(sys.modules.values()):
        file = getattr(module, "__dict__", {}).get("__file__")
        if type(file) is str and file.endswith(mine[-1]):
            seen.append(file)
    folders = [entry or os.getcwd() for entry in sys.path if type(entry) is str] + [os.getcwd()]
    folders += [os.path.dirname(os.path.abspath(word)) for word in _command_line() if is_file(word)]  # it has not begun
    for first in range(max(len(mine) - 8, 1), len(mine)):
        tail = os.sep.join(mine[first:])
        seen += [path for path in (_join(folder, tail) for folder in folders) if is_file(path)]
    return seen


def _command_line():
    words = getattr(sys, "orig_argv", None)
    if words is None:
        try:
            with open("/proc/self/cmdline", "rb") as file:
                words = [os.fsdecode(word) for word in file.read().split(b"\0")]
        except OSError:
            words = getattr(sys, "argv", ())
    return words[1:]


def _pair(path, here, count):
    """The folders above the common end of two names."""
    mine, its = _parts(path), _parts(here)
    separator = "\\" if "\\" in path else "/"
    return separator.join(mine[: len(mine) - count]) or separator, "/".join(its[: len(its) - count]) or "/"


def _parts(path):
    return path.replace("\\", "/").split("/")


def _common_end(one, other):
    count = 0
    while count < min(len(one), len(other)) - 1 and one[-1 - count] == other[-1 - count]:
        count += 1
    return count


def _sha256(path):
    import hashlib

    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None
