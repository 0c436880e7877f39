"""Jinja: a template is Python code with the template's file name, and a table from its lines to the template's."""
import gc
import sys
from _weakref import ref

from dapper._frame_eval.opcodes import executable_lines
from dapper.adapter.debugger import frame_locals
from dapper.adapter.debugger.breakpoints import Breakpoint
from dapper.adapter.debugger.templates.frame import Names, TemplateFrame
from dapper.adapter.debugger.templates.maps import CODE, PlacedStops, TemplateMap, original_of
from dapper.adapter.debugger.values import instance_dict, is_a, mro_of, type_of

_LOADED = "jinja2.environment:Template._from_namespace"  # is given what the code of a template has defined
_DEFINED_IN_PLACE = ("macro", "caller")
_MOST_TABLES = 500


class Jinja:
    """Knows the templates that Jinja has loaded.

    Args:
        key: ``key(filename)`` gives the one spelling of a path.
    """

    def __init__(self, key):
        self._key = key
        self._maps = {}  # file key → JinjaMap
        self._codes = {}  # id of a code object → (weak reference, {its line: the template's})
        self._tables = {}  # text of a table → [(line of the template, line of the code)]

    # Files and breakpoints

    def landmark(self):
        """A function breakpoint where templates are loaded, which never stops."""
        return Breakpoint(0, None, {"hitCondition": "<1"}, _LOADED)

    def map_of(self, key):
        """The JinjaMap of a file, or None if no template was loaded from it."""
        if key not in self._maps and "jinja2.environment" in sys.modules:
            self._search(key)
        return self._maps.get(key)

    def loaded(self, frame, keys):
        """The function has started that is told of a new template.

        Args:
            keys: those of the files that matter.

        Returns:
            The key of its file, if it is one of them, or None.
        """
        if frame.f_code.co_name != "_from_namespace":
            return None
        space = frame.f_locals.get("namespace")
        filename = dict.get(space, "__file__") if is_a(space, dict) else None
        if type(filename) is not str or self._key(filename) not in keys:
            return None
        functions = [space.get("root")] + list((space.get("blocks") or {}).values())
        self._keep(self._key(filename), functions, space.get("debug_info"))
        return self._key(filename)

    def _search(self, key):
        """Find a template of that file among all objects: it was loaded before anybody asked."""
        base = getattr(sys.modules["jinja2.environment"], "Template", None)
        kinds = {}
        for one in gc.get_objects():
            kind = type_of(one)
            wanted = kinds.get(kind)
            if wanted is None:
                wanted = kinds[kind] = base in mro_of(kind)
            if wanted:
                held = instance_dict(one) or {}
                filename = held.get("filename")
                if type(filename) is str and self._key(filename) == key:
                    functions = [held.get("root_render_func")] + list((held.get("blocks") or {}).values())
                    self._keep(key, functions, held.get("_debug_info"))

    def _keep(self, key, functions, text):
        table = self._table(text)
        places = {}
        codes = [original_of(function.__code__) for function in functions if hasattr(function, "__code__")]
        while codes:
            code = codes.pop()
            places.update(self._places(code, table))
            codes += [original_of(inner) for inner in code.co_consts if type(inner) is CODE]
        self._maps[key] = JinjaMap(places.values(), self)

    # Code

    def places(self, code):
        """{line of a code object: line of the template that begins there}, for code of a template that was kept."""
        found = self._codes.get(id(code))
        return found[1] if found is not None else {}

    def _places(self, code, table):
        """The same for code of any template, kept from now on."""
        found = self._codes.get(id(code))
        if found is not None:
            return found[1]
        own, start = executable_lines(code), code.co_firstlineno
        inner = {
            one.co_firstlineno for one in code.co_consts if type(one) is CODE and one.co_name in _DEFINED_IN_PLACE
        }
        places = {there: line for line, there in table if there in own and there not in inner}
        if own and (code.co_name.startswith("block_") or code.co_name in _DEFINED_IN_PLACE):
            places.setdefault(min(own), _line_at(table, start))
        number, codes = id(code), self._codes
        codes[number] = ref(code, lambda _: codes.pop(number, None)), places
        return places

    def _table(self, text):
        """The lines where code for another line of the template begins, in order."""
        found = self._tables.get(text)
        if found is None:
            if len(self._tables) > _MOST_TABLES:
                self._tables.clear()
            pairs = [pair.split("=") for pair in text.split("&")] if text else []
            found = self._tables[text] = [(int(line), int(there)) for line, there in pairs]
        return found

    # Frames

    def template_of(self, frame):
        """What is known of the template whose code a frame runs: the dict of the Template object; or None."""
        template = frame.f_globals.get("__jinja_template__")
        if template is None:
            return None
        held = instance_dict(template)
        if not held or held.get("filename") != frame.f_code.co_filename or "_debug_info" not in held:
            return None  # it was compiled ahead of time, to a Python file
        return held

    def is_around(self, frame):
        """Whether a frame has a template's file name for Jinja's own ends: to define its functions, or to raise an
        exception again with the template's own lines.
        """
        names = frame.f_globals
        if "__jinja_exception__" in names:
            return True
        code = frame.f_code
        return code.co_name == "<module>" and "__name__" not in names and names.get("__file__") == code.co_filename

    def place(self, frame, line):
        """The line of the template that begins at ``line`` of the frame, or None; for frames with a template."""
        table = self._table(self.template_of(frame)["_debug_info"])
        return self._places(original_of(frame.f_code), table).get(line)

    def view(self, frame, line):
        """The TemplateFrame for a frame of a template's code at ``line``, or None for any other frame."""
        held = self.template_of(frame)
        if held is None:
            return None
        own = frame.f_code.co_name
        name = held.get("name") or held["filename"]
        if own != "root":
            name = "%s: %s" % (name, own.replace("_", " ", 1) if own.startswith("block_") else own)
        where = _line_at(self._table(held["_debug_info"]), line)
        return TemplateFrame(frame, held["filename"], where, name, lambda: _names(frame, held))


