"""Django: a template is a tree of nodes, each of which knows its file and line and is rendered by one method."""
import os
import re

from dapper._frame_eval.opcodes import executable_lines
from dapper.adapter.debugger.breakpoints import Breakpoint
from dapper.adapter.debugger.templates.frame import Names, TemplateFrame
from dapper.adapter.debugger.templates.maps import TemplateMap
from dapper.adapter.debugger.values import MISSING, instance_dict, is_a, stored

_RENDERS = "django.template.base:Node.render_annotated"
_FILE = os.path.join("django", "template", "base.py")
_WHOLE = ("_render", "instrumented_test_render")  # functions that render a template and not a part of one
_TAG = re.compile(r"{%(.*?)%}|{{(.*?)}}|{#.*?#}|\n")
_RAW = {"comment": "endcomment", "verbatim": "endverbatim", "blocktranslate": "endblocktranslate",
        "blocktrans": "endblocktrans"}  # what is within is no node
_PARTS = ("else", "elif", "empty", "plural")  # they end a list of nodes and are none
_stat = os.stat


class Django:
    """Knows the nodes of Django's templates.

    Args:
        key: ``key(filename)`` gives the one spelling of a path.
    """

    def __init__(self, key):
        self._key = key
        self._maps = {}  # file key → (stamp, DjangoMap)
        self._first = None

    # Files and breakpoints

    def landmark(self):
        """A function breakpoint where nodes are rendered, which never stops."""
        return Breakpoint(0, None, {"hitCondition": "<1"}, _RENDERS)

    def map_of(self, key):
        """The DjangoMap of a file, or None if it can't be read."""
        try:
            stat = _stat(key)
            stamp = stat.st_mtime_ns, stat.st_size
            found = self._maps.get(key)
            if found is None or found[0] != stamp:
                with open(key, encoding="utf-8", errors="replace") as file:
                    found = self._maps[key] = stamp, DjangoMap(file.read())
        except (OSError, ValueError):
            return None
        return found[1]

    # Frames

    def is_node_code(self, code):
        """Whether this is the method that renders nodes."""
        return code.co_name == "render_annotated" and "render" in code.co_names and code.co_filename.endswith(_FILE)

    def node_of(self, frame):
        """(file key, line, contents of the tag, file name) of the node a frame renders, or None."""
        if not self.is_node_code(frame.f_code):
            return None
        node = instance_dict(frame.f_locals.get("self")) or {}
        filename, token = stored(node.get("origin"), "name"), node.get("token")
        line, contents = stored(token, "lineno"), stored(token, "contents")
        if not is_a(filename, str) or type(line) is not int or not is_a(contents, str):
            return None
        filename = str.__str__(filename)
        return self._key(filename), line, contents, filename

    def place(self, frame, line):
        """The line of the template that begins with the node a frame is about to render, or None."""
        if self._first is None:
            self._first = min(executable_lines(frame.f_code))
        node = self.node_of(frame) if line == self._first else None
        if node is None:
            return None
        line_map = self.map_of(node[0])
        return node[1] if line_map is not None and line_map.begins(node[1], node[2]) else None

    def view(self, frame, line):
        """The TemplateFrame for a frame that renders a node, or None for any other frame."""
        node = self.node_of(frame)
        if node is None:
            return None
        _, line, contents, filename = node
        context = instance_dict(frame.f_locals.get("context")) or {}
        template = stored(stored(context.get("render_context"), "template"), "name")
        name = template if is_a(template, str) and filename.endswith(template) else os.path.basename(filename)
        return TemplateFrame(frame, filename, line, name, lambda: _names(context))

    def levels(self, frames):
        """A Level for each template that is being rendered. A node inside another one of the same template is no level.

        Args:
            frames: innermost first.
        """
        levels = []
        file = None  # of the level we are in
        for number, frame in enumerate(frames):
            node = self.node_of(frame)
            if node is not None:
                if node[0] != file:
                    levels.append(Level(frame, number, node[3]))
                    file = node[0]
                levels[-1].renderer = frame.f_back
            elif frame.f_code.co_name in _WHOLE:
                file = None
        return levels


class Level:
    """One template that is being rendered.

    Attributes:
        frame: that of its innermost node.
        number: which of the frames that is.
        filename: the template's.
        renderer: the frame that goes through its outermost nodes.
    """

    __slots__ = ("frame", "number", "filename", "renderer")

    def __init__(self, frame, number, filename):
        self.frame = frame
        self.number = number
        self.filename = filename
        self.renderer = frame.f_back


class DjangoMap(TemplateMap):
    """The lines of a template with nodes on them, told by its text. Django lets nobody change how tags are written."""

    def __init__(self, text):
        self._firsts = {}  # line → contents of its first tag that makes a node
        line, end = 1, None
        for match in _TAG.finditer(text):
            tag, variable = match.group(1), match.group(2)
            if match.group() == "\n":
                line += 1
                continue
            contents = (tag if tag is not None else variable or "").strip()
            word = contents.split(None, 1)[0] if tag is not None and contents else ""
            if end is not None:
                if contents == end or word == end:
                    end = None
            elif contents and word not in _PARTS and not word.startswith("end"):
                if word != "comment":
                    self._firsts.setdefault(line, contents)
                end = _RAW.get(word)
                if word == "verbatim":
                    end = "end" + contents
        super().__init__(self._firsts)

    def begins(self, line, contents):
        """Whether a node with these contents is the first of its line."""
        return self._firsts.get(line) == contents


def _names(context):
    """(variables of the context, nothing)"""
    dicts = context.get("dicts") or []
    found = {}
    for space in dicts:
        if is_a(space, dict):
            found.update(dict.items(space))
    for name in ("True", "False", "None"):
        found.pop(name, None)

    def space_of(name):
        for space in reversed(dicts):
            if is_a(space, dict) and dict.get(space, name, MISSING) is not MISSING:
                return space
        return None

    def store(name, value):
        space = space_of(name)
        dict.__setitem__(dicts[-1] if space is None else space, name, value)

    def remove(name):
        space = space_of(name)
        if space is None:
            raise KeyError(name)
        dict.__delitem__(space, name)

    none = {}
    return Names(found, store, remove), none
