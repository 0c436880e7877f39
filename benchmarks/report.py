"""doc/benchmarks.md, its pictures and the README's figures, made from benchmarks/results and benchmarks/notes.md."""

import json
import os

from benchmarks import bars, cases, headlines, looking, modules, running, sessions, speed
from benchmarks.facts import RESULTS, ROOT

PAGE = "doc/benchmarks.md"
NOTES = "benchmarks/notes.md"
PICTURES = {"speed": "doc/benchmarks-speed.svg", "sessions": "doc/benchmarks-sessions.svg"}
KINDS = ("sessions", "speed", "looking")
WHO = ("dapper", "debugpy", "pdb")
COLORS = {"dapper": "#2a6f97", "debugpy": "#d68c45", "pdb": "#9a9a9a"}
SESSION_ROWS = (  # figure → how it is called on the page
    ("next p50", "`next` → `stopped`, median"),
    ("next p95", "`next` → `stopped`, p95"),
    ("panels p50", "five requests that fill the panels, median"),
    ("panels p95", "the same, p95"),
    ("first panels", "the same at the first stop, median"),
    ("first stop", "start of the adapter → first stop, median"),
    ("launch to first stop", "`launch` → first stop, median"),
    ("start CPU", "CPU before the program's first line, over bare"),
    ("memory", "memory at the program's first line, over bare (MiB)"),
    ("modules", "modules at the program's first line, over bare"),
    ("threads", "threads, over bare"),
)


def results(kind):
    """The newest results of a kind, oldest Python first."""
    found = []
    for name in os.listdir(RESULTS):
        if name.startswith(kind + "-") and name.endswith(".json"):
            with open(os.path.join(RESULTS, name)) as file:
                found.append(json.load(file))
    return sorted(found, key=lambda data: version_of(data))


def version_of(data):
    """(3, 12, 1)"""
    return tuple(int(part) for part in data["versions"]["python"].split("."))


def grid(head, rows):
    """Lines of a Markdown table; all columns but the first flush right."""
    lines = ["| %s |" % " | ".join(head), "|---|%s" % ("---:|" * (len(head) - 1))]
    return lines + ["| %s |" % " | ".join(row) for row in rows] + [""]


def number(value):
    """A figure with three digits that matter, or a dash."""
    if value is None:
        return "–"
    return "%.0f" % value if abs(value) >= 99.95 else "%.1f" % value if abs(value) >= 9.995 else "%.2f" % value


def mean(data, who, case):
    """The geometric mean of the ratios of a case, or None where not all of its programs were measured."""
    names = cases.PROGRAMS if case == "attached" else cases.HOT
    if not set(names) <= set(cases.CASES[case].programs):
        names = cases.CASES[case].programs
    ratios = speed.pick(data["rows"], who, case, names)
    return speed.geometric_mean(ratios.values()) if len(ratios) == len(names) else None


def session_part(every):
    """Lines on what a person waits for."""
    head, columns = ["ms, where nothing else is said"], []
    for data in every:
        for who in ("dapper", "debugpy"):
            head.append("%s, %s" % (data["versions"]["python"], who))
            columns.append(data["figures"][who])
    lines = ["## What a person waits for", "", "![Waiting times of dapper and debugpy](benchmarks-sessions.svg)", ""]
    rows = [[text] + [number(column[key]) for column in columns] for key, text in SESSION_ROWS]
    for key, text in (("breakpoints", "one breakpoint of a big `setBreakpoints`, 10 000-line file"),
                      ("conditional breakpoints", "the same, with conditions")):
        rows.append([text] + [number(column[key]["ms each"]) for column in columns])
    lines += grid(head, rows)
    lines += ["Bars:", ""]
    rows = []
    for data in every:
        for bar in data["bars"]:
            rows.append([data["versions"]["python"], bar["bar"], number(bar["value"]), number(bar["limit"]),
                         "held" if bar["held"] else "**missed**"])
    lines += grid(["Python", "figure", "value", "at most", ""], rows)
    plain = ["%s ms on %s" % (number(data["figures"]["plain"]["whole run"]), data["versions"]["python"])
             for data in every]
    return lines + ["The plain program, from start to end: %s." % ", ".join(plain), ""] + logs(every)


