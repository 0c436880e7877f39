"""The commands there are: what each is called, how it is used, what it needs, what it does."""
import inspect

#: name → Command, every spelling of it.
COMMANDS = {}
#: headline → commands, in the order `help` shows them.
GROUPS = {}


class Command:
    """One command.

    Attributes:
        name: its long name.
        usage: one line.
        help: the rest of its explanation.
        needs_program: does it make sense only while the program stands?
        run: ``run(face, argument)``.
    """

    def __init__(self, names, usage, needs_program, run):
        self.names = names
        self.name = max(names, key=len)
        self.usage = usage
        self.needs_program = needs_program
        self.run = run
        self.help = inspect.getdoc(run)


def command(group, *names, usage, needs_program=True):
    """Make the decorated function ``f(face, argument)`` a command; its docstring is what `help` says of it."""

    def register(run):
        made = Command(names, usage, needs_program, run)
        GROUPS.setdefault(group, []).append(made)
        for name in names:
            COMMANDS[name] = made
        return run

    return register
