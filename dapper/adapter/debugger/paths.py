"""Paths: one key for a file however it is spelled, and the client's names of files beside this process's."""
import os

from dapper.adapter.debugger.originals import real as _realpath
from dapper.protocol import settings
from dapper.protocol.errors import DapError

_normcase = os.path.normcase
_join = os.path.join
_exists = os.path.lexists
_sep = os.sep
_splitext = os.path.splitext
_PYTHON = ("", ".py", ".pyw", ".pyi", ".pyx", ".pxd", ".ipynb", ".pyc", ".so", ".pyd", ".zip", ".egg", ".pyz")


def is_virtual(filename):
    """Whether code has a name in angle brackets instead of a file."""
    return filename[:1] == "<" and filename[-1:] == ">"


def may_be_template(path):
    """Whether a file is none of Python's, by its name."""
    return not is_virtual(path) and _splitext(path)[1].lower() not in _PYTHON


class Paths:
    """Translates names of files.

    Attributes:
        resolves_links: whether the client is told of files by their real paths.
        is_elsewhere: whether the client's files are not this process's, as far as the mappings tell.
    """

    def __init__(self):
        self.cwd = os.getcwd()
        self._keys = {}
        self.configure({})

    def configure(self, config):
        """Take over launch or attach arguments: pathMappings, resolveSymlinks, clientOS.

        Raises:
            DapError: pathMappings are of the wrong form.
        """
        mappings = config.get("pathMappings") or _mappings_of_environment()
        try:
            pairs = [(pair["localRoot"], self._of_cwd(pair["remoteRoot"])) for pair in mappings
                     if pair["localRoot"] and pair["remoteRoot"]]
        except (TypeError, KeyError, AttributeError):
            raise DapError(
                "bad_config", problem="pathMappings has to be a list of {localRoot: string, remoteRoot: string}"
            ) from None
        self.resolves_links = bool(config.get("resolveSymlinks") or settings.truth("DAPPER_RESOLVE_SYMLINKS"))
        self._windows = str(config.get("clientOS", "")).lower() == "windows"
        self._pairs = []
        self.map(pairs)

    def _of_cwd(self, remote):
        return self.cwd if remote == "." else _join(self.cwd, remote) if remote[:2] == "./" else remote

    def map(self, pairs):
        """Add mappings: pairs of the client's folder and this process's. The longest that fits counts."""
        self._pairs = self._pairs + list(pairs)
        self._there = sorted(self._pairs, key=lambda pair: -len(pair[0]))
        self._back = sorted(self._pairs, key=lambda pair: -len(pair[1]))
        self.is_elsewhere = any(local != remote and not _exists(local) for local, remote in self._pairs)

    def key(self, filename):
        """The one spelling of ``filename``: absolute, links resolved, case folded where the system does."""
        found = self._keys.get(filename)
        if found is None:
            try:
                found = filename if is_virtual(filename) else self._real(_join(self.cwd, filename))
            except ValueError:  # a NUL in it: no file has such a name, code may
                found = filename
            self._keys[filename] = found
        return found

    def _real(self, path):
        found = _realpath(path)
        if not found.isascii() and not _exists(found):  # an é may be one character or two, for the client and on the disk
            from unicodedata import normalize

            for form in ("NFC", "NFD"):
                other = _realpath(normalize(form, path))
                if _exists(other):
                    found = other
                    break
        return _normcase(found)

    def to_debuggee(self, path):
        """The client's ``path`` as this process knows it."""
        for local, remote in self._there:
            rest = below(path, local, self._windows)
            if rest is not None:
                return _join(remote, *rest) if rest else remote
        return path

    def to_client(self, path):
        """``path`` of this process as the client knows it."""
        return self.translated(path) or (_realpath(path) if self.resolves_links else path)

    def translated(self, path):
        """``path`` of this process below a mapping, as the client knows it; None where no mapping fits."""
        for remote_path in (path, _realpath(path)) if self._back else ():
            for local, remote in self._back:
                rest = below(remote_path, remote)
                if rest is None:
                    rest = below(remote_path, _realpath(remote))
                if rest is not None:
                    separator = "\\" if self._windows or "\\" in local and "/" not in local else "/"
                    return separator.join([local.rstrip("/\\")] + rest) if rest else local
        return None


def _mappings_of_environment():
    text = settings.get("DAPPER_PATH_MAPPINGS")
    if not text:
        return ()
    from dapper.protocol import wire

    try:
        return [{"localRoot": local, "remoteRoot": remote} for local, remote in wire.decode(text.encode("utf-8"))]
    except (ValueError, TypeError):
        raise DapError("bad_config", problem="DAPPER_PATH_MAPPINGS (or its twin) is no JSON list of pairs") from None


def below(path, root, folds=False):
    """The parts of ``path`` below ``root``, or None; separators of both kinds are equal.

    Args:
        folds: whether upper and lower case are equal, too.
    """
    path, root = path.replace("\\", "/"), root.replace("\\", "/").rstrip("/")
    one, other = (path.lower(), root.lower()) if folds or root[1:2] == ":" else (path, root)
    if one == other:
        return []
    if one.startswith(other + "/"):
        return path[len(root) + 1 :].split("/")
    return None
