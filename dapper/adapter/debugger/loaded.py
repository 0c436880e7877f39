"""What the process has loaded and what it is, as DAP bodies."""
import sys


def modules(debugger):
    """All loaded modules as DAP Modules."""
    found = []
    for number, (name, module) in enumerate(sorted(sys.modules.items(), key=lambda item: str(item[0])), 1):
        space = getattr(module, "__dict__", None)
        if type(space) is not dict:
            continue
        body = {"id": number, "name": str(name)}
        path = space.get("__file__")
        if type(path) is str and debugger.sources.is_our_file(path):
            continue
        if type(path) is str:
            body["path"] = debugger.sources.to_client(path)
            body["isUserCode"] = debugger.sources.why_not_user(path) is None
        if type(space.get("__version__")) is str:
            body["version"] = space["__version__"]
        if type(space.get("__package__")) is str:
            body["package"] = space["__package__"]
        found.append(body)
    return found


def loaded_sources(debugger):
    """The files of loaded modules as DAP Sources."""
    paths = {}
    for module in list(sys.modules.values()):
        path = getattr(module, "__dict__", {}).get("__file__")
        if type(path) is str and path.endswith((".py", ".pyw")) and not debugger.sources.is_our_file(path):
            paths[debugger.sources.to_client(path)] = True
    return [{"name": path.replace("\\", "/").rpartition("/")[2], "path": path} for path in sorted(paths)]


def system_info(debugger, version):
    """The body of a debugpySystemInfo response, a custom request of debugpy's clients."""
    import os
    import platform

    bits = 64 if sys.maxsize > 2**32 else 32
    return {
        "debugpy": {"version": version},
        "python": {
            "version": platform.python_version(),
            "implementation": {
                "name": platform.python_implementation(),
                "version": platform.python_version(),
                "description": sys.version,
            },
        },
        "platform": {"name": sys.platform},
        "process": {"pid": os.getpid(), "ppid": os.getppid(), "executable": sys.executable, "bitness": bits},
        "pydevd": {"usingCython": False, "usingFrameEval": False},
        "dapper": {"version": version, "engine": debugger.engine_name},
    }
