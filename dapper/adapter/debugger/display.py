"""How the client wants values shown: limits, groups, and the optional fields it understands."""
from _weakref import ref
from sys import maxsize

from dapper.protocol import settings

#: What a client without paging gets at once of a long container, and how much one ``more`` range holds.
FIRST, RANGE = 100, 1000
SECONDS = 3.0

_GROUPS = ("special", "function", "class", "protected")


class Limits:
    """How much of a value a text shows.

    Args:
        string, inner_string: characters of a string, bytes or foreign repr; outside and inside of a container.
        items, inner_items: items of a container; at the first and at the second level.
        depth: levels of containers that are opened.
        total: characters after which a container is broken off.
    """

    __slots__ = ("string", "inner_string", "items", "inner_items", "depth", "total")

    def __init__(self, string=65536, inner_string=128, items=60, inner_items=20, depth=2, total=1 << 17):
        self.string = string
        self.inner_string = inner_string
        self.items = items
        self.inner_items = inner_items
        self.depth = depth
        self.total = total


UNCUT = Limits(maxsize, maxsize, maxsize, maxsize, maxsize, maxsize)


class Display:
    """Options of one session for showing values.

    Args:
        limits: Limits of the texts.
        groups: group name → "group", "inline" or "hide"; the groups are special, function, class and protected.
        types, paging, memory: the client knows the type, paging and memory reference fields of a variable.
        first: items of a long container that are shown at once when no page is asked for.
        range: items in one ``more`` range behind them.
        seconds: how long user code may run for one look at values.
    """

    __slots__ = ("limits", "groups", "types", "paging", "memory", "first", "range", "seconds", "_slow")

    def __init__(self, limits=None, groups=None, types=True, paging=True, memory=False, first=FIRST, range=RANGE,
                 seconds=SECONDS):
        self.limits = limits or Limits()
        self.groups = {"special": "group", "function": "group", "class": "group", "protected": "inline"}
        self.groups.update(groups or {})
        self.types = types
        self.paging = paging
        self.memory = memory
        self.first = first
        self.range = range
        self.seconds = seconds
        self._slow = {}  # id → weak reference of classes

    def is_slow(self, cls):
        """Whether the text of an instance of ``cls`` took so long before that it is made only when somebody asks."""
        known = self._slow.get(id(cls))
        return known is not None and known() is cls

    def note_slow(self, cls):
        """Remember that."""
        self._slow[id(cls)] = ref(cls)

    @classmethod
    def from_config(cls, config, client):
        """Read the arguments of launch or attach and of initialize; whatever is null, absent or odd is a default.

        Args:
            config: launch or attach arguments: ``variablePresentation`` and ``valueLimits``
                ({string, innerString, items, innerItems, seconds}: positive numbers).
            client: initialize arguments.
        """
        config = config if isinstance(config, dict) else {}
        client = client if isinstance(client, dict) else {}
        wanted = config.get("valueLimits")
        wanted = wanted if isinstance(wanted, dict) else {}
        names = {"string": "string", "innerString": "inner_string", "items": "items", "innerItems": "inner_items"}
        limits = Limits(**{names[key]: n for key, n in wanted.items() if key in names and _positive(n)})
        return cls(
            limits,
            _groups(config.get("variablePresentation")),
            types=client.get("supportsVariableType") is True,
            paging=client.get("supportsVariablePaging") is True,
            memory=client.get("supportsMemoryReferences") is True,
            first=_setting("DAPPER_CONTAINER_INITIAL_EXPANDED_ITEMS", FIRST),
            range=_setting("DAPPER_CONTAINER_BUCKET_SIZE", RANGE),
            seconds=_seconds(wanted.get("seconds")) or _seconds(settings.get("DAPPER_INTERRUPT_THREAD_TIMEOUT")) or SECONDS,
        )


def _positive(number):
    return type(number) is int and number > 0


def _seconds(text):
    """A positive number of seconds, or None."""
    try:
        seconds = float(text) if type(text) in (int, float, str) else 0.0
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def _setting(name, default):
    value = settings.get(name) or ""
    return int(value) if value.isdigit() and int(value) else default


def _groups(wanted):
    if not isinstance(wanted, dict):
        return {}
    ways = ("group", "inline", "hide")
    everything = wanted.get("all")
    everything = everything if everything in ways else "group"
    return {name: wanted[name] if wanted.get(name) in ways else everything for name in _GROUPS}