def methods_of(every, current):
    """How results were measured, as paragraphs: some of them before the program measured as it does now."""
    found = {}
    for data in every:
        found.setdefault(data["method"], []).append(data["versions"]["python"])
    if len(found) < 2:
        return [next(iter(found), current), ""]
    return [line for method, versions in found.items() for line in ("%s: %s" % (", ".join(versions), method), "")]


def looking_part(every):
    """Lines on looking at what makes debuggers freeze."""
    head, columns = ["ms"], []
    for data in every:
        for who in ("dapper", "debugpy"):
            head.append("%s, %s" % (data["versions"]["python"], who))
            columns.append(data["figures"][who])
    lines = ["## Looking at large and hanging values", ""]
    lines += grid(head, [[text] + [number(column.get(key)) for column in columns] for key, text in looking.ROWS
                         if any(key in column for column in columns)])
    rows = [[data["versions"]["python"], bar["bar"], "–" if bar["value"] is None else "%.3g" % bar["value"],
             "%g" % bar["limit"], "held" if bar["held"] else "**missed**"] for data in every for bar in data["bars"]]
    return lines + ["Bars:", ""] + grid(["Python", "figure (ms, where nothing else is said)", "", "at most", ""], rows)


def bars_part(found):
    """Lines on what is asked, and whether it holds."""
    rows = bars.rows(found)
    held, missed = (sum(1 for row in rows if row[-1] == word) for word in ("held", "**missed**"))
    return ["## What is asked, and whether it holds", "",
            "Ratios are CPU time to bare Python's, as geometric means of %s where no other programs are named; what a "
            "hit costs is the mean of the same. The bar is held if the slowest Python of its row holds it: %d are "
            "held, %d missed. *Bare against itself* is the same figure without a debugger: the noise." % (
                ", ".join(cases.HOT), held, missed), ""] + grid(bars.HEAD, rows) + engines(found["speed"])


def missed_part(found):
    """Lines on what is not good enough, taken from the figures."""
    rows = [[row[0], row[1], row[2], row[-2]] for row in bars.missed(found)]
    return ["## What is not good enough yet", ""] + (
        grid(["case", "Python", "dapper", "bar"], rows) if rows else ["Every bar that was measured is held.", ""])


def engines(every):
    """A line on what was at work."""
    told = ["%s on %s%s" % (data["engine"]["engine"], data["versions"]["python"],
                            "" if data["versions"]["native core"] else " without the native core") for data in every]
    return ["Engines: %s." % "; ".join(told), ""] if told else []


def speed_part(every):
    """Lines on how fast the program runs."""
    lines = ["## How fast the program runs", "", "![CPU time of the program, as a ratio](benchmarks-speed.svg)", "",
             "CPU time of the program as a ratio to bare Python: geometric means of %s; the first row of all the "
             "programs. 1.00 is the speed without a debugger." % ", ".join(cases.HOT), ""]
    head, columns = ["case"], []
    for data in every:
        for who in WHO:
            head.append("%s, %s" % (data["versions"]["python"], who))
            columns.append((data, who))
    rows = [[case.text] + [number(mean(data, who, name)) for data, who in columns]
            for name, case in cases.CASES.items()]
    lines += grid(head, rows) + noise(every) + hits(every) + programs(every) + sizes(every)
    obstacles = ["- %s: %s" % (data["versions"]["python"], text) for data in every for text in data["obstacles"]]
    return lines + (["What could not be measured:", ""] + obstacles + [""] if obstacles else [])


