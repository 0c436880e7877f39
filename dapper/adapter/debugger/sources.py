"""Source texts: what a client is told of a file, and the text behind a source reference."""
import os
import sys

from dapper.adapter.debugger.originals import is_file as _is_file
from dapper.adapter.debugger.ownership import Ownership
from dapper.adapter.debugger.paths import Paths, is_virtual
from dapper.protocol.errors import DapError

_join = os.path.join


class Sources:
    """Knows files: their keys and names (`paths`), whose they are (`ownership`), their texts.

    Args:
        config: the launch or attach arguments; pathMappings, justMyCode, rules and what belongs to them are read.
    """

    def __init__(self, config=None):
        self._references = {}
        self._numbers = {}
        self.paths = Paths()
        self.ownership = Ownership(self.paths)
        self._cwd = self.paths.cwd
        self.key = self.paths.key
        self.to_debuggee = self.paths.to_debuggee
        self.to_client = self.paths.to_client
        self.is_our_file = self.ownership.is_ours
        self.rule_for = self.ownership.rule_for
        if config:
            self.configure(config)

    def configure(self, config):
        """Take over another configuration.

        Raises:
            DapError: pathMappings or rules are of the wrong form.
        """
        self.paths.configure(config)
        self.ownership.configure(config)

    @property
    def just_my_code(self):
        """Whether library code is passed over."""
        return self.ownership.just_my_code

    def describe(self, code):
        """The DAP Source of a code object."""
        return self.describe_file(code.co_filename)

    def describe_file(self, filename):
        """The DAP Source of the file a code object names."""
        if is_virtual(filename):
            return {"name": filename, "sourceReference": self._reference(filename), "path": filename}
        path = _join(self._cwd, filename)
        told = self.paths.translated(path)
        source = {"name": os.path.basename(path), "path": told or self.to_client(path)}
        if not _is_file(path) and told is None or told is None and self.paths.is_elsewhere:
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
        return self.ownership.is_ours(code.co_filename)

    def is_user(self, code):
        """Whether ``code`` is the user's under justMyCode and the rules."""
        return self.ownership.of(code.co_filename).user

    def is_steppable(self, code):
        """Whether a step may end in ``code``: the user's, and not marked as one to pass over."""
        if not self.ownership.of(code.co_filename).user:
            return False
        from dapper.adapter.debugger.marks import passes_over  # not before the first step

        return not passes_over(code)

    def is_shown(self, code):
        """Whether ``code`` is neither the debugger's nor excluded by a rule."""
        verdict = self.ownership.of(code.co_filename)
        return verdict.user or verdict.rule is None and not self.is_ours(code)

    def why_not_user(self, path):
        """What hides ``path``, as a sentence for the user; None when it is shown."""
        verdict = self.ownership.of(path)
        return None if verdict.user else verdict.why
