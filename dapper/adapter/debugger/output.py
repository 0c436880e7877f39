"""What the program prints, as events, where no pipe of the hub's catches it."""
import sys


class _Tee:
    """A text stream that also tells the debugger; everything else is the original stream's."""

    def __init__(self, stream, tell):
        self._dapper_stream = stream
        self._dapper_tell = tell

    def write(self, text):
        written = self._dapper_stream.write(text)
        self._dapper_tell(text)
        return written

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def __getattr__(self, name):
        return getattr(self._dapper_stream, name)

    def __iter__(self):
        return iter(self._dapper_stream)


class Redirection:
    """Puts a tee into sys.stdout and sys.stderr and takes it out again, unless the program replaced it meanwhile.

    Args:
        tell: called with (category, text).
    """

    def __init__(self, tell):
        self._tell = tell
        self._tees = {}

    def start(self):
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None and name not in self._tees:
                tee = _Tee(stream, lambda text, name=name: self._tell(name, text))
                self._tees[name] = tee
                setattr(sys, name, tee)

    def stop(self):
        for name, tee in self._tees.items():
            if getattr(sys, name) is tee:
                setattr(sys, name, tee._dapper_stream)
        self._tees = {}
