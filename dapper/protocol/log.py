"""What a process of ours writes down when asked to: one line a message or fact, no tokens."""
import os
import sys
import time
from _thread import allocate_lock

from dapper.protocol import settings, wire


class Log:
    """Lines with a time stamp; costs nothing when no one wants them.

    Args:
        write: ``write(text)``, or None to write nothing.
    """

    def __init__(self, write=None):
        self._write = write
        self._secrets = []
        self._lock = allocate_lock()

    @classmethod
    def to_folder(cls, folder, role):
        """A log file of this process in ``folder``, readable by its user only; ``role`` says who writes it.

        Raises:
            OSError: the folder can't be made or written.
        """
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "dapper.%s-%d.log" % (role, os.getpid()))
        stream = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", 1, encoding="utf-8")
        return cls(stream.write)

    @classmethod
    def from_environment(cls, role):
        """The log that DAPPER_LOG_DIR and its like ask for; see to_folder."""
        folder = settings.get("DAPPER_LOG_DIR") or os.path.dirname(settings.get("DAPPER_LOG_FILE") or "")
        if folder:
            try:
                return cls.to_folder(folder, role)
            except OSError as error:
                sys.stderr.write("dapper: no log in %s: %s\n" % (folder, error.strerror))
        return cls(sys.stderr.write) if (settings.get("DAPPER_LOG_STDERR") or "").lower() not in settings.FALSE else cls()

    @property
    def is_on(self):
        """Does anybody want the lines?"""
        return self._write is not None

    def hide(self, secret):
        """Never write ``secret``, a text."""
        self._secrets.append(secret)

    def note(self, text):
        """Write one line."""
        if self._write is None:
            return
        for secret in self._secrets:
            text = text.replace(secret, "…")
        now = time.time()
        stamp = time.strftime("%H:%M:%S", time.localtime(now))
        with self._lock:
            self._write("%s.%03d %s\n" % (stamp, now % 1 * 1000, text))

    def message(self, arrow, message):
        """Write one DAP message; ``arrow`` says who it goes to."""
        if self._write is not None:
            from dapper.protocol.access import without_secrets  # most processes write no log

            self.note("%s %s" % (arrow, wire.encode(without_secrets(message)).decode("ascii")))

    def fault(self):
        """Write down the exception being handled: a fault of ours; on stderr if there is no log."""
        fault = sys.exc_info()[1]
        try:
            import traceback

            text = traceback.format_exc()
        except Exception as error:  # boundary: a program may have replaced what formatting calls
            text = "%r (and, when formatting it: %r)\n" % (fault, error)
        if self._write is None:
            sys.stderr.write("dapper: internal error, please report it:\n" + text)
        else:
            self.note(text)
