"""Which child processes are worth a session: the launch key `subProcess`, true, false or rules."""
import os

from dapper.hub.config import truth, wrong

_KEYS = ("name", "module", "path", "startMethod")
_WITH_VALUE = ("-W", "-X", "--check-hash-based-pycs")


class ChildRules:
    """Decides about one child after another.

    A rule is ``{"name" | "module" | "path" | "startMethod": glob, ..., "include": true | false}``. All globs of a rule
    have to match; the first rule that matches decides; a child that none matches is debugged.

    Args:
        value: true, false, None for true, or a list of rules.

    Raises:
        DapError: the rules are of a wrong form.
    """

    def __init__(self, value):
        if isinstance(value, list):
            self._rules, self._all = [_checked(rule) for rule in value], True
        else:
            self._rules, self._all = [], truth({"subProcess": value}, "subProcess", True)

    @property
    def wants_any(self):
        """Is there a child that would be debugged?"""
        return self._all

    def wants(self, hello):
        """Is this child to be debugged?

        Args:
            hello: what it said of itself.
        """
        if not self._rules:
            return self._all
        facts = describe(hello)
        for rule in self._rules:
            if all(_matches(facts[key], glob) for key, glob in rule.items() if key in _KEYS):
                return rule.get("include", True)
        return True


def describe(hello):
    """What rules can ask of a child.

    Returns:
        key of a rule → the texts its glob may match; ``name`` is also any of the others' last part.
    """
    words = [word for word in hello.get("argv") or () if type(word) is str]
    module = path = None
    rest = iter(words[1:])
    for word in rest:
        if word in _WITH_VALUE:
            next(rest, None)
        elif word == "-m" or word.startswith("-m") and not word.startswith("--"):
            module = word[2:] or next(rest, "")
            break
        elif word == "-c":
            module = _imported(next(rest, ""))
            break
        elif not word.startswith("-") or word == "-":
            path = word
            break
    names = [os.path.basename(name) for name in (path, hello.get("executable"), *words[:1]) if type(name) is str]
    return {
        "name": names + [module] * (module is not None),
        "module": [module] * (module is not None),
        "path": [path] * (path is not None),
        "startMethod": [str(hello.get("startMethod"))],
    }


def _imported(code):
    """The module that a text for -c begins with importing from, as multiprocessing's do; else None."""
    words = code.split(None, 2)
    return words[1] if len(words) == 3 and words[0] == "from" else None


def _matches(texts, glob):
    from fnmatch import fnmatchcase  # few sessions have such rules

    if "/" not in glob and "\\" not in glob:
        return any(fnmatchcase(text, glob) or fnmatchcase(os.path.basename(text), glob) for text in texts)
    return any(fnmatchcase(text, glob) or fnmatchcase("/" + text, glob) for text in texts)


def _checked(rule):
    if type(rule) is not dict or not any(key in rule for key in _KEYS):
        raise wrong("a rule of 'subProcess' is an object with %s and 'include', not %r" % (", ".join(map(repr, _KEYS)), rule))
    for key, value in rule.items():
        if key not in _KEYS + ("include",):
            raise wrong("a rule of 'subProcess' has no %r" % key)
        if type(value) is not (bool if key == "include" else str):
            raise wrong("%r in a rule of 'subProcess' has to be %s" % (key, "true or false" if key == "include" else "a glob"))
    return rule
