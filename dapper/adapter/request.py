"""A request of the client's: which function answers it, and checked access to its arguments."""
from dapper.protocol.errors import DapError

LATER = object()  #: what a function returns whose answer is sent by somebody else, later

_NAMES = {
    str: "a string", int: "an integer", bool: "true or false", dict: "an object", list: "a list", float: "a number",
}


def answers(command):
    """Mark a function as the one that answers requests with this command.

    It is called with the Session and the Request, on the thread that reads, which must not be kept waiting: what
    touches the user's objects is handed to a thread of the program (see `work`). It returns the body of the response,
    or LATER.
    """

    def mark(function):
        function.command = command
        return function

    return mark


class Request:
    """A request, and its arguments, of which null counts as absent.

    Args:
        message: the DAP message.

    Raises:
        DapError: it is not a request one could answer.
    """

    __slots__ = ("message", "command", "seq", "arguments")

    def __init__(self, message):
        self.message = message
        self.command = message.get("command")
        self.seq = message.get("seq")
        if type(self.command) is not str or type(self.seq) is not int:
            raise DapError("malformed", problem="a request needs a command (string) and a seq (integer)")
        self.arguments = message.get("arguments")
        if self.arguments is None:
            self.arguments = {}
        if type(self.arguments) is not dict:
            raise self.wrong("arguments have to be an object")

    def get(self, name, kind, default=None, required=False):
        """The argument ``name``, which has to be of type ``kind``.

        Raises:
            DapError: it is of another type, or is required and absent.
        """
        value = self.arguments.get(name)
        if value is None:
            if required:
                raise self.wrong("%s is missing" % name)
            return default
        if type(value) is not kind:
            if kind is int and type(value) is float and value == int(value):
                return int(value)
            found = _NAMES.get(type(value), "something else")
            raise self.wrong("%s has to be %s, not %s" % (name, _NAMES[kind], found))
        return value

    def wrong(self, problem):
        """The DapError that says what is wrong with the arguments."""
        return DapError("bad_arguments", command=self.command, problem=problem)
