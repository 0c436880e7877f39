"""Programs to debug: text with marks in its comments → files on disk and marks → lines.

a = 1  # @here         the mark "here" is this line
# @there+1             the mark "there" is the line below (where a comment can't stand)
"""

import os
import re
import textwrap

_MARK = re.compile(r"@(\w+)([+-]\d+)?")


class Program:
    """Files on disk and where their marks are.

    Args:
        folder: a folder of its own for the files.
        files: name → text (dedented) or bytes (as they are). The first is the one to run.
    """

    def __init__(self, folder, files):
        self.folder = str(folder)
        self.marks = {}  # mark → (path, line from 1)
        self.path = None
        for name, text in files.items():
            path = self.add(name, text)
            self.path = self.path or path

    def add(self, name, text):
        """Write one more file.

        Returns:
            Its path.
        """
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = text if isinstance(text, bytes) else textwrap.dedent(text).lstrip("\n").encode("utf-8")
        with open(path, "wb") as file:
            file.write(data)
        for mark, line in marks_in(data.decode("utf-8", "replace")).items():
            if mark in self.marks:
                raise ValueError("mark @%s stands twice" % mark)
            self.marks[mark] = (path, line)
        return path

    def line(self, mark):
        """The line of a mark, from 1."""
        return self.marks[mark][1]

    def at(self, path, line):
        """The mark at a place, or ``name:line`` where none is."""
        for mark, place in self.marks.items():
            if place[1] == line and (path == place[0] or os.path.realpath(path) == os.path.realpath(place[0])):
                return mark
        return "%s:%s" % (os.path.basename(path or "?"), line)

    def by_path(self, marks):
        """Marks → {path: [line, ...]}, as setBreakpoints wants them."""
        found = {}
        for mark in marks:
            path, line = self.marks[mark]
            found.setdefault(path, []).append(line)
        return found


def marks_in(text):
    """Mark → line of every mark in a comment of ``text``."""
    found = {}
    for number, line in enumerate(text.split("\n"), 1):
        _, hash_sign, comment = line.partition("#")
        for name, shift in _MARK.findall(comment) if hash_sign else ():
            if name in found:
                raise ValueError("mark @%s stands twice" % name)
            found[name] = number + int(shift or 0)
    return found
