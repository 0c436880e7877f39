"""Files: one key for a file however it is spelled, path mapping, source references, and which code is the user's."""
import os
import sys

from dapper.adapter.debugger.originals import is_file as _is_file
from dapper.adapter.debugger.originals import real as _realpath
from dapper.protocol.errors import DapError

_normcase = os.path.normcase
_join = os.path.join
_sep = os.sep

_OURS = _normcase(_realpath(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))) + _sep


def is_virtual(filename):
    """Whether code has a name in angle brackets instead of a file."""
    return filename[:1] == "<" and filename[-1:] == ">"


def _library_roots():
    roots = set()
    for module in (os, sys.modules.get("site"), sys.modules.get("opcode")):
        path = getattr(module, "__file__", None)
        if path:
            roots.add(os.path.dirname(path))
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        roots.add(_join(prefix, "lib", "python%d.%d" % sys.version_info[:2]))
        roots.add(_join(prefix, "Lib"))
        roots.add(_join(prefix, "lib", "python3", "dist-packages"))
    return tuple(sorted({_normcase(_realpath(root)) + _sep for root in roots}))


class Sources:
    """Knows files by their real path.

    Args:
        config: the launch or attach arguments; pathMappings, justMyCode and rules are read.
    """

    def __init__(self, config=None):
        self._keys = {}
        self._user = {}
        self._references = {}
        self._numbers = {}
        self._cwd = os.getcwd()
        self._roots = _library_roots()
        self.configure(config or {})

    def configure(self, config):
        """Take over another configuration.

        Raises:
            DapError: pathMappings or rules are of the wrong form.
        """
        own = config.get("justMyCode")
        if own is None:
            own = not (config.get("debugStdLib") or "DebugStdLib" in (config.get("debugOptions") or ()))
        self.just_my_code = bool(own)
        mappings = config.get("pathMappings") or ()
        try:
            pairs = [(pair["localRoot"], self._cwd if pair["remoteRoot"] == "." else pair["remoteRoot"])
                     for pair in mappings]
            self._mappings = sorted(pairs, key=lambda pair: -len(pair[0]))
            self._back = sorted(pairs, key=lambda pair: -len(pair[1]))
        except (TypeError, KeyError):
            raise DapError(
                "bad_config", problem="pathMappings has to be a list of {localRoot: string, remoteRoot: string}"
            ) from None
        self._rules = []
        for rule in config.get("rules") or ():
            if not isinstance(rule, dict) or not ("path" in rule or "module" in rule):
                raise DapError("bad_config", problem="rules has to be a list of {path or module, include}")
            self._rules.append((rule.get("path"), rule.get("module"), bool(rule.get("include"))))
        self._user = {}

    def key(self, filename):
        """The one spelling of ``filename``: absolute, links resolved, case folded where the system does."""
        found = self._keys.get(filename)
        if found is None:
            try:
                found = filename if is_virtual(filename) else _normcase(_realpath(_join(self._cwd, filename)))
            except ValueError:  # a NUL in it: no file has such a name, code may
                found = filename
            self._keys[filename] = found
        return found

    def to_debuggee(self, path):
        """The client's ``path`` as this process knows it."""
        for local, remote in self._mappings:
            rest = _below(path, local)
            if rest is not None:
                return _join(remote, *rest) if rest else remote
        return path

    def to_client(self, path):
        """``path`` of this process as the client knows it."""
        for local, remote in self._back:
            rest = _below(path, remote)
            if rest is not None:
                separator = "\\" if "\\" in local and "/" not in local else "/"
                return separator.join([local.rstrip("/\\")] + rest) if rest else local
        return path

    def describe(self, code):
        """The DAP Source of a code object."""
        return self.describe_file(code.co_filename)

    def describe_file(self, filename):
        """The DAP Source of the file a code object names."""
        if is_virtual(filename):
            return {"name": filename, "sourceReference": self._reference(filename), "path": filename}
        path = _join(self._cwd, filename)
        source = {"name": os.path.basename(path), "path": self.to_client(path)}
        if not _is_file(path):
            source["sourceReference"] = self._reference(filename)
        return source

    def _reference(self, filename):
        number = self._numbers.get(filename)
        if number is None:
            number = self._numbers[filename] = len(self._numbers) + 1
            self._references[number] = filename
        return number

    def filename(self, reference):
        """The name of the code behind a source reference.

        Raises:
            DapError: there is no such reference.
        """
        try:
            return self._references[reference]
        except KeyError:
            raise DapError("stale_source", reference=reference) from None

    def text(self, path, reference):
        """The text of a source.

        Raises:
            DapError: nobody knows it.
        """
        if reference:
            path = self.filename(reference)
        else:
            path = self.to_debuggee(path)
        if not is_virtual(path) and _is_file(_join(self._cwd, path)):
            import tokenize

            try:
                with tokenize.open(_join(self._cwd, path)) as file:
                    return file.read()
            except (OSError, SyntaxError, UnicodeDecodeError) as error:
                raise DapError("no_source", path=path, why=error) from None
        import linecache

        lines = linecache.getlines(path)
        if not lines:
            lines = self._from_loader(path)
        if not lines:
            raise DapError("no_source", path=path, why="it was compiled from text that nobody kept")
        return "".join(lines)

    def _from_loader(self, path):
        import linecache

        for name, module in list(sys.modules.items()):
            if getattr(module, "__file__", None) == path:
                return linecache.updatecache(path, vars(module)) if vars(module).get("__loader__") else []
        return []

    def is_ours(self, code):
        """Whether ``code`` belongs to the debugger."""
        return self.is_our_file(code.co_filename)

    def is_our_file(self, filename):
        """Whether a file belongs to the debugger."""
        return self.key(filename).startswith(_OURS)

    def is_user(self, code):
        """Whether ``code`` is the user's under justMyCode and the rules."""
        filename = code.co_filename
        found = self._user.get(filename)
        if found is None:
            found = self._user[filename] = self._decide(filename)
        return found

    def is_shown(self, code):
        """Whether ``code`` is neither the debugger's nor excluded by a rule."""
        if self.is_ours(code):
            return False
        rule = self.rule_for(code.co_filename)
        return rule is None or rule[1]

    def why_not_user(self, path):
        """The rule that hides ``path``, as a sentence for the user; None when it is shown."""
        if self._decide(path):
            return None
        return "it is library code; set justMyCode to false, or add a rule that includes it"

    def rule_for(self, path):
        """The first of the client's rules that ``path`` falls under, as (what it says, include), or None."""
        key = self.key(path)
        for pattern, module, include in self._rules:
            if pattern and _matches(key, path, pattern):
                return {"path": pattern, "include": include}, include
            if module and _matches_module(key, module):
                return {"module": module, "include": include}, include
        return None

    def _decide(self, filename):
        key = self.key(filename)
        if key.startswith(_OURS):
            return False
        rule = self.rule_for(filename)
        if rule is not None:
            return rule[1]
        if not self.just_my_code:
            return not key.startswith("<frozen ")
        if is_virtual(filename):
            return filename.startswith("<ipython") or filename == "<string>" and self._is_dash_c()
        if "%ssite-packages%s" % (_sep, _sep) in key or "%sdist-packages%s" % (_sep, _sep) in key:
            return False
        return not key.startswith(self._roots)

    def _is_dash_c(self):
        return (getattr(sys, "orig_argv", None) or sys.argv) and sys.argv[:1] == ["-c"]


def _below(path, root):
    """The parts of ``path`` below ``root``, or None; separators of both kinds are equal."""
    path, root = path.replace("\\", "/"), root.replace("\\", "/").rstrip("/")
    if path == root:
        return []
    if path.startswith(root + "/"):
        return path[len(root) + 1 :].split("/")
    return None


def _matches(key, filename, pattern):
    if "*" in pattern or "?" in pattern or "[" in pattern:
        import fnmatch

        return fnmatch.fnmatchcase(key, pattern) or fnmatch.fnmatchcase(filename, pattern)
    root = _normcase(_realpath(pattern)) if not is_virtual(pattern) else pattern
    return key == root or key.startswith(root.rstrip(_sep) + _sep)


def _matches_module(key, module):
    tail = _sep + module.replace(".", _sep)
    return tail + _sep in key or key.endswith(tail + ".py")
