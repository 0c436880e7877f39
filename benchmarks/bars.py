"""What is asked of dapper's speed, case by case and version by version, and whether what was measured holds it."""

from benchmarks import facts, speed
from benchmarks.cases import BY_HAND, HOT, PROGRAMS, RAISES

CLASSES = ("3.12 and newer", "3.11", "3.8 to 3.10")


def class_of(data):
    """The place in CLASSES of the Python that was measured."""
    minor = facts.minor(data)
    return 0 if minor >= (3, 12) else 1 if minor == (3, 11) else 2


class Found:
    """One measured value.

    Args:
        value: the figure that is compared with the bar.
        worst: (name of the program, its figure), where the value is a mean.
        noise: the same figure of bare Python against itself.
    """

    def __init__(self, value, worst=None, noise=None):
        self.value, self.worst, self.noise = value, worst, noise


class Bar:
    """One row of the table.

    Args:
        text: what it is called.
        kind: of the result it is in.
        find: ``find(data, who)`` gives a Found, or None where that was not measured.
        limits: for each of CLASSES; None where there is none, and the figure is only told.
        form: how a figure is written.
        least: whether the limit is the least, and not the most, it may be.
    """

    def __init__(self, text, kind, find, limits, form="%.3f", least=False):
        self.text, self.kind, self.find, self.limits, self.form, self.least = text, kind, find, limits, form, least

    def holds(self, found, limit):
        """Whether that is good enough."""
        return found.value >= limit if self.least else found.value <= limit


def ratio(case, names=HOT, key="ratio"):
    """The geometric mean of a case's ratios; the noise is that of the same programs without a debugger."""
    def find(data, who):
        ratios = speed.pick(data["rows"], who, case, names, key)
        if len(ratios) < len(names):
            return None
        again = speed.pick(data["rows"], "bare again", BY_HAND if key == "to by hand" else "attached", names, key)
        return Found(speed.geometric_mean(ratios.values()), max(ratios.items(), key=lambda item: item[1]),
                     speed.geometric_mean(again.values()) if len(again) == len(names) else None)
    return find


def a_hit(case):
    """What a hit costs in ns, as the mean of the programs."""
    def find(data, who):
        costs = speed.pick(data["rows"], who, case, HOT, "ns a hit")
        if len(costs) < len(HOT):
            return None
        return Found(sum(costs.values()) / len(costs), max(costs.items(), key=lambda item: item[1]))
    return find


def running(key):
    """Of what is set in a running frame."""
    def find(data, who):
        found = (data.get("running") or {}).get(who)
        return found and Found(found[key])
    return find


def session(*keys):
    """Of what a person waits for."""
    def find(data, who):
        found = data["figures"][who]
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list):
            found = max(found)
        return None if found is None else Found(found)
    return find


def a_thousand(key):
    """Of many breakpoints in one request: ms, for a thousand, also where fewer were set because it takes so long."""
    def find(data, who):
        found = data["figures"][who].get(key)
        return found and Found(found["ms each"] * 1000)
    return find


