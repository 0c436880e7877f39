"""Whose code a file is: the user's or a library's, and which rule says so.

In this order: rules for paths, the longest first; rules with wildcards; rules for modules; then justMyCode, for which a
library is what lies where Python or a package manager put it, unless a folder of the user's is deeper.
"""
import os
import sys

from dapper.adapter.debugger.originals import real as _realpath
from dapper.adapter.debugger.paths import is_virtual
from dapper.protocol import settings
from dapper.protocol.errors import DapError

_normcase = os.path.normcase
_join = os.path.join
_dirname = os.path.dirname
_is_link = os.path.islink
_sep = os.sep

_OURS = _normcase(_realpath(_dirname(_dirname(_dirname(__file__))))) + _sep
_PACKAGES = tuple("%s%s%s" % (_sep, name, _sep) for name in ("site-packages", "dist-packages"))


def _library_roots():
    roots = set()
    for module in (os, sys.modules.get("site"), sys.modules.get("opcode")):
        path = getattr(module, "__file__", None)
        if path:
            roots.add(_dirname(path))
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        roots.add(_join(prefix, "lib", "python%d.%d" % sys.version_info[:2]))
        roots.add(_join(prefix, "Lib"))
        roots.add(_join(prefix, "lib", "python3", "dist-packages"))
    return {_normcase(_realpath(root)) + _sep for root in roots}


class Verdict:
    """Whether code is the user's, and why.

    Attributes:
        user: bool.
        why: a sentence without its period.
        rule: the rule as the client wrote it, or None.
    """

    __slots__ = ("user", "why", "rule")

    def __init__(self, user, why, rule=None):
        self.user = user
        self.why = why
        self.rule = rule