class JinjaMap(TemplateMap):
    """The lines of a template that was loaded."""

    def __init__(self, lines, jinja):
        super().__init__(lines)
        self._jinja = jinja

    def stops(self, code, breakpoints):
        """See TemplateMap."""
        found = {}
        for line, there in self._jinja.places(code).items():
            here = [one for one in breakpoints if one.line == there and not one.broken]
            if here:
                found[line] = PlacedStops(code, line, here, self._jinja.view)
        return found


def _line_at(table, line):
    """The template's line that a line of its code belongs to."""
    found = 1
    for there, begin in table:
        if begin > line:
            break
        found = there
    return found


def _names(frame, template):
    """(variables, names of the environment) a template's code sees.

    Those it assigns are variables of the code, ``l_1_item`` for the loop variable ``item`` one level deep; the rest it
    takes from the context when it begins.
    """
    raw = frame_locals.read(frame)
    context = instance_dict(raw.get("context")) or {}
    parent, own = context.get("parent") or {}, context.get("vars") or {}
    around = instance_dict(template.get("environment")) or {}
    around = dict(around.get("globals") or {})
    missing = getattr(sys.modules.get("jinja2.utils"), "missing", None)
    variables = {}  # name → (depth, name in the code)
    for name in raw:
        parts = name.split("_", 2)
        if len(parts) == 3 and parts[0] == "l" and parts[1].isdigit():
            depth = int(parts[1])
            if raw[name] is not missing and depth >= variables.get(parts[2], (0,))[0]:
                variables[parts[2]] = depth, name
    found = {name: raw[held] for name, (_, held) in variables.items()}
    for space in (own, parent):
        for name, value in space.items():
            if name not in found and not (name in around and around[name] is value):
                found[name] = value

    def store(name, value):
        depth, held = variables.get(name, (0, None))
        if held is not None:
            frame_locals.write(frame, held, value)
        if not depth and (held is None or name in own or name in parent):
            own[name] = value

    def remove(name):
        if name in variables:
            raise TypeError("the template has begun with it")
        del own[name]

    def keep(name, value):
        environment = instance_dict(template["environment"])
        environment["globals"][name] = value

    return Names(found, store, remove), Names(around, keep, around.__delitem__)
