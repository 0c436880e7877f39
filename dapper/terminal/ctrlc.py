"""What Ctrl-C means to a program in our terminal.

The keys reach the program as well as us. There they mean "pause", as in pdb, and must not end it with a
KeyboardInterrupt; so a handler is installed in the program before its first line. A handler the program installs itself
replaces this one. An evaluation they do end: then a frame of the debugger's is below the interrupted one.
"""

HANDLER = "dapper_pause"  #: the name of its frame

_TEXT = """
import _signal

def evaluating(frame):
    frames = []
    while frame is not None:
        frames.append(frame.f_globals.get("__name__", "").startswith("dapper."))
        frame = frame.f_back
    return any(frames) and not frames[0]

def dapper_pause(number, frame):
    return evaluating(frame) and _signal.default_int_handler(number, frame)

if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, dapper_pause)
"""

#: An expression that installs it; to be evaluated on the main thread.
INSTALL = "exec(%r, {})" % _TEXT
