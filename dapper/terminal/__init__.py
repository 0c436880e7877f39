"""The terminal face: a DAP client of the same hub, with the commands pdb users have in their fingers."""


def main(argv):
    """Debug a program in this terminal.

    Args:
        argv: words behind `dapper`, list of str.

    Returns:
        The exit status: the program's own, 0 where the user left before it ended, 1 where it could not be started,
        2 for a command line that makes no sense.
    """
    import sys

    from dapper import __version__
    from dapper.terminal import options as reading
    from dapper.terminal.syntax import Problem

    try:
        options = reading.parse(argv)
    except Problem as problem:
        print(reading.USAGE, file=sys.stderr)
        print("dapper: %s." % problem, file=sys.stderr)
        return 2
    if options.help:
        print(reading.USAGE, end="")
        return 0
    if options.version:
        print(__version__)
        return 0
    from dapper.terminal.face import Face

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # sources hold what a small locale can't show
    try:
        return Face(options).run()
    except KeyboardInterrupt:
        return 130