def sizes(every):
    """Small, medium and large modules."""
    rows = []
    for data in every:
        for size, found in (data.get("modules") or {}).items():
            rows.append(["%s: %d functions, %d breakpoints" % (size, found["functions"], found["breakpoints"]),
                         data["versions"]["python"], "%.3f" % found["ratio"], "%.1f" % found["ns a frame"],
                         "%.1f" % found["ms to load"], "%d" % found["codes"], "%.3f" % found["skipped"],
                         "–" if found["trace calls"] is None else
                         "%d in %d" % (found["trace calls"], found["calls more"])])
    if not rows:
        return []
    head = ["module", "Python", "CPU, ratio", "ns a frame", "loading, ms", "code objects", "skipped", "trace calls"]
    return ["Modules of three sizes, with breakpoints that are not reached:", ""] + grid(head, rows)


def noise(every):
    """A line on how far two equal runs differ."""
    told = []
    for data in every:
        ratios = speed.pick(data["rows"], "bare again", "attached").values()
        told.append("%s: %.3f to %.3f" % (data["versions"]["python"], min(ratios), max(ratios)))
    return ["Noise: bare Python measured against itself gives %s." % "; ".join(told), ""]


def hits(every):
    """What a hit costs."""
    rows = []
    for case in [name for name, one in cases.CASES.items() if one.kind == "hit"] + [cases.BY_HAND]:
        for name in cases.HOT:
            cells = []
            for data in every:
                for who in WHO if case != cases.BY_HAND else ("bare", "", ""):
                    cells.append(number(speed.pick(data["rows"], who, case, (name,), "ns a hit").get(name)))
            rows.append(["%s: %s" % (case, name)] + cells)
    head = ["ns a hit"] + ["%s, %s" % (data["versions"]["python"], who) for data in every for who in WHO]
    return ["What one hit costs that does not stop (the last rows: an `if` written into the program; no debugger):", ""
            ] + grid(head, rows)


def programs(every):
    """Every program, attached only."""
    rows = []
    for name in cases.PROGRAMS + cases.RAISES:
        rows.append([name] + [number(speed.pick(data["rows"], who, "attached", (name,)).get(name))
                              for data in every for who in WHO])
    head = ["attached, no breakpoint"] + ["%s, %s" % (data["versions"]["python"], who) for data in every for who in WHO]
    return ["Each program, attached with no breakpoint:", ""] + grid(head, rows)


def logs(every):
    """Log messages."""
    rows = [[data["versions"]["python"], who, number(found["per second"]),
             number(found["delivered per second"]), "%d of %d" % (found["delivered"], found["count"])]
            for data in every for who in ("dapper", "debugpy") for found in [data["figures"][who]["logs"]]]
    head = ["Python", "debugger", "a second in the loop", "a second at the client", "delivered"]
    return ["Log messages from a hot loop, the program ending right after it:", ""] + grid(head, rows)


def origin(every):
    """Lines on when and where each result was measured."""
    rows = []
    for data in every:
        versions, machine = data["versions"], data["machine"]
        rows.append([data["kind"], versions["python"], data["date"],
                     "%s (%s)" % (versions["dapper"], versions["commit"] or "no checkout"),
                     versions["debugpy"] or "–",
                     "%s, %d cores, %s" % (machine["processor"], machine["cores"], machine["system"]),
                     " → ".join(map(str, data["load"])), data["scheduling"]])
    return grid(["measured", "Python", "when", "dapper (commit)", "debugpy", "machine", "load",
                 "turns"], rows)