BARS = (
    Bar("attached, no breakpoint, default filters: all %d programs" % len(PROGRAMS), "speed",
        ratio("attached", PROGRAMS), (1.01, 1.02, 1.03)),
    Bar("breakpoint on a never-reached line of the hot function", "speed", ratio("never"), (1.02, 1.02, 1.03)),
    Bar("breakpoint elsewhere in the hot file", "speed", ratio("elsewhere"), (1.02, 1.02, 1.03)),
    Bar("breakpoint at module level", "speed", ratio("module"), (1.02, 1.02, 1.03)),
    Bar("100 breakpoints", "speed", ratio("many"), (1.02, 1.02, 1.03)),
    Bar("false condition on the hottest line, set before the code was loaded: the whole loop against the loop with the "
        "same `if` written by hand", "speed", ratio("condition", HOT, "to by hand"), (1.08, 1.08, 1.12)),
    Bar("false condition, set before: ns a hit", "speed", a_hit("condition"), (17, 14, 36), "%.1f"),
    Bar("false condition on the hottest line, set after the code was loaded: the whole loop against the loop with the "
        "same `if` written by hand", "speed", ratio("condition later", HOT, "to by hand"), (1.08, 1.08, 1.12)),
    Bar("false condition, set after: ns a hit", "speed", a_hit("condition later"), (17, 14, 36), "%.1f"),
    Bar("hit count that never fires: ns a hit", "speed", a_hit("hit count"), (20, 20, 30), "%.1f"),
    Bar("log point sampled away: ns a hit", "speed", a_hit("log"), (20, 20, 30), "%.1f"),
    Bar("false condition set while that frame is running: ns a hit", "speed", running("ns a hit"), (130, 250, 250),
        "%.1f"),
    Bar("condition set while that frame is running: ms until active", "speed", running("ms until active"), (15, 15, 15),
        "%.1f"),
    Bar("log messages delivered to the client, the program ending right after the loop: a second", "sessions",
        session("logs", "delivered per second"), (200000, 100000, 100000), "%.0f", least=True),
    Bar("log messages lost, in the worst session", "sessions", session("logs", "lost"), (0, 0, 0), "%.0f"),
    Bar("20 000 exceptions raised and caught, `uncaught` on", "speed", ratio("attached", RAISES), (1.02, 1.02, 1.03)),
    Bar("`raised` on, condition (an expression) false, on a program that only raises", "speed", ratio("raised", RAISES),
        (1.4, None, None)),
    Bar("`raised` on, condition (a type) false, on a program that only raises", "speed", ratio("raised, type", RAISES),
        (1.4, None, None)),
    Bar("`raised` on, condition false, on programs that raise nothing", "speed", ratio("raised"), (1.005, None, None)),
    Bar("after one stop in the hot frame, breakpoint removed, continue", "speed", ratio("after a stop"),
        (1.02, 1.05, 1.05)),
    Bar("step over the call that does all the work", "speed", ratio("step over"), (1.02, 1.6, 1.1)),
    Bar("1000 breakpoints in one `setBreakpoints` on a 10 000-line file: ms", "sessions", a_thousand("breakpoints"),
        (1000, 1000, 1000), "%.0f"),
    Bar("1000 breakpoints with conditions, likewise: ms", "sessions", a_thousand("conditional breakpoints"),
        (1000, 1000, 1000), "%.0f"),
    Bar("the debuggee's start: ms of CPU over bare until user code runs", "sessions", session("start CPU"),
        (25, 25, 25), "%.1f"),
    Bar("memory of the debuggee over bare: MiB", "sessions", session("memory"), (5, 5, 5), "%.2f"),
)


def rows(results):
    """The whole table.

    Args:
        results: kind → results, oldest Python first.

    Returns:
        For each bar and class of versions a list of texts; see HEAD.
    """
    lines = []
    for bar in BARS:
        for place, name in enumerate(CLASSES):
            found, other, limit = {}, [], bar.limits[place]
            for data in results.get(bar.kind, ()):
                if class_of(data) == place:
                    one = bar.find(data, "dapper")
                    if one is not None:
                        found["%d.%d" % facts.minor(data)] = one
                        theirs = bar.find(data, "debugpy")
                        other.append("–" if theirs is None else written(theirs.value))
            lines.append([bar.text, name, told(bar, found, lambda one: one.value),
                          told(bar, found, lambda one: one.worst), told(bar, found, lambda one: one.noise),
                          " / ".join(other) or "–", at_most(bar, limit), verdict(bar, found.values(), limit)])
    return lines


HEAD = ["case", "Python", "dapper", "worst program", "bare against itself", "debugpy", "bar", ""]


def told(bar, found, what):
    """The figures of all Pythons of a class in a cell; those that are missing, as a dash."""
    cells = []
    for minor, one in found.items():
        value = what(one)
        if isinstance(value, tuple):
            value = "%s %s" % (value[0], bar.form % value[1])
        elif value is not None:
            value = bar.form % value
        if value is not None:
            cells.append("%s (%s)" % (value, minor) if len(found) > 1 else value)
    return "; ".join(cells) or "–"


def written(value):
    """debugpy's figures: of any size, so in three digits."""
    return "%.0f" % value if abs(value) >= 99.95 else "%.3g" % value


def at_most(bar, limit):
    """The bar as text."""
    if limit is None:
        return "–"
    return "%s %s" % ("≥" if bar.least else "≤", "%.10g" % limit)


def verdict(bar, found, limit):
    """Held, missed, or why neither can be said; of several Pythons the worst."""
    if not found:
        return "not measured"
    if limit is None:
        return "told"
    return "held" if all(bar.holds(one, limit) for one in found) else "**missed**"


def missed(results):
    """Those rows that are missed."""
    return [row for row in rows(results) if row[-1] == "**missed**"]
