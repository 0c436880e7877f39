"""The content of a client's file, for a debuggee on whose machine it lies somewhere else."""
import hashlib
import os

LARGEST = 1 << 22  #: bytes of a file that is read for it


def with_checksum(request):
    """A `setBreakpoints` request with the checksum of its file added, where we see that file and the client told none."""
    arguments = request.get("arguments")
    source = arguments.get("source") if type(arguments) is dict else None
    path = source.get("path") if type(source) is dict else None
    if type(path) is not str or source.get("checksums"):
        return request
    try:
        if os.stat(path).st_size > LARGEST:
            return request
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
    except (OSError, ValueError):
        return request  # not a file of this machine
    told = dict(source, checksums=[{"algorithm": "SHA256", "checksum": digest}])
    return dict(request, arguments=dict(arguments, source=told))
