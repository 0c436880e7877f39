"""Starts the hub: `python -m dapper.adapter` or, without installation, `python PATH/dapper/adapter`."""
import os
import sys


def main():
    """The console script `dapper-adapter`; also the waiter's and the runner's way in, which only the hub uses."""
    if sys.version_info < (3, 8):
        sys.exit("dapper needs Python 3.8 or newer; this is %s" % sys.version.split()[0])
    words = sys.argv[1:]
    if words[:1] == ["--waiter"]:
        from dapper.hub.waiter import main as wait

        return wait(words[1:])
    if words[:1] == ["--run"]:
        from dapper.adapter.run import main as run

        return run(words[1:])
    from dapper.hub.main import main as serve

    return serve(words)


if __name__ == "__main__":
    if not __package__:  # started as a folder: Python put that first on the path
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        import dapper  # noqa: F401
    # No folder of ours, nor the one we were started in, may hide a module of the standard library from us.
    if not __package__ or not getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    sys.exit(main())