class Ownership:
    """Judges files by their keys.

    Args:
        paths: Paths.
    """

    def __init__(self, paths):
        self._paths = paths
        self._libraries = _library_roots()
        self.configure({})

    def configure(self, config):
        """Take over launch or attach arguments: justMyCode, rules, workspaceFolder.

        Raises:
            DapError: they are of the wrong form.
        """
        own = config.get("justMyCode")
        if own is None:
            own = not (config.get("debugStdLib") or "DebugStdLib" in (config.get("debugOptions") or ()))
            if own and settings.truth("DAPPER_FILTER_LIBRARIES") is False:
                own = False
        projects = _folders(settings.get("DAPPER_PROJECT_ROOTS"))
        if isinstance(config.get("workspaceFolder"), str) and config["workspaceFolder"]:
            projects.append(self._paths.to_debuggee(config["workspaceFolder"]))
        self._projects = [_root(path) for path in projects]
        self._more_libraries = [_root(path) for path in _folders(settings.get("DAPPER_LIBRARY_ROOTS"))]
        self.change(own, list(config.get("rules") or ()) + _rules_of_environment())

    def change(self, just_my_code=None, rules=None):
        """Change what is given, during a session too.

        Raises:
            DapError: the rules are of the wrong form.
        """
        if just_my_code is not None:
            self.just_my_code = str(just_my_code).lower() not in ("false", "0", "")
        if rules is not None:
            self._read(rules)
        self._verdicts = {}

    def _read(self, rules):
        self._by_path, globs, modules, real = {}, [], [], {}
        for rule in rules if isinstance(rules, (list, tuple)) else [None]:
            place = isinstance(rule, dict) and (rule.get("path") or rule.get("module"))
            if not isinstance(place, str):
                raise DapError("bad_config", problem="rules has to be a list of {path or module, include}")
            shown = {"path" if rule.get("path") else "module": place, "include": bool(rule.get("include"))}
            if not rule.get("path"):
                modules.append((place, shown))
            elif "*" in place or "?" in place:
                globs.append((_pattern(place), shown))
            elif is_virtual(place):
                self._by_path.setdefault(place, shown)
            else:
                folder, name = os.path.split(_join(self._paths.cwd, self._paths.to_debuggee(place)).rstrip(_sep))
                if folder not in real:  # kernels send hundreds, in few folders
                    real[folder] = _realpath(folder)
                path = _join(real[folder], name)
                self._by_path.setdefault(_normcase(_realpath(path) if _is_link(path) else path), shown)
        self._globs = globs
        self._modules = sorted(modules, key=lambda module: -len(module[0]))

    def is_ours(self, filename):
        """Whether a file belongs to the debugger."""
        return self._paths.key(filename).startswith(_OURS)

    def rule_for(self, filename):
        """The client's rule that decides about a file, as a dict, or None."""
        key = self._paths.key(filename)
        folder = key
        while self._by_path:
            rule = self._by_path.get(folder)
            if rule is not None:
                return rule
            above = _dirname(folder)
            if above == folder or not above:
                break
            folder = above
        for pattern, rule in self._globs:
            if pattern.fullmatch(key) or pattern.fullmatch(filename):
                return rule
        for module, rule in self._modules:
            if _matches_module(key, module):
                return rule
        return None

    def of(self, filename):
        """The Verdict about a file."""
        found = self._verdicts.get(filename)
        if found is None:
            found = self._verdicts[filename] = self._judge(filename)
        return found

    def _judge(self, filename):
        key = self._paths.key(filename)
        if key.startswith(_OURS):
            return Verdict(False, "it belongs to the debugger")
        rule = self.rule_for(filename)
        if rule is not None:
            word = "includes" if rule["include"] else "excludes"
            what = "the path" if "path" in rule else "the module"
            return Verdict(rule["include"], "a rule %s %s %s" % (word, what, rule.get("path") or rule["module"]), rule)
        if not self.just_my_code:
            return Verdict(not key.startswith("<frozen "), "it is a part of the interpreter")
        if is_virtual(filename):
            user = filename.startswith("<ipython") or filename == "<string>" and _is_dash_c()
            return Verdict(user, "it was compiled from text and not from a file")
        library = self._library(key)
        project = max([root for root in self._projects if key.startswith(root)] or [""], key=len)
        if len(library) > len(project):
            return Verdict(False, "it is library code, in %s; set justMyCode to false, or add a rule that includes it"
                           % library.rstrip(_sep))
        return Verdict(True, "it is in no library's folder")

    def _library(self, key):
        """The deepest folder of libraries above a file, or an empty text."""
        found = [root for root in self._libraries if key.startswith(root)]
        found += [root for root in self._more_libraries if key.startswith(root)]
        for name in _PACKAGES:
            at = key.rfind(name)
            if at >= 0:
                found.append(key[: at + len(name)])
        return max(found or [""], key=len)


def _root(path):
    return _normcase(_realpath(path)).rstrip(_sep) + _sep


def _folders(text):
    return [path for path in (text or "").split(os.pathsep) if path]


def _rules_of_environment():
    text = settings.get("DAPPER_FILTERS")
    if not text:
        return []
    if not text.lstrip().startswith("{"):
        return [{"path": glob.strip(), "include": False} for glob in text.split(";") if glob.strip()]
    from dapper.protocol import wire

    try:
        found = wire.decode(text.encode("utf-8"))
    except ValueError:
        raise DapError("bad_config", problem="DAPPER_FILTERS (or its twin) is no JSON object") from None
    return [{"path": glob, "include": not excluded} for glob, excluded in found.items()]


def _pattern(glob):
    """A path with wildcards, compiled: ``**`` goes through folders, ``*`` and ``?`` stay within a name."""
    import re

    parts = re.split(r"(\*\*[/\\]?|\*|\?)", _normcase(glob))
    known = {"*": "[^/\\\\]*", "?": "[^/\\\\]"}
    text = "".join("(?:.*)" if part.startswith("**") else known.get(part, re.escape(part)) for part in parts)
    start = "" if glob.startswith(("**", "/", "\\", "<")) or glob[1:2] == ":" else "(?:.*[/\\\\])?"
    return re.compile("(?s)" + start + text)


def _matches_module(key, module):
    tail = _sep + module.replace(".", _sep)
    return tail + _sep in key or key.endswith(tail + ".py")


def _is_dash_c():
    return (getattr(sys, "orig_argv", None) or sys.argv) and sys.argv[:1] == ["-c"]
