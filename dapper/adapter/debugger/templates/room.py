"""Templates: what the rest of the debugger asks about templates of the frameworks the client named."""
from dapper.adapter.debugger import binding
from dapper.adapter.debugger.frames import chain
from dapper.adapter.debugger.paths import may_be_template
from dapper.adapter.debugger.templates.maps import TemplateMap
from dapper.adapter.debugger.templates.plan import TemplatePlan

_PENDING = "Jinja has not loaded this template yet; the breakpoint binds when it does."


class Templates:
    """The templates of one session.

    Args:
        debugger: the PyDebugger.
        config: launch or attach arguments.

    Attributes:
        watches_calls: whether a step through a template has to watch calls, to be told of the next tag.
    """

    def __init__(self, debugger, config):
        self._debugger = debugger
        self._sources = debugger.sources
        self._jinja = self._django = None
        if config.get("jinja") or config.get("flask"):
            from dapper.adapter.debugger.templates.jinja import Jinja

            self._jinja = Jinja(debugger.sources.key)
        if config.get("django"):
            from dapper.adapter.debugger.templates.django import Django

            self._django = Django(debugger.sources.key)
        self.watches_calls = self._django is not None

    # Files

    has = staticmethod(may_be_template)  #: whether a file may be a template

    def map_of(self, path):
        """The TemplateMap of a file, or None if it can't be read."""
        found = self._jinja.map_of(path) if self._jinja is not None else None
        if found is None and self._django is not None:
            return self._django.map_of(path)
        return TemplateMap(pending=_PENDING) if found is None else found

    # Breakpoints

    def landmarks(self, table):
        """Function breakpoints of our own, which never stop: needed while a template has breakpoints."""
        if not any(self.has(key) for key in table.files):
            return []
        made = [one.landmark() for one in (self._jinja, self._django) if one is not None]
        for one in made:
            one.verified = True
        return made

    def on_enter(self, frame):
        """A function with a breakpoint, perhaps one of ours, has started."""
        if self._jinja is not None:
            key = self._jinja.loaded(frame, self._debugger.table.by_key)
            if key is not None:
                binding.place_again(self._debugger, key)

    def hits_of(self, hits, frame, line):
        """The ids of the breakpoints that stop where a frame has just started: at a node of a template."""
        django = self._django
        if django is None or not django.is_node_code(frame.f_code):
            return []
        there = django.place(frame, line)
        if there is None:
            return []
        found = self._debugger.table.by_key.get(django.node_of(frame)[0], ())
        found = [one for one in found if one.line == there and not one.broken]
        return hits.of(found, django.view(frame, line), there) if found else []

    # Frames

    def is_node_code(self, code):
        """Whether this is the method of Django that renders nodes."""
        return self._django is not None and self._django.is_node_code(code)

    def is_template(self, frame):
        """Whether a frame runs a part of a template."""
        if self.is_node_code(frame.f_code):
            return True
        return self._jinja is not None and (self._jinja.template_of(frame) is not None or self._jinja.is_around(frame))

    def is_users_node(self, frame):
        """Whether a frame renders a node of one of the user's templates."""
        node = self._django.node_of(frame) if self._django is not None else None
        return node is not None and self._sources.ownership.of(node[3]).user

    def is_echo(self, frame):
        """Whether an exception that comes up to a frame is one that Jinja raises again, to show the template's lines."""
        return self._jinja is not None and self._jinja.is_around(frame)

    def shown(self, entries):
        """[(frame, line)] as the user knows them: TemplateFrames stand for frames that run templates."""
        frames = [frame for frame, _ in entries]
        nodes = {id(one.frame): one.frame for one in self._django.levels(frames)} if self._django is not None else {}
        shown = []
        for frame, line in entries:
            view = self._jinja.view(frame, line) if self._jinja is not None else None
            if view is None and id(frame) in nodes:
                view = self._django.view(frame, line)
            shown.append((frame, line) if view is None else (view, view.f_lineno))
        return shown

    def levels(self, frame):
        """What stands for each template that is being rendered around ``frame``, the innermost first: a frame that
        lives as long.
        """
        frames = [one for one, _ in chain(frame)]
        levels = []
        if self._jinja is not None:
            levels = [(number, one) for number, one in enumerate(frames) if self._jinja.template_of(one) is not None]
        if self._django is not None:
            levels += [(one.number, one.renderer) for one in self._django.levels(frames)]
        return [level for _, level in sorted(levels, key=lambda item: item[0])]

    def place(self, frame, line):
        """Which of the `levels` a frame belongs to, if a line of the user's template begins there; or None."""
        if self.is_node_code(frame.f_code):
            if self._django.place(frame, line) is None:
                return None
            level = self._django.levels([one for one, _ in chain(frame)])[0]
            return level.renderer if self._sources.ownership.of(level.filename).user else None
        if self._jinja.is_around(frame) or self._jinja.place(frame, line) is None or not self._sources.is_user(frame.f_code):
            return None
        return frame

    def plan(self, kind, frame, is_user):
        """The Plan of a step."""
        return TemplatePlan(kind, frame, is_user, self)