def page(found):
    """The whole page, as text."""
    lines = ["# Benchmarks", "",
             "Made by `python -m benchmarks report` from `benchmarks/results/`; measured with `make bench`. Loads "
             "are the average number of processes that wanted to run in the last minute, before → after. A load "
             "above the number of cores makes waiting times longer for everybody, and CPU times hardly. Where it "
             "says *first*, the measured processes, all alike, were given the processor before the others on the "
             "machine.", ""]
    lines += origin([data for kind in KINDS for data in found[kind]])
    if found["speed"]:
        lines += bars_part(found)
        lines += missed_part(found)
    if found["sessions"]:
        lines += session_part(found["sessions"])
    if found["looking"]:
        lines += looking_part(found["looking"])
    if found["speed"]:
        lines += speed_part(found["speed"])
    notes = os.path.join(ROOT, NOTES)
    if os.path.exists(notes):
        with open(notes) as file:
            lines += [file.read().rstrip(), ""]
    lines += ["## Method", ""]
    for kind, module in (("sessions", sessions), ("looking", looking), ("speed", speed)):
        lines += methods_of(found[kind], module.METHOD)
    lines += [running.METHOD, "",
              modules.METHOD, "",
              "`python -m benchmarks gate` holds counts, and one ratio with a wide margin, to limits: a busy machine "
              "can't change what it finds.", "",
              "## Doing it again", "",
              "- `make bench` measures everything with one interpreter and writes this page: about eight minutes on an "
              "idle machine.",
              "- `make bench ARGS=\"sessions --first\"`, `ARGS=speed`, `ARGS=report`, `ARGS=gate`: the parts. "
              "`ARGS=\"speed --cases never,condition,running,modules\"` or `--programs loop` tries some cases or "
              "programs and writes nothing down. `--python PATH` names another interpreter with dapper, debugpy and "
              "pyperformance, and may be repeated; `--help` tells the rest.",
              ""]
    return "\n".join(lines)


def columns(axes, groups, series, title):
    """Grouped bars on a logarithmic scale.

    Args:
        axes: of matplotlib.
        groups: their names.
        series: who → a value for each group, None where there is none.
        title: of the picture.
    """
    width = 0.8 / len(series)
    for place, (who, values) in enumerate(series.items()):
        at = [i + (place - (len(series) - 1) / 2.0) * width for i, value in enumerate(values) if value]
        shown = [value for value in values if value]
        drawn = axes.bar(at, shown, width, label=who, color=COLORS[who])
        for bar, value in zip(drawn, shown):
            axes.annotate(number(value), (bar.get_x() + width / 2, value), ha="center", va="bottom", fontsize=6)
    axes.set_yscale("log")
    axes.set_xticks(range(len(groups)))
    axes.set_xticklabels(groups, fontsize=7)
    axes.set_title(title, fontsize=9, loc="left")
    axes.tick_params(axis="y", labelsize=7)
    axes.margins(y=0.12)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def draw(path, every, content, label):
    """A picture with one row for each Python.

    Args:
        path: of the SVG.
        every: results of one kind.
        content: data → (groups, series, title).
        label: of the vertical axis.
    """
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "dapper",  # the same figures give the same file
                                "svg.fonttype": "none"})  # letters, not their outlines
    from matplotlib import pyplot

    figure, rows = pyplot.subplots(len(every), 1, figsize=(11, 2.6 * len(every)), squeeze=False)
    for axes, data in zip(rows[:, 0], every):
        columns(axes, *content(data))
        axes.set_ylabel(label, fontsize=7)
    rows[0, 0].legend(fontsize=7, frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def speed_picture(data):
    """What `draw` needs of a result on speed."""
    short = [name for name in cases.CASES if name != "raised, type"]
    series = {who: [mean(data, who, case) for case in short] for who in WHO}
    return short, series, "Python %s" % data["versions"]["python"]


def sessions_picture(data):
    """What `draw` needs of a result on sessions."""
    short = ["next p50", "next p95", "panels p50", "panels p95", "first stop", "start CPU"]
    series = {who: [data["figures"][who][key] for key in short] for who in ("dapper", "debugpy")}
    return short, series, "Python %s" % data["versions"]["python"]


def write():
    """Write the page and its pictures; gives their paths.

    Raises:
        SystemExit: nothing was measured yet.
    """
    found = {kind: results(kind) for kind in KINDS}
    if not any(found.values()):
        raise SystemExit("there is nothing in %s yet: run `python -m benchmarks sessions` first" % RESULTS)
    paths = [os.path.join(ROOT, PAGE), os.path.join(ROOT, headlines.README)]
    for path, text in zip(paths, (page(found), headlines.readme(found))):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    contents = {"speed": (speed_picture, "CPU time, bare Python = 1"), "sessions": (sessions_picture, "ms")}
    for kind, (content, label) in contents.items():
        if found[kind]:
            paths.append(os.path.join(ROOT, PICTURES[kind]))
            draw(paths[-1], found[kind], content, label)
    return paths
